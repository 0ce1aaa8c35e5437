"""Whatever people do in whatever order: nobody who asked for it, wrote or edited it ever approves it."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procurement.requests import services as requests
from procurement.requests.models import PurchaseRequest, RequestLine
from srm.approvals import services
from srm.approvals.models import ApprovalRule, ApprovalStep
from srm.core import clock
from srm.core.errors import DomainError
from srm.flow.perform import perform
from srm.flow.uow import unit_of_work
from srm.org.models import Absence
from tests.approvals.conftest import REQUESTS
from tests.requests.conftest import draft

pytestmark = pytest.mark.django_db
PEOPLE = ("requester", "requester2", "approver", "budget_owner", "head")
OF_ASSEMBLY = ("requester", "approver", "budget_owner")
KINDS = ("head", "owner", "role", "user", "local")

rules = st.lists(
    st.tuples(st.sampled_from(KINDS), st.sampled_from(PEOPLE), st.integers(1, 2), st.booleans()), max_size=4
)
deeds = st.lists(
    st.tuples(
        st.sampled_from(["edit", "send", "approve", "approve", "approve", "return", "away", "grant"]),
        st.sampled_from(PEOPLE), st.sampled_from(PEOPLE),
    ),
    min_size=4, max_size=14,
)  # fmt: skip


def do(firm, request, deed, who, other):
    """One deed of one person, as far as the product lets it happen."""
    actor, fresh = firm.actor(who), PurchaseRequest.objects.unscoped("test").get(pk=request.pk)
    if deed == "edit":
        with unit_of_work():
            requests.update_request(fresh, actor=actor, title=f"{fresh.title[:100]}, {who}")
    elif deed == "send":
        with unit_of_work():
            perform(fresh, "submit", actor=actor)
    elif deed in ("approve", "return"):
        with unit_of_work():
            services.decide(
                fresh, actor=actor, outcome="approved" if deed == "approve" else "returned", reason="because"
            )
    elif deed == "away" and who != other:
        user, stand_in = getattr(firm.users, who), getattr(firm.users, other)
        today = clock.today()
        Absence.rows.create(user=user, stand_in=stand_in, starts_on=today, ends_on=today + dt.timedelta(days=1))
    elif deed == "grant":
        getattr(firm.users, who).grants.get_or_create(role="requester")
        getattr(firm.users, who).grants.get_or_create(role="approver")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(table=rules, first=st.sampled_from(OF_ASSEMBLY), story=deeds)
def test_nobody_who_asked_for_it_or_edited_it_ever_approves_it(firm, table, first, story):
    ApprovalRule.objects.all().delete()
    Absence.rows.all().delete()
    for who, person, order, one in table:
        ApprovalRule.objects.create(
            kind=REQUESTS, who=who, order=order, role="approver", user=getattr(firm.users, person), one_is_enough=one
        )
    getattr(firm.users, first).grants.get_or_create(role="requester")
    request = draft(firm, by=first)
    authors = {first}
    for deed, who, other in story:
        try:
            do(firm, request, deed, who, other)
        except DomainError:
            continue
        if deed in ("edit", "send"):
            authors.add(who)
    steps = ApprovalStep.objects.unscoped("test").filter(route__document_id=request.public_id, outcome="approved")
    marks = {getattr(firm.users, name).pk for name in authors}
    assert not steps.filter(decided_by__in=marks).exists()
    assert not steps.filter(decided_for__in=marks).exists()
    if RequestLine.objects.unscoped("test").get(request=request).state == "approved":
        last = steps.order_by("-route_id").first()
        assert last is not None, "nothing is approved without a decision"
        assert not last.route.steps.filter(outcome="waiting").exists()
