"""Reading and writing one file at a time, so that whoever looks sees all of it or nothing, and nothing is overwritten
by chance. What the machine does to us becomes a sentence.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from composer.event.walk import readable
from composer.storage.templates.template import MAX_BYTES, TemplateError, too_large

_FULL = {errno.ENOSPC, errno.EDQUOT}
_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS}
_NO_LINKS = {errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EINVAL}


@contextmanager
def explained(path: Path, done: str) -> Iterator[None]:
    """Any OSError becomes a TemplateError about `path`, which can't be `done`: "read", "written"."""
    try:
        yield
    except OSError as error:
        raise unusable(path, done, error) from error


def unusable(path: Path, done: str, error: OSError) -> TemplateError:
    """The TemplateError for an OSError."""
    return TemplateError(sentence(path, done, error))


def sentence(path: Path | str, done: str, error: OSError) -> str:
    """Why `path` can't be read or written, and what to do."""
    shown, reason = readable(str(path), 300), error.strerror or str(error)
    if error.errno in _FULL:
        return f"The disk is full: {shown} can't be {done}. What was there before is safe. Make room and try again."
    if error.errno in _REFUSED:
        return (
            f"{shown} can't be {done} ({reason}). "
            "Check the permissions of the file and its folder, or use another folder."
        )
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return (
            f"{shown} can't be {done}: there is a file where a folder is needed. "
            "Move the file away, or use another folder."
        )
    return f"{shown} can't be {done} ({reason}). Check the folder, or use another one."


def read_bytes(file: Path) -> bytes | None:
    """All of a file, None when it is not there. Raises TemplateError, also when it is too large for a template."""
    try:
        with explained(file, "read"):
            size = file.stat().st_size
            if size > MAX_BYTES:
                raise too_large(readable(str(file), 300), size)
            return file.read_bytes()
    except TemplateError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return None
        raise


@contextmanager
def beside(file: Path, data: bytes, mode: int | None) -> Iterator[Path]:
    """A hidden file with `data` in the folder of `file`, on the disk for good; gone at the end unless it was moved."""
    part = file.with_name(f".{os.urandom(8).hex()}.part")
    try:
        with part.open("xb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        if mode is not None:
            part.chmod(mode)
        yield part
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def put_new(file: Path, data: bytes, mode: int | None = None) -> None:
    """Write a file that must not be there yet. Raises FileExistsError when it is, and any other OSError."""
    with beside(file, data, mode) as part:
        move_new(part, file)
    flush_folder(file.parent)


def move_new(source: Path, target: Path) -> None:
    """Move a file to a name that must be free. Raises FileExistsError when it isn't, and any other OSError."""
    try:
        os.link(source, target)
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # A file system without hard links: the name is taken first, so that nobody else can.
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
        try:
            source.replace(target)
        except OSError:
            target.unlink(missing_ok=True)
            raise
    else:
        source.unlink()


def mode_of(file: Path) -> int:
    """The permissions of a file. Raises OSError, also when it is protected from being written to."""
    mode = stat.S_IMODE(file.stat().st_mode)
    if not os.access(file, os.W_OK):  # a rename would not mind
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(file))
    return mode


def flush_folder(folder: Path) -> None:
    """Have a new name on the disk for good, where folders can be flushed."""
    with suppress(OSError):
        folder_file = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(folder_file)
        finally:
            os.close(folder_file)
