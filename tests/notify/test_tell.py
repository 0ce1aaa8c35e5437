"""Who is told, by which channel, in which language."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from srm.core.actor import SYSTEM
from srm.core.errors import InvalidInput, NotAllowed
from srm.notify import registry, selectors, services
from srm.notify.models import Notice, Subscription
from srm.notify.registry import Told
from srm.notify.values import Money, decode, encode, fill, one_line
from srm.people.actors import actor_for
from srm.people.models import Department, User
from tests.notify.conftest import delivered, inbox, told, user


@pytest.mark.django_db
def test_each_gets_a_notice_and_a_mail_of_his_own(mailoutbox) -> None:
    anna, boris = user("Anna Bell"), user("Boris Chan")
    told(anna, boris, subject="Request {number} is approved", values={"number": "PR-1"}, url="/requests/1/")
    assert [notice.title for notice in inbox(anna)] == ["Request PR-1 is approved"]
    delivered()
    assert sorted(mail.to for mail in mailoutbox) == [["anna@example.com"], ["boris@example.com"]]
    assert all(not mail.cc and not mail.bcc for mail in mailoutbox)


@pytest.mark.django_db
def test_nobody_hears_of_what_he_did_himself_and_the_gone_hear_nothing(mailoutbox) -> None:
    anna, gone, program = user("Anna"), user("Gone", is_active=False), user("Robot", kind="service")
    told(anna, gone, program, None, actor=actor_for(anna))
    assert not Notice.objects.unscoped("test").exists()
    delivered()
    assert mailoutbox == []


@pytest.mark.django_db
def test_one_who_is_named_twice_is_told_once() -> None:
    anna = user()
    told(anna, User.objects.get(pk=anna.pk))
    assert len(inbox(anna)) == 1


@pytest.mark.django_db
def test_quietly_fills_inboxes_and_sends_no_mail(mailoutbox) -> None:
    anna = user()
    with services.quietly():
        told(anna)
        with transaction.atomic():
            services.write_to("x@example.com", language="en", subject="x", actor=SYSTEM)
    delivered()
    assert (len(inbox(anna)), mailoutbox) == (1, [])
    told(anna)
    delivered()
    assert len(mailoutbox) == 1


@pytest.mark.django_db
def test_a_rolled_back_act_tells_nobody(mailoutbox) -> None:
    anna = user()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        services.tell([anna], kind="test.mailed", subject="x", actor=SYSTEM)
        raise ZeroDivisionError
    delivered()
    assert (inbox(anna), mailoutbox) == ([], [])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("chosen", "notices", "mails", "in_digest"),
    [("app", 1, 0, False), ("mail", 1, 1, False), ("digest", 1, 0, True), ("none", 0, 0, False)],
)
def test_the_receivers_choice_decides(mailoutbox, chosen: str, notices: int, mails: int, in_digest: bool) -> None:
    anna = user()
    services.choose(actor=actor_for(anna), channels={"test.mailed": chosen})
    told(anna)
    delivered()
    assert (len(inbox(anna)), len(mailoutbox)) == (notices, mails)
    assert [notice.in_digest for notice in inbox(anna)] == [in_digest] * notices


@pytest.mark.django_db
def test_a_required_notice_cannot_be_silenced(mailoutbox) -> None:
    anna = user()
    with pytest.raises(InvalidInput):
        services.choose(actor=actor_for(anna), channels={"test.must": "none"})
    Subscription.objects.create(user=anna, kind="test.must", channel="none")
    told(anna, kind="test.must")
    delivered()
    assert len(mailoutbox) == 1


@pytest.mark.django_db
def test_choices_are_checked_and_a_default_is_not_stored() -> None:
    anna = actor_for(user())
    services.choose(actor=anna, channels={"test.quiet": "mail"})
    services.choose(actor=anna, channels={"test.quiet": "app"})
    assert not Subscription.objects.exists()
    for bad in ({"no.such": "mail"}, {"test.quiet": "pigeon"}):
        with pytest.raises(InvalidInput):
            services.choose(actor=anna, channels=bad)
    with pytest.raises(NotAllowed):
        services.choose(actor=SYSTEM, channels={})
    assert ("test.quiet", "app") in [(kind.code, channel) for kind, channel in selectors.choices_of(anna)]


@pytest.mark.django_db
def test_everybody_reads_his_own_inbox_only() -> None:
    anna, boris = user("Anna"), user("Boris")
    told(anna)
    reader, other = actor_for(anna), actor_for(boris)
    assert selectors.unread_count(reader) == 1
    assert selectors.unread_count(other) == 0
    assert not Notice.objects.visible_to(other).exists()
    (notice,) = inbox(anna)
    with pytest.raises(NotAllowed):
        services.mark_read(notice, actor=other)
    services.mark_read(notice, actor=reader)
    assert selectors.unread_count(reader) == 0
    told(anna)
    assert services.mark_all_read(actor=other) == 0
    assert services.mark_all_read(actor=reader) == 1


@pytest.mark.django_db
def test_words_and_figures_are_written_in_the_receivers_language() -> None:
    names = {"en": user("Anna"), "ru": user("Boris", "ru"), "bg": user("Vera", "bg")}
    told(
        *names.values(), kind="test.quiet", subject=_("Cancel"), body="{amount}, {day}, {quantity}",
        values={"amount": Money(Decimal("1234567.5"), "EUR"), "day": dt.date(2031, 5, 12), "quantity": Decimal("2.50")},
    )  # fmt: skip
    bodies = {code: inbox(one)[0].body for code, one in names.items()}
    assert "1,234,567.50" in bodies["en"]
    assert "," in bodies["ru"].partition("EUR")[0]
    assert len(set(bodies.values())) == 3
    assert "2031" in bodies["bg"]


def test_placeholders_are_filled_from_plain_values_and_open_nothing() -> None:
    class Secret:
        key = "SECRET"

        def __str__(self) -> str:
            return "shown"

    hostile = (
        "{{7*7}} {% debug %} {settings.SECRET_KEY} {event.__init__.__globals__} %(x)s ${7*7} {0} {name!r} {name.key}"
    )
    assert fill(hostile, {"name": Secret(), "event": Secret(), "settings": 1}) == hostile
    assert fill("{name} said {text}", {"name": Secret(), "text": "{name}"}) == "shown said {name}"


def test_a_subject_is_one_line_without_tricks() -> None:
    assert one_line("Order\r\nBcc: all@example.com\x00 \u202egnp.exe") == "Order Bcc: all@example.com gnp.exe"
    assert len(one_line("x" * 1000)) == 250


def test_values_survive_the_way_through_json() -> None:
    import json

    values = {
        "money": Money(Decimal("12.50"), "EUR"), "n": Decimal("2.5"), "day": dt.date(2026, 1, 2),
        "at": dt.datetime(2026, 1, 2, 3, 4, tzinfo=dt.UTC), "list": [Decimal("1")], "text": "x", "none": None,
    }  # fmt: skip
    assert decode(json.loads(json.dumps(encode(values)))) == values


@pytest.mark.parametrize(
    "url", ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/a\nb"]
)
def test_a_notice_leads_nowhere_but_here(url: str) -> None:
    assert services.own_path(url) == ""
    assert services.own_path("/orders/1/?a=b") == "/orders/1/?a=b"


# --------------------------------------------------------------------------------------------- declared by a room


@pytest.fixture
def declared(monkeypatch: pytest.MonkeyPatch) -> list:
    """A move of departments that tells its head; gives the list of what was called."""
    from collections import defaultdict

    monkeypatch.setattr(registry, "_declared", defaultdict(list))
    called: list = []

    @registry.notice("test.moved", Department, "close", label="Moved", channel="mail")
    def moved(department: Department, *, actor, reason: str = "", **details) -> Told:
        called.append((department, actor, reason))
        return Told(to=[department.head], subject="{code} is closed", values={"code": department.code}, url="/x/")

    return called


@pytest.mark.django_db
def test_a_declared_notice_is_told_after_the_move(declared: list) -> None:
    anna = user()
    department = Department(code="D1", head=anna)
    with transaction.atomic():
        services.tell_about(department, "close", actor=SYSTEM, details={"reason": "merged", "other": 1})
        services.tell_about(department, "open", actor=SYSTEM, details={})
    assert declared == [(department, SYSTEM, "merged")]
    assert [(notice.kind, notice.title) for notice in inbox(anna)] == [("test.moved", "D1 is closed")]


@pytest.mark.django_db
def test_a_notice_that_fails_does_not_stop_the_move(monkeypatch, settings) -> None:
    def broken(document: object, *, actor: object) -> None:
        raise ValueError("no")

    monkeypatch.setattr(registry, "declarations", lambda model, move: [("test.quiet", broken)])
    with pytest.raises(ValueError, match="no"):
        services.tell_about(Department(), "close", actor=SYSTEM, details={})
    settings.PROFILE = "production"
    services.tell_about(Department(), "close", actor=SYSTEM, details={})
