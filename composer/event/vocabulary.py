"""What events and properties were called before, and of which type they were: names to complete, and what is unusual.

A flow listens for one name and one type. Redo takes "order_placed" for another event than "Order Placed", and stops to
index a date that is sent as other text; neither is an error, so only a memory can tell.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from itertools import islice
from math import log1p
from typing import TYPE_CHECKING, NamedTuple

from composer.event import dates, jsontext
from composer.event.completion import Completion, folded
from composer.event.findings import Finding, Fix, Severity
from composer.event.limits import MAX_DATA_PROPERTIES
from composer.event.payload import Json, Number, Set, join
from composer.event.walk import readable

if TYPE_CHECKING:
    from composer.event.repairs import Fixes

TEXT, NUMBER, BOOLEAN, DATE, OBJECT, LIST = "text", "number", "true or false", "date", "object", "list"
NAME, CUSTOM_FIELDS, DATA = "", "/customer/customFields", "/data"  # what holds a name: the event itself, or an object
DRIFT, UNUSUAL = "type-drift", "unusual-name"  # codes of findings
LONGEST = 200  # characters of a name that is learnt

_TYPES = {int: NUMBER, float: NUMBER, Number: NUMBER, bool: BOOLEAN, dict: OBJECT, list: LIST}
_IN_WORDS = {NUMBER: "a number", DATE: "a date", OBJECT: "an object", LIST: "a list"}
_SAID_BY_DRIFT = {"number-as-text", "boolean-as-text", "not-a-date"}  # codes of the same, said of a value alone
_ENOUGH = 3  # uses that make a habit
_ENOUGH_ANEW = 10  # of a property that was of another type, too: where both are usual, neither is a mistake
_TIMES_AS_OFTEN = 5
_MONTHS = 90 * 86_400_000  # milliseconds unused that weigh as much as e times fewer uses
_MANY = 500  # names that are put in order before anybody types
_SHAPES = 2048  # remembered
_LONGEST_LITERAL = 64  # characters


class Use(NamedTuple):
    """How often a name was sent and when last, in Unix milliseconds; and its type, for how many events in a row.

    A name that was never sent, as one of a template, has no uses. One that was always null has no type.
    """

    name: str
    uses: int
    last_ms: int
    type: str = ""
    streak: int = 0

    @property
    def is_habit(self) -> bool:
        """Whether another type would be a surprise."""
        return self.streak >= (_ENOUGH if self.streak >= self.uses else _ENOUGH_ANEW)


class Known(NamedTuple):
    """A use, and where: `holder` is the path of the object, in events of this name; NAME for the event's own name."""

    event: str
    holder: str
    use: Use


