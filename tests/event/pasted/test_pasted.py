"""What is pasted is read as an event where it is one, stays an ordinary paste where not, and brings no key along."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from composer.event.jsontext import dumps
from composer.event.pasted import Pasted, PasteError, read
from composer.event.snippets import as_curl, as_javascript, as_python
from tests.event.test_jsontext import documents

KEY = "rk-0123456789-secret"
BASE = "https://api.getredo.com/v2.2"
URL = f"{BASE}/stores/64e5a8a1af49a89df37e4ee7/events"
EVENT = '{"eventName": "Order Placed", "customer": {"email": "ann@example.com"}, "value": 12.00}'
OTHER = '{"eventName": "Other", "customer": {"email": "bob@example.com"}}'
OLD = '{"event_name": "x", "email": "a@b.test", "properties": {"n": 12.00, "items": [1]}, "cart_context": {"a": 1}}'


def some(text: str) -> Pasted:
    pasted = read(text)
    assert pasted is not None
    return pasted


def refused(text: str) -> str:
    with pytest.raises(PasteError) as error:
        read(text)
    return str(error.value)


def har(*requests: dict[str, Any]) -> str:
    return json.dumps({"log": {"version": "1.2", "entries": [{"request": request, "time": 1} for request in requests]}})


def call(body: str, url: str = URL, method: str = "POST") -> dict[str, Any]:
    headers = [{"name": "Authorization", "value": f"Bearer {KEY}"}, {"name": "Cookie", "value": f"s={KEY}"}]
    return {"method": method, "url": url, "headers": headers, "postData": {"mimeType": "text/plain", "text": body}}


# Ordinary pastes


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "\n", "word", "two words", "12", "12.5", "-1", "true", "null", '"text"', '"eventName"', "+12065551234",
        "ann@example.com", "2026-04-02T12:00:00Z", URL, "{", "[", "{}", "[]", "[1, 2]", '{"a": 1}', "{x}", "{{x}}",
        '{"email": "ann@example.com"}', '{"email": "ann@example.com", "firstName": "Ann"}', '{"customer": "ann"}',
        '{"customer": {"email": "ann@example.com"}}', '{"events": []}', '{"events": [1]}', '{"properties": {}}',
        '"customer": {"email": "ann@example.com"},', '{"a": 1', "[1, 2", "curl",
        '{"a": 1}\n{"eventName": "x"}', "curl up", "Curl is a tool",
        "curling - a sport", "the curl -d option", "fetch", "fetch(it)", "fetch('it', {})", "echo chamber | curl",
        "printf", "import os", "const body = 1;", "a\tb\n1\t2", "Email,Name\na@b.test,Ann",
    ],
)  # fmt: skip
def test_an_ordinary_paste_stays_one(text: str) -> None:
    assert read(text) is None


# JSON


@pytest.mark.parametrize(
    "text",
    [
        EVENT,
        f"\n  {EVENT}\n",
        '{\r\n\t"eventName" : "\\u0041 \\ud800",\r\n"value": 1.50}',
        '{"eventName": "x", "eventName": "y"}',
        '{"eventName": 1}',
        '{"customer": {"email": "ann@example.com"}, "data": {}}',
        '{"eventName": "x", "events": [1]}',
    ],
)
def test_an_event_is_taken_byte_for_byte(text: str) -> None:
    assert read(text) == Pasted(text, "an event", "", "", (), "")
    assert read("\ufeff" + text) == Pasted(text, "an event", "", "", (), "")


@pytest.mark.parametrize(
    ("text", "taken", "what", "count"),
    [
        (f'{{"events": [{EVENT}]}}', EVENT, "a bulk request", 1),
        (f'{{"events": [{EVENT}, {OTHER}]}}', EVENT, "a bulk request", 2),
        (f"[ {OTHER} ,{EVENT},{EVENT}]", OTHER, "a list of events", 3),
        (f"{EVENT}\n\n{OTHER}\n", EVENT, "a list of events in JSON Lines", 2),
        ('{"events": [\n    {\n      "eventName": "x"\n    }\n]}', '{\n  "eventName": "x"\n}', "a bulk request", 1),
        ('[\n\t{\n\t\t"eventName": "a\\n  b"}\n]', '{\n\t"eventName": "a\\n  b"}', "a list of events", 1),
    ],
)  # fmt: skip
def test_of_several_events_the_first_is_taken(text: str, taken: str, what: str, count: int) -> None:
    remarks = (f"It holds {count} events; the first was taken. Bulk takes all of them.",) if count > 1 else ()
    assert read(text) == Pasted(taken, what, "", "", remarks, "")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"eventName": "x",}', "This looks like an event, but is not JSON. In line 1, column 19: remove the comma"),
        ('{\n "eventName": \'x\'}', "In line 2, column 15: JSON texts stand in straight double quotes."),
        ('{"eventName": "x"},', "In line 1, column 19: the JSON ends before this; remove what follows"),
        ('{"event_name": "x"', "In line 1, column 19: "),
        ('{"eventName": "x"}\n{"eventName": nope}', "In line 2, column 15: a value is expected here"),
        ('{"eventName":' + "[" * 300 + "]" * 300 + "}", "nested deeper than 200 levels"),
        ('{"log": {"entries": [', "This looks like a HAR file, but is not JSON. In line 1, column 22: the text ends"),
    ],
)  # fmt: skip
def test_a_broken_event_is_refused_with_its_place(text: str, sentence: str) -> None:
    assert sentence in refused(text)


# Old events


def test_an_old_event_is_upgraded_and_the_old_one_kept_for_comparison() -> None:
    pasted = some(OLD)
    assert json.loads(pasted.text) == {
        "eventName": "x", "customer": {"email": "a@b.test"}, "data": {"n": 12.0, "$extra": {"items": [1]}},
    }  # fmt: skip
    assert '"n": 12.00' in pasted.text
    assert pasted.before == dumps(json.loads(OLD)).replace("12.0", "12.00")
    assert pasted.remarks == (
        "It had the names of an older release (2.2.449) and was upgraded.",
        "cart_context is left out: today's events have no cart.",
    )


@pytest.mark.parametrize("text", ['{"event_name": "x"}', '{"phone": "+1", "properties": {}}', f"[{OLD}]"])
def test_an_old_event_is_known_by_its_names(text: str) -> None:
    assert some(text).before


def test_a_key_that_stands_twice_in_an_old_event_is_named() -> None:
    assert (
        some('{"event_name": "x", "properties": {"a": 1, "a": 2}}').remarks[1].startswith("“a” stands here more than")
    )
    first = some('[{"event_name": "x"}, {"event_name": "y", "event_name": "z"}]')
    assert not any("more than once" in remark for remark in first.remarks)


def test_an_old_event_at_the_limit_of_nesting_is_refused_with_a_sentence() -> None:
    text = '{"event_name": "x", "properties": {"a": ' + "[" * 198 + "]" * 198 + "}}"
    assert "can't be upgraded: it would be nested deeper than 200 levels" in refused(text)


# HAR


def test_the_event_of_a_har_file_is_taken() -> None:
    text = har(
        call("", "https://x.test/", "GET"), call("{}", "https://x.test/track"), call(EVENT), call("x", URL, "PUT")
    )
    assert read(text) == Pasted(EVENT, "a HAR file", BASE, "64e5a8a1af49a89df37e4ee7", (), "")


def test_of_several_calls_in_a_har_file_the_first_is_taken() -> None:
    pasted = some(har(call(f'{{"events": [{EVENT}, {OTHER}]}}', URL + "/bulk"), call(OTHER), call(OTHER)))
    assert pasted.text == EVENT
    assert pasted.remarks == (
        "It holds 3 calls of events; the first was taken.",
        "It holds 2 events; the first was taken. Bulk takes all of them.",
    )


def test_a_single_entry_of_a_har_file_is_taken() -> None:
    entry = json.dumps({"startedDateTime": "2026-04-02T12:00:00Z", "request": call(EVENT), "response": {}})
    assert some(entry)[:4] == (EVENT, "a HAR entry", BASE, "64e5a8a1af49a89df37e4ee7")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (har(), "None of the 0 requests in this HAR file is a POST to …/events."),
        (har(call(EVENT, "https://x.test/track")), "None of the 1 requests in this HAR file is a POST to …/events."),
        (har({"method": "POST", "url": URL}), "The request in this HAR file has no body."),
        (har(call("nope")), "The body of this HAR file is not JSON. In its line 1, column 1:"),
        (json.dumps({"log": {"entries": [None, 1, {"request": []}]}}), "None of the 3 requests"),
    ],
)
def test_a_har_file_without_an_event_is_refused(text: str, sentence: str) -> None:
    assert sentence in refused(text)


# Calls in programs


def fetch(body: str, options: str = "", url: str = URL) -> str:
    return (
        f'fetch("{url}", {{\n  "headers": {{\n    "authorization": "Bearer {KEY}",\n    "cookie": "s={KEY}"\n  }},\n'
        f'  "body": {json.dumps(body)},\n  "method": "POST"{options}\n}});'
    )


@pytest.mark.parametrize("before", ["", "await ", "const response = await ", "\n  "])
def test_a_fetch_call_of_a_browser_is_taken(before: str) -> None:
    body = '{"eventName": "it\'s \\"x\\" é 😀"}'
    assert read(before + fetch(body)) == Pasted(body, "a fetch call", BASE, "64e5a8a1af49a89df37e4ee7", (), "")


def test_half_a_character_is_written_as_json_can_send_it() -> None:
    assert some(fetch('{"eventName": "\ud800"}')).text == '{"eventName": "\\ud800"}'
    assert some(f'curl {URL} -d $\'{{"eventName": "\\ud83d\\ude00 \\ud800"}}\'').text == '{"eventName": "😀 \\ud800"}'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (f'fetch("{URL}", {{ method: "POST", body: JSON.stringify(x) }})', "can't be read: they are no JSON."),
        (f'fetch("{URL}", {{"body": null, "method": "GET"}});', "This fetch call sends no body"),
        (fetch("eventName=x"), "The body of this fetch call is not JSON. In its line 1, column 1:"),
        (fetch("7"), "The body of this fetch call is a number. An event is an object, in braces."),
        (fetch('["a"]'), "The body of this fetch call is text."),
        (fetch('{"events": []}'), "The list of events in this fetch call is empty."),
        (as_javascript(URL, "\r").replace('"\\r"', "1"), "The body of this JavaScript snippet can't be read."),
    ],
)
def test_a_call_without_an_event_is_refused(text: str, sentence: str) -> None:
    assert sentence in refused(text)


# Addresses


@pytest.mark.parametrize(
    ("url", "base_url", "store_id"),
    [
        (URL, BASE, "64e5a8a1af49a89df37e4ee7"),
        (f"{URL}/bulk?a=b#c", BASE, "64e5a8a1af49a89df37e4ee7"),
        ("http://[::1]:8000/stores/1/events/", "http://[::1]:8000", "1"),
        (f"https://user:{KEY}@x.test/v2.2/stores/1/events", "https://x.test/v2.2", "1"),
        (f"{URL}?key={KEY}", BASE, "64e5a8a1af49a89df37e4ee7"),
        ("{{baseUrl}}/stores/{{storeId}}/events", "", ""),
        ("{{baseUrl}}/stores/1/events", "", "1"),
        ("$BASE/stores/$STORE/events", "", ""),
        ("https://x.test/stores/:storeId/events", "https://x.test", ""),
        ("https://x.test/stores/a%2Fb/events", "https://x.test", ""),
        ("https://x.test/stores/a%ffb/events", "https://x.test", ""),
        ("https://x.test/stores/../events", "https://x.test", ""),
        ("https://x.test/stores/a%20b/events", "https://x.test", ""),
        ("ftp://x.test/stores/1/events", "", "1"),
        ("https://x y/stores/1/events", "", "1"),
        ("https://x.test/events", "", ""),
    ],
)
def test_the_address_says_where_it_goes(url: str, base_url: str, store_id: str) -> None:
    assert read(fetch(EVENT, url=url)) == Pasted(EVENT, "a fetch call", base_url, store_id, (), "")


@pytest.mark.parametrize("url", ["https://x.test/v1/track", "https://[x/stores/1/events", "https://x.test/events/1"])
def test_of_another_address_the_body_is_taken_all_the_same(url: str) -> None:
    pasted = some(fetch(EVENT, url=url))
    assert pasted[:4] == (EVENT, "a fetch call", "", "")
    assert pasted.remarks == ("Its address is not one for events (…/stores/ID/events); only the body was taken.",)


# Whatever comes


SNIPPETS = [as_curl, as_python, as_javascript]
values = st.fixed_dictionaries({"eventName": st.text(), "data": documents})
events = values.map(dumps) | values.map(json.dumps) | values.map(lambda value: json.dumps(value, ensure_ascii=False))


@pytest.mark.parametrize("snippet", SNIPPETS)
@given(body=events, store=st.from_regex(r"[A-Za-z0-9_-]{1,24}", fullmatch=True))
@example(body='{"eventName": "\'\'\' ` ${x} \\\\ \\" $x !"}', store="1")
@example(body='{\r\n"eventName": "`"\r\n}', store="1")
def test_our_own_snippets_give_back_the_same(snippet: Callable[[str, str], str], body: str, store: str) -> None:
    body = body.encode("utf-8", "backslashreplace").decode()  # halves of characters are never on the wire
    pasted = some(snippet(f"{BASE}/stores/{store}/events", body))
    assert (pasted.text, pasted.base_url, pasted.store_id, pasted.remarks) == (body, BASE, store, ())


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_our_own_snippets_of_megabytes_are_read_fast(snippet: Callable[[str, str], str]) -> None:
    rows = [{"name": f"it's {i}", "text": 'a "quoted" \\ text', "n": i} for i in range(60_000)]
    body = json.dumps({"eventName": "x", "data": {"$extra": {"rows": rows}}}, indent=1)
    text = snippet(URL, body)
    begun = time.process_time()
    assert some(text).text == body
    assert time.process_time() - begun < 2  # a machine may be slow


pieces = st.lists(
    st.sampled_from(
        [
            "curl ", "curl.exe ", "-d ", "--json ", "--data-raw ", "@-", "@f", "'", '"', "$'", '$"', "\\", "\\\n", "^",
            '^"', "^\n", "`", "`\n", "@'\n", "\n'@", "\n", " ", "| ", "<<EOF\n", "EOF", "<<<", ";", "&", "#", "--url ",
            "-X", "-", URL, "{", "}", "[", "]", ":", ",", '"eventName"', '"event_name"', '"events"', '"customer"',
            '"log"', '"entries"', "printf '%s' ", "echo ", "cat ", "fetch(", 'fetch("', ")", "await ", "const body = ",
            "String.raw`",
            "import os\n\nimport httpx\n", "body = r", '"""', "response = httpx.post(", "\\u", "\\x", "d83d", "\ud83d",
            "$env:A=1\n", "PS C:\\> ", "1", "null", "\ufeff", "\x00", "\u2028", "$x", "$(", "{{x}}",
        ]
    )
)  # fmt: skip


