"""Accounts of suppliers: invited by mail, set their own password, closed."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from srm.core.errors import InvalidInput, NotAllowed, RuleBroken
from srm.outbox.models import OutboxEvent
from srm.outbox.services import deliver_due
from srm.people.actors import actor_for
from srm.people.models import User
from suppliers.registry import members, services
from suppliers.registry.models import Membership


def invite(firm, work, persona="buyer", **values):
    values = {"supplier": firm.alfa, "email": "New@Alfa.example", "name": "Nora New", "role": "supplier_user", **values}
    with work():
        return services.invite_member(actor=firm.actor(persona), **values)


def test_an_invited_person_sets_a_password_by_the_mailed_link_and_acts_for_its_supplier(firm, work):
    membership = invite(firm, work)
    assert not membership.user.has_usable_password()
    deliver_due()
    letter = next(one for one in mail.outbox if one.to == ["new@alfa.example"])
    address = re.search(r"https?://[^\s\"]+/account/[^\s\"]+", letter.body).group()
    browser, path = Client(), address.split("/", 3)[3]
    page = browser.get(f"/{path}", follow=True)
    assert page.status_code == 200
    form = {"password1": "tractor battery staple", "password2": "tractor battery staple"}
    browser.post(page.redirect_chain[-1][0] if page.redirect_chain else f"/{path}", form, follow=True)
    user = User.objects.get(email="new@alfa.example")
    assert user.check_password("tractor battery staple")
    actor = actor_for(user)
    assert (actor.supplier_id, actor.roles) == (firm.alfa.pk, frozenset({"supplier_user"}))
    assert not actor.may("portal.bid")


def test_the_link_is_not_readable_in_the_database(firm, work):
    invite(firm, work)
    event = OutboxEvent.objects.unscoped("test").get(kind="mail")
    assert event.private
    assert "password" not in str({**event.payload, "context": None, "subject": None})
    assert "/account/" not in str(event.payload)


def test_a_supplier_administrator_invites_only_for_his_own_firm(firm, work):
    assert invite(firm, work, "alfa_admin").supplier == firm.alfa
    with pytest.raises(NotAllowed):
        invite(firm, work, "beta_admin", email="spy@beta.example")
    for persona in ("alfa_reader", "requester", "auditor"):
        with pytest.raises(NotAllowed):
            invite(firm, work, persona, email=f"{persona}@spy.example")


def test_a_taken_address_is_refused_in_the_same_words_whoever_has_it(firm, work):
    said = set()
    for email in ("BETA_ADMIN@beta.example", "buyer@quadrant.example", "alfa_reader@alfa.example"):
        with pytest.raises(InvalidInput) as refused:
            invite(firm, work, "alfa_admin", email=email)
        said.add(str(refused.value.errors))
    assert len(said) == 1


def test_an_invitation_cannot_give_a_staff_role(firm, work):
    with pytest.raises(InvalidInput):
        invite(firm, work, role="buyer")
    assert not User.objects.filter(email="new@alfa.example").exists()


def test_a_closed_account_is_nobody_and_the_last_administrator_stays(firm, work):
    own = Membership.objects.unscoped("test").get(user=firm.users.alfa_admin)
    second = invite(firm, work, role="supplier_admin")
    with pytest.raises(RuleBroken), work():
        members.close_member(own, actor=firm.actor("alfa_admin"))
    with work():
        members.close_member(second, actor=firm.actor("alfa_admin"))
    assert actor_for(User.objects.get(pk=second.user_id)).is_anonymous
    with pytest.raises(RuleBroken), work():
        members.change_role(own, actor=firm.actor("alfa_admin"), role="supplier_user")


def test_a_member_of_another_supplier_is_not_found_in_the_address(firm, client_of):
    beta = Membership.objects.unscoped("test").get(user=firm.users.beta_admin)
    page = client_of("buyer").get(reverse("registry:supplier-close-account", args=[firm.alfa.public_id, beta.pk]))
    assert page.status_code == 404
    portal = client_of("alfa_admin").get(reverse("portal:people-close", args=[beta.pk]))
    assert portal.status_code == 404
    firm.users.beta_admin.refresh_from_db()
    assert firm.users.beta_admin.is_active
