"""Which WHOIS server is responsible for a domain, and how it wants to be asked.

The table holds registries whose server is known well: those without RDAP, and those whose WHOIS is still a useful
second opinion. What it does not hold, IANA's server is asked for.
"""

from __future__ import annotations

_TLDS = {
    "whois.verisign-grs.com": "com net",
    "whois.publicinterestregistry.org": "org",
    "whois.educause.edu": "edu",
    "whois.iana.org": "int arpa",
    "whois.nic.at": "at",
    "whois.auda.org.au": "au",
    "whois.dns.be": "be",
    "whois.registro.br": "br",
    "whois.cctld.by": "by xn--90ais",
    "whois.cira.ca": "ca",
    "whois.nic.ch": "ch",
    "whois.nic.cl": "cl",
    "whois.cnnic.cn": "cn xn--fiqs8s xn--fiqz9s",
    "whois.nic.cz": "cz",
    "whois.denic.de": "de",
    "whois.punktum.dk": "dk",
    "whois.tld.ee": "ee",
    "whois.eu": "eu xn--e1a4c xn--qxa6a",
    "whois.fi": "fi",
    "whois.nic.fr": "fr pm re tf wf yt",
    "whois.hkirc.hk": "hk xn--j6w193g",
    "whois.dns.hr": "hr",
    "whois.nic.hu": "hu",
    "whois.weare.ie": "ie",
    "whois.isoc.org.il": "il",
    "whois.nixiregistry.in": "in",
    "whois.nic.io": "io",
    "whois.nic.ir": "ir xn--mgba3a4f16a",
    "whois.isnic.is": "is",
    "whois.nic.it": "it",
    "whois.jprs.jp": "jp",
    "whois.kr": "kr xn--3e0b707e",
    "whois.nic.kz": "kz xn--80ao21a",
    "whois.nic.li": "li",
    "whois.domreg.lt": "lt",
    "whois.dns.lu": "lu",
    "whois.nic.lv": "lv",
    "whois.nic.md": "md",
    "whois.marnet.mk": "mk xn--d1alf",
    "whois.mx": "mx",
    "whois.domain-registry.nl": "nl",
    "whois.norid.no": "no",
    "whois.iis.nu": "nu",
    "whois.irs.net.nz": "nz",
    "whois.dns.pl": "pl",
    "whois.dns.pt": "pt",
    "whois.rotld.ro": "ro",
    "whois.rnids.rs": "rs xn--90a3ac",
    "whois.tcinet.ru": "ru su xn--p1ai",
    "whois.iis.se": "se",
    "whois.sgnic.sg": "sg xn--clchc0ea0b2g2a9gcd xn--yfro4i67o",
    "whois.register.si": "si",
    "whois.sk-nic.sk": "sk",
    "whois.thnic.co.th": "th xn--o3cw4h",
    "whois.ati.tn": "tn",
    "whois.trabis.gov.tr": "tr",
    "whois.twnic.net.tw": "tw xn--kprw13d xn--kpry57d",
    "whois.ua": "ua",
    "whois.nic.uk": "uk",
    "whois.nic.ac.uk": "ac.uk",
    "whois.gov.uk": "gov.uk",
    "whois.nic.us": "us",
    "whois.registry.net.za": "co.za",
    "net-whois.registry.net.za": "net.za",
    "org-whois.registry.net.za": "org.za",
    "web-whois.registry.net.za": "web.za",
}

_SERVERS = {suffix: host for host, suffixes in _TLDS.items() for suffix in suffixes.split()}

WEB_ONLY = frozenset(["es"])
"""Top-level domains whose WHOIS server, though IANA names it, answers only clients that the registry has admitted."""

_QUERIES = {
    "whois.verisign-grs.com": "domain {}",  # else name servers and registrars of like names are found too
    "whois.denic.de": "-T dn,ace {}",  # else only whether the domain is registered is told
    "whois.jprs.jp": "{}/e",  # in English
}


def server_for(domain: str) -> str | None:
    """Return the WHOIS server of the registry of *domain*, or of a TLD itself; ``None`` when it is not known."""
    suffix = domain
    while suffix and suffix not in _SERVERS:
        _, _, suffix = suffix.partition(".")
    return _SERVERS.get(suffix)


def query_for(host: str, domain: str) -> str:
    """Return the line by which the server at *host* is asked about *domain*, without its line end."""
    return _QUERIES.get(host, "{}").format(domain)
