"""What must be known of single registries, because their answers do not say it. Add a TLD by adding it to a line."""

from __future__ import annotations

DAY_FIRST = frozenset(
    """
    ae ar at au ax bd be bg br by ch cl cr cz de dk dz ee es eu fi fr gf gg gp gr hk hm hr hu ie il im in is it je ke
    kz li lt lu lv ma mk mq my nc nl no nz pf pl pm pt re ro rs ru se sg si sk sm sn su tf th tn tr tz ua ug uk uy ve
    wf yt za
    """.split()  # noqa: SIM905 - a table of words reads best as words
)
"""TLDs that write 03/04/2030 and 03-04-2030 for the third of April."""

MONTH_FIRST = frozenset({"cf", "ga", "gq", "ml", "tk"})
"""TLDs that write 03/04/2030 for the fourth of March: Freenom's."""

SHORT_YEARS = frozenset({"es"})
"""TLDs that write 31/01/30, the year last."""

BUDDHIST = frozenset({"th", "xn--o3cw4h"})
"""TLDs that may count years from the Buddha's death: 2573 is 2030."""

ZONES = {
    "ax": "Europe/Helsinki",
    "cz": "Europe/Prague",
    "ee": "Europe/Tallinn",
    "fi": "Europe/Helsinki",
    "fo": "Atlantic/Faroe",
    "it": "Europe/Rome",
    "jp": "Asia/Tokyo",
    "lv": "Europe/Riga",
    "mk": "Europe/Skopje",
    "pl": "Europe/Warsaw",
    "rs": "Europe/Belgrade",
    "ua": "Europe/Kyiv",
}
"""The zone of a time of day that is written without one; UTC elsewhere. Dates without a time stay at midnight UTC."""

DATES_ONLY = frozenset({"tw"})
"""TLDs whose expiry is a date, though midnight in the registry's zone is written behind it."""

ABBREVIATIONS = {
    "cn": {"CST": 8.0},
    "tw": {"CST": 8.0},
    "mo": {"CST": 8.0},
    "ie": {"IST": 1.0},
    "il": {"IST": 2.0},
    "in": {"IST": 5.5},
    "lk": {"IST": 5.5},
    "bd": {"BST": 6.0},
    "gg": {"BST": 1.0},
    "je": {"BST": 1.0},
    "as": {"BST": 1.0},
    "uk": {"BST": 1.0},
    "my": {"MST": 8.0},
    "kr": {"KST": 9.0},
}
"""Names of zones that mean another offset elsewhere, in hours east of UTC."""
