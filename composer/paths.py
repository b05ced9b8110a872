"""Where things are: the data folder of this user, the resources in a checkout, a wheel and a bundle, the program."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def data_folder() -> Path:
    """The folder of all data, settings and templates, made for this user alone (mode 0700) when it is not there.

    `EVENT_COMPOSER_HOME` moves it. Raises OSError when it can't be made.
    """
    chosen = os.environ.get("EVENT_COMPOSER_HOME")
    if chosen:
        folder = Path(chosen).expanduser()
    elif sys.platform == "win32":
        folder = Path(os.environ.get("APPDATA", Path.home())) / "Event Composer"
    elif sys.platform == "darwin":
        folder = Path.home() / "Library" / "Application Support" / "Event Composer"
    else:
        folder = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "event-composer"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not chosen:
        folder.chmod(0o700)
    return folder.resolve()


def resource(name: str) -> Path:
    """The path of a file in `resources`: inside the installed package or bundle, else beside it in the checkout."""
    package = Path(__file__).parent
    installed = package / "resources"
    return (installed if installed.is_dir() else package.parent / "resources") / name


def program() -> tuple[list[str], str]:
    """The command that starts this very program, and the folder it has to be started in."""
    if getattr(sys, "frozen", False):
        return [sys.executable], str(Path.cwd())
    return [sys.executable, "-m", "composer"], str(Path(__file__).parents[1])
