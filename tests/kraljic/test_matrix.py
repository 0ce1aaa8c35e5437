"""The matrix from orders in the system: computed, shown, approved."""

import datetime as dt
from decimal import Decimal

import pytest

from kraljic import services
from kraljic.models import Assessment, Placement
from procurement.orders.models import OrderLine, PurchaseOrder
from srm.core.errors import RuleBroken
from srm.flow.perform import perform
from suppliers.performance.models import PerformanceFact

SINCE, UNTIL = dt.date(2025, 1, 1), dt.date(2025, 12, 31)


@pytest.fixture
def bought(firm):
    """A year of orders: bolts from two suppliers, gloves from one that is always late."""
    firm.bolt.margin_dependent = Decimal(90_000)
    firm.bolt.save()
    firm.gloves.margin_dependent = Decimal(10_000)
    firm.gloves.save()
    for month in range(1, 13):
        for supplier, item, net, late in ((firm.alfa, firm.bolt, 9000, 0), (firm.beta, firm.bolt, 3000, 0),
                                          (firm.beta, firm.gloves, 1000, 20)):  # fmt: skip
            on = dt.date(2025, month, 5)
            order = PurchaseOrder.rows.create(
                legal_entity=firm.entity,
                supplier=supplier,
                state="closed",
                ordered_on=on,
                net_total=net,
                base_total=net,
            )
            line = OrderLine.rows.create(
                order=order, item=item, category=item.category, quantity=1000, unit=item.base_unit, base_quantity=1000,
                price=Decimal(net) / 1000, net=net, base_net=net, received_quantity=1000,
            )  # fmt: skip
            PerformanceFact.rows.create(
                supplier=supplier, item=item, ordered_on=on, planned_on=on + dt.timedelta(days=20),
                actual_on=on + dt.timedelta(days=20 + late), ordered=1000, received=1000, value=net,
                document_kind="procurement.goodsreceipt", document_id=order.public_id, line_id=line.public_id,
            )  # fmt: skip
    return firm


def compute(firm, work, subject):
    with work():
        return services.assess(
            actor=firm.actor("head"), subject=subject, legal_entity=firm.entity, period_from=SINCE, period_to=UNTIL
        )


def test_categories_are_placed_by_what_was_measured(bought, work):
    assessment = compute(bought, work, "category")
    places = {place.category.code: place for place in assessment.placements.select_related("category")}
    assert places["FAST"].spend == Decimal("144000.00")
    measured = {part["name"]: part["measured"] for part in places["FAST"].criteria}
    assert measured["scarcity"] == 2
    assert measured["concentration"] == pytest.approx(0.75**2 + 0.25**2)
    assert measured["late"] == 1.0
    assert measured["margin"] == pytest.approx(0.9)
    assert places["FAST"].quadrant == "leverage"
    assert places["TOOL"].quadrant == "bottleneck"
    assert {part["name"]: part["measured"] for part in places["TOOL"].criteria}["late"] == 0.0


def test_a_suppliers_risk_is_its_own_deliveries_and_single_sources(bought, work):
    assessment = compute(bought, work, "supplier")
    beta = assessment.placements.get(supplier=bought.beta)
    measured = {part["name"]: part["measured"] for part in beta.criteria}
    assert measured["late"] == pytest.approx(12 / 23)  # the last late one came after the period
    assert measured["single_source"] == pytest.approx(12000 / 48000)
    assert measured["margin"] == pytest.approx((90_000 * 0.25 + 10_000) / 100_000)


def test_contributions_on_the_page_add_up(bought, work, client_of):
    compute(bought, work, "category")
    for place in Placement.rows.all():
        assert place.risk == sum(Decimal(str(part["adds"])) for part in place.criteria if part["axis"] == "risk")
    page = client_of("buyer").get("/kraljic/")
    assert page.status_code == 200
    assert "Concentration of spend" in page.content.decode()


def test_approval_sets_segments_and_supersedes(bought, work):
    first = compute(bought, work, "category")
    with work():
        perform(first, "approve", actor=bought.actor("head"))
    bought.tools.refresh_from_db()
    assert bought.tools.segment == "bottleneck"
    second = compute(bought, work, "category")
    with work():
        perform(second, "approve", actor=bought.actor("head"))
    first.refresh_from_db()
    assert first.state == "superseded"


def test_a_period_without_orders_is_refused(firm, work):
    with pytest.raises(RuleBroken), work():
        services.assess(
            actor=firm.actor("head"), subject="category", legal_entity=firm.entity, period_from=SINCE, period_to=UNTIL
        )
    assert not Assessment.rows.exists()


def test_the_matrix_is_not_for_requesters_or_suppliers(firm, client_of):
    assert client_of("requester").get("/kraljic/").status_code == 403
    assert client_of("alfa_admin").get("/kraljic/").status_code in {403, 404}


def test_the_page_without_an_assessment_says_what_to_do(firm, client_of):
    page = client_of("head").get("/kraljic/?of=supplier")
    assert "Compute the matrix" in page.content.decode()
