"""Opening: by itself, once, after the deadline; what was received is what is opened."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection

from procurement.bids import selectors, services
from procurement.bids.models import Bid, BidDraft, BidEnvelope, BidLine
from procurement.bids.opening import close_due
from procurement.tenders import services as tenders
from procurement.tenders.models import Tender, TenderKey
from srm.audit import append_only
from srm.audit.selectors import history
from srm.core.errors import NotAllowed, RuleBroken
from srm.flow.jobs import run_due
from srm.flow.perform import available, perform
from tests.bids.conftest import at, offer, open_up, typed
from tests.tenders.conftest import publish

MOMENT = dt.timedelta(milliseconds=1)


def rows(model):
    return model.objects.unscoped("test")


def test_the_ticker_opens_at_the_deadline_and_not_before(firm, work, published):
    offer(firm, work, published, freight="10", note="Truck of our own", valid_until="2099-01-31")
    with at(published.deadline - MOMENT):
        run_due()
        assert rows(Tender).get().state == "published"
    with at(published.deadline):
        run_due()
        run_due()
    tender = rows(Tender).get()
    assert (tender.state, tender.next_check) == ("evaluation", None)
    assert tender.opened_at == published.deadline
    bid = rows(Bid).get()
    assert (bid.state, bid.currency, bid.note, bid.freight) == ("opened", "EUR", "Truck of our own", 10)
    assert [(line.net, line.landed) for line in rows(BidLine).order_by("pk")] == [
        (Decimal("5.20"), Decimal("12.74")), (Decimal("1.70"), Decimal("4.16")),
    ]  # fmt: skip
    assert not rows(BidDraft).exists()
    assert history(tender).filter(verb="open_bids").count() == 1


def test_without_offers_the_tender_fails_by_itself(firm, work, published):
    with work():
        services.save_draft(published, actor=firm.actor("alfa_admin"), typed=typed(published))
    offer(firm, work, published, "beta_admin")
    with work():
        services.withdraw(published, actor=firm.actor("beta_admin"))
    assert open_up(work, published).state == "failed"
    assert not rows(BidLine).exists()


def test_the_newest_version_counts(firm, work, published):
    offer(firm, work, published, prices=("9", "9"))
    offer(firm, work, published, prices=("0.05", None))
    open_up(work, published)
    assert [line.price for line in rows(BidLine)] == [Decimal("0.05")]


def test_a_moved_deadline_moves_the_opening(firm, work, published):
    offer(firm, work, published)
    later = published.deadline + dt.timedelta(days=2)
    with work():
        tenders.set_deadline(published, actor=firm.actor("buyer"), deadline=later)
    with at(published.deadline + MOMENT):
        run_due()
    assert rows(Tender).get().state == "published"
    with at(later):
        run_due()
    assert rows(Tender).get().state == "evaluation"


def test_by_hand_it_opens_after_the_deadline_only_and_only_for_those_who_may(firm, work, published):
    offer(firm, work, published)
    with at(published.deadline - MOMENT):
        for move in ("open_bids", "fail"):
            with pytest.raises(RuleBroken) as refused, work():
                perform(published, move, actor=firm.actor("officer"))
            assert "sealed until the deadline" in str(refused.value)
    with at(published.deadline):
        for persona in ("requester", "evaluator", "auditor", "alfa_admin"):
            with pytest.raises(NotAllowed), work():
                perform(published, "open_bids", actor=firm.actor(persona))
        with pytest.raises(RuleBroken), work():
            perform(published, "fail", actor=firm.actor("officer"))
        with work():
            perform(published, "open_bids", actor=firm.actor("officer"))
    assert rows(BidLine).count() == 2


def test_before_the_deadline_the_offered_moves_are_the_same_with_and_without_offers(firm, work, published):
    def shown():
        return [
            (offer.name, offer.allowed, [str(reason) for reason in offer.reasons])
            for persona in ("buyer", "head", "officer")
            for offer in available(rows(Tender).get(), firm.actor(persona))
        ]

    before = shown()
    offer(firm, work, published)
    assert shown() == before


def test_staff_do_not_see_that_there_is_an_offer_before_the_opening(firm, work, published):
    staff = ("buyer", "head", "officer", "evaluator", "auditor", "administrator", "accountant")
    offer(firm, work, published)
    for persona in staff:
        assert not Bid.objects.visible_to(firm.actor(persona)).exists()
        assert not BidEnvelope.objects.visible_to(firm.actor(persona)).exists()
    open_up(work, published)
    assert Bid.objects.visible_to(firm.actor("buyer")).count() == 1
    assert not Bid.objects.visible_to(firm.actor("accountant")).exists()


def test_rivals_never_see_each_others_offers(firm, work, opened):
    for persona, supplier in (("alfa_admin", firm.alfa), ("beta_admin", firm.beta)):
        actor = firm.actor(persona)
        assert {bid.supplier for bid in Bid.objects.visible_to(actor)} == {supplier}
        assert {line.bid.supplier for line in BidLine.objects.visible_to(actor)} == {supplier}


def tamper(table: str, column: str, value: object, pk: int) -> None:
    with append_only.lifted(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = %s WHERE id = %s", [value, pk])


@pytest.mark.parametrize("column", ["ciphertext", "sha256", "commitment"])
def test_an_envelope_altered_in_the_database_is_shown_with_its_fault(firm, work, published, column):
    offer(firm, work, published)
    offer(firm, work, published, "beta_admin")
    envelope = rows(BidEnvelope).get(bid__supplier=firm.alfa)
    value = bytes(envelope.ciphertext)[:-1] + b"x" if column == "ciphertext" else "0" * 64
    tamper("procurement_bidenvelope", column, value, envelope.pk)
    open_up(work, published)
    broken, whole = rows(Bid).get(supplier=firm.alfa), rows(Bid).get(supplier=firm.beta)
    assert broken.state == "opened"
    assert "altered" in broken.fault
    assert not broken.lines.exists()
    assert (whole.fault, whole.lines.count()) == ("", 2)
    board = selectors.board(rows(Tender).get(), firm.actor("buyer"))
    assert [lane.offer.admitted for lane in board.comparison.lanes] == [True, False]


def test_an_envelope_moved_to_another_offer_is_noticed(firm, work, published):
    offer(firm, work, published)
    offer(firm, work, published, "beta_admin", prices=("9", "9"))
    mine, other = rows(BidEnvelope).order_by("pk")
    for column in ("ciphertext", "sha256", "commitment"):
        tamper("procurement_bidenvelope", column, getattr(mine, column), other.pk)
    open_up(work, published)
    assert "altered" in rows(Bid).get(supplier=firm.beta).fault


def test_an_envelope_in_the_table_cannot_be_changed(firm, work, published):
    from django.db import DatabaseError, transaction

    offer(firm, work, published)
    for act in (lambda: rows(BidEnvelope).update(sha256="0" * 64), lambda: rows(BidEnvelope).all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


def test_a_lost_key_stops_the_opening_and_is_reported_before_it(firm, work, published):
    from procurement.tenders.readiness import keys_open

    offer(firm, work, published)
    assert keys_open() == []
    rows(TenderKey).update(wrapped_private=b"lost")
    assert published.number in keys_open()[0]
    with at(published.deadline), pytest.raises(Exception, match="does not open"), work():
        close_due(published)
    assert rows(Tender).get().state == "published"
    assert rows(Bid).get().state == "submitted"


def test_a_buyer_enters_a_quote_that_is_sealed_and_marked(firm, work, published):
    with work():
        receipt = services.enter_for_supplier(
            published, actor=firm.actor("buyer"), supplier=firm.beta, typed=typed(published, ("0.04", None)),
            evidence="mail of 3 May from T. Weber",
        )  # fmt: skip
    assert receipt.body["by_buyer"] is True
    assert not Bid.objects.visible_to(firm.actor("buyer")).exists()
    assert selectors.entered_bid(published, firm.actor("beta_admin")).evidence == "mail of 3 May from T. Weber"
    assert selectors.entered_bid(published, firm.actor("alfa_admin")) is None
    open_up(work, published)
    bid = Bid.objects.visible_to(firm.actor("buyer")).get()
    assert (bid.supplier, bid.by_buyer, bid.entered_by, bid.lines.count()) == (firm.beta, True, firm.users.buyer, 1)


def test_the_suppliers_own_offer_goes_before_what_the_buyer_entered(firm, work, published):
    offer(firm, work, published, "beta_admin", prices=("0.05", "0.02"))
    with work():
        services.enter_for_supplier(
            published, actor=firm.actor("buyer"), supplier=firm.beta, typed=typed(published, ("9", "9")),
            evidence="mail of 3 May",
        )  # fmt: skip
    assert services.load_draft(published, actor=firm.actor("beta_admin"))["lines"]
    open_up(work, published)
    own, entered = rows(Bid).get(by_buyer=False), rows(Bid).get(by_buyer=True)
    assert (own.state, entered.state) == ("opened", "rejected")
    assert own.lines.count() == 2


def test_entering_answers_the_same_whether_or_not_there_is_an_own_offer(firm, work, published):
    def enter(supplier):
        with work():
            return services.enter_for_supplier(
                published, actor=firm.actor("buyer"), supplier=supplier, typed=typed(published), evidence="by phone"
            )

    offer(firm, work, published)
    with_offer, without = enter(firm.alfa), enter(firm.beta)
    differing = {name for name in with_offer.body if with_offer.body[name] != without.body[name]}
    assert differing <= {"supplier", "supplier_name", "offer", "sha256", "commitment", "received_at", "log_head"}


def test_entering_has_conditions(firm, work, published):
    enter = {"supplier": firm.beta, "typed": typed(published), "evidence": "by phone"}
    for persona in ("evaluator", "officer", "alfa_admin", "requester"):
        with pytest.raises(NotAllowed), work():
            services.enter_for_supplier(published, actor=firm.actor(persona), **enter)
    lonely = publish(firm, work, suppliers=[firm.alfa])
    with pytest.raises(RuleBroken), work():
        services.enter_for_supplier(lonely, actor=firm.actor("buyer"), **enter)
    with at(published.deadline), pytest.raises(services.TooLate), work():
        services.enter_for_supplier(published, actor=firm.actor("buyer"), **enter)
    assert not rows(Bid).exists()


def test_an_evaluator_leaves_an_offer_out_with_a_reason_and_takes_it_back(firm, work, opened):
    bid = rows(Bid).get(supplier=firm.alfa)
    with work():
        perform(bid, "reject", actor=firm.actor("evaluator"), reason="wrong material")
    board = selectors.board(opened, firm.actor("evaluator"))
    assert [lane.offer.admitted for lane in board.comparison.lanes] == [True, False]
    assert {quote.id for quote in board.comparison.best.values()} == {
        line.public_id for line in rows(Bid).get(supplier=firm.beta).lines.all()
    }
    with work():
        perform(bid, "readmit", actor=firm.actor("evaluator"), reason="it was right")
    assert all(lane.offer.admitted for lane in selectors.board(opened, firm.actor("evaluator")).comparison.lanes)
