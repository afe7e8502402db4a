"""E-mail addresses, brought into the one spelling by which they are known and to which mail is sent.

What passes here is fit for a mail header, an SMTP command and the command line of a mail program: it has one ``@``, no
white space, no control or invisible character, no quoting, no comment, no list, and no hyphen at its start.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from domaincheck.errors import UsageError
from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable

_SHOWN = 80
"""Characters of a refused address that are repeated in the sentence about it."""


def normalised(text: str) -> str:
    """Return the address *text* in lower case, its domain in ASCII (A-labels); raise UsageError if it is none.

    A mailbox may tell capitals apart (RFC 5321 §2.4), but hardly any does; people do not either, and limits on the mail
    to one address could be evaded by writing it differently. No name server is asked. Hosts without a dot and those of
    special use, as in ``root@localhost``, are allowed: the mail of many a cron host goes no further.
    """
    if text.startswith("-"):  # a mail program would take it for an option
        raise UsageError(_refusal(text, "it must not begin with a hyphen"))
    from email_validator import EmailNotValidError

    try:
        found = _validator()(text)
    except EmailNotValidError as error:
        raise UsageError(_refusal(text, _clause(clean(str(error))))) from error
    local, domain = unicodedata.normalize("NFC", found.local_part.lower()), found.ascii_domain.lower()
    if domain.rpartition(".")[2].isdigit():  # no top-level domain is a number, and an IP address would need brackets
        raise UsageError(_refusal(text, "the part after the @-sign ends in a number"))
    return f"{local}@{domain}"


def _validator() -> Callable[[str], Any]:
    """Return what validates the syntax of an address, set up for hosts that are not on the internet too."""
    import email_validator

    email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()  # the package's own way to allow localhost, .local …
    return lambda text: email_validator.validate_email(text, check_deliverability=False, globally_deliverable=False)


def _clause(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:].rstrip(".")


def _refusal(text: str, reason: str) -> str:
    return f"'{clean(text, _SHOWN)}' is no e-mail address, as in you@example.com: {reason}"
