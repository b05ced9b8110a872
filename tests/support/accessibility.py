"""Reads windows as a screen reader does: names, texts and values over AT-SPI, from what the app itself offers.

The tests' session bus has no accessibility service, so `Reader` is one: just enough of it for Qt to join.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from jeepney import DBusAddress, DBusErrorResponse, MessageType, message_bus, new_method_call, new_method_return
from jeepney.io.blocking import DBusConnection, Proxy, open_dbus_connection

ENVIRONMENT = {"QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}  # an app started with this joins without being asked
ROOT = "/org/a11y/atspi/accessible/root"
FOCUSED, SHOWING = 12, 25  # bits of AT-SPI's states
PATIENCE = 10.0  # seconds for one answer


class Widget(NamedTuple):
    """One thing in a window. `text` is what an entry or a text box holds; x and y are its middle on the screen."""

    role: str
    name: str
    text: str
    has_focus: bool
    x: int
    y: int

    @property
    def says(self) -> str:
        """Name and text in one line."""
        return f"{self.name} {self.text}".strip()


class Reader:
    """The accessibility service of one bus; `widgets` reads the app that joined it last."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._joined: tuple[str, str] | None = None
        self._served = open_dbus_connection(address)
        for name in ("org.a11y.Bus", "org.a11y.atspi.Registry"):
            Proxy(message_bus, self._served).RequestName(name)
        self._asked = open_dbus_connection(address)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="accessibility service")
        self._thread.start()

    def close(self) -> None:
        """Leave the bus."""
        self._closing.set()
        self._thread.join()
        self._served.close()
        self._asked.close()

    def forget(self) -> None:
        """The app that joined is gone; another one is to come."""
        self._joined = None

    def widgets(self, *, focused: bool = False) -> list[Widget]:
        """All that is showing now, or of it what has the keyboard; empty while no app has joined."""
        if self._joined is None:
            return []
        with suppress(DBusErrorResponse):  # what was there a moment ago may be gone
            return list(self._below(*self._joined, focused))
        return []

    def words(self) -> str:
        """All that can be read now, a line for each widget."""
        return "\n".join(f"{widget.role}: {widget.says}" for widget in self.widgets() if widget.says)

    def _below(self, owner: str, path: str, focused: bool) -> Iterator[Widget]:
        for child_owner, child in self._ask(owner, path, "Accessible", "GetChildren"):
            states = self._ask(child_owner, child, "Accessible", "GetState")
            if not states[0] >> SHOWING & 1:
                continue
            has_focus = bool(states[0] >> FOCUSED & 1)
            if has_focus or not focused:
                with suppress(DBusErrorResponse):
                    yield self._widget(child_owner, child, has_focus)
            yield from self._below(child_owner, child, focused)

    def _widget(self, owner: str, path: str, has_focus: bool) -> Widget:
        role = self._ask(owner, path, "Accessible", "GetRoleName")
        name = self._property(owner, path, "Accessible", "Name")
        text = ""
        with suppress(DBusErrorResponse):
            text = self._ask(owner, path, "Text", "GetText", "ii", (0, -1))
        x, y, width, height = self._ask(owner, path, "Component", "GetExtents", "u", (0,))
        return Widget(role, name, "" if text == name else text, has_focus, x + width // 2, y + height // 2)

    def _property(self, owner: str, path: str, interface: str, name: str) -> Any:
        where = DBusAddress(path, owner, "org.freedesktop.DBus.Properties")
        return self._send(new_method_call(where, "Get", "ss", (f"org.a11y.atspi.{interface}", name)))[1]

    def _ask(self, owner: str, path: str, interface: str, method: str, signature: str = "", body: Any = ()) -> Any:
        where = DBusAddress(path, owner, f"org.a11y.atspi.{interface}")
        return self._send(new_method_call(where, method, signature, body))

    def _send(self, message: Any) -> Any:
        reply = self._asked.send_and_get_reply(message, timeout=PATIENCE)
        if reply.header.message_type is MessageType.error:
            raise DBusErrorResponse(reply)
        return reply.body[0]

    def _serve(self) -> None:
        while not self._closing.is_set():
            with suppress(TimeoutError):
                self._answer(self._served, self._served.receive(timeout=0.1))

    def _answer(self, connection: DBusConnection, message: Any) -> None:
        if message.header.message_type is not MessageType.method_call:
            return
        fields = {key.name: value for key, value in message.header.fields.items()}
        signature, body = {
            "GetAddress": ("s", (self._address,)),
            "Get": ("v", (("b", True),)),
            "GetRegisteredEvents": ("a(ss)", ([],)),
            "Embed": ("(so)", ((connection.unique_name, ROOT),)),
            "NotifyListenersSync": ("b", (False,)),
        }.get(fields["member"], ("", ()))
        if fields["member"] == "Embed":
            self._joined = message.body[0]
        connection.send(new_method_return(message, signature or None, body))
