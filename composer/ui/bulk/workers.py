"""Processes for the work on many rows, so that a hundred thousand of them never make typing stutter.

Each speaks lines of JSON with `composer.delivery.worker`: a task goes in, its progress and its result come out.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QByteArray, QObject, QProcess

from composer.paths import program

Told = dict[str, Any]

_SECONDS_TO_END = 4.0  # for requests still on their way when the window is closed
_DIED = "The process that did this ended on its own. What was done until then is kept. Try again."


class Task(QObject):
    """One piece of work in a worker. Nothing is called any more once it is done or has failed."""

    def __init__(
        self,
        worker: _Worker,
        done: Callable[[Told], None],
        failed: Callable[[str], None],
        progress: Callable[[Told], None] | None,
    ) -> None:
        super().__init__(worker)
        self._worker = worker
        self._done, self._failed, self._progress = done, failed, progress
        self.is_over = False

    def say(self, word: str) -> None:
        """Tell the work "pause", "resume" or "stop"."""
        if not self.is_over:
            self._worker.write({"say": word})

    def hear(self, told: Told) -> None:
        """What the worker says of it."""
        if "progress" in told:
            if self._progress is not None:
                self._progress(told["progress"])
            return
        self.is_over = True
        if "done" in told:
            self._done(told["done"])
        else:
            self._failed(told["failed"])
        self.deleteLater()


class Workers(QObject):
    """Runs tasks, each in a process that does nothing else meanwhile; a process that is idle is used again."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workers: list[_Worker] = []

    def warm(self) -> None:
        """Have a process ready: it takes half a second to start."""
        if not self._workers:
            self._start()

    def run(
        self,
        task: Told,
        done: Callable[[Told], None],
        failed: Callable[[str], None],
        progress: Callable[[Told], None] | None = None,
    ) -> Task:
        """Begin a task; `done` is called with its result or `failed` with a sentence, on the UI thread."""
        self._workers = [each for each in self._workers if each.is_alive]
        worker = next((each for each in self._workers if each.is_idle), None) or self._start()
        return worker.begin(task, done, failed, progress)

    def close(self) -> None:
        """Have all of them end: runs pause where they are, other work is given up. Waits a short while."""
        for worker in self._workers:
            worker.close_input()
        for worker in self._workers:
            worker.wait_until_ended()
        self._workers = []

    def _start(self) -> _Worker:
        self._workers.append(_Worker(self))
        return self._workers[-1]


class _Worker(QObject):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._task: Task | None = None
        self._rest = b""
        self._process = QProcess(self)
        self._process.setProcessChannelMode(QProcess.ProcessChannelMode.ForwardedErrorChannel)
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.finished.connect(lambda *_: self._ended())
        self._process.errorOccurred.connect(self._broke)
        command, folder = program()
        self._process.setWorkingDirectory(folder)
        self._process.start(command[0], [*command[1:], "worker"])

    @property
    def is_alive(self) -> bool:
        return self._process.state() is not QProcess.ProcessState.NotRunning

    @property
    def is_idle(self) -> bool:
        return self._task is None

    def begin(
        self,
        task: Told,
        done: Callable[[Told], None],
        failed: Callable[[str], None],
        progress: Callable[[Told], None] | None,
    ) -> Task:
        self._task = Task(self, done, failed, progress)
        self.write(task)
        return self._task

    def write(self, told: Told) -> None:
        self._process.write(QByteArray(json.dumps(told).encode() + b"\n"))

    def close_input(self) -> None:
        self._task = None
        self._process.closeWriteChannel()

    def wait_until_ended(self) -> None:
        if not self._process.waitForFinished(round(_SECONDS_TO_END * 1000)):
            self._process.kill()
            self._process.waitForFinished(1000)

    def _read(self) -> None:
        *lines, self._rest = (self._rest + self._process.readAllStandardOutput().data()).split(b"\n")
        for line in lines:
            told = json.loads(line)
            task = self._task
            if task is None:
                continue
            if "progress" not in told:
                self._task = None
            task.hear(told)

    def _ended(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.hear({"failed": _DIED})

    def _broke(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            task, self._task = self._task, None
            if task is not None:
                task.hear({"failed": f"The process for this could not be started: {self._process.errorString()}."})
