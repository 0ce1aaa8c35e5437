"""Stores that run low ask to be filled, and are filled by requests."""

import datetime as dt
from decimal import Decimal

import pytest

from procurement.planning.services import cover
from procurement.replenishment import jobs, services
from procurement.replenishment.models import Proposal
from procurement.replenishment.words import reason
from procurement.requests.models import PurchaseRequest
from srm.approvals import services as approvals
from srm.catalog.policy import services as policies
from srm.core import clock
from srm.core.actor import SYSTEM
from srm.core.errors import InvalidInput, RuleBroken
from srm.flow.perform import perform
from srm.jobs import services as job_services
from srm.jobs.models import Job
from srm.stock import services as stock
from srm.ui.links import url_of
from tests.rest.helpers import api

pytestmark = pytest.mark.django_db
D = Decimal
MOST_QUERIES = 25


def rule_of(firm, work, item=None, **values):
    values = {"point": D(20), "target": D(60), "cost_center": firm.cc_assembly, **values}
    with work():
        return services.create_rule(
            actor=firm.actor("buyer"), warehouse=firm.warehouse, item=item or firm.bolt, **values
        )


def lies(firm, work, quantity, item=None):
    with work():
        stock.receive(actor=SYSTEM, warehouse=firm.warehouse, item=item or firm.bolt, quantity=D(quantity),
                      value=D(quantity), moved_on=clock.today())  # fmt: skip


def proposed(work, day=None):
    with work():
        return services.propose(actor=SYSTEM, day=day)


def ordered(firm, work, proposal):
    with work():
        (request,) = services.order([proposal], actor=firm.actor("buyer"))
    return request


def newest():
    return Proposal.objects.unscoped("test").select_related("rule__item__base_unit").latest("pk")


def test_a_store_below_its_point_is_proposed_once_a_day(firm, work):
    rule_of(firm, work)
    rule_of(firm, work, item=firm.gloves, point=D(0), target=D(0))
    lies(firm, work, 30)
    with work():
        stock.reserve(actor=SYSTEM, item=firm.bolt, place=firm.plovdiv, quantity=D(18))
    assert (proposed(work), proposed(work)) == (1, 0)
    proposal = newest()
    assert (proposal.quantity, proposal.on_hand, proposal.reserved) == (48, 30, 18)
    assert reason(proposal).replace("\xa0", " ") == (
        "12 pc free and 0 on its way, at or below the reorder point of 20. Up to the target of 60."
    )
    tomorrow = clock.today() + dt.timedelta(days=1)
    assert proposed(work, tomorrow) == 1
    assert Proposal.objects.unscoped("test").latest_open().get().day == tomorrow, "the newest look replaces the older"


def test_one_click_makes_a_request_and_what_is_on_its_way_counts(firm, work):
    rule_of(firm, work, lead_days=10)
    proposed(work)
    request = ordered(firm, work, newest())
    line = request.lines.get()
    assert (line.item, line.quantity, line.place, line.cost_center) == (firm.bolt, 60, firm.plovdiv, firm.cc_assembly)
    assert line.need_by == clock.today() + dt.timedelta(days=10)
    with pytest.raises(RuleBroken, match="already"), work():
        services.order([newest()], actor=firm.actor("buyer"))
    assert proposed(work, clock.today() + dt.timedelta(days=1)) == 0, "60 are on their way"
    with work():
        perform(request, "cancel", actor=firm.actor("buyer"), reason="Not now")
    assert proposed(work, clock.today() + dt.timedelta(days=1)) == 1


def test_a_store_is_not_filled_out_of_itself(firm, work):
    rule_of(firm, work)
    lies(firm, work, 15)
    proposed(work)
    request = ordered(firm, work, newest())
    with work():
        perform(request, "submit", actor=firm.actor("buyer"))
    with work():
        approvals.decide(request, actor=firm.actor("approver"), outcome="approved")
    with work():
        assert cover(actor=firm.actor("buyer"), legal_entity=firm.entity).from_stock == 0


def test_what_went_out_last_year_says_how_large_a_lot_is(firm, work):
    lies(firm, work, 500)
    rule_of(firm, work, method="economic", order_cost=D(50), holding_percent=D(100))
    for days in range(15, 365, 30):
        with work():
            stock.issue(actor=SYSTEM, warehouse=firm.warehouse, item=firm.bolt, quantity=D(40),
                        moved_on=clock.today() - dt.timedelta(days=days))  # fmt: skip
    assert proposed(work) == 1
    proposal = newest()
    assert (proposal.method, proposal.yearly, proposal.months) == ("economic", 480, 5)
    assert proposal.quantity == pytest.approx(D("219.0891"), abs=D("0.001"))
    assert "lasts about 5 months" in reason(proposal)