class Vocabulary:
    """The names of one store. Of two uses of the same name at the same place the first counts."""

    def __init__(self, known: Iterable[Known] = ()) -> None:
        places: dict[tuple[str, str], dict[str, Use]] = {}
        for event, holder, use in known:
            places.setdefault((holder, "" if holder == NAME else event), {}).setdefault(use.name, use)
        self._newest = max((use.last_ms for uses in places.values() for use in uses.values()), default=0)
        self._of_event = {place: _Names(uses, self._newest) for place, uses in places.items()}
        self._of_store = {
            holder: _Names(_together(places, holder), self._newest) for holder in {holder for holder, _ in places}
        }
        self._shapes: dict[tuple[object, ...], _Shape] = {}

    def __bool__(self) -> bool:
        return bool(self._of_event)

    def known(self) -> Iterator[Known]:
        """All of it: what another vocabulary can be made of."""
        for (holder, event), names in self._of_event.items():
            for use in names.uses.values():
                yield Known(event or use.name, holder, use)

    def event_names(self, typed: str, most: int = 8) -> list[Use]:
        """The names of events that hold what is `typed`, see `Completion.find`; the most and the last used first."""
        return self._of_store.get(NAME, _NO_NAMES).find(typed, most)

    def properties(
        self, holder: str, event: str, typed: str, most: int = 8, without: Collection[str] = ()
    ) -> list[Use]:
        """The same of the properties in `holder` (DATA or CUSTOM_FIELDS): those of events of this name first, then
        those of others.
        """
        own = self._of_event.get((holder, event), _NO_NAMES).find(typed, most, without)
        if len(own) == most:
            return own
        left_out = {*without, *(use.name for use in own)}
        return own + self._of_store.get(holder, _NO_NAMES).find(typed, most - len(own), left_out)

    def findings(self, payload: Json) -> list[Finding]:
        """Where an event is unlike those that were sent: warnings, in the order of NAME, CUSTOM_FIELDS, DATA."""
        event = _name_of(payload)
        if not event or not self._of_event:
            return []
        found = self._about_name(event)
        for holder, properties in _objects(payload):
            asked = (event, holder, *properties, *map(type, properties.values()))
            shape = self._shapes.get(asked) or self._remembered(asked, event, holder, properties)
            if shape is not _AS_USUAL:
                found += _about(payload, holder, properties, shape)
        return found

    def habits(self, event: str, holder: str, names: Collection[str]) -> list[tuple[str, str]] | None:
        """Of `names` in a `holder` of events of this name those that always had one type, and that type: events with no
        other names are usual where these types hold. None when a name alone is unusual.
        """
        own, alike = self._of_event.get((holder, event), _NO_NAMES), self._alike(event, holder)
        if self._about_name(event) or any(alike.usual(name, ()) is not None for name in names):
            return None
        uses = (own.uses[name] for name in names if name in own.uses)
        return [(use.name, use.type) for use in uses if use.is_habit]

    def merged(self, payload: Json, findings: list[Finding]) -> list[Finding]:
        """The `findings` of the checks and its own, in the order of the document. What a change of type says better is
        not said twice, and of a value that is refused its type is not said.
        """
        own = self.findings(payload)
        if not own:
            return findings
        from composer.event.checks import in_document_order

        refused = {each.path for each in findings if each.severity is Severity.ERROR}
        own = [each for each in own if each.code != DRIFT or each.path not in refused]
        drifted = {each.path for each in own if each.code == DRIFT}
        kept = [each for each in findings if not (each.code in _SAID_BY_DRIFT and each.path in drifted)]
        return in_document_order(payload, [*kept, *own])

    def _about_name(self, event: str) -> list[Finding]:
        usual = self._of_store.get(NAME, _NO_NAMES).usual(event, ())
        if usual is None:
            return []
        return [_unusual("/eventName", usual, "event", (Fix(_rename(usual), (Set("/eventName", usual.name),)),))]

    def _remembered(self, asked: tuple[object, ...], event: str, holder: str, properties: dict[str, Json]) -> _Shape:
        """What names and types there are is nearly always what was there before: it is looked at once."""
        shape = self._shape(event, holder, properties)
        if len(self._shapes) >= _SHAPES:
            self._shapes.clear()
        self._shapes[asked] = shape
        return shape

    def _alike(self, event: str, holder: str) -> _Names:
        """A custom field is the customer's, whatever the event; a property of data is its event's own."""
        if holder == CUSTOM_FIELDS:
            return self._of_store.get(holder, _NO_NAMES)
        return self._of_event.get((holder, event), _NO_NAMES)

    def _shape(self, event: str, holder: str, properties: dict[str, Json]) -> _Shape:
        names = self._of_event.get((holder, event), _NO_NAMES)
        alike = self._alike(event, holder)
        typed, unusual = [], []
        for name, value in _members(holder, properties):
            use = names.uses.get(name)
            may_differ = isinstance(value, str) or (use is not None and type_of(value) not in ("", use.type))
            if use is not None and use.is_habit and may_differ:
                typed.append(use)
            usual = alike.usual(name, properties)
            if usual is not None:
                unusual.append((name, usual))
        return _Shape(tuple(typed), tuple(unusual)) if typed or unusual else _AS_USUAL


