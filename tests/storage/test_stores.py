"""Stores: the sandbox is always there, names are unique, and no address is taken that would give a key away."""

from __future__ import annotations

from pathlib import Path

import pytest

from composer.storage.database import Database
from composer.storage.secrets import Secrets
from composer.storage.stores import VENDOR_URL, Kind, Store, StoreError, Stores


@pytest.fixture
def stores(database: Database) -> Stores:
    return Stores(database)


def test_the_sandbox_is_there_from_the_first_start_and_stays(stores: Stores) -> None:
    (sandbox,) = stores.all()
    assert (sandbox.name, sandbox.kind, sandbox.base_url, sandbox.is_built_in) == ("Sandbox", Kind.SANDBOX, "", True)
    assert sandbox.at("http://127.0.0.1:5000/v2.2").base_url == "http://127.0.0.1:5000/v2.2"
    with pytest.raises(StoreError, match="can't be removed"):
        stores.remove(sandbox, Secrets())
    with pytest.raises(StoreError, match="can't be changed"):
        stores.change(sandbox, "Live", Kind.LIVE, VENDOR_URL, "x")
    assert stores.all() == [sandbox]


def test_stores_are_there_after_a_restart(stores: Stores, database: Database, path: Path) -> None:
    shop = stores.add("  Shop   one ", Kind.LIVE, VENDOR_URL, " 64e5a8a1af49a89df37e4ee7 ")
    changed = stores.change(shop, "Shop 1", Kind.TEST, "http://localhost:8000/", "x")
    database.close()
    again = Database(path)
    assert Stores(again).all()[1:] == [changed]
    assert changed == (shop.id, "Shop 1", Kind.TEST, "http://localhost:8000", "x", shop.key_id)
    assert shop == (shop.id, "Shop one", Kind.LIVE, VENDOR_URL, "64e5a8a1af49a89df37e4ee7", shop.key_id)
    again.close()


def test_a_store_is_found_by_id_and_by_name(stores: Stores) -> None:
    shop = stores.add("Größe", Kind.LIVE, VENDOR_URL, "shop")
    assert stores.get(shop.id) == shop
    assert stores.get(999) is None
    assert stores.named(" GRÖSSE ") == shop
    assert stores.named("shop") is None


def test_a_new_store_never_takes_the_place_or_key_of_an_old_one(stores: Stores) -> None:
    old = stores.add("Shop", Kind.LIVE, VENDOR_URL, "shop")
    stores.remove(old, Secrets())
    new = stores.add("Shop", Kind.LIVE, VENDOR_URL, "shop")
    assert new.id != old.id
    assert new.key_id != old.key_id


def test_what_is_gone_can_not_be_changed(stores: Stores) -> None:
    old = stores.add("Shop", Kind.LIVE, VENDOR_URL, "shop")
    stores.remove(old, Secrets())
    with pytest.raises(StoreError, match="not there any more"):
        stores.change(old, "Shop", Kind.LIVE, VENDOR_URL, "shop")


BAD: list[tuple[str, dict[str, object]]] = [
    ("name", {"name": ""}),
    ("name", {"name": "  \n"}),
    ("name", {"name": "a\x00b"}),
    ("name", {"name": "\ud800"}),
    ("name", {"name": "sandbox"}),
    ("name", {"name": " OTHER "}),
    ("name", {"name": "ｏther"}),
    ("store_id", {"store_id": " "}),
    ("store_id", {"store_id": "a b"}),
    ("store_id", {"store_id": "a/b"}),
    ("store_id", {"store_id": "a\\b"}),
    ("store_id", {"store_id": ".."}),
    ("store_id", {"store_id": "a?b"}),
    ("store_id", {"store_id": "a#b"}),
    ("store_id", {"store_id": "a%2fb"}),
    ("store_id", {"store_id": "a\x07b"}),
    ("base_url", {"base_url": ""}),
    ("base_url", {"base_url": "api.getredo.com/v2.2"}),
    ("base_url", {"base_url": "ftp://api.getredo.com"}),
    ("base_url", {"base_url": "https://"}),
    ("base_url", {"base_url": "https:///v2.2"}),
    ("base_url", {"base_url": "http://api.getredo.com/v2.2"}),
    ("base_url", {"base_url": "http://localhost.example.com"}),
    ("base_url", {"base_url": "http://127.0.0.1.example.com"}),
    ("base_url", {"base_url": "http://127.0.0.1@example.com"}),
    ("base_url", {"base_url": "http://127.0.0.1\\@example.com"}),
    ("base_url", {"base_url": "http://127.0.0.1:80@example.com"}),
    ("base_url", {"base_url": "http://0.0.0.0"}),
    ("base_url", {"base_url": "http://10.0.0.1"}),
    ("base_url", {"base_url": "http://2130706433"}),
    ("base_url", {"base_url": "http://[::2]"}),
    ("base_url", {"base_url": "http://[::1"}),
    ("base_url", {"base_url": "https://user:password@api.getredo.com"}),
    ("base_url", {"base_url": "https://api.getredo.com?a=b"}),
    ("base_url", {"base_url": "https://api.getredo.com?"}),
    ("base_url", {"base_url": "https://api.getredo.com#top"}),
    ("base_url", {"base_url": "https://api.getredo.com:99999"}),
    ("base_url", {"base_url": "https://api.getredo.com:0"}),
    ("base_url", {"base_url": "https://api getredo.com"}),
    ("base_url", {"base_url": "https://api.\ngetredo.com"}),
    ("base_url", {"base_url": "https://ąpi.getredo.com"}),
    ("base_url", {"base_url": "https://%61pi.getredo.com"}),
    ("base_url", {"kind": Kind.SANDBOX}),
]


@pytest.mark.parametrize(("field", "change"), BAD)
def test_what_can_not_be_a_store_is_refused_with_a_sentence(
    stores: Stores, field: str, change: dict[str, object]
) -> None:
    other = stores.add("Other", Kind.TEST, VENDOR_URL, "other")
    good: dict[str, object] = {"name": "Shop", "kind": Kind.LIVE, "base_url": VENDOR_URL, "store_id": "shop"}
    shop = stores.add(**good)  # type: ignore[arg-type]
    for attempt in (
        lambda: stores.change(shop, **{**good, **change}),  # type: ignore[arg-type]
        lambda: stores.add(**{**good, "name": "Third", **change}),  # type: ignore[arg-type]
    ):
        with pytest.raises(StoreError, match=r"^[A-Z].+\.$") as error:
            attempt()
        assert error.value.field == field
    assert stores.all()[1:] == [other, shop]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (VENDOR_URL, VENDOR_URL),
        (f" {VENDOR_URL}// ", VENDOR_URL),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://LOCALHOST", "http://LOCALHOST"),
        ("http://127.0.0.1:8000/v2.2/", "http://127.0.0.1:8000/v2.2"),
        ("http://127.9.9.9", "http://127.9.9.9"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://10.0.0.1/v2.2", "https://10.0.0.1/v2.2"),
        ("https://xn--pi-hia.example.com:8443", "https://xn--pi-hia.example.com:8443"),
    ],
)
def test_a_place_for_keys_is_taken(stores: Stores, typed: str, kept: str) -> None:
    assert stores.add("Shop", Kind.LIVE, typed, "shop").base_url == kept


def test_a_store_keeps_its_own_name_when_it_is_changed(stores: Stores) -> None:
    shop: Store = stores.add("Shop", Kind.LIVE, VENDOR_URL, "shop")
    assert stores.change(shop, "SHOP", Kind.LIVE, VENDOR_URL, "shop").name == "SHOP"
