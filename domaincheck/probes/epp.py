"""The status codes of a registration, whoever wrote them.

RFC 5731 §2.3 defines the statuses of a domain, RFC 3915 §3.1 those of the grace periods. RDAP writes them as words
with spaces (RFC 8056 §2), registries in capitals, with hyphens, with an address behind them, or in words of their own.
"""

from __future__ import annotations

_CODES = (
    # RFC 5731
    "clientDeleteProhibited",
    "clientHold",
    "clientRenewProhibited",
    "clientTransferProhibited",
    "clientUpdateProhibited",
    "inactive",
    "linked",
    "ok",
    "pendingCreate",
    "pendingDelete",
    "pendingRenew",
    "pendingTransfer",
    "pendingUpdate",
    "serverDeleteProhibited",
    "serverHold",
    "serverRenewProhibited",
    "serverTransferProhibited",
    "serverUpdateProhibited",
    # RFC 3915
    "addPeriod",
    "autoRenewPeriod",
    "pendingRestore",
    "redemptionPeriod",
    "renewPeriod",
    "transferPeriod",
)

_OTHER_WORDS = {
    # RFC 8056
    "active": "ok",
    "associated": "linked",
    # the same in registries' own words
    "normal": "ok",
    "oknormalstate": "ok",
    "addgrace": "addPeriod",
    "addgraceperiod": "addPeriod",
    "autorenewgrace": "autoRenewPeriod",
    "autorenewgraceperiod": "autoRenewPeriod",
    "renewgrace": "renewPeriod",
    "transfergrace": "transferPeriod",
    "redemption": "redemptionPeriod",
    "redemptiongraceperiod": "redemptionPeriod",
    "pendingdeleterestorable": "redemptionPeriod",
    "inquarantine": "redemptionPeriod",
    "quarantine": "redemptionPeriod",
    "pendingrestoration": "pendingRestore",
    "tobedeleted": "pendingDelete",
    "pendingdeletion": "pendingDelete",
    "pendingrelease": "pendingDelete",
    "domainisinactive": "inactive",
    "notdelegated": "inactive",
    # FRED, the software of .cz and a dozen others
    "deletionforbidden": "serverDeleteProhibited",
    "registrationrenewalforbidden": "serverRenewProhibited",
    "sponsoringregistrarchangeforbidden": "serverTransferProhibited",
    "updateforbidden": "serverUpdateProhibited",
    "domainisadministrativelykeptoutofzone": "serverHold",
    "administrativelykeptoutofzone": "serverHold",
    "domainisntgeneratedinthezone": "inactive",
    "domainisnotgeneratedinzone": "inactive",
    # Island Networks: .gg .je .as
    "deleteprohibitedbyregistrar": "clientDeleteProhibited",
    "renewalprohibitedbyregistrar": "clientRenewProhibited",
    "transferprohibitedbyregistrar": "clientTransferProhibited",
    "updateprohibitedbyregistrar": "clientUpdateProhibited",
}

_ABBREVIATIONS = (
    ("clientupdtlock", "clientupdateprohibited"),
    ("clientdeltlock", "clientdeleteprohibited"),
    ("clientxferlock", "clienttransferprohibited"),
    ("stcl", "client"),
    ("stsv", "server"),
    ("xfer", "transfer"),
    ("updt", "update"),
    ("delt", "delete"),
)

_BY_LETTERS = {code.casefold(): code for code in _CODES} | _OTHER_WORDS

_LIMIT = 200  # characters looked at; the longest known way to write a status is half of that


def normalise(status: str) -> str | None:
    """Return the EPP code that *status* means, or ``None`` where it means none.

    Case, spaces, hyphens and underscores do not matter; an address or a remark in parentheses behind it is dropped.
    """
    bare = status[:_LIMIT].partition("(")[0]
    bare = " ".join(word for word in bare.split() if "://" not in word and not word.startswith("www."))
    letters = "".join(character for character in bare.casefold() if character.isalpha())
    known = _BY_LETTERS.get(letters)
    if known or not letters:
        return known
    for short, long in _ABBREVIATIONS:
        letters = letters.replace(short, long)
    return _BY_LETTERS.get(letters)
