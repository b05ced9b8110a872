"""Nothing typed is lost: the app is killed while an event is on its way, and started again."""

from __future__ import annotations

from composer.sandbox import process
from tests.support.xvfb import eventually
from tests.whole.conftest import Launcher, is_running

HALF = '{"eventName": "Half'


def test_after_a_kill_the_text_is_back_and_the_event_under_way_has_no_answer(launcher: Launcher) -> None:
    killed = launcher.start()
    sandbox = killed.sandbox_process()
    process.set_faults(killed.sandbox_origin(), [{"kind": "hang"}])
    killed.press("ctrl+Return")
    killed.sees("button: Cancel")
    killed.press("F6")
    killed.focused("The event as JSON")
    killed.retype(HALF)
    eventually(lambda: killed.draft == HALF, "the draft on the disk")
    killed.kill()
    eventually(lambda: not is_running(sandbox), "the sandbox to end with the app")

    app = launcher.start()
    assert app.text_of("The event as JSON") == HALF
    app.press("ctrl+3")
    words = app.sees("The event may have arrived.")
    assert "cell: No answer" in words
    assert app.query("SELECT event_name, finished_ms FROM history") == [("Order Placed", None)]
