"""The template that is composed: it changes on the disk only when it is saved, and never over another's change."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from composer.event import jsontext
from composer.event.payload import Json
from composer.ui.compose.composition import Composition
from composer.ui.compose.json_panel import JsonPanel
from composer.ui.jobs import Jobs
from composer.ui.widgets.messages import Notice

if TYPE_CHECKING:
    from composer.storage.templates import Template, Templates


class OpenTemplate(QObject):
    """At most one template; it is forgotten when another event takes its place, and back when that is undone.

    Signals: `changed()` it is another one, or was saved; `said(str)` a word for the status line; `new_wanted()` what is
    composed is to be saved under a name.
    """

    changed = Signal()
    said = Signal(str)
    new_wanted = Signal()

    def __init__(self, jobs: Jobs, composition: Composition, panel: JsonPanel, notice: Notice) -> None:
        super().__init__(composition)
        self._jobs, self._composition, self._panel, self._notice = jobs, composition, panel, notice
        self._templates: Callable[[], Templates] | None = None
        self._opened: dict[int, tuple[Template, Json]] = {}  # by the origin of the event; with the payload as saved
        self._opening: Template | None = None
        self._digests: dict[int, str] = {}  # by origin: of what was written here last, known before it is told
        self._refused = -1  # the origin of the event that the notice is about
        composition.begun.connect(self._begin)
        composition.changed.connect(self._follow)

    @property
    def template(self) -> Template | None:
        """The template as it was read or saved last; None while something else is composed."""
        found = self._opened.get(self._composition.origin)
        return found[0] if found else None

    @property
    def is_changed(self) -> bool:
        """Whether what is composed is not what the template holds."""
        found = self._opened.get(self._composition.origin)
        return found is not None and found[1] is not self._composition.payload

    @property
    def defaults(self) -> dict[str, Json]:
        """The values it gives its variables."""
        template = self.template
        return template.variables if template is not None else {}

    def open(self, template: Template, templates: Callable[[], Templates]) -> None:
        """Compose a template; Undo brings back what was composed. `templates` is where it is saved to."""
        self._templates = templates
        self._opening = template
        self._panel.take(jsontext.write(template.event, ""))

    def adopt(self, template: Template, templates: Callable[[], Templates]) -> None:
        """What is composed was saved as this template, and is composed from it now."""
        self._templates = templates
        self._opened[self._composition.origin] = (template, self._composition.payload)
        self._digests.pop(self._composition.origin, None)
        self.changed.emit()

    def save(self, *, overwrite: bool = False) -> None:
        """Write what is composed to the template's file; without one, or for a starter, ask for a name.
        `overwrite` another's change that is known.
        """
        template = self.template
        if template is None or template.starter:
            self.new_wanted.emit()
        elif self._composition.error is not None:
            self._composition.focus_wanted.emit("")
        else:
            self._write(template, overwrite)

    def _begin(self) -> None:
        template, self._opening = self._opening, None
        if template is not None and self._composition.error is None:
            self._opened[self._composition.origin] = (template, self._composition.payload)
        self._notice.hide()
        self.changed.emit()

    def _follow(self) -> None:
        if self._refused != self._composition.origin:
            self._notice.hide()

    def _write(self, template: Template, overwrite: bool) -> None:
        from composer.storage.templates import TemplateChanged, TemplateError

        templates, origin, payload = self._templates, self._composition.origin, self._composition.payload
        if templates is None:
            return

        def work() -> Template:
            digest = self._digests.get(origin, template.digest)
            saved = templates().save(template._replace(event=payload, digest=digest), overwrite)
            self._digests[origin] = saved.digest
            return saved

        def done(saved: Template) -> None:
            self._opened[origin] = (saved, payload)
            self._notice.hide()
            self.said.emit(f"Saved as {saved.name}")
            self.changed.emit()

        def failed(error: Exception) -> None:
            self._refused = origin
            if isinstance(error, TemplateChanged):
                actions: list[tuple[str, Callable[[], object]]] = [
                    ("Save mine over it" if error.theirs else "Write it anew", partial(self.save, overwrite=True))
                ]
                theirs = error.theirs
                if theirs is not None:
                    actions.append(("Take theirs", lambda: self.open(theirs, templates)))
                self._notice.say("caution", str(error), [*actions, ("Save as another…", self.new_wanted.emit)])
            elif isinstance(error, TemplateError):
                self._notice.say("bad", str(error), [("Save as another…", self.new_wanted.emit)])
            else:
                raise error

        self._jobs.run(work, done, failed, in_order=True)
