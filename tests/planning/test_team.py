"""Who buys a need; the head's table of the team; handing work over."""

import io
from decimal import Decimal

import openpyxl
import pytest
from django.urls import reverse

from procurement.orders import services as orders
from procurement.planning import routing, services
from procurement.planning import work as team
from procurement.planning.models import Demand
from procurement.requests.models import RequestLine
from procurement.tenders import services as tenders
from srm.audit.models import AuditEvent
from srm.catalog.models import Category
from srm.core import clock
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken
from srm.flow.uow import unit_of_work
from srm.notify.models import Notice
from srm.org.absences import create_absence
from tests.races import at_once
from tests.requests.conftest import approved, in_days, line_of
from tests.rest.helpers import api

pytestmark = pytest.mark.django_db
BOARD, TEAM, HAND_OVER = reverse("planning:board"), reverse("planning:team"), reverse("planning:hand-over")


def lines():
    return RequestLine.objects.unscoped("test").order_by("pk")


def bought_by():
    return [line.bought_by for line in routing.names_of(lines())]


def routed():
    return list(lines().annotate(to=routing.routing().expression()).values_list("to", flat=True))


def name(node, user):
    type(node).objects.filter(pk=node.pk).update(buyer=user)


def test_a_need_goes_by_assignment_then_category_then_department_then_entity(firm):
    approved(firm, line_of(firm))
    users, line = firm.users, lines().get()
    category = firm.bolt.category
    assert routed() == [None]
    assert bought_by() == [""]
    above = Category.objects.filter(pk=category.parent_id).first()
    steps = [(firm.entity, users.head), (firm.assembly, users.buyer2)]
    steps += [(above, users.buyer)] if above else []
    for node, user in [*steps, (category, users.buyer2), (line, users.head)]:
        if isinstance(node, RequestLine):
            lines().update(buyer=user)
        else:
            name(node, user)
        assert routed() == [user.pk], node
        assert bought_by() == [user.name], node
    # A closed account buys nothing: the next rule holds.
    lines().update(buyer=None)
    type(users.buyer2).objects.filter(pk=users.buyer2.pk).update(is_active=False)
    expected = users.buyer if above else users.head
    assert (routed(), bought_by()) == ([expected.pk], [expected.name])


def test_my_categories_are_those_below_and_those_i_stand_in_for(firm, client_of, work, django_assert_max_num_queries):
    approved(firm, line_of(firm), line_of(firm, firm.gloves, "5"))
    root = Category.objects.get(path=f"/{firm.bolt.category.path.split('/')[1]}/")
    name(root, firm.users.buyer)
    if firm.gloves.category.path.startswith(root.path):
        name(firm.gloves.category, firm.users.buyer2)
    client = client_of("buyer")
    with django_assert_max_num_queries(25):
        groups = client.get(f"{BOARD}?mine=on").context["groups"]
    assert [group.item for group in groups] == [firm.bolt]
    assert firm.bolt not in [group.item for group in client_of("buyer2").get(f"{BOARD}?mine=on").context["groups"]]
    with work():
        create_absence(
            actor=firm.actor("buyer"), stand_in=firm.users.buyer2, starts_on=clock.today(), ends_on=in_days(5)
        )
    assert firm.bolt in [group.item for group in client_of("buyer2").get(f"{BOARD}?mine=on").context["groups"]]
    answer = client.get(f"{BOARD}?buyer={firm.users.buyer.public_id}")
    assert [group.item for group in answer.context["groups"]] == [firm.bolt]


@pytest.fixture
def busy(firm, work):
    """Maria has two needs, a demand, a tender and an order."""
    name(firm.bolt.category, firm.users.buyer)
    approved(firm, line_of(firm, quantity="900"))
    maria = firm.actor("buyer")
    with work():
        demand = services.aggregate(actor=maria, legal_entity=firm.entity)
        tender = tenders.create_tender(actor=maria, title="Bolts", legal_entity=firm.entity)
        order = orders.create_order(
            actor=maria, legal_entity=firm.entity, supplier=firm.alfa, place=firm.plovdiv,
            lines=[{"item": firm.bolt, "quantity": 5, "unit": firm.unit("BX"), "price": Decimal(10)}],
        )  # fmt: skip
    approved(firm, line_of(firm, quantity="10"), line_of(firm, quantity="20", need_by=in_days(1)))
    return demand, tender, order


def row_of(firm, persona):
    return next(load for load in team.team(firm.actor("head")) if load.buyer == getattr(firm.users, persona))


