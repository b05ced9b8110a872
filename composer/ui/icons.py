"""The icons of `resources/icons`, drawn in a colour of the theme."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from composer.paths import resource

SIDE = 16  # pixels, before the screen's own scale


def icon(name: str, color: str) -> QIcon:
    """The icon in `name`.svg with its lines in `color`, ``#rrggbb``."""
    source = resource(f"icons/{name}.svg").read_bytes().replace(b"currentColor", color.encode())
    renderer = QSvgRenderer(QByteArray(source))
    screen = QGuiApplication.primaryScreen()
    ratio = screen.devicePixelRatio() if screen else 1.0
    pixmap = QPixmap(QSize(SIDE, SIDE) * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, SIDE, SIDE))
    painter.end()
    return QIcon(pixmap)
