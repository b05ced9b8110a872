"""Text as a stream, from a file or from memory: which encoding it is in, and whether the file stays as it is meanwhile.

A file is read in small pieces however big it is; whatever the system refuses becomes a SourceError.
"""

from __future__ import annotations

import codecs
import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TextIO

from composer.storage.sources.source import SourceError, quoted

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

HEAD = 1 << 16  # bytes from which the kind of a file is told
LONGEST_LINE = 1 << 26  # bytes; a longer line is no line, and would not fit into memory
_PIECE = 1 << 20
_MARKS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NOT_ASCII = bytes(range(128, 256))
_ONE_BYTE = "windows-1252-bytes"  # the name of our error handler


class Seen(NamedTuple):
    """A file as it was when it was opened."""

    size: int
    changed_ns: int
    inode: int


class Encoding(NamedTuple):
    """The encoding of a text, the length of its byte order mark, and a sentence when it is not clean."""

    name: str
    mark: int = 0
    note: str = ""


class TextFile:
    """A text file at `path`, which must stay the same from the first look on."""

    def __init__(self, path: Path, seen: Seen, encoding: Encoding) -> None:
        self.name = path.name
        self.encoding = encoding
        self._path = path
        self._seen = seen
        self._raw: WatchedFile | None = None

    @contextmanager
    def opened(self, newline: str = "", errors: str = "") -> Iterator[TextIO]:
        """The text from its start. Line ends stay as they are. Raises SourceError, while it is read, too."""
        codecs.register_error(_ONE_BYTE, _read_as_windows)
        name = self.encoding.name
        with WatchedFile(self._path, self._seen) as raw:
            self._raw = raw
            raw.skip(self.encoding.mark)
            how = errors if errors and name == "utf-8" else _ONE_BYTE if name in _WITH_FALLBACK else "strict"
            with io.TextIOWrapper(io.BufferedReader(raw, 1 << 18), name, how, newline) as text:
                try:
                    yield text
                except UnicodeError:
                    raise SourceError(
                        f"{quoted(self.name)} is not {name} throughout: about {raw.position:,} bytes in, something "
                        "can't be read. Choose another encoding."
                    ) from None

    @property
    def share(self) -> float:
        """How far the last reading has come, 0 to 1."""
        return self._raw.position / max(self._seen.size, 1) if self._raw else 0.0


class PastedText:
    """A text in memory."""

    def __init__(self, text: str) -> None:
        self.name = "Pasted"
        self.encoding = Encoding("")
        # Half a letter, which no file could hold, becomes a mark that something is missing.
        self._text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").removeprefix("\ufeff")
        self._open: io.StringIO | None = None
        self._end = 0

    @contextmanager
    def opened(self, newline: str = "", errors: str = "") -> Iterator[TextIO]:  # noqa: ARG002 - it is decoded already
        """The text from its start."""
        with io.StringIO(self._text, newline) as text:
            self._open = text
            yield text
            self._end = 1

    @property
    def share(self) -> float:
        """How far the last reading has come, 0 to 1."""
        if self._open is None or self._open.closed:
            return float(self._end)
        return self._open.tell() / max(len(self._text), 1)