def test_the_head_sees_the_load_and_hands_it_over(firm, busy, client_of, django_assert_max_num_queries):
    with unit_of_work():
        create_absence(
            actor=firm.actor("buyer"), stand_in=firm.users.buyer2, starts_on=clock.today(), ends_on=in_days(5)
        )
    client, maria = client_of("head"), firm.users.buyer
    with django_assert_max_num_queries(25):
        page = client.get(TEAM)
    assert page.status_code == 200
    load = row_of(firm, "buyer")
    assert (load.needs, load.figures) == (2, {"demands": 1, "tenders": 1, "to_send": 1, "late": 0})
    assert load.absence.ends_on == in_days(5)
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(reverse("planning:team-file")).content)).worksheets[0]
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [maria.name, 2] in [row[:2] for row in cells]
    asked = client.get(f"{HAND_OVER}?source={maria.public_id}")
    assert asked.context["form"].initial["target"] == firm.users.buyer2
    answer = client.post(
        HAND_OVER,
        {"source": maria.public_id, "target": firm.users.buyer2.public_id, "note": "holiday",
         "what": ["needs", "demands", "tenders", "orders"]},
    )  # fmt: skip
    assert answer.status_code == 302, answer.context["form"].errors
    assert row_of(firm, "buyer").needs == 0
    load = row_of(firm, "buyer2")
    assert (load.needs, load.figures) == (2, {"demands": 1, "tenders": 1, "to_send": 1, "late": 0})
    told = Notice.objects.unscoped("test").filter(kind="planning.assigned").values_list("user", flat=True)
    assert set(told) == {maria.pk, firm.users.buyer2.pk}
    assert AuditEvent.objects.filter(verb="handed over").count() == 4
    assert AuditEvent.objects.filter(verb="assigned").count() == 2
    # New needs of the category are still Maria's: her categories stayed.
    approved(firm, line_of(firm, quantity="7"))
    assert row_of(firm, "buyer").needs == 1


def test_refusals_change_nothing(firm, busy):
    maria, stefan = firm.users.buyer, firm.users.buyer2

    def hand(by="head", **values):
        asked = {"source": maria, "target": stefan, "what": ["needs"], **values}
        with unit_of_work():
            return team.hand_over(actor=firm.actor(by), **asked)

    for by in ("buyer", "auditor", "requester"):
        with pytest.raises(NotAllowed):
            hand(by)
        with pytest.raises(NotAllowed):
            team.team(firm.actor(by))
    for field, values in (
        ("target", {"target": firm.users.requester}), ("target", {"target": maria}), ("what", {"what": []}),
    ):  # fmt: skip
        with pytest.raises(InvalidInput) as refused:
            hand(**values)
        assert list(refused.value.errors) == [field]
    with pytest.raises(RuleBroken):
        hand(source=stefan, target=maria)
    assert row_of(firm, "buyer").needs == 2
    assert not AuditEvent.objects.filter(verb__in=["handed over", "assigned"]).exists()
    assert hand(what=["needs", "categories"]) == {"needs": 2, "categories": 1}


def test_ticked_needs_are_assigned_on_the_board_and_the_requester_sees_by_whom(firm, client_of):
    request = approved(firm, line_of(firm), line_of(firm, firm.gloves, "5"))
    client, stefan = client_of("head"), firm.users.buyer2
    group = next(one for one in client.get(BOARD).context["groups"] if one.item == firm.bolt)
    assert client.post(BOARD, {"assign": "1", "buyer": stefan.public_id}).status_code in {409, 422}
    assert client_of("buyer").post(
        BOARD, {"assign": "1", "buyer": stefan.public_id, "marks": group.mark}
    ).status_code == 403  # fmt: skip
    assert client.post(BOARD, {"assign": "1", "buyer": stefan.public_id, "marks": group.mark}).status_code == 302
    assert bought_by() == [stefan.name, ""]
    page = client_of("requester").get(request.get_absolute_url()).content.decode()
    assert "Who buys it, and when" in page
    page = client_of("requester").get(f"/planning/ahead/{request.public_id}/").content.decode()
    assert stefan.name in page


def test_programs_read_the_load_and_hand_over(firm, busy):
    head, maria, stefan = api(firm.users.head), firm.users.buyer, firm.users.buyer2
    assert api(firm.users.buyer).get("/api/v1/team-load/").status_code == 403
    rows = {row["buyer"]: row for row in head.get("/api/v1/team-load/").json()}
    assert (rows[maria.public_id]["needs"], rows[maria.public_id]["figures"]["tenders"]) == (2, 1)
    line = lines().filter(open_quantity__gt=0).first()
    address = "/api/v1/team-load/hand-over/"
    answer = head.post(address, {"to_buyer": stefan.public_id, "lines": [line.public_id]})
    assert answer.json() == {"needs": 1}, answer.json()
    body = {"from_buyer": maria.public_id, "to_buyer": stefan.public_id, "what": ["needs", "tenders"]}
    assert head.post(address, body).json() == {"tenders": 1, "needs": 1}
    assert head.post(address, body).status_code == 409
    assert Demand.objects.unscoped("test").get().buyer == maria


@pytest.mark.django_db(transaction=True)
def test_two_heads_at_once_give_a_need_to_one_and_then_the_other(committed_firm):
    firm = committed_firm
    approved(firm, line_of(firm))
    key = lines().get().pk
    targets = [firm.users.buyer, firm.users.buyer2]
    answers = at_once(
        *[lambda target=target: team.assign(actor=firm.actor("head"), lines=[key], target=target) for target in targets]
    )
    assert answers == [1, 1]
    assert lines().get().buyer in targets
    told = AuditEvent.objects.filter(verb="assigned").order_by("pk")
    # The second one saw what the first had done: his sentence begins where the other's ends.
    assert [event.changes["buyer"][0] for event in told][1] == next(event.changes["buyer"][1] for event in told)
