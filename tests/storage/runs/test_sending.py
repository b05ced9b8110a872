"""What goes over the wire, and that it is written down before it goes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from composer.event import jsontext
from composer.storage.database import StorageError
from composer.storage.runs import Finished, Options, Run, RunError, Runs, State
from tests.support.runs import ACME, added, event, states

Make = Callable[..., Run]


def queued(request: int) -> Finished:
    return Finished(request, "queued", State.QUEUED, "Queued (202).", 202)


def bodies(run: Run) -> list[Any]:
    return [json.loads(parcel.body) for parcel in run.take(0, 100)]


def test_events_go_as_they_are_written_and_tables_as_compact_json(of_events: Make, of_table: Make) -> None:
    text = '{ "eventName":"A",\n "customer":{"email":"a@b.co"}, "value":12.00, "uniqueId":"u-1" }'
    (parcel,) = of_events(text).take(0, 10)
    assert parcel == (1, True, text.encode())
    run = of_table("Event\tEmail\tValue\tuniqueId\nKauf Größe\ta@b.co\t12.50\tu-2\n")
    (parcel,) = run.take(0, 10)
    body = '{"eventName":"Kauf Größe","customer":{"email":"a@b.co"},"value":12.5,"uniqueId":"u-2"}'
    assert parcel == (2, True, body.encode())
    assert run.record(2).text == body


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ('{"eventName":"A","value":12.00}', '{"eventName":"A","value":12.00,"uniqueId":"%s"}'),
        ('{"eventName":"A" }\n', '{"eventName":"A","uniqueId":"%s"}'),
        ("{ }", '{"uniqueId":"%s"}'),
        ('{"a":{}}', '{"a":{},"uniqueId":"%s"}'),
        ('{"a":"}"}', '{"a":"}","uniqueId":"%s"}'),
    ],
)
def test_a_missing_unique_id_is_filled_in_where_it_is_shown_too(of_events: Make, text: str, sent: str) -> None:
    run = of_events(text, options=Options(send_anyway=True))
    sent %= f"{run.id}-1"
    (parcel,) = run.take(0, 1)
    assert parcel == (1, True, sent.encode())
    record = run.record(1)
    assert record.text == sent
    assert record.event == json.loads(sent)


def test_without_filling_nothing_is_added(of_events: Make) -> None:
    run = of_events(event(1), options=Options(fill_ids=False))
    with run.hold():
        assert [(parcel.unique_id, parcel.body) for parcel in run.take(0, 1)] == [
            (False, json.dumps(event(1)).encode())
        ]
    assert "uniqueId" not in run.record(1).event


@pytest.mark.parametrize("unfit", ["[1]", '{"uniqueId":null}', '{"uniqueId":5}', '{"uniqueId":""}'])
def test_what_is_no_unique_id_is_sent_as_it_stands(of_events: Make, unfit: str) -> None:
    run = of_events(unfit, options=Options(send_anyway=True))
    assert run.take(0, 1) == [(1, False, unfit.encode())]


def test_numbers_keep_their_literals_and_half_surrogates_are_escaped(of_events: Make) -> None:
    run = of_events(event(1))
    precise = jsontext.parse(
        '{"eventName":"A \\ud83d","customer":{"email":"a@b.co"},"data":{"n":0.10,"big":9007199254740993}}'
    )
    run.edit(1, precise.payload)
    (parcel,) = run.take(0, 1)
    assert b'"n":0.10,"big":9007199254740993' in parcel.body
    assert b'"eventName":"A \\ud83d"' in parcel.body
    assert run.record(1).event["eventName"] == "A \ud83d"


def test_a_table_s_base_keeps_its_literals(runs: Runs) -> None:
    from composer.event.table.mapping import Column, Mapping
    from composer.storage.runs.importing import import_rows
    from composer.storage.sources import pasted

    base = jsontext.parse('{"eventName":"A","value":12.00,"valueCurrency":"USD"}').payload
    run = runs.create("a", "", "table", ("Email",), {}, Mapping((Column("Email", "/customer/email"),), base))
    import_rows(run, pasted("Email\ta\na@b.co\tx\n"))
    run.change(options=Options(send_anyway=True))
    assert b'"value":12.00' in run.take(0, 1)[0].body
    assert '"value":12.00' in run.record(2).text
    run.close()


def test_rows_are_taken_in_order_and_only_while_they_wait(of_events: Make) -> None:
    run = of_events(*(event(number) for number in range(1, 8)))
    run.exclude([2], True)
    assert [parcel.number for parcel in run.take(0, 3)] == [1, 3, 4]
    assert [parcel.number for parcel in run.take(4, 100)] == [5, 6, 7]
    assert run.take(7, 100) == []


def test_a_request_is_on_the_disk_before_it_is_sent(of_events: Make, runs: Runs) -> None:
    run = of_events(*(event(number) for number in range(1, 6)))
    with run.hold():
        request = run.begin([1, 2, 4])
    seen = runs.open(run.id)
    assert [record.state for record in seen.records([1, 3, 4])] == [State.IN_FLIGHT, State.WAITING, State.IN_FLIGHT]
    assert seen.request(request).numbers == [1, 2, 4]
    assert seen.requests()[0][2:] == (0, 3, "", None, "", 0)
    assert seen.info.requests == 1
    seen.close()
    assert run._database.read("PRAGMA synchronous") == [(2,)]


def test_how_a_request_ended_is_told_for_each_row(of_events: Make) -> None:
    run = of_events(*(event(number) for number in range(1, 6)))
    with run.hold():
        first = run.begin([1, 2, 3])
        second = run.begin([4, 5])
        run.finish(
            [
                Finished(
                    first, "queued", State.QUEUED, "Queued (202).", 202, [("x-a", "1")], b"\xff{}", 42, "",
                    [(2, State.REJECTED, "Email is bad \ud800.")],
                ),
                Finished(second, "rejected", State.REJECTED, "Rejected (400).", 400, (), b"", 7, "raw"),
            ]
        )  # fmt: skip
    assert states(run) == [State.QUEUED, State.REJECTED, State.QUEUED, State.REJECTED, State.REJECTED]
    assert [record.reason for record in run.records(range(1, 6))] == [
        "", "Email is bad \ud800.", "", "Rejected (400).", "Rejected (400).",
    ]  # fmt: skip
    assert [record.request for record in run.records(range(1, 6))] == [first] * 3 + [second] * 2
    whole = run.request(first)
    assert (whole.headers, whole.body, whole.numbers) == ([("x-a", "1")], b"\xff{}", [1, 2, 3])
    assert whole.request[2:] == (0, 3, "queued", 202, "Queued (202).", 42)
    assert run.request(second).detail == "raw"
    assert [request.id for request in run.requests()] == [second, first]
    assert [request.id for request in run.requests(before=second)] == [first]
    with pytest.raises(KeyError):
        run.request(99)


def test_finishing_twice_changes_nothing(of_events: Make) -> None:
    run = of_events(event(1))
    with run.hold():
        request = run.begin([1])
        run.finish([queued(request)])
        run.finish([Finished(request, "rejected", State.REJECTED, "Rejected.", 429), queued(99)])
    assert states(run) == [State.QUEUED]
    assert run.request(request).request.kind == "queued"
    assert run.info.limited == 0


def test_a_batch_is_finished_whole_or_not_at_all(of_events: Make) -> None:
    run = of_events(event(1), event(2))
    with run.hold():
        requests = [run.begin([1]), run.begin([2])]
        pages = run._database.read("PRAGMA page_count")[0][0]
        run._database.read(f"PRAGMA max_page_count = {pages}")
        big = Finished(requests[1], "queued", State.QUEUED, "", 202, (), b"x" * 500_000)
        with pytest.raises(StorageError, match="The disk is full"):
            run.finish([queued(requests[0]), big])
        assert states(run) == [State.IN_FLIGHT] * 2
        run._database.read("PRAGMA max_page_count = 1000000")
        run.finish([queued(requests[0]), big])
    assert states(run) == [State.QUEUED] * 2


def test_what_was_limited_and_repeated_is_counted(of_events: Make) -> None:
    run = of_events(event(1))
    with run.hold():
        first = run.begin([1])
        run.finish([Finished(first, "rate-limited", State.WAITING, "Too many.", 429)])
        second = run.begin([1], first)
        run.finish([queued(second)])
    info = run.info
    assert (info.requests, info.retries, info.limited) == (2, 1, 1)
    assert run.request(second).request.attempt_of == first


def test_what_was_begun_and_not_sent_waits_again_and_counts_for_nothing(of_events: Make) -> None:
    run = of_events(event(1), event(2), event(3))
    with run.hold():
        first = run.begin([1, 2])
        second = run.begin([3], first)
        run.release([1, 3])
        assert states(run) == [State.WAITING, State.IN_FLIGHT, State.WAITING]
        assert (run.request(first).request.kind, run.request(second).request.kind) == ("", "cancelled")
        assert (run.info.requests, run.info.retries) == (1, 0)
        run.release([1, 2, 3])
        assert run.request(first).request.sentence == "Nothing of it was sent."
    assert (run.info.requests, states(run)) == (0, [State.WAITING] * 3)


def test_a_row_that_does_not_wait_can_not_be_begun(of_events: Make) -> None:
    run = of_events(event(1), event(2))
    with run.hold():
        run.begin([1])
        with pytest.raises(ValueError, match="only 1 were waiting"):
            run.begin([1, 2])
        assert states(run) == [State.IN_FLIGHT, State.WAITING]
        for state in (State.IN_FLIGHT, State.HELD_BACK, State.EXCLUDED):
            with pytest.raises(ValueError, match="after it was sent"):
                run.finish([Finished(1, "queued", state, "")])


def test_what_was_in_flight_is_sent_again_only_with_a_unique_id(of_events: Make) -> None:
    run = of_events(event(1, uniqueId="u-1"), event(2), options=Options(fill_ids=False))
    with run.hold():
        request = run.begin([1, 2])
    with run.hold():
        run.recover()
    assert states(run) == [State.WAITING, State.NO_ANSWER]
    assert "sending it again could double it" in run.record(2).reason
    assert run.request(request).request.kind == "no-answer"
    assert run.retry([1, 2]) == 0
    assert states(run) == [State.WAITING, State.NO_ANSWER]


def test_a_row_keeps_the_id_it_was_sent_with_whatever_the_options_say_later(of_events: Make) -> None:
    run = of_events(event(1), event(2))
    with run.hold():
        before = run.take(0, 1)
        run.begin([1])
    run.change(options=Options(fill_ids=False))
    with run.hold():
        run.recover()
        assert run.take(0, 2)[:1] == before
        assert [parcel.unique_id for parcel in run.take(0, 2)] == [True, False]
        run.finish([Finished(run.begin([1, 2]), "rejected", State.REJECTED, "No.", 400)])
        run.retry()
        assert run.take(0, 1) == before
    assert run.record(1).event["uniqueId"] == f"{run.id}-1"


def test_what_may_have_arrived_is_never_called_not_sent_and_never_changed(of_events: Make) -> None:
    """Its second event would be dropped for the first one's uniqueId, or double it with another."""
    run = of_events(*(event(number) for number in range(1, 5)))
    with run.hold():
        died = run.begin([1])
        run.recover()
        doubt = run.begin([2, 3])
        again = [(2, State.WAITING, "The server failed.")]
        run.finish([Finished(doubt, "server-error", State.NO_ANSWER, "The server failed.", 500, apart=again)])
        run.finish([Finished(run.begin([2]), "rate-limited", State.WAITING, "Too many.", 429)])
    assert states(run) == [State.WAITING, State.WAITING, State.NO_ANSWER, State.WAITING]
    for number in (1, 2, 3):
        with pytest.raises(RunError, match=f"Row {number} may have arrived"):
            run.edit(number, event(9))
    assert run.exclude(range(1, 5), True) == 1
    assert run.exclude([4], False) == 1
    assert run.stop_waiting() == 3
    assert states(run) == [State.NO_ANSWER, State.NO_ANSWER, State.NO_ANSWER, State.STOPPED]
    assert [record.reason for record in run.records([2, 3])] == ["The server failed."] * 2
    assert "safe to send it again" in run.record(1).reason
    assert died < doubt
    with run.hold():
        run.retry()
        run.finish([Finished(run.begin([1, 2, 3]), "rejected", State.REJECTED, "No.", 400)])
    assert [record.reason for record in run.records([1, 2])] == ["No."] * 2
    run.edit(1, event(9))


