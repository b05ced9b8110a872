"""What the finder finds: what the window can do, its places, the stores, the templates, and what was sent."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from composer.ui.finder.actions import actions_of, places_of
from composer.ui.finder.finder import Finder
from composer.ui.finder.matching import Item
from composer.ui.finder.past import past_events
from composer.ui.frame import PLACES

if TYPE_CHECKING:
    from composer.ui.window import MainWindow


def make_finder(window: MainWindow) -> Finder:
    """The finder over the window, with its sources."""
    finder = Finder(window.theme, window.jobs, window.desk.settings, window)

    def stores(_text: str) -> list[Item]:
        return [
            Item(f"store {each.id}", f"Send to {each.name}", str(each.kind), "", partial(window.choose_store, each))
            for each in window.store_bar.stores
        ]

    def templates(_text: str) -> list[Item]:
        from composer.storage.templates import TemplateError, starters

        try:
            own = window.desk.templates().all().templates
        except TemplateError:
            own = []  # what is wrong with the folder is said in Templates
        return [
            Item(
                f"{'starter' if each.starter else 'template'} {each.path}",
                each.name,
                " · ".join(filter(None, ("Starter" if each.starter else each.folder, each.description))),
                "",
                partial(window.traffic.use_template, each),
            )
            for each in (*own, *starters())
        ]

    finder.add_source("Actions", lambda _text: actions_of(window, PLACES), in_thread=False, only_used=True)
    finder.add_source("Places", lambda _text: places_of(window, PLACES), in_thread=False)
    finder.add_source("Stores", stores, in_thread=False)
    finder.add_source("Templates", templates, in_thread=True)
    finder.add_source(
        "Past events", past_events(window.desk.history, window.show_entry), in_thread=True, is_matched=True
    )
    return finder
