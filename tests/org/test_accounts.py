"""Accounts: by invitation, under rules that keep somebody at the door."""

import re

import pytest

from srm.audit.models import AuditEvent
from srm.core.errors import InvalidInput, RuleBroken
from srm.org import services
from srm.outbox.models import OutboxEvent
from srm.people.models import User, UserRole


@pytest.fixture
def admin(firm):
    return firm.actor("administrator")


def roles(user):
    return sorted(user.grants.values_list("role", flat=True))


def test_an_invited_colleague_gets_an_account_without_a_password_and_a_secret_link(firm, admin, work):
    with work():
        user = services.invite_user(
            actor=admin, name="Boris Ganev", email=" Boris@Quadrant.Example ", language="bg", roles=["buyer"]
        )
    assert (user.email, user.kind, roles(user)) == ("boris@quadrant.example", "staff", ["buyer"])
    assert not user.has_usable_password()
    assert [event.verb for event in AuditEvent.objects.filter(subject_id=user.public_id).order_by("sequence")] == [
        "created",
        "roles changed",
        "invited",
    ]
    kept = " ".join(str(row.payload) for row in OutboxEvent.rows.all())
    assert "boris@quadrant.example" in kept
    assert "/password/reset/key/" not in kept


def test_the_same_address_in_other_letters_is_the_same_account(firm, admin, work):
    with pytest.raises(InvalidInput) as refused, work():
        services.invite_user(actor=admin, name="Twin", email="BUYER@quadrant.example", language="en")
    assert "email" in refused.value.errors or "__all__" in refused.value.errors
    assert User.objects.filter(email__iexact="buyer@quadrant.example").count() == 1


def test_nobody_changes_his_own_roles_not_even_by_a_second_account(firm, admin, work):
    second = User.objects.create_user("second@quadrant.example", name="Admin Two", person=admin.person_id)
    for user in (firm.users.administrator, second):
        with pytest.raises(RuleBroken, match="his own roles"), work():
            services.set_roles(user, actor=admin, roles=["buyer", "administrator"])
    assert roles(firm.users.administrator) == ["administrator"]
    assert roles(second) == []


def test_the_last_administrator_stays(firm, admin, work):
    other = User.objects.create_user("other@quadrant.example", name="Other Admin")
    UserRole.objects.create(user=other, role="administrator")
    actor = firm.actor("administrator")
    with work():
        services.close_account(other, actor=actor, reason="left")
    UserRole.objects.filter(user=firm.users.administrator).delete()
    UserRole.objects.create(user=firm.users.buyer, role="administrator")
    with pytest.raises(RuleBroken, match="last administrator"), work():
        services.close_account(firm.users.buyer, actor=actor, reason="left")
    with pytest.raises(RuleBroken, match="last administrator"), work():
        services.set_roles(firm.users.buyer, actor=actor, roles=["buyer"])
    firm.users.buyer.refresh_from_db()
    assert firm.users.buyer.is_active
    assert "administrator" in roles(firm.users.buyer)


def test_staff_get_no_supplier_roles(firm, admin, work):
    with pytest.raises(InvalidInput), work():
        services.set_roles(firm.users.buyer, actor=admin, roles=["supplier_admin"])
    assert roles(firm.users.buyer) == ["buyer"]


def log_in(client, user, password="correct horse battery"):
    return client.post("/account/login/", {"login": user.email, "password": password})


def test_closing_an_account_ends_its_sessions_and_its_log_in(firm, admin, client, work):
    assert log_in(client, firm.users.buyer).status_code == 302
    assert client.get("/registry/").status_code == 200
    with work():
        services.close_account(firm.users.buyer, actor=admin, reason="left the firm")
    assert client.get("/registry/").status_code == 302
    log_in(client, firm.users.buyer)
    assert client.get("/registry/").status_code == 302
    assert AuditEvent.objects.get(verb="closed").reason == "left the firm"


def test_new_roles_end_running_sessions(firm, admin, client, work):
    log_in(client, firm.users.buyer)
    with work():
        services.set_roles(firm.users.buyer, actor=admin, roles=["requester"], reason="moved")
    assert client.get("/registry/").url.startswith("/account/login/")
    event = AuditEvent.objects.get(verb="roles changed")
    assert event.changes == {"roles": ["Buyer", "Requester"]}


def test_the_invitation_leads_to_a_password_and_then_inside(firm, admin, client, work, monkeypatch):
    sent = {}
    monkeypatch.setattr(services, "write_to", lambda address, **words: sent.update(address=address, **words))
    with work():
        user = services.invite_user(
            actor=admin, name="Boris Ganev", email="boris@quadrant.example", language="en", roles=["buyer"]
        )
    path = re.sub(r"^https?://[^/]+", "", sent["secret"]["url"])
    form = client.get(path, follow=True)
    assert form.status_code == 200
    assert "Set a new password" in form.content.decode()
    secret = "a long enough secret 42"
    done = client.post(form.request["PATH_INFO"], {"password1": secret, "password2": secret})
    assert done.status_code == 302
    assert log_in(client, user, secret).status_code == 302
    assert client.get("/registry/").status_code == 200
    again = client.get(path, follow=True)
    assert "does not work any more" in again.content.decode()


def test_the_pages_do_what_the_services_do(firm, client_of):
    page = client_of("administrator")
    answer = page.post(
        "/org/users/new/",
        {"name": "Nina Popova", "email": "nina@quadrant.example", "language": "en", "roles": ["requester"]},
    )
    user = User.objects.get(email="nina@quadrant.example")
    assert answer.url == f"/org/users/{user.public_id}/"
    page.post(f"/org/users/{user.public_id}/roles/", {"roles": ["buyer", "evaluator"]})
    assert roles(user) == ["buyer", "evaluator"]
    page.post(f"/org/users/{user.public_id}/close/", {"reason": "left"})
    user.refresh_from_db()
    assert not user.is_active
    page.post(f"/org/users/{user.public_id}/open/")
    user.refresh_from_db()
    assert user.is_active


def test_his_own_account_has_grey_buttons_that_say_why(firm, client_of):
    page = client_of("administrator").get(f"/org/users/{firm.users.administrator.public_id}/")
    blocked = {it.name: it.reasons for it in page.context["actions"] if not it.allowed}
    assert set(blocked) == {"roles", "second-step", "close"}
    assert "Nobody changes his own account here" in page.content.decode()
