"""The start page, the search, verification, and a backup that comes back."""

import os
import sqlite3
import subprocess
import sys
from decimal import Decimal

import pytest
from django.conf import settings

from procurement.orders import services as orders
from srm.flow.perform import perform
from srm.home.verify import checks

STAFF = ("requester", "approver", "buyer", "head", "storekeeper", "accountant", "auditor", "administrator", "evaluator")


@pytest.fixture
def order(firm, work):
    """An order that was approved and waits to be sent."""
    with work():
        made = orders.create_order(
            actor=firm.actor("buyer2"), legal_entity=firm.entity, supplier=firm.alfa, place=firm.plovdiv,
            lines=[{"item": firm.bolt, "quantity": "10", "unit": firm.unit("C62"), "price": Decimal(1)}],
        )  # fmt: skip
    with work():
        return perform(made, "approve", actor=firm.actor("head"))


@pytest.mark.parametrize("persona", STAFF)
def test_everybody_has_a_start_page(firm, client_of, persona):
    assert client_of(persona).get("/").status_code == 200


def test_a_suppliers_start_page_is_the_portal(firm, client_of):
    assert client_of("alfa_admin").get("/").headers["Location"] == "/portal/"


def test_the_inbox_shows_what_waits_for_the_role_and_nothing_else(firm, order, client_of):
    assert order.number in client_of("buyer").get("/").content.decode()
    assert order.number not in client_of("requester").get("/").content.decode()


def test_search_finds_by_number_article_and_any_language(firm, order, client_of):
    buyer = client_of("buyer")
    for text, expected in (
        (order.number, order.number),
        ("10443", "10443"),
        ("БОЛТ m8", "10443"),
        ("alfa", "Alfa Metal"),
    ):
        assert expected in buyer.get("/search/", {"q": text}).content.decode(), text


def test_search_keeps_to_what_the_role_may_see(firm, order, client_of):
    page = client_of("requester").get("/search/", {"q": order.number}).content.decode()
    assert order.get_absolute_url() not in page


def test_verification_is_green_after_real_work(firm, order):
    assert {name: found for name, found in checks() if found} == {}


@pytest.mark.skipif(not settings.IS_SQLITE, reason="the drill of PostgreSQL needs its client programs")
def test_a_backup_comes_back_and_verifies(committed_firm, tmp_path, monkeypatch):
    from srm.home.backup import BackupError, backup

    target = tmp_path / "backup.qd"
    backup(target, "a long passphrase")
    with pytest.raises(BackupError):
        backup(target, "a long passphrase")
    assert b"Quadrant Works" not in target.read_bytes()
    environment = {**os.environ, "PROFILE": "demo", "DATABASE_URL": f"sqlite:///{tmp_path}/new.sqlite3",
                   "VAR_DIR": str(tmp_path / "var"), "DJANGO_SETTINGS_MODULE": "srm.settings"}  # fmt: skip
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "restore", str(target)]
    wrong = subprocess.run(
        command,
        env={**environment, "BACKUP_PASSPHRASE": "not the passphrase"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert wrong.returncode == 1
    assert "wrong passphrase" in wrong.stderr
    done = subprocess.run(
        command,
        env={**environment, "BACKUP_PASSPHRASE": "a long passphrase"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    rows = sqlite3.connect(tmp_path / "new.sqlite3").execute("SELECT name_en FROM srm_legalentity").fetchall()
    assert rows == [("Quadrant Works",)]
