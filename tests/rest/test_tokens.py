"""Tokens: what opens, what no longer opens, and what a small one may do."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from srm.audit.models import AuditEvent, SecurityEvent
from srm.core import clock
from srm.core.errors import InvalidInput, NotAllowed
from srm.people.actors import actor_for
from srm.people.models import User
from srm.rest import services
from srm.rest.edge import unit_of_work
from srm.rest.models import ApiToken
from tests.rest.helpers import account, api, token_for

pytestmark = pytest.mark.django_db


def make(actor, user, **values):
    """A token by the service, as the page makes it."""
    with unit_of_work():
        return services.create_token(actor=actor, user=user, name=values.pop("name", "Scanner"), **values)


def test_a_token_opens_what_its_account_may(things, requester, item):
    token, secret = make(actor_for(requester), requester)
    assert api(token=secret).get(f"{things}{item.public_id}/").status_code == 200
    token.refresh_from_db()
    assert token.last_used_at is not None


def test_only_the_digest_is_stored(requester):
    token, secret = make(actor_for(requester), requester)
    assert secret.startswith("qd_")
    assert len(secret) > 40
    stored = " ".join(str(value) for value in ApiToken.objects.unscoped("test").values_list().get())
    assert secret not in stored
    assert secret[8:] not in stored
    logged = " ".join(str(value) for value in AuditEvent.objects.values_list().get())
    assert secret[8:] not in logged
    assert token.digest not in logged


@pytest.mark.parametrize(
    "values",
    [
        {"expires_at": clock.now() - dt.timedelta(seconds=1)},
        {"revoked_at": clock.now() - dt.timedelta(days=1)},
        {"networks": ["203.0.113.0/24"]},
    ],
    ids=["expired", "revoked", "from elsewhere"],
)
def test_a_dead_token_opens_nothing_and_is_noticed(things, requester, item, values):
    caller = api(token=token_for(requester, **values))
    assert [caller.get(things).status_code for _ in range(3)] == [401] * 3
    assert SecurityEvent.objects.get().kind == "api.dead-token"


def test_a_token_dies_with_its_account(things, requester, item):
    secret = token_for(requester)
    User.objects.filter(pk=requester.pk).update(is_active=False)
    assert api(token=secret).get(things).status_code == 401


def test_all_dead_and_wrong_tokens_get_the_same_answer(things, requester):
    expired = token_for(requester, secret="qd_" + "e" * 40, expires_at=clock.now() - dt.timedelta(days=1))
    answers = [
        api(token=secret).get(things, **{"X-Request-ID": "same-request-1"})
        for secret in (expired, "qd_" + "w" * 40, "sk_live_1", "", "a b", "qd_", "\xff\xfe", "qd_" + "x" * 100_000)
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1


def test_a_wrong_token_is_not_saved_by_a_good_session(things, requester):
    caller = api(token="qd_wrong")
    caller.client.force_login(requester)
    assert caller.get(things).status_code == 401


def test_a_scope_narrows_what_the_account_may(things, admin, body, item):
    _token, secret = make(actor_for(admin), admin, scopes=["catalog.view"])
    assert api(token=secret).get(things).status_code == 200
    assert api(token=secret).post(things, body).status_code == 403


def test_a_scope_never_adds_a_right(things, requester, body):
    secret = token_for(requester, scopes=["catalog.view", "catalog.edit"])
    assert api(token=secret).post(things, body).status_code == 403


def test_a_token_loses_what_its_account_loses(things, requester, item):
    secret = token_for(requester)
    requester.grants.all().delete()
    assert api(token=secret).get(things).status_code == 403


@pytest.mark.parametrize(
    ("networks", "address", "status"),
    [
        (["127.0.0.0/8"], "127.0.0.1", 200), (["127.0.0.1"], "127.0.0.1", 200), (["127.0.0.1"], "::ffff:127.0.0.1", 200),
        (["10.0.0.0/8"], "127.0.0.1", 401), (["::1"], "127.0.0.1", 401), (["127.0.0.1"], "", 401), ([], "", 200),
        (["127.0.0.1"], "127.0.0.1.evil", 401),
    ],
)  # fmt: skip
def test_a_token_may_be_bound_to_addresses(things, requester, item, networks, address, status):
    caller = api(token=token_for(requester, networks=networks))
    assert caller.client.get(things, REMOTE_ADDR=address).status_code == status


def test_a_forged_forwarding_header_moves_nobody(things, requester, settings):
    secret = token_for(requester, networks=["10.0.0.1"])
    assert api(token=secret).get(things, **{"X-Forwarded-For": "10.0.0.1"}).status_code == 401
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert api(token=secret).get(things, **{"X-Forwarded-For": "10.0.0.1, 198.51.100.7"}).status_code == 401
    assert api(token=secret).get(things, **{"X-Forwarded-For": "198.51.100.7, 10.0.0.1"}).status_code == 200


def test_the_use_of_a_token_is_noted_at_most_once_a_minute(things, requester, django_assert_num_queries):
    now = clock.now()
    secret = token_for(requester, last_used_at=now - dt.timedelta(seconds=50))
    api(token=secret).get(things)
    assert ApiToken.objects.unscoped("test").get().last_used_at < now
    ApiToken.objects.unscoped("test").update(last_used_at=now - dt.timedelta(seconds=61))
    api(token=secret).get(things)
    assert ApiToken.objects.unscoped("test").get().last_used_at >= now


def test_nobody_makes_a_token_for_somebody_else(requester, admin, nobody):
    program = account("program", "accountant", kind="service")
    for actor, user in ((requester, admin), (admin, requester), (requester, program), (nobody, nobody)):
        with pytest.raises(NotAllowed):
            make(actor_for(actor), user)
    assert make(actor_for(admin), program)[0].user == program


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"scopes": ["org.manage"]}, "scopes"), ({"scopes": ["nonsense"]}, "scopes"), ({"days": 0}, "days"),
        ({"days": 367}, "days"), ({"networks": ["evil"]}, "networks"), ({"networks": ["10.0.0.0/99"]}, "networks"),
        ({"networks": [f"10.0.0.{n}" for n in range(21)]}, "networks"), ({"name": "  "}, "name"), ({"name": "x" * 81}, "name"),
    ],
)  # fmt: skip
def test_a_token_that_cannot_be_is_refused(requester, values, field):
    with pytest.raises(InvalidInput) as refusal:
        make(actor_for(requester), requester, **values)
    assert list(refusal.value.errors) == [field]
    assert not ApiToken.objects.unscoped("test").exists()


def test_a_withdrawn_token_is_dead_and_the_log_knows(things, requester):
    token, secret = make(actor_for(requester), requester)
    for _ in range(2):
        with unit_of_work():
            services.revoke_token(token, actor=actor_for(requester))
    assert api(token=secret).get(things).status_code == 401
    assert list(AuditEvent.objects.order_by("sequence").values_list("verb", flat=True)) == ["created", "revoked"]


def test_nobody_sees_the_tokens_of_others(requester, admin, nobody):
    token_for(requester)
    token_for(nobody)
    seen = [
        set(ApiToken.objects.visible_to(actor_for(user)).values_list("user_id", flat=True))
        for user in (requester, nobody, admin)
    ]
    assert seen == [{requester.pk}, set(), {requester.pk, nobody.pk}]


def test_a_session_reads_without_and_writes_only_with_its_csrf_token(things, admin, body):
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin)
    assert client.get(things).status_code == 200
    refused = client.post(things, body, content_type="application/json")
    assert refused.status_code == 403
    assert refused.headers["Content-Type"] == "application/problem+json"
    client.cookies["csrf"] = secret = "a" * 32
    allowed = client.post(things, body, content_type="application/json", headers={"X-CSRFToken": secret})
    assert allowed.status_code == 201, allowed.content
    headers = {"X-CSRFToken": secret, "Idempotency-Key": "key-1"}
    for _ in range(2):
        again = client.post(things, body | {"article": "B-9"}, content_type="application/json", headers=headers)
        assert again.status_code == 201, again.content
    assert again.headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize(
    "content_type", ["multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "text/plain"]
)
def test_a_session_does_not_make_other_bodies_readable(things, admin, content_type):
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin)
    client.cookies["csrf"] = secret = "a" * 32
    content = f"--x\r\nContent-Disposition: form-data; name=csrfmiddlewaretoken\r\n\r\n{secret}\r\n--x--\r\n"
    for headers, statuses in (({}, {403, 415}), ({"X-CSRFToken": secret}, {415})):
        answer = client.generic("POST", things, content, content_type=content_type, headers=headers)
        assert answer.status_code in statuses


def test_too_many_calls_are_told_to_wait(things, requester, nobody, monkeypatch):
    from srm.rest.permissions import ActorThrottle

    monkeypatch.setattr(ActorThrottle, "rate", "5/min", raising=False)
    caller = api(requester)
    answers = [caller.get(things) for _ in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 61
    assert answers[-1].json()["type"] == "urn:quadrant:problem:throttled"
    assert api(nobody).get(things).status_code == 403


def test_refused_calls_are_counted_too(things, requester, body, monkeypatch):
    from srm.rest.permissions import ActorThrottle

    monkeypatch.setattr(ActorThrottle, "rate", "5/hour", raising=False)
    caller = api(requester)
    assert [caller.post(things, body).status_code for _ in range(7)] == [403] * 5 + [429] * 2
    assert SecurityEvent.objects.count() == 5


def test_the_count_of_calls_is_shared_between_processes(things, requester, monkeypatch):
    from srm.rest.permissions import ActorThrottle

    monkeypatch.setattr(ActorThrottle, "rate", "300/hour", raising=False)
    caller, processes, answers = api(requester), [({}, {}), ({}, {})], []
    for call in range(400):
        counted, shared = processes[call % 2]
        monkeypatch.setattr(ActorThrottle, "_counted", counted)
        monkeypatch.setattr(ActorThrottle, "_shared", shared)
        answers.append(caller.get(things).status_code)
    assert answers[:290].count(429) == 0
    assert answers[310:].count(200) == 0
