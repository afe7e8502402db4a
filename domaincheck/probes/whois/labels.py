"""The words registries put before what they tell. To teach the parser a new label, add it to its field's line.

Labels are compared after :func:`squeeze`: in lower case, with dots, hyphens and underscores read as spaces.
"""

from __future__ import annotations

# ruff: noqa: RUF001 - Turkish has an i without a dot
import re
from enum import Enum, auto


class Field(Enum):
    """What a label announces."""

    DOMAIN = auto()
    EXPIRES = auto()
    REGISTRAR_EXPIRES = auto()
    CREATED = auto()
    UPDATED = auto()
    REGISTRAR = auto()
    NAME_SERVER = auto()
    STATUS = auto()
    DNSSEC = auto()
    DS_RECORD = auto()
    HOLDER = auto()
    NAME = auto()
    ORGANISATION = auto()
    AVAILABLE = auto()


def _words(table: str) -> frozenset[str]:
    return frozenset(" ".join(word.split()) for word in table.split("|"))


_TABLE: dict[Field, str] = {
    Field.DOMAIN: """
        domain | domain name | domainname | dominio | nombre de dominio | nom de domaine | ascii | query | object
        | complete domain name | domain name ace | domeinnaam | server name | 도메인이름 | ドメイン名 | 域名""",
    Field.EXPIRES: """
        registry expiry date | expiry date | expiration date | expiration time | expiration | expiry | expires
        | expires on | expires at | expire | expire date | expire on | expired | expiring | expiration on | exp date
        | paid till | renewal date | renewal | next renewal | valid until | valid till | valid date | validity
        | valid to | registered until | registration expires | registration expiry | registration expiration date
        | record expires on | record expires | record expired | record will expire on | record expiry date
        | domain expires | domain expires on | domain expiration date | domain expiration | domain expiry date
        | domain currently expires | domain datebilleduntil | date renewal | expiry time | date of expiry
        | expiration timestamp | fecha de vencimiento | fecha de expiracion | fecha de expiración | vencimiento
        | fecha expiracion | data de expiração | data de expiracao | date d'expiration | date de fin | date d expiration
        | scadenza | ablaufdatum | data wygaśnięcia | bitiş tarihi | дата окончания | 사용 종료일 | 有効期限 | 有効限
        | 过期时间 | 到期日期""",
    Field.REGISTRAR_EXPIRES: "registrar registration expiration date | registrar expiration date",
    Field.CREATED: """
        creation date | creation time | created | created on | created date | created at | create date | creation
        | date created | domain created | domain created on | domain create date | domain creation date
        | domain registration date | domain registered | domain registered on | domain record activated
        | domain dateregistered | domain name commencement date | commencement date | registered | registered on
        | registered date | registered at | registration | registration date | registration time | date registered
        | date of registration | first registration date | record created | record created on | registry creation date
        | original created | entry created | date approved | activation | activated on | activated | acivated | assigned
        | connected date | fecha de creacion | fecha de creación | fecha de registro | fecha de alta
        | data de registo | date de creation | date de création | data di creazione | kayıt tarihi | 등록일
        | 登録年月日 | 接続年月日 | 注册时间""",
    Field.UPDATED: """
        updated date | update date | updated | updated on | updated at | date updated | last updated | last updated on
        | last updated date | last update | last updated at | last modified | last modified on | last modification
        | modified | modified date | modified on | modification date | changed | changed on | last changed date
        | date modified | domain last updated | domain last updated date | domain datelastmodified
        | domain record last updated | record last updated | record last updated on | record last modified
        | record modified on | record changed on | entry updated | ultima actualizacion | ultima actualización
        | última actualización | 최근 정보 변경일 | 最終更新""",
    Field.REGISTRAR: """
        registrar | registrar name | sponsoring registrar | sponsoring registrar name | current registrar
        | current registar | registrar organization | registrar company | registrar of record | registrar information
        | authorized registrar | registration service provider | registrado por | agente registrador
        | entidad registradora | last registrar | authorized agency | registered through | registered by
        | sponsoring registrar organization""",
    Field.NAME_SERVER: """
        name server | name servers | nameserver | nameservers | nserver | nservers | ns | dns | dns server | dns servers
        | domain nameservers | domain name servers | domain server | domain servers | domain servers in listed order
        | name servers in listed order | name servers in the listed order | name server in listed order
        | nameserver in listed order | nameservers in listed order | nameserver information | name server information
        | name servers information | nameserver s | name server s | name server db | ns name | hostname | host name
        | primary server | secondary server | primary ns | secondary ns | primary nameserver | secondary nameserver
        | primary name server | secondary name server | servidores de nombre | servidores de nombres
        | servidor de nombres | servidor(es) de nombres de dominio | servidor dns | dns primario | dns secundario
        | servers | current nameservers | domain name servers listed in order | ns hostname
        | primary server hostname | secondary server hostname | third server hostname | fourth server hostname
        | serveur de noms | serveurs de noms | nameservers dns | domain host | dns1 | 네임서버 | 호스트이름
        | ネームサーバ""",
    Field.STATUS: """
        status | domain status | state | registration status | eppstatus | epp status | query status | domaintype
        | status of domain | estado | estado del dominio | statut | current status | 状態
        | 등록정보 보호""",
    Field.DNSSEC: "dnssec | domain signed | signed | dnssec status | dnssec signed | delegation signed",
    Field.DS_RECORD: "ds | ds rdata | dsrecord | ds record | ds data | keytag | key1 tag | ds key tag 1",
    Field.HOLDER: """
        registrant | registrant name | registrant organization | registrant organisation | registrant id | holder
        | holder c | owner | owner name | owner contact | owner c | domain holder | domain owner | descr | description
        | organisation | organization | organization using domain name | titular | person | admin c | 登録者名
        | 등록인 | registrant contact | holder of domain name | org | department name | organization name""",
    Field.NAME: "name | full name",
    Field.AVAILABLE: "available",
}  # fmt: skip

