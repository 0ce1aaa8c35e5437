"""Messages from outside: forged, old, repeated, re-ordered, refused, and at last handled, once."""

from __future__ import annotations

import datetime as dt
import json

import pytest
import time_machine
from django.test import Client

from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken
from srm.flow.uow import unit_of_work
from srm.integrations import inbound, services, signing
from srm.integrations.models import InboundMessage, InboundSource
from srm.jobs import services as jobs
from srm.jobs.models import Job
from srm.people.models import LegalEntity, User, UserRole
from tests.integrations.conftest import person


@pytest.fixture
def account(db: None) -> User:
    return User.objects.get(pk=person("crm@example.com", "buyer", kind="service").user_id)


@pytest.fixture
def source(keeper: Actor, account: User) -> InboundSource:
    with unit_of_work():
        return inbound.create_source(actor=keeper, system="crm", account=account)


@pytest.fixture
def handled(monkeypatch: pytest.MonkeyPatch) -> list:
    """A room that handles deals; it refuses negative sizes and breaks on "boom"."""
    done: list = []

    def won(message: InboundMessage, *, actor: Actor) -> None:
        if message.payload.get("size", 0) < 0:
            raise RuleBroken("A deal has a size.")
        if message.payload.get("boom"):
            raise ValueError("bug")
        done.append((message.payload, actor.user_id))

    monkeypatch.setattr(inbound, "HANDLERS", {"crm.deal.won": won})
    return done


def send(source: InboundSource, data: object = None, *, key: str = "", message_id: str = "m-1", at: dt.datetime | None = None,
         kind: str = "crm.deal.won", body: bytes | None = None, **changed: str):  # fmt: skip
    """POST one message like the other system does."""
    content = (
        body if body is not None else json.dumps({"type": kind, "data": {"size": 1} if data is None else data}).encode()
    )
    signed = signing.sign(message_id, at or clock.now(), content, [key or source.shown_secret])  # type: ignore[attr-defined]
    return Client().generic(
        "POST",
        f"/api/v1/inbound/{source.public_id}/",
        content,
        content_type="application/json",
        headers=signed | changed,
    )


def work() -> None:
    for job in Job.objects.unscoped("test").filter(state="queued"):
        jobs.run_now(job)


def only_message() -> InboundMessage:
    return InboundMessage.objects.unscoped("test").get()


def test_a_signed_message_is_taken_in_and_handled_as_the_sources_account(source, handled, account: User) -> None:
    answer = send(source)
    assert (answer.status_code, answer.json()["state"]) == (202, "waiting")
    assert handled == []
    work()
    assert handled == [({"size": 1}, account.pk)]
    assert only_message().outcome == "done"


def test_the_same_message_again_has_no_second_effect(source, handled) -> None:
    first, second = send(source), send(source)
    work()
    third = send(source, {"size": 99})
    assert [answer.status_code for answer in (first, second, third)] == [202] * 3
    assert third.json()["state"] == "done"
    work()
    assert len(handled) == 1


def test_what_is_not_signed_by_the_key_is_refused_in_the_same_words(source, handled) -> None:
    stranger = InboundSource(public_id="x" * 22)
    stranger.shown_secret = signing.new_secret()  # type: ignore[attr-defined]
    answers = [
        send(source, key=signing.new_secret()),
        send(stranger),
        send(source, at=clock.now() - dt.timedelta(minutes=6)),
        send(source, at=clock.now() + dt.timedelta(minutes=6)),
        send(source, **{"webhook-signature": ""}),
        send(source, **{"webhook-id": "other"}),
    ]
    assert {answer.status_code for answer in answers} == {403}
    assert len({answer.json()["detail"] for answer in answers}) == 1
    assert not InboundMessage.objects.unscoped("test").exists()


def test_a_stopped_source_is_not_heard(source, handled, keeper: Actor) -> None:
    with unit_of_work():
        inbound.set_active(source, actor=keeper, active=False)
    assert send(source).status_code == 403


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"x"', b'{"type": 1}', b'{"type": "crm.deal.won", "data": []}', b"\xff"]
)
def test_a_body_that_says_nothing_is_refused(source, handled, body: bytes) -> None:
    assert send(source, body=body).status_code == 422
    assert not InboundMessage.objects.unscoped("test").exists()


def test_an_unknown_type_and_a_huge_body_are_refused(source, handled) -> None:
    answer = send(source, kind="crm.unheard")
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["type"])
    assert send(source, body=b" " * (inbound.LARGEST + 1)).status_code == 413


