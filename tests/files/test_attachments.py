"""Attaching, replacing, removing; and that a file is seen by exactly those who see its document."""

import datetime as dt
import hashlib
from dataclasses import replace

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from srm.audit.models import AuditEvent
from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, Missing, NotAllowed, RuleBroken, TooLarge
from srm.files import jobs, rules, selectors, services
from srm.files.models import Attachment
from srm.jobs.models import Job
from srm.people.actors import actor_for
from srm.people.roles import SUPPLIER_ADMIN, SUPPLIER_USER
from srm.ui.slots import unit_of_work
from tests.files.conftest import job_of, person
from tests.files.samples import HTML, PDF, PNG


def upload(name: str = "drawing.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def attached(job: Job, actor: Actor, name: str = "drawing.pdf", content: bytes = PDF, **options) -> Attachment:
    with unit_of_work():
        return services.attach(job, upload(name, content), actor=actor, **options)


def test_an_attached_file_lies_in_the_store_under_a_name_that_says_nothing(job, actor) -> None:
    found = attached(job, actor, "../Чертеж.pdf", expires_on=dt.date(2027, 1, 1), purpose="Drawing")
    assert (found.name, found.size, found.version, found.is_latest) == ("Чертеж.pdf", len(PDF), 1, True)
    assert found.sha256 == hashlib.sha256(PDF).hexdigest()
    assert found.content_type == "application/pdf"
    assert "pdf" not in found.storage_name
    with default_storage.open(found.storage_name) as file:
        assert file.read() == PDF
    event = AuditEvent.objects.get(verb="attached")
    assert (event.root_kind, event.root_id, event.actor_name) == ("srm.job", job.public_id, "Buyer")


def test_a_new_version_keeps_the_old_one(job, actor) -> None:
    first = attached(job, actor)
    with unit_of_work():
        second = services.replace(first, upload("drawing v2.pdf", PDF + b"2"), actor=actor)
    assert [one.name for one in selectors.files_of(job)] == ["drawing v2.pdf"]
    assert [one.version for one in selectors.versions_of(second)] == [2, 1]
    assert rules.attachment_at(first.public_id, actor).version == 1
    with unit_of_work():
        third = services.replace(first, upload(), actor=actor)
    assert third.version == 3


def test_a_removed_file_is_gone_with_its_versions_but_stays_in_the_history(job, actor) -> None:
    first = attached(job, actor)
    with unit_of_work():
        second = services.replace(first, upload(), actor=actor)
        services.remove(second, actor=actor, reason="wrong drawing")
    assert not selectors.files_of(job).exists()
    for public_id in (first.public_id, second.public_id):
        with pytest.raises(Missing):
            rules.attachment_at(public_id, actor)
    with pytest.raises(Missing), unit_of_work():
        services.replace(first, upload(), actor=actor)
    assert AuditEvent.objects.get(verb="removed").reason == "wrong drawing"
    assert default_storage.exists(first.storage_name)


def test_refused_files_leave_nothing_behind(job, actor) -> None:
    with pytest.raises(InvalidInput), unit_of_work():
        services.attach(job, upload("page.html", HTML), actor=actor)
    assert not selectors.files_of(job).exists()
    assert not AuditEvent.objects.exists()
    assert not default_storage.exists(services.FOLDER)


def test_a_file_over_the_limit_is_refused_while_it_is_measured(job, actor, settings) -> None:
    settings.UPLOAD_LIMIT_MB = 1
    with pytest.raises(TooLarge, match="1 MB"), unit_of_work():
        services.attach(job, upload(content=PDF + b"x" * (1 << 20)), actor=actor)


def test_all_files_of_a_document_together_have_a_limit(job, actor, monkeypatch) -> None:
    monkeypatch.setattr(services, "PER_DOCUMENT", 2 * len(PDF) + 5)
    first = attached(job, actor)
    with unit_of_work():
        services.replace(first, upload(), actor=actor)
    with pytest.raises(TooLarge, match="together"):
        attached(job, actor)
    with unit_of_work():
        services.remove(first, actor=actor)
    attached(job, actor)


def test_a_file_is_seen_by_those_who_see_its_document_now(job, actor, rival) -> None:
    found, other = attached(job, actor), actor_for(rival)
    assert rules.attachment_at(found.public_id, actor) == found
    with pytest.raises(Missing):
        rules.attachment_at(found.public_id, other)
    assert list(Attachment.objects.visible_to(actor)) == [found]
    assert not Attachment.objects.visible_to(other).exists()
    Job.objects.unscoped("test").filter(pk=job.pk).update(user=rival)
    with pytest.raises(Missing):
        rules.attachment_at(found.public_id, actor)
    assert rules.attachment_at(found.public_id, other) == found


def test_without_the_right_to_files_or_to_the_document_nothing_is_seen(job, actor) -> None:
    found = attached(job, actor)
    for kept in ({"jobs.view"}, {"files.view"}, set()):
        poor = actor.narrowed(frozenset(kept))
        with pytest.raises(Missing):
            rules.attachment_at(found.public_id, poor)
        assert not Attachment.objects.visible_to(poor).exists()


def test_adding_needs_a_right_and_the_documents_consent(job, actor) -> None:
    reader = actor.narrowed(frozenset({"files.view", "jobs.view"}))
    with pytest.raises(NotAllowed):
        attached(job, reader)
    found = attached(job, actor)
    for call in (services.replace, lambda one, _file, actor: services.remove(one, actor=actor)):
        with pytest.raises(NotAllowed), unit_of_work():
            call(found, upload(), actor=reader)
    rules.attachable(Job, view="jobs.view", change="files.attach", guard=lambda job, actor: "The job has ended.")
    with pytest.raises(RuleBroken, match="has ended"):
        attached(job, actor)
    assert selectors.files_of(job).count() == 1


def test_a_document_of_a_kind_that_carries_no_files_takes_none(job, actor, buyer) -> None:
    with pytest.raises(NotAllowed):
        attached(buyer, actor)
    with pytest.raises(Missing):
        rules.document_at("srm.user", buyer.public_id, actor)
    with pytest.raises(Missing):
        rules.document_at("no.such", buyer.public_id, actor)


def test_the_same_name_and_content_twice_are_two_files(job, actor) -> None:
    attached(job, actor)
    attached(job, actor)
    assert selectors.files_of(job).count() == 2


def test_what_was_stored_but_never_attached_is_swept_away(job, actor) -> None:
    kept = attached(job, actor)
    lost = services.store(upload("lost.png", PNG))
    assert jobs.sweep() == 0
    with time_machine.travel(clock.now() + dt.timedelta(days=3)):
        assert jobs.sweep() == 1
    assert default_storage.exists(kept.storage_name)
    assert not default_storage.exists(lost.storage_name)


def test_files_that_expire_are_listed_for_reminders(job, actor) -> None:
    soon, later = dt.date.today() + dt.timedelta(days=10), dt.date.today() + dt.timedelta(days=90)
    due = attached(job, actor, expires_on=soon)
    attached(job, actor, expires_on=later)
    attached(job, actor)
    assert list(selectors.expiring("srm.job")) == [due]


def test_a_suppliers_user_sees_files_by_the_same_rule(job, actor) -> None:
    attached(job, actor)
    own = job_of(person("supplier", kind="supplier"))
    mine = Actor(kind="supplier", user_id=own.user_id, name="Alfa", supplier_id=1, permissions=SUPPLIER_ADMIN)
    assert not Attachment.objects.visible_to(mine).exists()
    rules.attachable(Job, view=("jobs.view", "portal.view"), change=("jobs.manage", "portal.bid"))
    found = attached(own, mine)
    assert list(Attachment.objects.visible_to(mine)) == [found]
    with pytest.raises(NotAllowed):
        attached(own, replace(mine, permissions=SUPPLIER_USER))
