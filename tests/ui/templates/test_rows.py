"""The lines of the list: in the order people expect, open or closed, with what is searched for and nothing else."""

from __future__ import annotations

from composer.storage.templates import Broken, Listing, Template
from composer.ui.templates.rows import FAVOURITES, OWN, STARTERS, Kind, Line, Wanted, best, favourite_key, lines
from tests.ui.templates.conftest import event

STARTER = Template("Welcome", event("User Registered"), starter=True)


def listing(*paths: str, broken: tuple[str, ...] = (), folders: tuple[str, ...] = ()) -> Listing:
    return Listing([Template(path, event()) for path in paths], [Broken(path, "line 3") for path in broken], [*folders])


def drawn(shown: list[Line]) -> list[str]:
    return ["  " * line.depth + line.name for line in shown]


def test_folders_stand_before_templates_and_names_are_ordered_as_people_count() -> None:
    found = listing("b", "A 10", "A 2", "Shop/x", "Shop/Deep/y", "apples/z", folders=("Shop", "Shop/Deep", "apples"))
    assert drawn(lines(found, [STARTER], Wanted())) == [
        OWN,
        "  apples",
        "    z",
        "  Shop",
        "    Deep",
        "      y",
        "    x",
        "  A 2",
        "  A 10",
        "  b",
        STARTERS,
        "  Welcome",
    ]


def test_a_folder_says_how_many_templates_are_below_it() -> None:
    found = listing("Shop/x", "Shop/Deep/y", broken=("Shop/bad",), folders=("Shop", "Shop/Deep", "Empty"))
    holds = {line.name: line.holds for line in lines(found, [], Wanted()) if line.kind is Kind.FOLDER}
    assert holds == {"Shop": 2, "Deep": 1, "Empty": 0}


def test_a_broken_file_stands_where_it_is() -> None:
    shown = lines(listing("Shop/x", broken=("Shop/bad",), folders=("Shop",)), [], Wanted())
    assert [(line.name, line.depth, line.says) for line in shown if line.kind is Kind.BROKEN] == [("bad", 2, "line 3")]


def test_what_is_closed_hides_what_is_in_it_until_something_is_searched_for() -> None:
    found = listing("Shop/x", "y", folders=("Shop",))
    closed = frozenset({f"folder/{OWN}/Shop"})
    assert drawn(lines(found, [], Wanted(closed=closed))) == [OWN, "  Shop", "  y"]
    assert drawn(lines(found, [], Wanted("x", closed))) == [OWN, "  Shop", "    x"]
    assert drawn(lines(found, [], Wanted(closed=frozenset({f"section/{OWN}/"})))) == [OWN]


def test_a_search_leaves_out_folders_and_sections_with_nothing_found() -> None:
    found = listing("Shop/order", "Other/thing", broken=("Other/order too",), folders=("Shop", "Other", "Empty"))
    found.templates[1] = found.templates[1]._replace(event=event("Cart Abandoned"))
    assert drawn(lines(found, [STARTER], Wanted("order"))) == [
        OWN,
        "  Other",
        "    order too",
        "  Shop",
        "    order",
    ]
    assert lines(found, [STARTER], Wanted("xyzzy")) == []


def test_favourites_stand_first_and_also_where_they_are() -> None:
    liked = ("Shop/x", favourite_key(STARTER))
    shown = lines(listing("Shop/x", "Welcome", folders=("Shop",)), [STARTER], Wanted(favourites=liked))
    assert drawn(shown)[:3] == [FAVOURITES, "  Welcome", "  x"]
    assert [(line.section, line.name) for line in shown if line.is_favourite] == [
        (FAVOURITES, "Welcome"),
        (FAVOURITES, "x"),
        (OWN, "x"),
        (STARTERS, "Welcome"),  # and not one's own of that name
    ]


def test_with_nothing_of_ones_own_the_list_says_so() -> None:
    shown = lines(listing(), [STARTER], Wanted())
    assert [(line.kind, line.name) for line in shown[:2]] == [(Kind.SECTION, OWN), (Kind.NOTE, "None yet")]


def test_the_best_match_is_one_whose_name_begins_with_the_words() -> None:
    shown = lines(listing("A new order", "Order placed"), [], Wanted("order"))
    assert best(shown, "order") == f"template/{OWN}/Order placed"
    assert best(shown, "new") == f"template/{OWN}/A new order"
    assert best([], "new") == ""


def test_every_line_has_a_key_of_its_own() -> None:
    found = listing("Shop/x", "Shop", "Welcome", broken=("Shop/bad",), folders=("Shop",))
    keys = [line.key for line in lines(found, [STARTER], Wanted(favourites=("Shop/x", "Welcome")))]
    assert len(keys) == len(set(keys))