@given(pieces.map("".join) | st.text() | st.text(st.characters()))
@example('curl -d "' + '\\"' * 1000)
def test_nothing_that_is_pasted_crashes(text: str) -> None:
    try:
        pasted = read(text)
    except PasteError:
        return
    if pasted is not None:
        assert isinstance(json.loads(pasted.text), dict)
        pasted.text.encode()


@pytest.mark.parametrize(
    "text",
    [
        "curl -d '" + "'\\''" * 600_000, "curl -d " + "\\x" * 999_999, 'curl -d "' + '\\"' * 2_000_000,
        "curl -d" + "`\n" * 999_999, 'curl -d ^"' + "^\n\n" * 999_999, "curl -d 1 " + "| " * 999_999,
        "curl -d '{}' " + "# " * 999_999, "curl -d @- " + "<<A " * 600_000, "printf " + "| " * 999_999,
        "\n " * 2_000_000, "#\n" * 999_999, "a=\n" * 999_999, "/" * 5_000_000, "// " * 999_999, "fetch(" * 900_000,
        "{" * 5_000_000, '{"eventName":' * 400_000, "const body = " * 400_000, "import os\n" * 500_000, "x" * 5_000_000,
    ],
    ids=range(20),
)  # fmt: skip
def test_no_megabytes_make_it_slow(text: str) -> None:
    begun = time.process_time()
    with suppress(PasteError):
        assert read(text) is None or text.startswith("curl -d '{}'")
    assert time.process_time() - begun < 5  # of three shells, on a slow machine; what must not be is minutes


@pytest.mark.parametrize(
    "text",
    [
        har(call(EVENT)),
        fetch(EVENT),
        f"curl {URL} -H 'Authorization: Bearer {KEY}' -b 's={KEY}' -u 'x:{KEY}' --cookie {KEY} -d '{EVENT}'",
        f"export REDO_API_SECRET={KEY}\ncurl {URL} --oauth2-bearer {KEY} -d '{EVENT}'",
        as_python(URL, EVENT).replace('os.environ["REDO_API_SECRET"]', f'"{KEY}"'),
        as_javascript(URL, EVENT).replace("${process.env.REDO_API_SECRET}", KEY),
    ],
    ids=["har", "fetch", "curl", "script", "python", "javascript"],
)
def test_no_key_comes_along(text: str) -> None:
    assert KEY in text
    assert KEY not in repr(read(text))
    assert KEY not in refused(text.replace("Order Placed", "\\x"))
