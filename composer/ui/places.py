"""Makes each place when it is first shown, and ties its signals to the window and to the traffic between places."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from composer.storage.database import StorageError
from composer.ui.frame import BULK, COMPOSE, HISTORY, SANDBOX, TEMPLATES
from composer.ui.loading import load_checks

if TYPE_CHECKING:
    from composer.ui.compose.place import ComposePlace
    from composer.ui.window import MainWindow


def make_compose(window: MainWindow) -> ComposePlace:
    """Compose, without its draft yet."""
    from composer.ui.compose.composition import Composition
    from composer.ui.compose.place import ComposePlace
    from composer.ui.compose.sending import Sending
    from composer.ui.compose.vocabulary import VocabularyReader
    from composer.ui.compose.vocabulary_entries import complete_event_name

    desk, jobs, traffic = window.desk, window.jobs, window.traffic
    composition = Composition(jobs, window)
    sending = Sending(jobs, desk.sender, desk.address, lambda: desk.lookups)
    sending.setParent(window)
    place = ComposePlace(window.theme, jobs, desk.drafts, desk.settings, composition, sending)
    complete_event_name(window.theme, place.form.first_entry(), composition)
    window.vocabulary = VocabularyReader(jobs, lambda: desk.vocabularies, desk.templates, composition)
    sending.finished.connect(window.vocabulary.follow_sent)
    place.template.said.connect(window.vocabulary.read_again)  # it was saved
    place.send_wanted.connect(window.send)
    place.verify_wanted.connect(lambda: window.send(verify=True))
    place.new_wanted.connect(window.begin_anew)
    place.templates_wanted.connect(traffic.choose_template)
    place.template_wanted.connect(traffic.save_as_template)
    place.file_wanted.connect(lambda save: traffic.save_file() if save else traffic.open_file())
    place.copy_wanted.connect(traffic.copy_call)
    place.bulk_wanted.connect(traffic.add_to_bulk)
    place.response.entry_wanted.connect(window.show_entry)
    place.response.again_wanted.connect(window.try_again)
    place.response.drift_wanted.connect(traffic.show_drift_log)
    place.drafting.said.connect(window.say_saved)
    place.drafting.failed.connect(partial(window.notice.say, "bad"))
    place.state_said.connect(partial(window.say_state, COMPOSE))
    sending.key_needed.connect(lambda sentence: window.ask_for_key(sending.store, sentence))
    try:
        sizes = desk.settings.get("compose split")
    except StorageError:
        sizes = None  # said when the stores were read
    if isinstance(sizes, list) and len(sizes) == 2 and all(isinstance(each, int) for each in sizes):
        place.split.setSizes(sizes)
    return place


def make(window: MainWindow, place: int) -> QWidget:
    """Any other place."""
    if place == BULK:
        return _bulk(window)
    if place == HISTORY:
        return _history(window)
    if place == TEMPLATES:
        return _templates(window)
    if place == SANDBOX:
        return _sandbox(window)
    return _settings(window)


def _bulk(window: MainWindow) -> QWidget:
    load_checks()  # which its modules need
    from composer.ui.bulk.place import BulkPlace

    bulk = BulkPlace(window.theme, window.jobs, window.desk, window)
    bulk.edit_wanted.connect(window.traffic.edit_row)
    bulk.edit_as_new.connect(window.traffic.edit_as_new)
    bulk.key_needed.connect(window.ask_for_key)
    bulk.desk.people_wanted.connect(window.open_people_of)
    bulk.history_changed.connect(window.refresh_history)
    bulk.history_changed.connect(window.keep_order)
    bulk.history_changed.connect(window.vocabulary.read_again)
    bulk.base_wanted.connect(lambda: window.traffic.give_base(bulk))
    bulk.state_said.connect(partial(window.say_state, BULK))
    if window.store_bar.store is not None:
        bulk.show_store(window.store_bar.store)
    return bulk


def _history(window: MainWindow) -> QWidget:
    from composer.ui.history.place import HistoryPlace
    from composer.ui.upkeep import kept

    history = HistoryPlace(window.theme, window.jobs, window.desk.history, window.desk.runs, window.desk.drift)
    history.edit_as_new.connect(window.traffic.edit_as_new)
    history.send_again.connect(window.outbox.send_again)
    history.save_as_template.connect(window.traffic.keep_as_template)
    history.run_wanted.connect(window.show_run)
    history.drift_wanted.connect(window.traffic.show_drift_log)
    history.work.removed.connect(window.keep_order)
    history.state_said.connect(partial(window.say_state, HISTORY))
    settings = window.desk.settings
    window.jobs.run(lambda: kept(settings), lambda limits: history.show_keeping(*limits), window.say_storage)
    return history


def _templates(window: MainWindow) -> QWidget:
    from composer.ui.templates.place import TemplatesPlace

    desk = window.desk
    templates = TemplatesPlace(window.theme, window.jobs, desk.templates(), desk.settings)
    templates.use_wanted.connect(window.traffic.use_template)
    templates.bulk_wanted.connect(window.traffic.use_template_in_bulk)
    templates.folder_chosen.connect(lambda folder: window.traffic.keep_templates_in(folder, templates))
    templates.changes.made.connect(window.traffic.follow_kept)
    templates.shelf.read.connect(lambda seen, _go_to: window.vocabulary.follow_templates(seen.listing))
    templates.state_said.connect(partial(window.say_state, TEMPLATES))
    return templates


def _sandbox(window: MainWindow) -> QWidget:
    from composer.ui.sandbox.place import SandboxPlace

    sandbox = SandboxPlace(window.theme, window.jobs, window.desk.sandbox)
    sandbox.start_wanted.connect(window.start_sandbox)
    return sandbox


def _settings(window: MainWindow) -> QWidget:
    from composer.ui.settings.place import SettingsPlace
    from composer.ui.theme import Choice

    desk = window.desk
    settings = SettingsPlace(
        window.theme, window.jobs, desk.stores, desk.secrets, desk.settings, desk.people, desk.vocabularies
    )
    settings.stores_changed.connect(window.show_stores)
    settings.keeping_changed.connect(window.show_keeping)
    settings.people_changed.connect(window.outbox.follow_people)
    settings.names_forgotten.connect(window.vocabulary.read_again)
    settings.looking_changed.connect(window.outbox.whom.switch)
    settings.theme_chosen.connect(lambda choice: window.theme.choose(Choice(choice)))
    return settings