def test_rules_that_make_no_sense_are_refused_in_words(firm, work):
    rule = rule_of(firm, work)
    with pytest.raises(InvalidInput, match="already"):
        rule_of(firm, work)
    with pytest.raises(InvalidInput, match="below the reorder point"):
        rule_of(firm, work, item=firm.nut, point=D(10), target=D(9))
    with pytest.raises(InvalidInput, match="below the reorder point"), work():
        services.update_rule(rule, actor=firm.actor("buyer"), target=D(1))
    with work():
        assert services.update_rule(rule, actor=firm.actor("buyer"), is_active=False).is_active is False
    assert proposed(work) == 0


def test_every_night_a_job_looks_once(firm, work):
    rule_of(firm, work)
    for _night in range(2):
        jobs.look_every_night()
        job_services.run_now(Job.objects.unscoped("test").latest("pk"))
    assert Proposal.objects.unscoped("test").count() == 1
    assert Job.objects.unscoped("test").latest("pk").state == "done"


def test_a_buyer_orders_or_sets_aside_in_the_browser(firm, work, client_of, django_assert_max_num_queries):
    rule = rule_of(firm, work)
    rule_of(firm, work, item=firm.gloves)
    client = client_of("buyer")
    assert client.post("/replenishment/look/").status_code == 302
    first, second = Proposal.objects.unscoped("test").order_by("pk")
    for address in (
        "/replenishment/",
        url_of(first),
        "/replenishment/rules/",
        url_of(rule),
        "/replenishment/rules/new/",
    ):
        client.get(address)
        with django_assert_max_num_queries(MOST_QUERIES):
            assert client.get(address).status_code == 200, address
    assert "at or below the reorder point" in client.get("/replenishment/").content.decode()
    answer = client.post(f"/replenishment/{second.public_id}/aside/", {"reason": "Model runs out"})
    assert answer.status_code == 302
    answer = client.post("/replenishment/order-all/")
    assert answer["Location"] == url_of(PurchaseRequest.objects.unscoped("test").get())
    assert "No store lacks anything" in client.get("/replenishment/").content.decode()
    data = {
        "warehouse": firm.warehouse.public_id, "item": firm.nut.public_id, "point": "5", "target": "9", "multiple": "0",
        "method": "target", "order_cost": "0", "holding_percent": "20", "lead_days": "7", "is_active": "on",
        "cost_center": firm.cc_assembly.public_id,
    }  # fmt: skip
    answer = client.post("/replenishment/rules/new/", data)
    assert answer.status_code == 302, answer.content.decode()
    assert client_of("storekeeper").post("/replenishment/order-all/").status_code == 403
    assert client_of("requester").get("/replenishment/").status_code == 403


def test_programs_keep_rules_and_order_with_the_same_rights(firm, work):
    buyer = api(firm.users.buyer)
    body = {"warehouse": firm.warehouse.public_id, "item": firm.bolt.public_id, "point": "20", "target": "60",
            "cost_center": firm.cc_assembly.public_id}  # fmt: skip
    answer = buyer.post("/api/v1/reorder-rules/", body)
    assert answer.status_code == 201, answer.json()
    proposed(work)
    (row,) = buyer.get("/api/v1/reorder-proposals/").json()["results"]
    assert (row["quantity"], "reorder point" in row["why"]) == ("60", True)
    assert (
        api(firm.users.storekeeper).post("/api/v1/reorder-proposals/order/", {"proposals": [row["id"]]}).status_code
        == 403
    )
    answer = buyer.post("/api/v1/reorder-proposals/order/", {"proposals": [row["id"]]})
    assert (answer.status_code, len(answer.json()["requests"])) == (201, 1)
    answer = buyer.post("/api/v1/reorder-proposals/set-aside/", {"proposals": [row["id"]], "reason": "Too late"})
    assert answer.status_code == 204
    assert newest().set_aside == "", "what was ordered is not set aside any more"


def went_out(firm, work, quantity, days_ago):
    """So much was bought and issued that long ago."""
    day = clock.today() - dt.timedelta(days=days_ago)
    with work():
        stock.receive(actor=SYSTEM, warehouse=firm.warehouse, item=firm.bolt, quantity=D(quantity), value=D(quantity),
                      moved_on=day)  # fmt: skip
        stock.issue(actor=SYSTEM, warehouse=firm.warehouse, item=firm.bolt, quantity=D(quantity), moved_on=day)


def test_the_policys_days_of_cover_make_the_order_larger(firm, work):
    went_out(firm, work, 730, 100)
    rule_of(firm, work)
    with work():
        policies.write_policy(actor=firm.actor("head"), category=firm.fasteners, cover_days=60)
    proposed(work)
    proposal = newest()
    assert (proposal.quantity, proposal.method) == (120, "cover"), "730 a year are 2 a day"
    assert "The policy of its category" in reason(proposal)


def test_a_target_above_the_policys_cover_stands(firm, work):
    went_out(firm, work, 73, 100)
    rule_of(firm, work)
    with work():
        policies.write_policy(actor=firm.actor("head"), category=firm.fasteners, cover_days=60)
    proposed(work)
    assert (newest().quantity, newest().method) == (60, "target")