class WatchedFile(io.RawIOBase):
    """The bytes of a file. Raises SourceError as soon as it is no longer the file that was `seen`."""

    def __init__(self, path: Path, seen: Seen) -> None:
        super().__init__()
        self.position = 0
        self._path = path
        self._seen = seen
        with explained(path):
            self._file = path.open("rb", buffering=0)

    def readable(self) -> bool:
        """Yes."""
        return True

    def skip(self, length: int) -> None:
        """Leave out the first bytes."""
        self._file.seek(length)
        self.position = length

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Read some bytes; the file is looked at after each piece, so that no piece of another file gets in."""
        with explained(self._path):
            count = self._file.readinto(buffer) or 0
            self.check()
        self.position += count
        return count

    def close(self) -> None:
        """Close the file."""
        if not self.closed:
            self._file.close()
        super().close()

    def check(self) -> None:
        """Raises SourceError when the file is gone or another."""
        try:
            there = self._path.stat()
        except FileNotFoundError:
            raise SourceError(
                f"{quoted(self._path.name)} was deleted or moved while it was being read. Put it back and start again."
            ) from None
        if _seen(there) != self._seen or _seen(os.fstat(self._file.fileno())) != self._seen:
            raise SourceError(
                f"{quoted(self._path.name)} was changed while it was being read. Start again with it as it is now."
            )


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """What the system refuses, as a SourceError."""
    try:
        yield
    except FileNotFoundError:
        raise SourceError(f"{quoted(path.name)} is not there. Was it moved, renamed or deleted?") from None
    except PermissionError:
        raise SourceError(f"{quoted(path.name)} may not be read by you. Change its permissions, or copy it.") from None
    except OSError as error:
        raise SourceError(f"{quoted(path.name)} can't be read: {error.strerror or error}.") from None


def look_at(path: Path) -> Seen:
    """The file at `path` as it is now. Raises SourceError when it is none, or empty."""
    with explained(path):
        found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        kind = "a folder" if stat.S_ISDIR(found.st_mode) else "no file"
        raise SourceError(f"{quoted(path.name)} is {kind}. Choose a file.")
    if not found.st_size:
        raise SourceError(f"{quoted(path.name)} is empty. Choose a file with rows or events in it.")
    return _seen(found)


def read_head(path: Path, seen: Seen) -> bytes:
    """The first bytes of a file. Raises SourceError."""
    with WatchedFile(path, seen) as raw:
        return io.BufferedReader(raw).read(HEAD)


def find_encoding(path: Path, seen: Seen, chosen: str = "") -> Encoding:
    """The encoding of a whole file: told by its mark, else by all of its bytes; `chosen` is taken as it is.

    Raises SourceError when `chosen` is none.
    """
    head = read_head(path, seen)
    if chosen:
        known = _known(chosen)
        mark, marked = next(((mark, name) for mark, name in _MARKS if head.startswith(mark)), (b"", ""))
        return Encoding(marked if chosen.lower() in {"utf-16", "utf-32"} and marked else known, len(mark))
    for mark, name in _MARKS:
        if head.startswith(mark):
            if name == "utf-8":
                return _find_by_bytes(path, seen)._replace(mark=len(mark))
            return Encoding(name, len(mark))
    wide = _wide(head)
    return Encoding(wide) if wide else _find_by_bytes(path, seen)


def check_lines(path: Path, seen: Seen) -> None:
    """Raises SourceError when a line is too long to be one."""
    length = 0
    with WatchedFile(path, seen) as raw, io.BufferedReader(raw, _PIECE) as file:
        while piece := file.read(_PIECE):
            last = max(piece.rfind(b"\n"), piece.rfind(b"\r"))
            length = length + len(piece) if last < 0 else len(piece) - last
            if length > LONGEST_LINE:
                raise SourceError(
                    f"{quoted(path.name)} has a line of more than {LONGEST_LINE >> 20} MB, so it is no table. "
                    "Save it as CSV or XLSX."
                )


def is_text(head: bytes) -> bool:
    """Whether these bytes can be text: few control characters, or in 16 or 32 bits a character."""
    if any(head.startswith(mark) for mark, _ in _MARKS) or _wide(head):
        return True
    strange = len(head) - len(head.translate(None, _CONTROLS))
    return strange * 20 <= len(head)


_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\x0b\x0c\x1b"))
_WITH_FALLBACK = {"utf-8", "windows-1252"}


def _seen(found: os.stat_result) -> Seen:
    return Seen(found.st_size, found.st_mtime_ns, found.st_ino)


def _known(name: str) -> str:
    """The name of an encoding as it is used here. Raises SourceError when there is none."""
    try:
        codec = codecs.lookup(name)
        "".encode(name)  # LookupError for codecs that are no encodings of text
    except (LookupError, ValueError):
        raise SourceError(f"There is no encoding {quoted(name)}. Try utf-8, utf-16-le or windows-1252.") from None
    return {"utf-8-sig": "utf-8", "cp1252": "windows-1252", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}.get(
        codec.name, codec.name
    )


def _wide(head: bytes) -> str:
    """UTF-16 without a mark: every other byte of its commas, digits, blanks and line ends is 0."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    name = "utf-16-le" if odd > even else "utf-16-be"
    if max(even, odd) * 30 <= len(head) or min(even, odd) * 20 > max(even, odd):
        return ""
    try:
        start = codecs.getincrementaldecoder(name)().decode(head)
    except UnicodeError:
        return ""
    return "" if "\0" in start[:1000] else name


def _find_by_bytes(path: Path, seen: Seen) -> Encoding:
    """UTF-8 when all bytes are. Else whichever fits most of what is not ASCII: one stray byte in row 900,000 must
    not turn the ü of all the rows before it into Ã¼.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    good = lines = 0
    with WatchedFile(path, seen) as raw, io.BufferedReader(raw, _PIECE) as file:
        clean = True
        while piece := file.read(_PIECE):
            if clean and piece.isascii():
                lines += piece.count(b"\n")
                continue
            try:
                decoder.decode(piece)
            except UnicodeDecodeError as error:
                data = error.object
                good += _not_ascii(data[: error.start])
                lines += data.count(b"\n", max(len(data) - len(piece), 0), error.start)
                return _mixed(data[error.start :] + file.read(_PIECE), good, lines + 1)
            good += _not_ascii(piece)
            lines += piece.count(b"\n")
            clean = not decoder.getstate()[0]
    if not clean:
        return _mixed(decoder.getstate()[0], good, lines + 1)
    return Encoding("utf-8")


def _mixed(rest: bytes, good: int, line: int) -> Encoding:
    valid = _not_ascii(rest.decode("utf-8", "ignore").encode())
    if good + valid < _not_ascii(rest) - valid:
        return Encoding("windows-1252")
    return Encoding("utf-8", 0, f"From line {line:,} on there are bytes that are not UTF-8; read as Windows-1252.")


def _not_ascii(data: bytes) -> int:
    return len(data) - len(data.translate(None, _NOT_ASCII))


def _read_as_windows(error: UnicodeError) -> tuple[str, int]:
    """The bytes that can't be decoded as Windows-1252, as browsers do: its five holes are control characters."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(_byte(code) for code in wrong), error.end


def _byte(code: int) -> str:
    try:
        return bytes([code]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(code)
