"""The harness of the whole-app tests itself: what is typed on the screen arrives in a real window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QColor, QImage

from tests.support.xvfb import Screen, eventually

PROGRAM = """
import sys
from pathlib import Path
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QLineEdit
app = QApplication([])
line = QLineEdit()
line.setWindowTitle("A line of text")
line.setStyleSheet("background: #00ff00")
line.resize(400, 100)
line.move(0, 0)
def keep():
    Path(sys.argv[1]).write_text(line.text(), encoding="utf-8")
    app.quit()
QShortcut(QKeySequence("Ctrl+Return"), line, keep)
line.show()
sys.exit(app.exec())
"""


def test_keys_arrive_in_a_real_window_and_it_can_be_seen(screen: Screen, tmp_path: Path) -> None:
    program = screen.start("-c", PROGRAM, str(tmp_path / "typed"), log=tmp_path / "log")
    window = screen.window("A line of text")
    screen.focus(window)
    screen.type("ann@shop.test, 'A' > 5~")
    screen.click(window, 200, 50)

    def is_green() -> bool:
        picture = QImage(str(screen.picture(tmp_path / "screen.png")))
        assert (picture.width(), picture.height()) == (1920, 1080)
        return picture.pixelColor(390, 90) == QColor("#00ff00")

    eventually(is_green, "the window in the picture")
    screen.key("ctrl+Return")
    assert program.wait(10) == 0, (tmp_path / "log").read_text()
    assert (tmp_path / "typed").read_text(encoding="utf-8") == "ann@shop.test, 'A' > 5~"
