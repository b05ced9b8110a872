"""The work on many rows in a process of its own: tasks come in as lines of JSON, what comes of them goes out so.

A task is answered by any number of ``{"progress": …}`` and then by ``{"done": …}`` or ``{"failed": sentence}``. A line
``{"say": "pause" | "resume" | "stop"}`` is for the task under way. When the input ends, because the window was closed
or has died, a run pauses where it is and other work is given up. A key comes in with its task and stays in memory.
"""

from __future__ import annotations

import json
import queue
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any

from composer.delivery import tasks
from composer.delivery.tasks import Told

_END: Told = {"task": "end"}


class Worker:
    """Reads lines from `source` until it ends, writes lines to `sink`."""

    def __init__(self, source: IO[bytes], sink: IO[bytes]) -> None:
        self._source, self._sink = source, sink
        self._waiting: queue.SimpleQueue[Told] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._hear: Callable[[str], None] = lambda _: None
        self._has_ended = False

    def run(self) -> int:
        """Do the tasks one after the other; returns the exit code."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in the terminal is the window's to handle
        threading.Thread(target=self._read, name="worker-input", daemon=True).start()
        while (task := self._waiting.get()) is not _END:
            self._do(task)
        return 0

    def _do(self, task: Told) -> None:
        work = tasks.work_for(task)
        with self._lock:
            self._hear = work.say
            if self._has_ended:
                return
        try:
            done = work.run(lambda progress: self._tell({"progress": progress}))
        except tasks.EXPECTED as error:
            self._tell({"failed": str(error)})
        else:
            self._tell({"done": done})
        finally:
            with self._lock:
                self._hear = lambda _: None

    def _read(self) -> None:
        with suppress(OSError):
            for line in self._source:
                told = json.loads(line)
                if "say" in told:
                    self._say(told["say"])
                else:
                    self._waiting.put(told)
        with self._lock:
            self._has_ended = True
        self._say("leave")
        self._waiting.put(_END)

    def _say(self, word: str) -> None:
        with self._lock:
            hear = self._hear
        hear(word)

    def _tell(self, told: dict[str, Any]) -> None:
        with suppress(OSError):  # the window has gone; the work ends well all the same
            self._sink.write(json.dumps(told).encode() + b"\n")
            self._sink.flush()
