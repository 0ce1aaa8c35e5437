"""What was approved while the firm ordered nothing by itself is tried again when somebody says so."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.urls import reverse

from procurement.orders.models import PurchaseOrder
from procurement.planning.services import aggregate
from procurement.requests import holding
from procurement.requests.models import RequestLine
from procurement.shop import ordering, rules, waiting
from procurement.shop.models import Left, ShopChoice, ShopRule
from srm.audit.models import AuditEvent
from srm.core.errors import NotAllowed, RuleBroken
from srm.flow.uow import unit_of_work
from srm.jobs.models import Job
from srm.jobs.services import run_now
from srm.notify.models import Notice
from suppliers.items.models import SupplierPrice
from tests import allocations
from tests.shop.test_ordering import approve, left, make_rule
from tests.shop.test_shop import sell

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def bolts(firm):
    for category in (firm.fasteners, firm.tools):
        category.segment = "noncritical"
        category.save(update_fields=["segment"])
    return sell(firm, firm.alfa, firm.bolt, {"price": D("0.05"), "total_quantity": D(500)}, lead_days=5)


@pytest.fixture
def gloves(firm):
    return sell(firm, firm.beta, firm.gloves, {"price": D("7.50"), "agreement": "F-13"}, lead_days=9)


def switched_on(firm, **values):
    """The rule, off while things were approved, is on now."""
    rule = ShopRule.rows.first() or make_rule(firm, is_on=False)
    with unit_of_work():
        return rules.update_rule(rule, actor=firm.actor("head"), is_on=True, **values)


def order_waiting(firm, rule, by="head") -> Job:
    with unit_of_work():
        return waiting.order_waiting(rule, actor=firm.actor(by))


def test_what_was_approved_before_the_rule_was_on_is_ordered_and_the_rest_says_why(firm, bolts, gloves):
    make_rule(firm, is_on=False)
    good = approve(firm, (bolts, 200), (gloves, 4))
    dearer = approve(firm, (gloves, 3))
    taken, held = approve(firm, (bolts, 50)), approve(firm, (bolts, 60))
    with unit_of_work():
        aggregate(actor=firm.actor("buyer"), legal_entity=firm.entity,
                  lines=[line.pk for line in taken.lines.all()])  # fmt: skip
        holding.hold(actor=firm.actor("buyer"), lines=[line.pk for line in held.lines.all()], reason="until May")
    ShopChoice.rows.filter(line__request=dearer).update(price=D("7.00"))
    rule = switched_on(firm)
    assert waiting.waiting_for(rule).count() == 3
    job = order_waiting(firm, rule)
    assert not PurchaseOrder.rows.exists(), "it is done in the background"
    job = run_now(job)
    assert job.state == Job.State.DONE, job.error
    assert "2 lines were ordered (2 orders)." in job.result["text"]
    assert "1 line waits: the agreed price does not hold any more." in job.result["text"]
    assert set(left(good).values()) == {""}
    assert set(left(dearer).values()) == {Left.PRICE}
    assert PurchaseOrder.rows.count() == 2
    assert {line.open_quantity for line in held.lines.all()} == {60}
    assert AuditEvent.objects.filter(verb="tried again", subject_id=rule.public_id).count() == 1
    assert Notice.rows.filter(user=firm.users.buyer, kind="shop.ordered").count() == 2
    allocations.check()


def test_what_was_left_to_the_buyer_is_judged_once_more(firm, bolts):
    make_rule(firm)
    request = approve(firm, (bolts, 400))
    SupplierPrice.rows.filter(supplier_item=bolts).update(total_quantity=D(300))
    with unit_of_work():
        ordering.order_choices(request)
    assert left(request) == {"10443": Left.LIMIT}
    rule = ShopRule.rows.get()
    job = run_now(order_waiting(firm, rule))
    assert "0 lines were ordered." in job.result["text"]
    assert "has not so much left" in job.result["text"]
    SupplierPrice.rows.filter(supplier_item=bolts).update(total_quantity=D(500))
    job = run_now(order_waiting(firm, rule, by="administrator"))
    assert "1 line was ordered (1 order)." in job.result["text"]
    assert left(request) == {"10443": ""}
    with pytest.raises(RuleBroken, match="Nothing waits"):
        order_waiting(firm, rule)


def test_a_job_that_is_run_twice_orders_once_and_tells_the_same(firm, bolts):
    make_rule(firm, is_on=False)
    approve(firm, (bolts, 100))
    approve(firm, (bolts, 100))
    job = run_now(order_waiting(firm, switched_on(firm)))
    said = job.result["text"]
    Job.rows.filter(pk=job.pk).update(state=Job.State.QUEUED, attempts=0)
    job = run_now(job)
    assert (job.result["text"], PurchaseOrder.rows.count()) == (said, 2)


def test_only_one_at_a_time_and_not_while_the_rule_is_off(firm, bolts):
    rule = make_rule(firm, is_on=False)
    approve(firm, (bolts, 100))
    with pytest.raises(RuleBroken, match="Switch it on"):
        order_waiting(firm, rule)
    rule = switched_on(firm)
    job = order_waiting(firm, rule)
    with pytest.raises(RuleBroken, match="already"):
        order_waiting(firm, rule)
    ShopRule.rows.update(is_on=False)
    job = run_now(job)
    assert "0 lines were ordered" in job.result["text"]
    assert RequestLine.rows.get().open_quantity == 100


def test_who_may_and_of_which_firm(firm, bolts, client_of):
    rule = make_rule(firm)
    approve(firm, (bolts, 100))
    ShopChoice.rows.update(left="")
    Job.rows.all().delete()
    with pytest.raises(NotAllowed):
        order_waiting(firm, rule, by="buyer")
    api, page = f"/api/v1/shop-rules/{rule.public_id}/order-waiting/", f"/shop/rules/{rule.public_id}/order-waiting/"
    assert page == reverse("shop:shoprule-order-waiting", args=[rule.public_id])
    for persona, status in (("buyer", 403), ("requester", 403), ("alfa_admin", 404)):
        assert client_of(persona).post(api).status_code == status, persona
        assert client_of(persona).get(page).status_code == status, persona
    stranger = replace(firm.actor("head"), legal_entities=frozenset({firm.entity.pk + 1}))
    assert not ShopRule.objects.visible_to(stranger).exists()
    for forbidden in (
        lambda: waiting.order_waiting(rule, actor=stranger),
        lambda: rules.update_rule(rule, actor=stranger, is_on=False),
        lambda: rules.create_rule(actor=stranger, legal_entity=firm.entity, buyer=firm.users.buyer),
    ):
        with pytest.raises(NotAllowed), unit_of_work():
            forbidden()
    assert not Job.rows.exists()
    answer = client_of("administrator").post(api)
    assert (answer.status_code, set(answer.json())) == (202, {"job"})


def test_the_page_says_how_much_waits_and_shows_the_job(firm, bolts, client_of, django_assert_max_num_queries):
    make_rule(firm, is_on=False)
    approve(firm, (bolts, 100))
    client, rule = client_of("head"), ShopRule.rows.get()
    text = client.get(rule.get_absolute_url()).content.decode()
    assert "Switch it on first" in text
    switched_on(firm)
    with django_assert_max_num_queries(25):
        text = client.get(rule.get_absolute_url()).content.decode()
    address = reverse("shop:shoprule-order-waiting", args=[rule.public_id])
    assert address in text
    assert "1 line" in client.get(address).content.decode()
    answer = client.post(address)
    job = Job.rows.get(kind=waiting.KIND)
    assert answer.status_code == 302
    assert job.public_id in answer["Location"]
    run_now(job)
    assert "1 line was ordered" in client.get(answer["Location"]).content.decode()
    assert address not in client.get(rule.get_absolute_url()).content.decode(), "nothing waits any more"
