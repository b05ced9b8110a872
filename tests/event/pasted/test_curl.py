"""cURL commands as bash, cmd.exe and PowerShell read them, and as documentation, browsers and Postman write them."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from composer.event.pasted import Pasted, PasteError, read
from composer.event.pasted.posix import posix
from composer.event.pasted.words import arguments, cmd, powershell

BASE, STORE = "https://api.getredo.com/v2.2", "64e5a8a1af49a89df37e4ee7"
URL = f"{BASE}/stores/{STORE}/events"
EVENT = '{"eventName": "Order Placed", "customer": {"email": "ann@example.com"}}'
NASTY = json.dumps({"eventName": 'it\'s "x" \\ $y `z` ! %PATH% ^ & | < > é 😀\n'}, ensure_ascii=False)
PRETTY = json.dumps(json.loads(EVENT), indent=2)


def taken(text: str) -> Pasted:
    pasted = read(text)
    assert pasted is not None
    return pasted


def refused(text: str) -> str:
    with pytest.raises(PasteError) as error:
        read(text)
    return str(error.value)


# As browsers write it: Chrome's own rules, and the doubled quotes of older ones.


def chrome_bash(text: str) -> str:
    if not re.search(r"[\0-\x1f\x7f-\x9f!]|'", text):
        return f"'{text}'"
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
    return "$'" + re.sub(r"[\0-\x1f\x7f-\x9f!]", lambda match: f"\\u{ord(match[0]):04x}", escaped) + "'"


def chrome_cmd(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    escaped = re.sub(r"[^a-zA-Z0-9\s_\-:=+~'/.',?;()*`]", r"^\g<0>", escaped)
    return '^"' + re.sub(r"%(?=[a-zA-Z0-9_])", "%^", escaped).replace("\n", "^\n\n") + '^"'


def doubled_cmd(text: str) -> str:
    return '"' + re.sub(r'(\\*)"', r'\1\1""', text).replace("%", '"%"').replace("\n", '"^\n\n"') + '"'


@pytest.mark.parametrize("body", [EVENT, NASTY, PRETTY])
@pytest.mark.parametrize(
    ("quote", "goes_on"),
    [(chrome_bash, " \\\n  "), (chrome_cmd, " ^\n  "), (chrome_cmd, " ^\r\n  "), (doubled_cmd, " ")],
)
def test_what_a_browser_copies_is_read(body: str, quote: object, goes_on: str) -> None:
    assert callable(quote)
    words = [f"curl {quote(URL)}", f"-H {quote('accept: */*')}", f"-H {quote('authorization: Bearer it!')}",
             f"-b {quote('a=https://x.test')}", f"--data-raw {quote(body)}", "--compressed"]  # fmt: skip
    assert read(goes_on.join(words)) == Pasted(body, "a cURL command", BASE, STORE, (), "")


@pytest.mark.parametrize("body", [EVENT, NASTY, PRETTY])
def test_what_postman_copies_is_read(body: str) -> None:
    text = (
        f"curl --location --globoff --request POST '{URL}' \\\n--header 'Content-Type: application/json' \\\n"
        f"--header 'Authorization: ••••••' \\\n--data {shlex.quote(body)}"
    )
    assert read(text) == Pasted(body, "a cURL command", BASE, STORE, (), "")


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("command", ["curl", "curl.exe", "PS C:\\Users> curl.exe"])
def test_a_command_for_powershell_is_read(command: str, line_end: str) -> None:
    ticked = NASTY.replace("`", "``").replace('"', '`"').replace("$", "`$")
    for body in (f'"{ticked}"', "'" + NASTY.replace("'", "''") + "'", f"@'{line_end}{NASTY}{line_end}'@"):
        text = (
            f'{command} -X POST "{URL}" `{line_end}  -H "Authorization: Bearer x" `{line_end}  -d {body}{line_end}dir'
        )
        assert read(text) == Pasted(NASTY, "a cURL command", BASE, STORE, (), "")


def test_backslashes_that_older_powershells_need_before_quotes_are_taken_off() -> None:
    text = f'curl.exe {URL} `\n  -d \'{{\\"eventName\\": \\"say \\\\\\"x\\\\\\"\\"}}\''
    assert taken(text).text == '{"eventName": "say \\"x\\""}'


# As people write it


@pytest.mark.parametrize(
    "text",
    [
        f"curl {URL} -d '{EVENT}'",
        f"  $ curl {URL} -d '{EVENT}'\n$ ",
        f"/usr/bin/curl {URL} --json '{EVENT}'",
        f"# Sends it\nexport KEY=x\n\ncurl -sS -XPOST --url {URL} -d'{EVENT}' | jq .",
        f"curl -sSd '{EVENT}' {URL} > out.json 2>&1",
        f"curl --data-binary '{EVENT}' -o https://x.test/file -e https://y.test/ {URL} && echo done",
        f'curl -d {json.dumps(EVENT)} "{URL}"',
        f"curl {URL} -d @- <<'EOF'\n{EVENT}\nEOF\necho done",
        f"curl {URL} -d @- <<-EOF\n\t{EVENT}\n\tEOF",
        f"curl {URL} -d @- <<< '{EVENT}'",
        f"cat <<EOF | curl {URL} -d @-\n{EVENT}\nEOF",
        f"echo '{EVENT}' | curl {URL} -d @-",
        f"printf '%s' '{EVENT}' |\n  curl {URL} --data-binary @-",
        f"curl {URL} -d '{EVENT}' # a remark",
        f"curl {URL}#part -d '{EVENT}'",
        f"curl {URL} -d '{EVENT}' --next https://x.test -d '{{}}'",
        f"curl {URL} -d '{EVENT}' \\",
        f'curl {URL} -d "{EVENT}"'.replace('": "', '"": ""').replace('{"', '{""').replace('": {', '"": {')
        .replace('", "', '"", ""').replace('"}', '""}'),
    ],
)  # fmt: skip
def test_the_ways_to_write_it_all_give_the_event(text: str) -> None:
    assert read(text) == Pasted(EVENT, "a cURL command", BASE, STORE, (), "")


def test_pieces_of_data_are_joined_as_curl_joins_them() -> None:
    assert taken("""curl https://x.test/events -d '{"eventName": "a' --data-raw 'b"}'""").text == '{"eventName": "a&b"}'
    assert taken("""curl https://x.test/events --json '{"eventName":' --json '"b"}'""").text == '{"eventName":"b"}'


