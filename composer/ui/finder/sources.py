"""Who is asked for what was typed: some answer at once, some in a thread; of their answers only the newest count."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal

from composer.storage.database import StorageError
from composer.ui.finder.matching import Hit, Item, mark, rank
from composer.ui.finder.rows import Row, rows_of
from composer.ui.jobs import Jobs
from composer.ui.latest import Latest

Find = Callable[[str], list[Item]]

MOST_SHOWN = 8  # of a section, for a text
MOST_OFFERED = 6  # of a section, while nothing is typed


class _Answer(NamedTuple):
    hits: list[Hit]
    in_all: int  # `hits` are the best


class Source:
    """One who is asked, with the last answer; `is_fresh` when that is one to the text asked for last."""

    def __init__(self, name: str, find: Find, jobs: Jobs | None, is_matched: bool, only_used: bool) -> None:
        """With `jobs` it is asked in a thread. `is_matched`: what it finds fits, in this order. `only_used`: while
        nothing is typed, only what was chosen before is offered.
        """
        self.name = name
        self.is_matched, self._only_used = is_matched, only_used
        self.answer = _Answer([], 0)
        self.is_fresh = True
        self.problem = ""
        self._find = find
        self.thread = None if jobs is None else Latest(jobs)

    def ask(self, text: str, used: Sequence[str]) -> _Answer:
        """Have it find, and put in order what it finds. Raises what `find` raises."""
        items = self._find(text)
        if self.is_matched:
            return _Answer(mark(text, items), len(items))
        if self._only_used and not text.strip():
            items = [item for item in items if item.id in used]
        return _Answer(*rank(text, items, used))

    def take(self, answer: _Answer, problem: str = "") -> None:
        """Show this from now on."""
        self.answer, self.problem, self.is_fresh = answer, problem, True


class Sources(QObject):
    """All who are asked.

    Signals: `answered()` one that is asked in a thread has come back with an answer to the text asked for last.
    """

    answered = Signal()

    def __init__(self, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._asked = 0  # how often; an answer to anything but the last is late
        self._text = ""
        self.all: list[Source] = []

    def add(self, name: str, find: Find, *, in_thread: bool, is_matched: bool, only_used: bool) -> None:
        """Ask this one, too; see `Source`."""
        self.all.append(Source(name, find, self._jobs if in_thread else None, is_matched, only_used))

    def ask(self, text: str, used: Sequence[str]) -> None:
        """Ask all for a text; those in threads come later, and until then their last answer stands."""
        self._asked += 1
        self._text = text
        used = tuple(used)
        for source in self.all:
            if source.thread is None:
                source.take(source.ask(text, used))
            else:
                self._ask_in_thread(source, source.thread, text, used)

    def forget(self) -> None:
        """Let go of all answers, also of those that are still to come."""
        self._asked += 1
        for source in self.all:
            source.take(_Answer([], 0))

    @property
    def waiting(self) -> list[str]:
        """The names of those that have not answered yet."""
        return [source.name for source in self.all if not source.is_fresh]

    @property
    def is_in_order(self) -> bool:
        """Whether all that still come will stand below those that are there."""
        fresh = [source.is_fresh for source in self.all if source.thread is not None]
        return fresh == sorted(fresh, reverse=True)

    @property
    def problems(self) -> list[str]:
        """A sentence for each that could not be asked."""
        return [f"{source.name}: {source.problem}" for source in self.all if source.problem]

    def rows(self) -> list[Row]:
        """What was found: those that answer at once by how well they fit, then the others in their order."""
        at_once = [source for source in self.all if source.thread is None]
        at_once.sort(key=lambda source: source.answer.hits[0].fit if source.answer.hits else 0)
        most = MOST_SHOWN if self._text.strip() else MOST_OFFERED
        rows: list[Row] = []
        for source in (*at_once, *(source for source in self.all if source.thread is not None)):
            rows += rows_of(source.name, *source.answer, most, not source.is_fresh)
        return rows

    def _ask_in_thread(self, source: Source, thread: Latest, text: str, used: Sequence[str]) -> None:
        asked = self._asked
        source.is_fresh = False

        def take(answer: _Answer, problem: str = "") -> None:
            if asked == self._asked:
                source.take(answer, problem)
                self.answered.emit()

        def fail(error: Exception) -> None:
            take(_Answer([], 0), str(error))
            if not isinstance(error, StorageError):
                raise error

        thread.run(lambda: source.ask(text, used), take, fail)