def test_an_answer_that_never_came_may_be_retried_where_that_is_safe(of_events: Make) -> None:
    run = of_events(*(event(number) for number in range(1, 5)))
    with run.hold():
        run.finish([Finished(run.begin([1, 2]), "no-answer", State.NO_ANSWER, "No answer.")])
        run.finish([queued(run.begin([3]))])
        assert run.stop_waiting() == 1
    assert states(run) == [State.NO_ANSWER, State.NO_ANSWER, State.QUEUED, State.STOPPED]
    assert run.record(4).reason == "stopped"
    assert run.retry([2, 3]) == 1
    assert run.retry(states=[State.STOPPED, State.QUEUED]) == 1
    assert states(run) == [State.NO_ANSWER, State.WAITING, State.QUEUED, State.WAITING]
    assert run.record(2).reason == ""
    assert run.retry() == 1


def test_a_run_that_was_over_is_not_when_rows_wait_again(of_events: Make) -> None:
    from composer.storage.runs import Status

    run = of_events(event(1))
    with run.hold(ACME):
        run.stop_waiting()
        run.change(status=Status.STOPPED, reason="Stopped.")
    run.retry()
    assert (run.info.status, run.info.reason) == (Status.READY, "")


def test_a_rejected_row_that_was_sent_in_spite_of_errors_is_held_back_next_time(of_events: Make) -> None:
    run = of_events(event(1, value="x"), options=Options(send_anyway=True))
    with run.hold():
        run.finish([Finished(run.begin([1]), "rejected", State.REJECTED, "No.", 400)])
    run.change(options=Options())
    assert run.retry() == 1
    assert states(run) == [State.HELD_BACK]


def test_the_stamp_is_another_when_other_events_would_go(of_events: Callable[..., Run]) -> None:
    run = of_events(*map(event, range(1, 6)))
    stamps = [run.stamp()]
    assert run.stamp() == stamps[0]
    for change in (
        lambda: run.edit(2, event(7)),
        lambda: run.edit(2, event(8)),
        lambda: run.exclude([2], True),
        lambda: run.exclude([3], True),
        lambda: run.append(lambda first, _: [added(first, event(9))]),
    ):
        change()
        stamps.append(run.stamp())
    assert len(set(stamps)) == len(stamps)
    run.exclude([2, 3], False)
    run.exclude([2, 3], True)
    assert run.stamp() == stamps[-1]
