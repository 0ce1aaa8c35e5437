"""Two people who receive the same delivery at the same moment: it comes once."""

from decimal import Decimal

import pytest
from django.db.models import QuerySet

from procurement.orders import services as orders
from procurement.receipts import confirming, services
from procurement.receipts.models import GoodsReceipt
from srm.core import clock
from srm.core.errors import RuleBroken
from srm.flow.perform import perform
from srm.flow.uow import unit_of_work
from srm.stock.models import StockLevel
from tests import allocations
from tests.races import at_once, meeting_place, without_transaction
from tests.receipts.test_confirming import ordered, service_of
from tests.requests.conftest import approved, in_days, line_of

pytestmark = pytest.mark.django_db(transaction=True)


def two_who_confirm(firm):
    """Who asked for ten hours of cleaning and who accepts them, each about to say that all ten were done."""
    cleaning = service_of(firm)
    line = line_of(firm, cleaning, "10", estimate="30", work="Clean the windows.", accepts_by=firm.users.requester2)
    need = approved(firm, line).lines.get()
    ordered(firm, unit_of_work, need)

    def confirm(actor):
        due = confirming.due_for(actor, request=need.request)
        lines = [{"id": one.key, "quantity": "10"} for one in due]
        return confirming.confirm(need.request, actor=actor, received_on=clock.today(), lines=lines)

    return need, [lambda who=who: confirm(firm.actor(who)) for who in ("requester", "requester2")]


def two_who_post(firm):
    """Two receipts of the same thousand bolts, written by two storekeepers who do not know of each other."""
    with unit_of_work():
        order = orders.create_order(
            actor=firm.actor("buyer"), legal_entity=firm.entity, supplier=firm.alfa, place=firm.plovdiv,
            lines=[{"item": firm.bolt, "quantity": "1000", "unit": firm.unit("C62"), "price": Decimal("0.05"),
                    "need_by": in_days(5)}],
        )  # fmt: skip
        order = perform(order, "approve", actor=firm.actor("head"))
        order = perform(order, "send", actor=firm.actor("buyer"))
        line = {"order_line": order.lines.get(), "quantity": "1000", "rejected": 0}
        drafts = [
            services.create_receipt(
                actor=firm.actor("storekeeper"), order=order, received_on=clock.today(), warehouse=firm.warehouse,
                lines=[line],
            )
            for _no in range(2)
        ]  # fmt: skip
    return [lambda draft=draft: perform(draft, "post", actor=firm.actor("storekeeper")) for draft in drafts]


def on_hand(firm) -> Decimal:
    return sum(StockLevel.rows.filter(item=firm.bolt).values_list("on_hand", flat=True), Decimal(0))


def test_of_two_who_confirm_at_once_one_is_told_that_it_was_done(committed_firm, monkeypatch):
    need, tasks = two_who_confirm(committed_firm)
    monkeypatch.setattr(confirming, "due_for", meeting_place(confirming.due_for))
    answers = at_once(*tasks)
    assert [type(answer) for answer in answers if isinstance(answer, Exception)] == [RuleBroken], answers
    need.refresh_from_db()
    assert (need.done_quantity, need.coming_quantity, GoodsReceipt.rows.count()) == (10, 0, 1)
    allocations.check()


def test_without_locks_and_the_ledgers_word_it_would_be_done_twice(committed_firm, monkeypatch):
    _need, tasks = two_who_confirm(committed_firm)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_options: rows)
    monkeypatch.setattr(services.ledger, "carry", meeting_place(lambda **options: options["quantity"]))
    answers = at_once(*tasks, edge=without_transaction)
    assert GoodsReceipt.rows.filter(state="posted").count() == 2, answers


def test_of_two_receipts_of_one_delivery_the_second_is_too_much(committed_firm, monkeypatch):
    first, second = two_who_post(committed_firm)
    monkeypatch.setattr(orders, "hold", meeting_place(orders.hold))
    answers = at_once(first, second)
    assert [type(answer) for answer in answers if isinstance(answer, Exception)] == [RuleBroken], answers
    assert on_hand(committed_firm) == 1000


def test_a_second_receipt_posted_later_is_too_much_as_well(committed_firm):
    first, second = two_who_post(committed_firm)
    with unit_of_work():
        first()
    with pytest.raises(RuleBroken, match=r"already received 1,000"), unit_of_work():
        second()
    assert (on_hand(committed_firm), GoodsReceipt.rows.filter(state="posted").count()) == (1000, 1)


def test_without_the_lock_the_delivery_would_be_taken_in_twice(committed_firm, monkeypatch):
    tasks = two_who_post(committed_firm)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_options: rows)
    monkeypatch.setattr(services, "_too_much", meeting_place(services._too_much))
    answers = at_once(*tasks, edge=without_transaction)
    assert GoodsReceipt.rows.filter(state="posted").count() == 2, answers