def test_curl_takes_line_ends_out_of_what_it_reads_unless_told_not_to() -> None:
    here = '<<EOF\n{"eventName":\n"x"}\nEOF'
    assert taken(f"curl {URL} -d @- {here}").text == '{"eventName":"x"}'
    assert taken(f"curl {URL} --data-binary @- {here}").text == '{"eventName":\n"x"}\n'


def test_a_variable_in_the_body_is_named() -> None:
    text = f'curl {URL} -H "Authorization: $KEY" -d "{{\\"eventName\\": \\"$NAME\\"}}"'
    assert taken(text).text == '{"eventName": "$NAME"}'
    remark = "The shell would fill in a variable in its body. It is taken as it is written."
    assert taken(text).remarks == (remark,)
    assert taken(f'curl.exe {URL} `\n -d "{{`"eventName`": `"$NAME`"}}"').remarks == (remark,)
    assert taken(text.replace("$NAME", "\\$NAME")).remarks == ()
    assert taken(f'curl {URL} -d \'{{"eventName": "$NAME"}}\'').remarks == ()


def test_variables_of_postman_are_no_address_but_stay_in_the_body() -> None:
    body = '{"eventName": "{{name}}"}'
    pasted = taken(f"curl '{{{{baseUrl}}}}/stores/{{{{storeId}}}}/events' -d '{body}'")
    assert (pasted.text, pasted.base_url, pasted.store_id) == (body, "", "")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (f"curl {URL} -d @order.json", "is in the file “order.json”, which is not opened. Open that file, or paste"),
        (f"curl {URL} --json @order.json", "is in the file “order.json”, which is not opened."),
        (f"curl {URL} -T order.json", "is in the file “order.json”, which is not opened."),
        (f"curl {URL} -d @-", "is in a file, which is not opened."),
        (f"cat x.json | curl {URL} -d @-", "is in a file, which is not opened."),
        (f"curl {URL}", "This cURL command sends no body, so there is no event in it. Copy one that has --data."),
        (f"curl -G {URL} -d a=b", "sends its data in the address. An event is the body of a POST."),
        (f"curl {URL} -F a=b", "sends a form (-F). An event is sent as JSON, with --data."),
        (f"curl {URL} --data-urlencode a=b", "sends a form (--data-urlencode)."),
        (f"curl {URL} -d 'eventName=x'", "The body of this cURL command is not JSON. In its line 1, column 1:"),
        (f"curl {URL} -d '{{\n  \"a\": nope}}'", "In its line 2, column 8: a value is expected here"),
        (f"curl {URL} -d '[1]'", "The body of this cURL command is a number. An event is an object, in braces."),
        (f"curl {URL} \\\n  -d '{{", "A quote in line 2, column 6 of this command is never closed."),
        (f'curl {URL} ^\n  -d ^"{{', "is never closed. Copy the whole command."),
        (f'curl {URL} `\n  -d "{{', "A quote in line 2, column 6 of this command is never closed."),
        (f"curl {URL} -d", "The body of this cURL command is not JSON. In its line 1, column 1: there is no JSON"),
    ],
)
def test_a_command_without_an_event_is_refused_with_what_to_do(text: str, sentence: str) -> None:
    assert sentence in refused(text)


