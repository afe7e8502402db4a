"""Tells what kind of answer a text is, from the sentences registries write when there is no record to show.

The worst mistake would be to take a refusal for "not registered": AFNIC, for one, writes "Too many requests..." and
below it "No entries found". So refusals are looked for first.
"""

from __future__ import annotations

import re

_LINE = 300  # characters of a line that are looked at; sentences of this kind are short

_REFUSED = re.compile(
    r"(?:limit|quota|rate|queries|requests|connections?) (?:\S+ ){0,6}(?:exceeded|reached)"
    r"|exceed(?:ed|s)? (?:\S+ ){0,6}(?:limit|quota|rate|number|maximum|queries|requests|connections)"
    r"|too many (?:\S+ )?(?:requests|queries|connections|lookups)|access control limit"
    r"|requests? per (?:second|minute|hour|day) allowed|large amount of requests|queried too|querying too"
    r"|request denied|slow down|go away for|grace period, wait|in quarantine for excess"
    r"|^excessive querying,|maintain at least \d+-second|throttled|(?:been|is|are) black-?listed"
    r"|not authori[sz]ed or has exceeded"
    r"|wait (?:\S+ ){0,5}\d+ (?:seconds|minutes|hours)|too (?:fast|frequent(?:ly)?)"
    r"|limite (?:\S+ ){0,4}(?:excedid|supera)"
)
_TURNED_AWAY = re.compile(
    r"access (?:is |was |has been )?(?:denied|refused|restricted$)|connection refused|ip(?: address)? (?:\S+ ){0,3}"
    r"(?:blocked|banned|denied|not allowed|not authori[sz]ed)|permission denied|try (?:again|to connect) (?:\S+ )?later"
    r"|please try again|temporar(?:il)?y (?:\S+ ){0,2}(?:unavailable|not|closed|disabled|denied|blocked)"
    r"|(?:service|server|system|database) (?:is )?(?:\S+ )?(?:unavailable|busy|overloaded)"
    r"|not authori[sz]ed to query"
    r"|been (?:blocked|banned|refused)|you are (?:blocked|banned)|unable to process|internal (?:server )?error"
)
_LEGAL = re.compile(
    r"you (?:are not authori[sz]ed to access|agree|may not|must not)|query limit is|may be|will be|query or access|"
    r"reserves? the right|prohibited|results? in|if you|automated|in case"
)
_ABSENT = re.compile(
    r"^(?:\S+ )?no (?:\S+ ){0,3}match|no match(?:es|ing)?(?: found)?(?: for\b|[.!:]*$)|^no[t_ ]+found\b|^no found"
    r"|not found[.!\"):\s]*$|not found(?: in (?:the )?(?:database|registry|whois|\S+ database)|: |\.\.\.|!)"
    r"|nothing found|no_se_encontro|object_not_found|\bno (?:\S+ ){1,3}found\b"
    r"|(?:^|[:;(.\d] ?|there (?:is|are) )no (?:\S+ ){0,2}"
    r"(?:entries|entry|objects?|data|records?|information|results?)\b"
    r"(?: (?:was|were|available|is))?(?: found| matching| match| about| for| on|[.!]*$)"
    r"|no such (?:domain|object|name)|\bdoes not exist\b|no existe"
    r"|not (?:been |yet )?(?:registered|registred)\b|no se encuentra registrado"
    r"|^(?:\S+ ){0,3}[^\s.]{1,63}\.\S+ is (?:free|available)[.!]*$|is available for (?:purchase|registration)"
    r"|^available$|domain (?:is )?available$"
    r"|not (?:have an entry|available) in our|not known in|could not find the (?:requested )?domain|nincs tal"
    r"|does not have any data for|any data for |등록되어 있지 않|該当するデータがありません|未注册|未註冊"
    r"|^is not valid!|domain unknown|unknown domain|no domain (?:found|records)|não registrado"
    r"|nie (?:znaleziono|istnieje)"
)
_FREE = re.compile(
    r"(?:\d{3} )?(?:free|available|not registered|no object found|not found|unregistered|no match|unassigned"
    r"|not assigned)\s*(?:[(.,!/].*)?$"  # but not the province of Free State
)
_TAKEN = re.compile(
    r"(?:\d{3} )?(?:active|ok|registered|connect(?:ed)?|taken|published|delegated|not available|paid|activ|in use"
    r"|verified|granted|complete|expired|failed|deleted|normal|live|on hold|hold|locked|suspended|frozen"
    r"|to be released|auto-renew|redemption|pending)\b"
)
_MARKS = re.compile(r"^[\s%#;*>.\-\[\]\"]+")


def plain(line: str) -> str:
    """Return *line* in lower case without the marks a registry sets before a comment."""
    return _MARKS.sub("", line[:_LINE].casefold()).rstrip()


def refuses(sentence: str) -> bool:
    """Tell whether a :func:`plain` line says that we asked too much."""
    return bool(_REFUSED.search(sentence)) and not _LEGAL.search(sentence)


def turns_away(sentence: str) -> bool:
    """Tell whether a :func:`plain` line says that the server would not answer, for whatever reason."""
    return bool(_TURNED_AWAY.search(sentence)) and not _LEGAL.search(sentence)


def denies(sentence: str) -> bool:
    """Tell whether a :func:`plain` line says that there is no such domain."""
    return bool(_ABSENT.search(sentence)) and not _LEGAL.search(sentence)


def is_free(status: str) -> bool:
    """Tell whether the value of a status field says that the name can be registered."""
    return bool(_FREE.match(status.casefold().strip()))


def is_taken(status: str) -> bool:
    """Tell whether the value of a status field says that the name is registered."""
    return bool(_TAKEN.match(status.casefold().strip()))