class _Shape(NamedTuple):
    """Of the names and types that an event has: the names whose values may be of another type than they were, and those
    that are nearly others.
    """

    typed: tuple[Use, ...]
    unusual: tuple[tuple[str, Use], ...]


_AS_USUAL = _Shape((), ())


class _Names:
    """The names of one place."""

    def __init__(self, uses: dict[str, Use], newest: int) -> None:
        self.uses = uses
        self._newest = newest
        if len(uses) > _MANY:
            _ = self._completion, self._usual

    def find(self, typed: str, most: int, without: Collection[str] = ()) -> list[Use]:
        """Those that hold what is `typed`."""
        return [self.uses[name] for name in self._completion.find(typed, most, without)]

    def usual(self, name: str, others: Collection[str]) -> Use | None:
        """The name that is nearly this one and used far more; None where it stands among `others`, too, and where this
        one has taken its place.
        """
        usual = self._usual.get(folded(name))
        if usual is None or usual.name == name or usual.uses < _ENOUGH or usual.name in others:
            return None
        own = self.uses.get(name)
        if own is None:
            return usual
        is_renamed = own.uses >= _ENOUGH and own.last_ms > usual.last_ms
        return None if is_renamed or usual.uses < _TIMES_AS_OFTEN * own.uses else usual

    @cached_property
    def _completion(self) -> Completion:
        return Completion([use.name for use in sorted(self.uses.values(), key=self._rank)])

    @cached_property
    def _usual(self) -> dict[str, Use]:
        """By what they have in common with others, the names used most."""
        found: dict[str, Use] = {}
        for use in self.uses.values():
            other = found.setdefault(folded(use.name), use)
            if use.uses > other.uses:
                found[folded(use.name)] = use
        found.pop("", None)  # marks alone have nothing in common
        return found

    def _rank(self, use: Use) -> tuple[float, str]:
        return ((self._newest - use.last_ms) / _MONTHS - log1p(use.uses), use.name)


_NO_NAMES = _Names({}, 0)
EMPTY = Vocabulary()


def names_of(payload: Json) -> Iterator[tuple[str, str, str, str]]:
    """What there is to learn from an event: (event, holder, name, type) of its name, its properties and custom fields.

    No more than an event may have, nothing longer than a name is, and nothing from one without a name.
    """
    event = _name_of(payload)
    if not event or not _is_name(event):
        return
    yield event, NAME, event, ""
    for holder, properties in _objects(payload):
        for name, value in _members(holder, properties):
            if _is_name(name):
                yield event, holder, name, type_of(value)


def type_of(value: Json) -> str:
    """TEXT, NUMBER, BOOLEAN, DATE, OBJECT or LIST; "" for null and for the empty text, which say nothing."""
    if isinstance(value, str):
        if value[4:5] == "-" and dates.is_rfc3339(value):
            return DATE
        return TEXT if value else ""
    return _TYPES.get(value.__class__, "")


def _name_of(payload: Json) -> str:
    name = payload.get("eventName") if isinstance(payload, dict) else None
    return name if isinstance(name, str) and not name.isspace() else ""


def _objects(payload: dict[str, Json]) -> list[tuple[str, dict[str, Json]]]:
    """What holds properties in an event, and is not empty."""
    customer, data = payload.get("customer"), payload.get("data")
    fields = customer.get("customFields") if isinstance(customer, dict) else None
    return [(holder, each) for holder, each in ((CUSTOM_FIELDS, fields), (DATA, data)) if each and type(each) is dict]


def _members(holder: str, properties: dict[str, Json]) -> Iterator[tuple[str, Json]]:
    pairs: Iterable[tuple[str, Json]] = properties.items()
    if holder == DATA and "$extra" in properties:
        pairs = ((name, value) for name, value in pairs if name != "$extra")
    return islice(pairs, MAX_DATA_PROPERTIES)