# The shells themselves

words = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0\r") | st.sampled_from("'\"\\$`!\n #|;&<>(")
)
bits = st.lists(st.tuples(st.sampled_from(["single", "double", "ansi", "bare"]), words), min_size=1, max_size=4)


def quoted(bit: tuple[str, str]) -> str:
    how, text = bit
    if how == "single":
        return shlex.quote(text)
    if how == "double":
        return '"' + re.sub(r'([$`"\\])', r"\\\1", text) + '"'
    if how == "ansi":
        named = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\t": "\\t", "\x1b": "\\e", "\x07": "\\a"}
        return "$'" + "".join(
            named.get(c) or ("".join(f"\\x{b:02x}" for b in c.encode()) if ord(c) % 2 else c) for c in text
        ) + "'"  # fmt: skip
    return re.sub(r"[^\w\n]", r"\\\g<0>", text, flags=re.ASCII).replace("\n", "''") + "''"


@settings(max_examples=60, deadline=None)
@given(st.lists(bits, min_size=1, max_size=4))
@example([[("double", "!"), ("ansi", "\x01é\\u0041")]])
def test_words_are_what_bash_makes_of_them(built: list[list[tuple[str, str]]]) -> None:
    line = "printf '%s\\0' " + " \\\n ".join("".join(map(quoted, each)) for each in built) + " # the end"
    expected = ["".join(text.replace("\n", "") if how == "bare" else text for how, text in each) for each in built]
    assert [command.words for command in posix(line) if command.words] == [["printf", "%s\\0", *expected]]
    if shutil.which("bash"):
        said = subprocess.run(["bash"], input=line.encode(), capture_output=True, check=True, env={"LC_ALL": "C.UTF-8"})
        assert said.stdout.decode().split("\0")[:-1] == expected


@given(st.lists(st.text(st.characters() | st.sampled_from('\\" \t^%')), min_size=1))
@example(["a\\\\b", 'a\\"b', "a b\\", ""])
def test_words_are_what_a_program_on_windows_makes_of_them(built: list[str]) -> None:
    assert arguments(subprocess.list2cmdline(built)) == built


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('a "b c" d"e f"g', ["a", "b c", "de fg"]),
        ('"a ""b"" c" d', ['a "b" c', "d"]),
        ('"" ""', ["", ""]),
        (r"C:\x\ a\\b", ["C:\\x\\", "a\\\\b"]),
        ('a^ b ^"c d^" "^e"', ["a", "b", "c d", "^e"]),
        ("a ^\n b^\n\nc", ["a", "b\nc"]),
        ("a & b", ["a"]),
    ],
)
def test_cmd_reads_carets_then_quotes(line: str, expected: list[str]) -> None:
    assert cmd(line)[0].words == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a 'b ''c'' d' \"e `\"f\"\" `$x `n\"", [["a", "b 'c' d", 'e "f" $x \n']]),
        ("a `\n b; c | d\ne", [["a", "b"], ["c"], ["d"], ["e"]]),
        ("a`tb 'x''y'z\"w\"", [["a\tb", "x'yzw"]]),
        ('a @\'\nit\'s\n\'@ @"\nsay "x" `$y\n"@', [["a", "it's", 'say "x" $y']]),
        ("a '' @b", [["a", "", "@b"]]),
    ],
)
def test_powershell_reads_ticks_and_here_strings(line: str, expected: list[list[str]]) -> None:
    assert [command.words for command in powershell(line)] == expected
