"""Countries, currencies and time zones, for choosers, checks and repairs.

From pycountry (ISO 3166-1, ISO 4217) and the tzdata package (IANA), read the first time somebody asks.
"""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache, lru_cache

_COUNTRY_ALIASES = {
    "america": "US",
    "us of a": "US",
    "uk": "GB",
    "britain": "GB",
    "great britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "holland": "NL",
    "turkey": "TR",
    "uae": "AE",
}
_CURRENCY_ALIASES = {
    "$": "USD",
    "us$": "USD",
    "dollar": "USD",
    "dollars": "USD",
    "€": "EUR",
    "euros": "EUR",
    "£": "GBP",
    "pound": "GBP",
    "pounds": "GBP",
    "sterling": "GBP",
    "¥": "JPY",
    "₹": "INR",
    "c$": "CAD",
    "ca$": "CAD",
    "a$": "AUD",
    "au$": "AUD",
}
_ZONE_ALIASES = {
    "pst": "America/Los_Angeles",
    "pdt": "America/Los_Angeles",
    "pt": "America/Los_Angeles",
    "pacific": "America/Los_Angeles",
    "mdt": "America/Denver",
    "mt": "America/Denver",
    "mountain": "America/Denver",
    "cst": "America/Chicago",
    "cdt": "America/Chicago",
    "ct": "America/Chicago",
    "central": "America/Chicago",
    "edt": "America/New_York",
    "et": "America/New_York",
    "eastern": "America/New_York",
    "bst": "Europe/London",
    "cest": "Europe/Berlin",
    "jst": "Asia/Tokyo",
    "aest": "Australia/Sydney",
    "z": "UTC",
}


@cache
def countries() -> tuple[tuple[str, str], ...]:
    """(ISO 3166-1 alpha-2 code, common English name), by name."""
    import pycountry

    named = ((country.alpha_2, getattr(country, "common_name", country.name)) for country in pycountry.countries)
    return tuple(sorted(named, key=lambda pair: pair[1]))


@cache
def currencies() -> tuple[tuple[str, str], ...]:
    """(ISO 4217 code, English name), by code."""
    import pycountry

    return tuple(sorted((currency.alpha_3, currency.name) for currency in pycountry.currencies))


@cache
def time_zones() -> tuple[str, ...]:
    """The IANA names, sorted, with the older names that still count."""
    from importlib.resources import files

    return tuple(sorted(files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()))


@cache
def country_codes() -> frozenset[str]:
    """The ISO 3166-1 alpha-2 codes."""
    return frozenset(code for code, _ in countries())


@cache
def currency_codes() -> frozenset[str]:
    """The ISO 4217 codes."""
    return frozenset(code for code, _ in currencies())


@cache
def time_zone_names() -> frozenset[str]:
    """The IANA names, for looking one up."""
    return frozenset(time_zones())


def country_named(text: str) -> str | None:
    """The alpha-2 code that "us", "USA" or "United States" means; None when nothing fits exactly."""
    wanted = _folded(text).replace(".", "")
    return wanted.upper() if wanted.upper() in country_codes() else _countries_by_name().get(wanted)


def currency_named(text: str) -> str | None:
    """The ISO 4217 code that "usd", "$" or "US Dollar" means; None when nothing fits exactly."""
    wanted = _folded(text)
    return wanted.upper() if wanted.upper() in currency_codes() else _currencies_by_name().get(wanted)


@lru_cache(maxsize=256)
def time_zone_named(text: str) -> str | None:
    """The IANA name that "PST", "america/los angeles" or "Los Angeles" means; None when nothing is near."""
    if len(text) > 64:
        return None
    wanted = _folded(text).replace(" ", "_")
    by_name = _zones_by_name()
    if wanted in by_name:
        return by_name[wanted]
    near = get_close_matches(wanted, by_name, n=1, cutoff=0.88)
    return by_name[near[0]] if near else None


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


@cache
def _countries_by_name() -> dict[str, str]:
    import pycountry

    names: dict[str, str] = {}
    for country in pycountry.countries:
        for attribute in ("alpha_3", "name", "official_name", "common_name"):
            name = getattr(country, attribute, None)
            if name:
                names[_folded(name).replace(".", "")] = country.alpha_2
    return names | _COUNTRY_ALIASES


@cache
def _currencies_by_name() -> dict[str, str]:
    return {_folded(name): code for code, name in currencies()} | _CURRENCY_ALIASES


@cache
def _zones_by_name() -> dict[str, str]:
    """Whole names and, where only one zone has it, the city's name, folded; the usual abbreviations besides."""
    cities: dict[str, set[str]] = {}
    for name in time_zones():
        area, _, city = name.rpartition("/")
        if area:
            cities.setdefault(city.casefold(), set()).add(name)
    by_city = {city: names.pop() for city, names in cities.items() if len(names) == 1}
    return by_city | _ZONE_ALIASES | {name.casefold(): name for name in time_zones()}