def _is_name(name: str) -> bool:
    if not name or len(name) > LONGEST or name.isspace():
        return False
    if name.isascii():
        return True
    try:
        name.encode()
    except UnicodeEncodeError:  # half a surrogate pair is no character, and can't be kept
        return False
    return True


def _together(places: dict[tuple[str, str], dict[str, Use]], holder: str) -> dict[str, Use]:
    """The uses of each name in all events."""
    found: dict[str, Use] = {}
    for (where, _), uses in places.items():
        if where == holder:
            for use in uses.values():
                other = found.get(use.name)
                if other is not None:
                    newer = use if use.last_ms > other.last_ms else other
                    use = newer._replace(uses=use.uses + other.uses)  # noqa: PLW2901
                found[use.name] = use
    return found


def _about(payload: Json, holder: str, properties: dict[str, Json], shape: _Shape) -> Iterator[Finding]:
    for use in shape.typed:
        value = properties[use.name]
        kind = type_of(value)
        if kind and kind != use.type and (use.type, kind) != (TEXT, DATE):  # a date is text, and better of the two
            yield _drift(holder, use, value, kind)
    for name, usual in shape.unusual:
        from composer.event.repairs import moved

        path, target = holder + join(name), holder + join(usual.name)
        what = "property" if holder == DATA else "custom field"
        yield _unusual(path, usual, what, moved(payload, path, target, _rename(usual)))


def _rename(usual: Use) -> str:
    return f"Rename to “{readable(usual.name)}”"


def _unusual(path: str, usual: Use, what: str, fixes: Fixes) -> Finding:
    message = (
        f"“{readable(usual.name)}” was sent {usual.uses:,} times; this name differs only in case or separators. "
        f"Redo takes it for another {what}."
    )
    return Finding(Severity.WARNING, UNUSUAL, path, message, fixes)


def _drift(holder: str, use: Use, value: Json, kind: str) -> Finding:
    path = holder + join(use.name)
    was, is_now = _IN_WORDS.get(use.type, use.type), _IN_WORDS.get(kind, kind)
    message = f"“{readable(use.name)}” was {was} in the last {use.streak:,} events; this is {is_now}."
    if use.type == DATE:
        message = f"{message} Redo would not index it as a date."
    fixes = tuple(Fix(label, (Set(path, meant),)) for label, meant in _meant(holder, use.type, value, kind))
    return Finding(Severity.WARNING, DRIFT, path, message, fixes)


def _meant(holder: str, wanted: str, value: Json, kind: str) -> Iterator[tuple[str, Json]]:
    """What a value can mean as one of the type that is `wanted`, as a label and the new value."""
    if wanted == DATE:
        for reading in _dates_meant(value, kind):
            yield f"Use {reading}", reading
    elif wanted == TEXT and kind in (NUMBER, BOOLEAN):
        literal = jsontext.scalar(value) if isinstance(value, (bool, float)) or abs(value) < 10**64 else ""
        if 0 < len(literal) <= _LONGEST_LITERAL:
            yield f"Change to the text {literal}", literal
    elif wanted == BOOLEAN and kind == TEXT and value.strip().casefold() in ("true", "false"):
        meant = value.strip().casefold()
        yield f"Change to {meant}", meant == "true"
    elif wanted == NUMBER and kind == TEXT:
        from composer.event.repairs import number_meant

        number = number_meant(value)
        # In data a 0 would count as unset.
        if number is not None and not jsontext.loses_precision(number) and (number or holder != DATA):
            yield f"Change to the number {jsontext.scalar(number)}", number


def _dates_meant(value: Json, kind: str) -> tuple[str, ...]:
    if kind == NUMBER:
        reading = dates.from_epoch(value)
        return (reading,) if reading else ()
    if kind != TEXT:
        return ()
    bare = value.strip() if len(value) <= _LONGEST_LITERAL else value
    return (bare,) if dates.is_rfc3339(bare) else dates.near_miss(value) or ()
