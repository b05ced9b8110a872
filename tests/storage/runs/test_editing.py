"""Changing rows: one at a time, all that say the same, or every one through another mapping."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from composer.event.findings import Severity
from composer.storage.runs import Finished, Group, Options, Run, RunError, State
from composer.storage.runs.importing import append
from composer.storage.runs.kinds import MAX_KINDS
from tests.support.runs import added, event, states

Make = Callable[..., Run]


def group(run: Run, code: str) -> Group:
    return next(group for group in run.groups() if group.code == code)


def codes(run: Run, number: int) -> list[str]:
    return [finding.code for finding in run.record(number).said]


def test_a_row_with_errors_is_held_back_until_it_has_none(of_events: Make) -> None:
    run = of_events(event(1, value="a lot"), event(2))
    assert states(run) == [State.HELD_BACK, State.WAITING]
    assert run.record(1).reason == "Value must be a number, not text."
    run.edit(1, event(1, value=5, valueCurrency="EUR"))
    run.edit(2, event(2, customer={}))
    assert states(run) == [State.WAITING, State.HELD_BACK]
    assert (run.record(1).edited, run.record(1).said, run.record(1).severity) == (True, [], None)
    assert [group.code for group in run.groups()] == ["missing-identity"]
    run.edit(2, None)
    assert states(run) == [State.WAITING] * 2
    assert (run.record(2).edited, run.groups()) == (False, [])


def test_a_table_s_row_keeps_its_cells(of_table: Make) -> None:
    run = of_table("Event\tEmail\tValue\tCurrency\nA\ta@b.co\tmany\tUSD\n")
    run.edit(2, run.record(2).event | {"value": 7})
    record = run.record(2)
    assert (record.source, record.edited, record.event["value"]) == (["A", "a@b.co", "many", "USD"], True, 7)
    assert json.loads(run.take(0, 1)[0].body) == record.event
    run.edit(2, None)
    assert (run.record(2).event["value"], states(run)) == ("many", [State.HELD_BACK])


def test_what_was_sent_can_not_be_edited(of_events: Make) -> None:
    run = of_events(*(event(number) for number in range(1, 5)))
    with run.hold():
        run.finish([Finished(run.begin([1]), "queued", State.QUEUED, "", 202)])
        run.finish([Finished(run.begin([2]), "no-answer", State.NO_ANSWER, "")])
        run.finish([Finished(run.begin([3]), "rejected", State.REJECTED, "No.", 400)])
        run.begin([4])
    for number, words in ((1, "Row 1 was queued by the server"), (2, "Row 2 may have arrived"), (4, "is on its way")):
        with pytest.raises(RunError, match=words):
            run.edit(number, event(9))
    run.edit(3, event(9))
    assert states(run) == [State.QUEUED, State.NO_ANSWER, State.WAITING, State.IN_FLIGHT]
    assert run.record(3).reason == ""
    with pytest.raises(KeyError):
        run.edit(99, event(9))


def test_excluding_and_taking_back_in(of_events: Make) -> None:
    run = of_events(event(1), event(2, value="x"), event(3))
    with run.hold():
        run.finish([Finished(run.begin([3]), "queued", State.QUEUED, "", 202)])
    assert run.exclude(range(1, 4), True) == 2
    assert states(run) == [State.EXCLUDED, State.EXCLUDED, State.QUEUED]
    assert run.record(1).reason == "excluded"
    run.edit(1, event(9))
    assert states(run)[0] is State.EXCLUDED  # what a person took out stays out
    assert run.exclude(range(1, 4), False) == 2
    assert states(run) == [State.WAITING, State.HELD_BACK, State.QUEUED]


def test_sending_anyway_lets_go_what_was_held_back_but_never_what_can_not_be_read(of_events: Make) -> None:
    run = of_events(event(1, value="x"), '{"eventName": ', event(3))
    assert states(run) == [State.HELD_BACK, State.HELD_BACK, State.WAITING]
    run.change(options=Options(send_anyway=True))
    assert states(run) == [State.WAITING, State.HELD_BACK, State.WAITING]
    assert run.exclude([2], True) == run.exclude([2], False) == 1
    assert states(run)[1] is State.HELD_BACK
    run.change(options=Options())
    assert states(run) == [State.HELD_BACK, State.HELD_BACK, State.WAITING]


def test_a_row_that_can_not_be_read_is_kept_as_it_is(of_events: Make) -> None:
    run = of_events('{"eventName": ')
    record = run.record(1)
    assert (record.event, record.text, record.severity) == (None, '{"eventName": ', Severity.ERROR)
    assert codes(run, 1) == ["unreadable-row"]
    assert record.reason == "Line 1, column 15: the text ends too early; a bracket, quote or value is missing."
    run.edit(1, event(1))
    assert states(run) == [State.WAITING]
    run.edit(1, None)
    assert (codes(run, 1), states(run)) == (["unreadable-row"], [State.HELD_BACK])


def test_findings_come_in_groups_and_filter_the_rows(of_events: Make) -> None:
    run = of_events(
        event(1, value="x"),
        event(2),
        event(3, value=True, uniqueId="same"),
        event(4, value=5),
        event(5, uniqueId="same"),
    )
    first, second, third = run.groups()
    assert first[1:] == (Severity.ERROR, "wrong-type", "/value", "Value must be a number, not text.", (), 2)
    assert (second.code, second.rows, third.code, third.rows) == ("value-without-currency", 3, "repeated-unique-id", 1)
    assert list(run.numbers(kind=first.kind)) == [1, 3]
    assert list(run.numbers(kind=second.kind, states=[State.WAITING])) == [4]
    assert list(run.numbers(severity=Severity.ERROR)) == [1, 3]
    assert list(run.numbers(severity=Severity.WARNING)) == [4, 5]
    assert list(run.numbers(states=[State.WAITING, State.STOPPED])) == [2, 4, 5]
    assert list(run.numbers(states=[])) == []
    assert run.numbers() == range(1, 6)
    assert run.severities() == {Severity.ERROR: 2, Severity.WARNING: 2, None: 1}
    said = run.record(3).said[0]
    assert said.message == "Value must be a number, not true."  # its own words, not the group's


def test_numbers_that_are_no_range_come_as_they_are(of_events: Make) -> None:
    run = of_events()
    assert run.numbers() == range(0)
    far = 2**40
    run.add([added(number, event(number)) for number in (3, 4, 900, far)])
    assert list(run.numbers()) == list(run.numbers(states=[State.WAITING])) == [3, 4, 900, far]
    assert [record.number for record in run.records([900, 5, 3])] == [900, 3]


def test_one_fix_repairs_all_rows_each_with_its_own_value(of_table: Make) -> None:
    run = of_table(
        "Event\tEmail\tPhone\n"
        "A\ta@b.co\t2065551234\n"
        "A\ta@b.co\t(206) 555-1235\n"
        "A\ta@b.co\tnone\n"
        "A\ta@b.co\t206-555-1236\tmore\n"
        "A\ta@b.co\t206 555 1237\n"
    )
    run.exclude([6], True)
    told = group(run, "bad-phone")
    assert (told.fixes, told.rows) == (("Use +12065551234",), 5)
    seen: list[tuple[int, int]] = []
    assert run.fix_all(told.kind, 0, lambda done, of: seen.append((done, of))) == 4
    assert seen == [(5, 5)]
    phones = [record.event["customer"]["phoneNumber"] for record in run.records(range(2, 7))]
    assert phones == ["+12065551234", "+12065551235", "none", "+12065551236", "+12065551237"]
    assert states(run) == [State.WAITING, State.WAITING, State.HELD_BACK, State.HELD_BACK, State.EXCLUDED]
    assert codes(run, 5) == ["long-row"]  # which the fix did not touch
    assert group(run, "bad-phone").rows == 1
    assert run.record(2).source == ["A", "a@b.co", "2065551234"]
    assert not run.record(4).edited


def test_a_fix_is_never_another_one_in_its_place(of_events: Make) -> None:
    """In the second row "Rename" would overwrite a value, so "Remove" comes first there."""
    run = of_events(
        event(1, customer={"email": "a@b.co", "firstname": "Ann"}),
        event(2, customer={"email": "a@b.co", "firstname": "Ann", "firstName": "Bea"}),
    )
    told = group(run, "unknown-field")
    assert told.fixes == ("Rename to firstName", "Remove")
    assert run.fix_all(told.kind, 0) == 1
    assert [record.event["customer"].get("firstName") for record in run.records([1, 2])] == ["Ann", "Bea"]
    assert run.record(2).event["customer"]["firstname"] == "Ann"
    assert run.fix_all(told.kind, 1) == 1
    assert states(run) == [State.WAITING] * 2
    with pytest.raises(IndexError):
        run.fix_all(told.kind, 7)
    with pytest.raises(KeyError):
        run.fix_all(999, 0)


def test_a_date_that_can_be_read_two_ways_is_read_one_way_in_all_rows(of_events: Make) -> None:
    run = of_events(
        *(event(number, data={"At": at}) for number, at in enumerate(("04/02/2026", "05/03/2026", "25/12/2026")))
    )
    told = group(run, "not-a-date")
    assert told.fixes == ("Use 2026-04-02T00:00:00Z", "Use 2026-02-04T00:00:00Z")
    run.fix_all(told.kind, 1)
    assert [record.event["data"]["At"][:10] for record in run.records(run.numbers())] == [
        "2026-02-04", "2026-03-05", "2026-12-25",
    ]  # fmt: skip


def test_rows_that_were_sent_are_not_fixed(of_events: Make) -> None:
    run = of_events(*(event(number, data={"Count": "5"}) for number in range(1, 4)))
    with run.hold():
        run.finish([Finished(run.begin([1]), "queued", State.QUEUED, "", 202)])
    told = group(run, "number-as-text")
    assert run.fix_all(told.kind, 0, stop=lambda: True) == 0
    assert run.fix_all(told.kind, 0) == 2
    assert [record.event["data"]["Count"] for record in run.records(run.numbers())] == ["5", 5, 5]


def test_another_mapping_reads_every_row_anew_but_those_edited(of_table: Make) -> None:
    from composer.event.table.mapping import from_json

    run = of_table("Event\tEmail\tPhone\tKey\nA\ta@b.co\t123\tk-1\nA\tbad\t\tk-1\nA\tc@d.co\t\t\nA\td@e.co\t\tk-2\n")
    assert states(run) == [State.HELD_BACK, State.HELD_BACK, State.WAITING, State.WAITING]
    run.edit(3, event(3))
    run.exclude([4], True)
    mapping = from_json(run.info.mapping)
    columns = {column.header: column for column in mapping.columns}
    changed = mapping._replace(
        columns=(
            columns["Event"],
            columns["Email"],
            columns["Phone"]._replace(path=""),
            columns["Key"]._replace(path="/uniqueId"),
        )
    )
    assert run.recheck(changed, stop=lambda: True) is False
    assert states(run) == [State.HELD_BACK, State.WAITING, State.EXCLUDED, State.WAITING]
    assert group(run, "bad-phone").rows == 1

    told: list[tuple[int, int]] = []
    assert run.recheck(changed, lambda done, of: told.append((done, of))) is True
    assert told == [(4, 4)]
    assert states(run) == [State.WAITING, State.WAITING, State.EXCLUDED, State.WAITING]
    assert run.groups() == []
    assert [record.event.get("uniqueId", "") for record in run.records([2, 5])] == ["k-1", "k-2"]
    assert run.record(3).event["customer"] == event(3)["customer"]
    run.edit(3, None)
    assert codes(run, 3) == ["bad-email", "repeated-unique-id"]
    with run.hold():
        run.begin([2])
    with pytest.raises(RunError, match="sent already, so its mapping and its variables stay"):
        run.recheck(mapping)


def test_the_same_unique_id_twice_is_told_in_the_later_row(of_events: Make) -> None:
    run = of_events(
        event(1, uniqueId="a"), event(2, uniqueId="b"), event(3, uniqueId="a"), event(4), event(5, uniqueId="a")
    )
    assert [codes(run, number) for number in range(1, 6)] == [
        [],
        [],
        ["repeated-unique-id"],
        [],
        ["repeated-unique-id"],
    ]
    assert run.record(5).said[0].message.startswith("Row 1 has the same unique ID.")
    run.edit(1, event(1, uniqueId="a", value=1, valueCurrency="USD"))
    assert codes(run, 1) == []
    run.edit(3, event(3, uniqueId="c"))
    assert codes(run, 3) == []
    run.edit(2, event(2, uniqueId="c"))
    assert run.record(2).said[0].message.startswith("Row 3 has the same unique ID.")
    run.recheck(None)
    assert [codes(run, number) for number in range(1, 6)] == [
        [],
        [],
        ["repeated-unique-id"],
        [],
        ["repeated-unique-id"],
    ]


def test_an_event_is_added_behind_the_last_row_as_often_as_wanted(
    of_events: Make, of_table: Make, runs: object
) -> None:
    run = of_events(event(1))
    text = json.dumps(event(7, uniqueId="fixed"))
    told: list[tuple[int, float]] = []
    assert append(run, f"\ufeff {text}\n", 3, lambda rows, share: told.append((rows, share)))
    assert list(run.numbers()) == [1, 2, 3, 4]
    assert [codes(run, number) for number in (2, 3)] == [[], ["repeated-unique-id"]]
    assert append(run, text)
    assert group(run, "repeated-unique-id").rows == 3
    assert append(run, json.dumps(event(8)), 5000, stop=lambda: True) is False
    assert run.info.rows == 5
    with pytest.raises(RunError, match=r"The rows of “orders.csv” are those of a table"):
        append(of_table("Email\tEvent\na@b.co\tA\n"), text)


def test_a_new_run_is_ready_once_an_event_was_added(runs: object) -> None:
    from composer.storage.runs import Runs, Status

    assert isinstance(runs, Runs)
    run = runs.create("Composed", "", "events", None, {}, None)
    append(run, json.dumps(event(1)), 2)
    assert (run.info.status, run.info.rows) == (Status.READY, 2)
    assert [parcel.number for parcel in run.take(0, 9)] == [1, 2]
    run.close()


def test_findings_at_thousands_of_places_do_not_grow_without_end(of_events: Make) -> None:
    run = of_events()
    run.add(added(number, event(number, data={f"P{number}": "5"})) for number in range(1, MAX_KINDS + 20))
    groups = run.groups()
    assert len(groups) == MAX_KINDS + 1
    rest = groups[0]
    assert (rest.code, rest.path, rest.rows) == ("number-as-text", "", 19)
    last = run.record(MAX_KINDS + 19)
    assert [(finding.code, finding.path) for finding in last.said] == [("number-as-text", f"/data/P{MAX_KINDS + 19}")]
    assert run.fix_all(rest.kind, 0) == 19
    assert run.record(MAX_KINDS + 19).event["data"] == {f"P{MAX_KINDS + 19}": 5}
