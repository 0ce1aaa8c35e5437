"""A write sent twice has one effect and one answer."""

from __future__ import annotations

import datetime as dt
import secrets
import threading
from typing import Any

import pytest
from django.db import connection

from srm.audit.models import AuditEvent
from srm.catalog.models import Category, Item, Unit
from srm.core import clock
from srm.core.errors import RuleBroken
from srm.flow import records
from srm.rest import idempotency
from srm.rest.models import IdempotencyRecord
from tests.rest.helpers import account, api, token_for

RECORDS = IdempotencyRecord.objects


@pytest.mark.django_db
class TestOneAfterTheOther:
    def test_the_first_answer_is_repeated_and_nothing_is_done_again(self, things, admin, body):
        caller = api(admin)
        first = caller.post(things, body, key="key-1")
        again = caller.post(things, body, key="key-1")
        assert first.status_code == again.status_code == 201
        assert again.content == first.content
        assert "Idempotency-Replayed" not in first.headers
        assert again.headers["Idempotency-Replayed"] == "true"
        assert again.headers["ETag"] == first.headers["ETag"]
        assert again.headers["Location"] == first.headers["Location"]
        assert Item.objects.count() == 1
        assert AuditEvent.objects.count() == 1

    def test_another_body_under_the_same_key_is_refused(self, things, admin, body):
        caller = api(admin)
        caller.post(things, body, key="key-1")
        answer = caller.post(things, body | {"article": "B-3"}, key="key-1")
        assert answer.status_code == 422
        assert answer.json()["type"] == "urn:quadrant:problem:key-reused"
        assert Item.objects.count() == 1

    def test_a_refusal_is_not_kept_so_that_the_key_serves_the_corrected_call(self, things, admin, body):
        caller = api(admin)
        assert caller.post(things, body | {"reference_price": "-1"}, key="key-1").status_code == 422
        assert not RECORDS.unscoped("test").exists()
        assert caller.post(things, body, key="key-1").status_code == 201

    def test_a_rule_that_breaks_late_takes_effect_and_record_back_together(self, things, admin, body, monkeypatch):
        def break_late(*, actor: Any, **values: Any) -> None:
            records.create(Item, actor=actor, **values)
            raise RuleBroken(["Not today."])

        monkeypatch.setattr("tests.rest.resources.ItemViewSet.create_service", break_late)
        answer = api(admin).post(things, body, key="key-1")
        assert answer.status_code == 409
        assert answer.json()["reasons"] == ["Not today."]
        assert not Item.objects.exists()
        assert not RECORDS.unscoped("test").exists()
        assert not AuditEvent.objects.exists()

    def test_a_change_is_repeated_although_its_version_is_old_by_now(self, things, admin, item):
        caller, address = api(admin), f"{things}{item.public_id}/"
        first = caller.patch(address, {"name_en": "Screw", "version": 1}, key="key-1")
        again = caller.patch(address, {"name_en": "Screw", "version": 1}, key="key-1")
        assert (first.status_code, again.status_code) == (200, 200)
        assert again.json()["version"] == 2

    def test_a_key_belongs_to_one_log_in_and_one_address(self, things, admin, body, item):
        first, second = token_for(admin), token_for(admin)
        assert api(token=first).post(things, body, key="key-1").status_code == 201
        assert api(token=second).post(things, body | {"article": "B-3"}, key="key-1").status_code == 201
        assert (
            api(token=first)
            .patch(f"{things}{item.public_id}/", {"name_en": "X", "version": 1}, key="key-1")
            .status_code
            == 200
        )
        assert RECORDS.unscoped("test").count() == 3

    def test_who_lost_the_right_gets_no_old_answer(self, things, admin, body):
        caller = api(admin)
        caller.post(things, body, key="key-1")
        admin.grants.all().delete()
        assert caller.post(things, body, key="key-1").status_code == 403

    @pytest.mark.parametrize("key", ["a b", "x" * 201, "ключ".encode().decode("latin-1"), "\t"])
    def test_a_key_that_is_none_is_refused(self, things, admin, body, key):
        answer = api(admin).call("POST", things, body, **{"Idempotency-Key": key})
        assert answer.status_code == 400
        assert not Item.objects.exists()

    def test_the_body_cannot_be_found_out_from_its_stored_hash(self, things, admin, body):
        import hashlib

        caller = api(admin)
        caller.post(things, raw=b'{"x": 1}', key="key-1")
        claim = idempotency.Claim("s", "r", "k", "")
        assert hashlib.sha256(b'{"x": 1}').hexdigest() != claim.digest
        caller.post(things, body, key="key-2")
        import json

        plain = hashlib.sha256(json.dumps(body).encode()).hexdigest()
        assert RECORDS.unscoped("test").get().digest != plain

    def test_a_sealed_route_keeps_no_more_than_it_says(self, things, admin, body, monkeypatch):
        kept = lambda self, answer: {"receipt": answer.data["id"]}  # noqa: E731
        monkeypatch.setattr("tests.rest.resources.ItemViewSet.kept_body", kept)
        caller = api(admin)
        caller.post(things, body, key="key-1")
        assert "Nut" not in RECORDS.unscoped("test").get().body
        assert list(caller.post(things, body, key="key-1").json()) == ["receipt"]

    def test_old_answers_are_forgotten(self, things, admin, body):
        api(admin).post(things, body, key="key-1")
        assert idempotency.forget_old() == 0
        RECORDS.unscoped("test").update(created_at=clock.now() - dt.timedelta(days=31))
        assert idempotency.forget_old() == 1


def at_once(count: int, call: Any) -> list[Any]:
    """`call(number)` in `count` threads that start together; what they returned."""
    gate, found = threading.Barrier(count), [None] * count

    def run(number: int) -> None:
        gate.wait()
        try:
            found[number] = call(number)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


@pytest.mark.django_db(transaction=True)
class TestAtTheSameMoment:
    @pytest.fixture
    def caller(self, things, monkeypatch):
        """A token, a good body, and a service whose every call would make a thing of its own."""
        user = account("admin", "administrator", "buyer")
        category = Category.objects.create(code="A", path="/A/", name_en="Fasteners")
        unit = Unit.objects.get_or_create(code="H87", defaults={"symbol_en": "pc"})[0]

        def create(*, actor: Any, **values: Any) -> Item:
            return records.create(Item, actor=actor, **{**values, "article": secrets.token_hex(8)})

        monkeypatch.setattr("tests.rest.resources.ItemViewSet.create_service", create)
        secret = token_for(user, last_used_at=clock.now())
        body = {"article": "B", "name_en": "Nut", "category": category.public_id, "base_unit": unit.code}
        call = lambda key: api(token=secret).post(things, body, key=key)  # noqa: E731
        assert call("warm-up").status_code == 201
        Item.objects.all().delete()
        return call

    def test_of_many_equal_calls_one_takes_effect(self, caller):
        answers = at_once(8, lambda _number: caller("key-1"))
        assert [answer.status_code for answer in answers] == [201] * 8
        assert len({answer.content for answer in answers}) == 1
        assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 7
        assert Item.objects.count() == 1

    def test_without_a_key_each_takes_effect(self, caller):
        """Shows that the calls above do meet."""
        answers = at_once(8, lambda _number: caller(""))
        assert [answer.status_code for answer in answers] == [201] * 8
        assert Item.objects.count() == 8