FIELDS: dict[str, Field] = {label: field for field, labels in _TABLE.items() for label in _words(labels)}

PHRASES = tuple(
    sorted(
        (label for label, field in FIELDS.items() if label.endswith((" on", " at")) and field is not Field.UPDATED),
        key=len,
        reverse=True,
    )
)
"""Labels that also occur in running text, without a colon: ``Record expires on 2030-01-31``."""

OBJECTS = frozenset({"contact", "person", "role", "nic hdl", "nic hdl br", "nsset", "keyset", "registrar", "whois"})
"""Labels that, first in their paragraph, begin an object other than the domain (RPSL, RFC 2622 §2)."""

BARE_HEADERS = _words(
    """
    registrant | holder | owner | registrar | administrative contact | technical contact | billing contact
    | admin contact | tech contact | technical contacts | domain holder | administrator | registrar technical contacts
    | relevant dates | domain information | contact information | administrative contact/agent | address
    | holder of domain name | reseller | keys | domain details | domain managers | domain owners / registrant"""
)
"""Headings that stand alone on their line without a colon, beside those in the table above."""

_NUMBERED = re.compile(r"^(\D*)\d{1,2}(\D*)$")
_BLANKS = re.compile(r"[\s._#*-]+")
_COMMON = _words(
    """
    created | created on | created date | changed | updated | modified | registered | registered date | last updated
    | last update | last modified | status | state | updated date | activation | modified date"""
)
_ALIEN = re.compile(
    r"registrant|contact|holder|owner|admin|tech|billing|titular|whois|person|role|nsset|keyset|registrar"
    r"|reseller|nic.hdl|agent|trademark|key"
)


def squeeze(label: str) -> str:
    """Return *label* in the form the tables have: ``Expiry_Date....`` and ``expiry-date`` become ``expiry date``."""
    return _BLANKS.sub(" ", label.casefold()).strip()


def is_alien(section: str) -> bool:
    """Tell whether dates under the heading *section* are those of somebody or something other than the domain."""
    return bool(_ALIEN.search(section))


def is_common(label: str) -> bool:
    """Tell whether contacts and other objects use *label* too, beside domains."""
    return label in _COMMON


def find(label: str) -> Field | None:
    """Return what *label* announces, or ``None``.

    A remark in parentheses, one number, and a translation before or behind a slash do not matter.
    """
    squeezed = squeeze(label)
    field = FIELDS.get(squeezed)
    if field is not None or not squeezed:
        return field
    for part in (*squeezed.split("/", 3)[::-1], *re.split(r"[()]", squeezed, maxsplit=3)):
        if field := FIELDS.get(squeeze(_NUMBERED.sub(r"\1 \2", part))):
            return field
    return None