def test_a_refusal_is_kept_with_its_sentence_and_can_be_tried_again(source, handled, keeper: Actor) -> None:
    send(source, {"size": -1})
    work()
    assert (only_message().outcome, only_message().error) == ("refused", "A deal has a size.")
    InboundMessage.objects.unscoped("test").update(payload={"size": 5})
    with pytest.raises(NotAllowed), unit_of_work():
        inbound.try_again(only_message(), actor=person("b@example.com", "buyer"))
    with unit_of_work():
        inbound.try_again(only_message(), actor=keeper)
    work()
    assert (only_message().outcome, only_message().error, len(handled)) == ("done", "", 1)
    with pytest.raises(RuleBroken), unit_of_work():
        inbound.try_again(only_message(), actor=keeper)


def test_a_fault_is_tried_again_by_itself(source, handled) -> None:
    send(source, {"boom": 1})
    work()
    assert (only_message().outcome, Job.objects.unscoped("test").get().state) == ("waiting", "queued")
    InboundMessage.objects.unscoped("test").update(payload={"size": 5})
    with time_machine.travel(clock.now() + dt.timedelta(minutes=1), tick=False):
        work()
    assert (only_message().outcome, len(handled)) == ("done", 1)


def test_an_account_without_rights_lends_none(source, handled, account: User) -> None:
    rights = []
    inbound.HANDLERS["crm.deal.won"] = lambda message, *, actor: rights.append(actor.permissions)
    UserRole.objects.filter(user=account).delete()
    send(source)
    work()
    assert rights == [frozenset()]


def test_only_who_manages_accounts_lends_one_and_no_persons_account_is_lent(keeper: Actor, account: User) -> None:
    manager = Actor(kind="staff", user_id=keeper.user_id, permissions=frozenset({"integrations.manage"}))
    with pytest.raises(NotAllowed), unit_of_work():
        inbound.create_source(actor=manager, system="crm", account=account)
    with pytest.raises(InvalidInput), unit_of_work():
        inbound.create_source(actor=keeper, system="crm", account=User.objects.get(pk=keeper.user_id))
    with unit_of_work():
        made = inbound.create_source(actor=keeper, system="crm", account=account)
    with pytest.raises(InvalidInput), unit_of_work():
        inbound.create_source(actor=keeper, system="crm", account=account)
    assert made.shown_secret not in str(InboundSource.objects.unscoped("test").values().get())  # type: ignore[attr-defined]


def test_a_renewed_key_kills_the_old_one(source, handled, keeper: Actor) -> None:
    old = source.shown_secret
    with unit_of_work():
        new = inbound.renew_source_secret(source, actor=keeper).shown_secret  # type: ignore[attr-defined]
    assert send(source, key=old).status_code == 403
    assert send(source, key=new).status_code == 202


def test_an_older_message_does_not_undo_a_newer_one(keeper: Actor) -> None:
    firm = LegalEntity.objects.create(code="F1", name_en="First")
    with unit_of_work():
        ref = services.link(firm, system="crm", external_id="7", actor=keeper)
    at = clock.now()
    assert inbound.is_news(ref, at)
    assert not inbound.is_news(ref, at), "the same again is no news"
    assert not inbound.is_news(ref, at - dt.timedelta(seconds=5))
    assert inbound.is_news(ref, at + dt.timedelta(seconds=5))


def test_a_connection_is_made_stopped_and_watched_by_pages(keeper: Actor, account: User, handled) -> None:
    client = Client()
    client.force_login(User.objects.get(pk=keeper.user_id))
    made = client.post("/integrations/connections/new/", {"system": "crm", "account": str(account.pk)})
    assert (made.status_code, b"whsec_" in made.content) == (201, True)
    source = InboundSource.objects.unscoped("test").get()
    base = f"/integrations/connections/{source.public_id}/"
    page = client.get(base).content.decode()
    assert f"/api/v1/inbound/{source.public_id}/" in page
    assert "whsec_" not in page
    source.shown_secret = inbound.vault.unlock(source.secret, inbound.PURPOSE)  # type: ignore[attr-defined]
    send(source, {"size": -1, "note": "<script>"})
    work()
    listed = client.get("/integrations/messages/?outcome=refused").content.decode()
    assert "A deal has a size." in listed
    detail = client.get(f"/integrations/messages/{only_message().public_id}/").content.decode()
    assert "&lt;script&gt;" in detail
    assert client.post(f"/integrations/messages/{only_message().public_id}/again/").status_code == 302
    assert only_message().outcome == "waiting"
    assert client.post(f"{base}stop/").status_code == 302
    assert send(source, message_id="m-2").status_code == 403
    assert client.post(f"{base}start/").status_code == 302
    assert client.post(f"{base}renew/").status_code == 201
    buyer = Client()
    buyer.force_login(User.objects.get(pk=person("b@example.com", "buyer").user_id))
    assert buyer.get(base).status_code == 200
    for path in ("/integrations/messages/", "/integrations/connections/new/"):
        assert buyer.get(path).status_code == 403
    assert buyer.post(f"{base}renew/").status_code == 403
