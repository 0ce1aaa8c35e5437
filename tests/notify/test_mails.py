"""Mails: the receiver's language, one button, safe words, patience with servers, none with bad addresses."""

from __future__ import annotations

import smtplib
from pathlib import Path

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction

from srm.core import clock
from srm.core.actor import SYSTEM
from srm.notify import jobs, services
from srm.outbox.models import Delivery, OutboxEvent
from srm.outbox.services import PAUSES
from srm.people.models import User
from tests.notify.conftest import delivered, inbox, told, user


def delivery() -> Delivery:
    return Delivery.objects.unscoped("test").get()


def html_of(mail: EmailMultiAlternatives) -> str:
    return mail.alternatives[0][0]


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "ru", "bg"])
def test_a_mail_has_text_and_html_one_button_and_its_readers_language(mailoutbox, language: str) -> None:
    told(user(language=language), subject="PO-7", body="Line one\nLine two", url="/orders/7/", button="See")
    delivered()
    (mail,) = mailoutbox
    link = f"{django_settings.BASE_URL}/orders/7/"
    assert mail.subject == "PO-7"
    assert f"See: {link}" in mail.body
    assert html_of(mail).count(f'href="{link}"') == 1
    assert f'<html lang="{language}">' in html_of(mail)
    assert "Line two" in mail.body
    assert mail.extra_headers["Auto-Submitted"] == "auto-generated"


@pytest.mark.django_db
def test_words_are_put_together_at_delivery_in_the_language_of_that_day(mailoutbox) -> None:
    anna = user()
    told(anna, url="/x/")
    User.objects.filter(pk=anna.pk).update(language="bg", email="new@example.com")
    delivered()
    assert mailoutbox[0].to == ["new@example.com"]
    assert '<html lang="bg">' in html_of(mailoutbox[0])


@pytest.mark.django_db
def test_hostile_words_stay_words(mailoutbox) -> None:
    words = "{{7*7}} {% debug %} <script>alert(1)</script> {settings.SECRET_KEY}"
    told(user(), subject=words, body=words, values={"x": words})
    delivered()
    (mail,) = mailoutbox
    assert "<script>" not in html_of(mail)
    assert "&lt;script&gt;" in html_of(mail)
    assert words in mail.body
    assert mail.subject == words


@pytest.mark.django_db
def test_the_same_mail_has_the_same_message_id_on_every_attempt(mailoutbox, monkeypatch) -> None:
    told(user())
    ids: list[str] = []
    send = EmailMultiAlternatives.send

    def once_in_two(self, *args):
        ids.append(self.extra_headers["Message-ID"])
        if len(ids) == 1:
            raise smtplib.SMTPServerDisconnected("dropped after DATA")
        return send(self, *args)

    monkeypatch.setattr(EmailMultiAlternatives, "send", once_in_two)
    delivered()
    assert (delivery().state, mailoutbox) == ("pending", [])
    with time_machine.travel(delivery().next_at, tick=True):
        delivered()
    assert delivery().state == "sent"
    assert len(set(ids)) == 1
    assert len(ids) == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (smtplib.SMTPRecipientsRefused({"a": (550, b"no such user")}), "parked"),
        (smtplib.SMTPRecipientsRefused({"a": (451, b"greylisted")}), "pending"),
        (smtplib.SMTPDataError(554, b"spam"), "parked"),
        (smtplib.SMTPDataError(452, b"full"), "pending"),
        (smtplib.SMTPAuthenticationError(535, b"bad password"), "pending"),
        (smtplib.SMTPConnectError(421, b"busy"), "pending"),
        (TimeoutError("timed out"), "pending"),
        (ConnectionRefusedError("refused"), "pending"),
        (ValueError("bad header"), "parked"),
        (RuntimeError("anything else"), "pending"),
    ],
)
def test_a_server_that_is_away_is_tried_again_and_a_final_no_is_final(
    monkeypatch, fault: Exception, state: str
) -> None:
    def refuse(self, *args):
        raise fault

    monkeypatch.setattr(EmailMultiAlternatives, "send", refuse)
    told(user())
    delivered()
    assert delivery().state == state
    if state == "pending":
        assert (delivery().next_at - clock.now()).total_seconds() > PAUSES[0] - 2
    assert delivery().last_error


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["", "nobody", "a@b@c", "a\nb@example.com", "a" * 400 + "@example.com", "я@"])
def test_a_bad_address_disturbs_nobody(mailoutbox, address: str) -> None:
    with transaction.atomic():
        services.write_to(address, language="en", subject="x", actor=SYSTEM)
    delivered()
    assert (delivery().state, mailoutbox) == ("parked", [])


