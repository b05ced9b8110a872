"""The address that was probably meant: one or two slips away from one that is known.

To say nothing of a slip costs little, to take one person for another costs trust. So short names, names that differ
in their last vowel (Daniel, Daniela), in an s at the end (Carlo, Carlos) or in their first letter (jsmith, ksmith),
numbers, and what stands behind a plus sign are never taken for slips.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

MOST = 2  # slips in all
_LONGEST = 254  # characters of an address
_SHORTEST = 4  # letters of a part that can hold a slip
_FEW = 6  # letters; in a shorter name only letters that changed places, or stand twice, are a slip: Anna is not Anne
_MANY = 10  # letters; a part as long as this may hold two slips
_FEW_OF_DOMAIN = 5
_TOO_FAR = MOST + 1
_SEPARATORS = re.compile("[._-]")
_VOWELS = "aeiouy"
MAIL_PROVIDERS = frozenset(  # of domains near each other each is one, and anybody may have an address there
    (
        *("aol.com", "email.com", "gmail.com", "gmx.com", "gmx.de", "gmx.net", "hotmail.com", "icloud.com", "live.com"),
        *("mac.com", "mail.com", "me.com", "msn.com", "outlook.com", "web.de", "yahoo.com", "ymail.com"),
    )
)


def folded(address: str) -> str:
    """An address as it is compared: upper and lower case, outer blanks and ways to write an accent are the same."""
    return unicodedata.normalize("NFC", address.strip()).casefold()


def nearest(address: str, known: Sequence[str]) -> str | None:
    """The known address that `address` was probably meant to be; of several as near the first. None when there is
    none, or when `address` is known itself.
    """
    typed = folded(address)
    local, at, domain = typed.rpartition("@")
    if not at or not local or not domain or len(typed) > _LONGEST:
        return None
    letters, digits = set(typed), _digits(typed)
    of_domains: dict[str, int] = {}
    best, fewest = None, _TOO_FAR
    for each in known:
        if abs(len(each) - len(typed)) > MOST:
            continue
        other = folded(each)
        if other == typed:
            return None
        if fewest == 1 or len(letters.symmetric_difference(other)) > 2 * MOST:
            continue
        other_local, _, other_domain = other.rpartition("@")
        if other_domain not in of_domains:
            of_domains[other_domain] = _domain_slips(domain, other_domain)
        slips = of_domains[other_domain]
        if slips >= fewest or digits != _digits(other):
            continue
        slips += _local_slips(local, other_local)
        if 0 < slips < fewest:
            best, fewest = each, slips
    return best


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _local_slips(typed: str, known: str) -> int:
    typed, _, tag = typed.partition("+")
    known, _, known_tag = known.partition("+")
    if tag != known_tag:
        return _TOO_FAR
    if typed == known:
        return 0
    parts, known_parts = _SEPARATORS.split(typed), _SEPARATORS.split(known)
    if parts == known_parts or "".join(parts) == "".join(known_parts):
        return 1  # a separator that is another one, or is missing
    if len(parts) != len(known_parts):
        return _TOO_FAR
    return _sum(parts, known_parts, _FEW, is_name=True)


def _domain_slips(typed: str, known: str) -> int:
    if typed == known:
        return 0
    if typed in MAIL_PROVIDERS:
        return _TOO_FAR
    *parts, last = typed.split(".")
    *known_parts, known_last = known.split(".")
    if len(parts) != len(known_parts):
        return _TOO_FAR
    slips = _sum(parts, known_parts, _FEW_OF_DOMAIN, is_name=False)
    if last == known_last:
        return slips
    # Two letters are a country, and another country is another place; but .co is also a .com without its end.
    return _TOO_FAR if len(last) == len(known_last) == 2 else slips + _slips(last, known_last, 1)


def _sum(typed: list[str], known: list[str], few: int, *, is_name: bool) -> int:
    slips = 0
    for part, other in zip(typed, known, strict=True):
        slips += _part_slips(part, other, few, is_name=is_name)
        if slips >= _TOO_FAR:
            break
    return slips


def _part_slips(typed: str, known: str, few: int, *, is_name: bool) -> int:
    if typed == known:
        return 0
    shorter, longer = sorted((len(typed), len(known)))
    if longer - shorter > MOST or shorter < _SHORTEST:
        return _TOO_FAR
    if is_name and _are_two_names(typed, known):
        return _TOO_FAR
    if longer < few and not _is_plain_slip(typed, known):
        return _TOO_FAR
    return _slips(typed, known, 2 if shorter >= _MANY else 1)


def _are_two_names(one: str, other: str) -> bool:
    """Whether names differ as names do: in the last vowel, in an s at the end, or in the letter they begin with."""
    if _without_last_vowel(one) == _without_last_vowel(other) or one + "s" == other or other + "s" == one:
        return True
    return one[0] != other[0] and sorted(one[:2]) != sorted(other[:2])


def _without_last_vowel(name: str) -> str:
    return name[:-1] if name[-1] in _VOWELS else name


def _is_plain_slip(typed: str, known: str) -> bool:
    """Whether two letters changed places, or one stands twice or once where it should not."""
    if len(typed) == len(known):
        return sorted(typed) == sorted(known)
    return re.sub(r"(.)\1", r"\1", typed) == re.sub(r"(.)\1", r"\1", known)


def _slips(typed: str, known: str, most: int) -> int:
    """The distance of Damerau and Levenshtein, each letter touched once; more than `most` is too far."""
    start, end = 0, 0
    shorter = min(len(typed), len(known))
    while start < shorter and typed[start] == known[start]:
        start += 1
    while end < shorter - start and typed[-1 - end] == known[-1 - end]:
        end += 1
    a, b = typed[start : len(typed) - end], known[start : len(known) - end]
    if abs(len(a) - len(b)) > most:
        return _TOO_FAR
    before: list[int] = []
    row = list(range(len(b) + 1))
    for at, letter in enumerate(a, 1):
        before, above, row = row, before, [at]
        for to, other in enumerate(b, 1):
            cost = min(before[to] + 1, row[-1] + 1, before[to - 1] + (letter != other))
            if at > 1 and to > 1 and letter == b[to - 2] and a[at - 2] == other:
                cost = min(cost, above[to - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return _TOO_FAR
    return row[-1] if row[-1] <= most else _TOO_FAR
