"""What goes from one place to another: events to compose, templates to use and to keep, rows to edit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from composer.event.payload import Json, Set, get

if TYPE_CHECKING:
    from composer.storage.templates import Template
    from composer.ui.bulk.exchange import Exchange
    from composer.ui.bulk.place import BulkPlace
    from composer.ui.compose.place import ComposePlace
    from composer.ui.templates.place import TemplatesPlace
    from composer.ui.window import MainWindow

_SUGGESTED = 80  # characters of a template's name


class Traffic(QObject):
    """Nothing is taken into Compose while it reads a long text."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._between: Exchange | None = None
        self._keeping: int | None = None  # the origin of what is composed and being saved as a template

    @property
    def _compose(self) -> ComposePlace:
        return self._window.compose

    @property
    def _exchange(self) -> Exchange:
        if self._between is None:
            from composer.ui.bulk.exchange import Exchange

            self._between = Exchange(self._compose, lambda: self._window.bulk, self._window.compose_next)
        return self._between

    def edit_as_new(self, text: str) -> None:
        """Compose what was sent before; what looks like a variable in it was none."""
        if self._window.is_ready:
            self._compose.json.take(_literal(text))
        self._window.compose_next()

    def use_template(self, template: Template) -> None:
        """Compose an event from a template."""
        if self._window.is_ready:
            self._compose.template.open(template, self._window.desk.templates)
        self._window.compose_next()

    def use_template_in_bulk(self, template: Template) -> None:
        """Make rows of a bulk run from a template."""
        if self._window.is_ready:
            self._compose.template.open(template, self._window.desk.templates)
            self._exchange.add_to_bulk(0)

    def choose_template(self) -> None:
        """Have a template looked for."""
        self._window.templates.search_box.setFocus()

    def save_template(self) -> None:
        """Write what is composed to its template; without one, ask for a name."""
        if self._window.is_ready:
            self._compose.form.finish_cell()
            self._compose.template.save()

    def save_as_template(self) -> None:
        """Keep what is composed as a new template."""
        composition = self._compose.composition
        self._compose.form.finish_cell()
        if composition.error is not None:
            self._window.compose_next()
            composition.focus_wanted.emit("")
        elif self._window.is_ready:
            defaults = {**self._compose.template.defaults, **composition.values}
            self._keeping = composition.origin
            self._keep(composition.payload, defaults)

    def follow_kept(self, template: Template) -> None:
        """A new template was written: what it was made of is composed from it from now on."""
        from composer.event.variables import pattern_of

        composition, origin, self._keeping = self._compose.composition, self._keeping, None
        if origin == composition.origin and pattern_of(composition.payload) == template.event:
            composition.edit([Set("/uniqueId", template.event["uniqueId"])] if "uniqueId" in template.event else [])
            self._compose.template.adopt(template, self._window.desk.templates)

    def keep_as_template(self, text: str) -> None:
        """Keep what was sent before as a new template."""
        self._keeping = None
        from composer.event import jsontext
        from composer.event.variables import escaped

        try:
            payload = jsontext.parse(text).payload
        except jsontext.JsonTextError as error:
            self._window.notice.say("caution", f"What was sent is no JSON, so it can't be a template. {error}")
            return
        self._keep(escaped(payload), {})

    def keep_templates_in(self, folder: str, place: TemplatesPlace) -> None:
        """Have the templates in another folder from now on."""
        from composer.ui.desk import TEMPLATES_FOLDER

        desk = self._window.desk

        def work() -> object:
            desk.settings.put(TEMPLATES_FOLDER, str(Path(folder).absolute()))
            return desk.templates()

        self._window.jobs.run(work, place.open_folder, self._window.say_storage, in_order=True)

    def open_file(self) -> None:
        """Ask for a JSON file and compose the event in it."""
        if self._window.is_ready:
            self._window.compose_next()
            self._compose.drafting.choose_and_open(self._window)

    def save_file(self) -> None:
        """Ask for a file and write what is composed to it."""
        if self._window.is_ready:
            self._compose.drafting.choose_and_save(self._window)

    def copy_call(self, form: str) -> None:
        """Put the call that sends what is composed on the clipboard, as "curl", "python" or "javascript"."""
        from composer.event import snippets

        store = self._window.store_bar.store
        if store is None:
            return
        make = {"curl": snippets.as_curl, "python": snippets.as_python, "javascript": snippets.as_javascript}[form]
        self._compose.composition.judge_now()
        base = self._window.desk.sandbox_url if store.is_built_in else store.base_url
        address = f"{base}/stores/{store.store_id}/events"
        QGuiApplication.clipboard().setText(make(address, self._compose.composition.sent()))
        self._window.say_saved("Copied; the key is the variable REDO_API_SECRET")

    def add_to_bulk(self, times: int) -> None:
        """Make what is composed a row of a bulk run, or `times` rows; 0 asks how many."""
        if self._window.is_ready:
            self._exchange.add_to_bulk(times)

    def edit_row(self, name: str, payload: Json, save: Callable[[Json], None]) -> None:
        """Have a row of a bulk run edited in Compose."""
        if self._window.is_ready:
            self._exchange.edit_row(name, payload, save)

    def give_base(self, bulk: BulkPlace) -> None:
        """What is composed is what every row of a table begins with."""
        composition = self._compose.composition
        bulk.take_base(composition.payload if composition.error is None else None, composition.values)

    def show_drift_log(self, note: int | None = None) -> None:
        """Show where the checks and a server did not agree, with this note in front."""
        from composer.ui.history.drift_log import DriftLog

        window = self._window
        log = DriftLog(window.theme, window.jobs, window.desk.drift, window)
        log.forgotten.connect(window.refresh_history)
        log.read(note)
        log.open()

    def _keep(self, payload: Json, values: dict[str, Json]) -> None:
        from composer.event.variables import asked, pattern_of

        names = asked(payload)
        name = get(payload, "/eventName", "")
        suggested = name if isinstance(name, str) and name.strip() and "{{" not in name else "New template"
        given = {each: values[each] for each in names if each in values}
        self._window.templates.save_new(pattern_of(payload), given, suggested.strip()[:_SUGGESTED])


def _literal(text: str) -> str:
    """A text that is sent as it stands, also where it holds what would be a variable."""
    if "{{" not in text:
        return text
    from composer.event import jsontext
    from composer.event.variables import escaped

    try:
        payload = jsontext.parse(text).payload
    except jsontext.JsonTextError:
        return text
    template = escaped(payload)
    return text if template is payload else jsontext.write(template, "")