@pytest.mark.django_db
def test_a_closed_account_gets_nothing_any_more(mailoutbox) -> None:
    anna = user()
    told(anna)
    User.objects.filter(pk=anna.pk).update(is_active=False)
    delivered()
    assert (delivery().state, mailoutbox) == ("skipped", [])


@pytest.mark.django_db
def test_somebody_without_an_account_gets_a_link_that_does_not_lie_in_the_database(mailoutbox) -> None:
    with transaction.atomic():
        services.write_to(
            "supplier@example.org", language="ru", subject="Приглашение", url="/portal/", actor=SYSTEM,
            secret={"url": "/portal/enter/TOKEN-123/"},
        )  # fmt: skip
    event = OutboxEvent.objects.unscoped("test").get()
    assert "TOKEN-123" not in str(event.payload)
    delivered()
    (mail,) = mailoutbox
    assert f"{django_settings.BASE_URL}/portal/enter/TOKEN-123/" in mail.body
    event.refresh_from_db()
    assert event.payload["secret"] == "sent"
    assert event.sequence is None, "mails never enter the change feed"
    Delivery.objects.unscoped("test").update(state="pending", next_at=clock.now())  # killed before it was noted
    delivered()
    assert (len(mailoutbox), delivery().state) == (1, "skipped")


@pytest.mark.django_db
def test_a_supplier_is_sent_to_the_portals_host(mailoutbox, settings) -> None:
    settings.PORTAL_URL = "https://portal.example.com"
    told(user(kind="supplier"), url="/portal/x/")
    delivered()
    assert "https://portal.example.com/portal/x/" in mailoutbox[0].body
    assert "/notify/settings/" not in mailoutbox[0].body


@pytest.mark.django_db
def test_the_summary_is_one_mail_with_what_is_still_unread(mailoutbox) -> None:
    anna, boris = user("Anna"), user("Boris", "ru")
    told(anna, boris, kind="test.daily", subject="First", url="/a/")
    told(anna, kind="test.daily", subject="Second")
    services.mark_all_read(actor=services.Actor(kind="staff", user_id=boris.pk))
    assert jobs.send_digests() == 1
    assert jobs.send_digests() == 0
    delivered()
    (mail,) = mailoutbox
    assert mail.to == ["anna@example.com"]
    assert "First" in mail.body
    assert "Second" in html_of(mail)
    assert f"{django_settings.BASE_URL}/a/" in mail.body


@pytest.mark.django_db
def test_a_summary_read_meanwhile_is_not_sent(mailoutbox) -> None:
    anna = user()
    told(anna, kind="test.daily")
    jobs.send_digests()
    inbox(anna)
    services.mark_all_read(actor=services.Actor(kind="staff", user_id=anna.pk))
    delivered()
    assert (mailoutbox, delivery().state) == ([], "skipped")


def test_every_mail_template_has_both_forms() -> None:
    folder = Path(django_settings.BASE_DIR) / "templates" / "mail"
    names = {path.relative_to(folder).with_suffix("") for path in folder.rglob("*") if path.is_file()}
    for name in names:
        assert (folder / f"{name}.txt").exists(), name
        assert (folder / f"{name}.html").exists(), name


@pytest.mark.django_db
def test_djangos_own_mails_take_the_outbox_and_their_links_are_not_readable_there(mailoutbox, settings) -> None:
    from django.core.mail import EmailMultiAlternatives, send_mail

    settings.MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"
    settings.EMAIL_BACKEND = "srm.notify.backend.OutboxBackend"
    send_mail("Reset", "Go to /reset/TOKEN-9/", None, ["anna@example.com", "boris@example.com"])
    message = EmailMultiAlternatives("Both", "text", to=["vera@example.com"])
    message.attach_alternative("<p>html</p>", "text/html")
    message.send()
    assert mailoutbox == []
    assert "TOKEN-9" not in str(list(OutboxEvent.objects.unscoped("test").values_list("payload", flat=True)))
    delivered()
    assert sorted(mail.to[0] for mail in mailoutbox) == ["anna@example.com", "boris@example.com", "vera@example.com"]
    assert all(len(mail.to) == 1 for mail in mailoutbox)
    bodies = {mail.to[0]: mail.body for mail in mailoutbox}
    assert bodies["anna@example.com"] == "Go to /reset/TOKEN-9/"
    assert [html_of(mail) for mail in mailoutbox if mail.alternatives] == ["<p>html</p>"]
    message.attach("a.txt", "x")
    with pytest.raises(ValueError, match="links to files"):
        message.send()


@pytest.mark.django_db
def test_a_secret_under_a_forgotten_key_is_parked(mailoutbox, settings) -> None:
    with transaction.atomic():
        services.write_to("s@example.org", language="en", subject="x", actor=SYSTEM, secret={"url": "/x/"})
    settings.SECRET_KEY = "another" * 10
    delivered()
    assert (delivery().state, mailoutbox) == ("parked", [])
