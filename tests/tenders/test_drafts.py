"""Drafts of tenders: lines in lots, base units, baselines; changed by those who may, until they are published."""

from decimal import Decimal

import pytest

from procurement.tenders import services
from procurement.tenders.models import Tender
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken, Stale
from srm.flow.perform import available, perform
from tests.tenders.conftest import draft, line


def tenders():
    return Tender.objects.unscoped("test")


def test_a_draft_keeps_its_lines_in_base_units_with_a_baseline(firm, work):
    tender = draft(firm, work, lines=[line(firm, quantity="600", unit=firm.unit("BX")), line(firm, firm.nut)])
    bolts, nuts = tender.all_lines()
    assert (bolts.quantity, bolts.unit.code, bolts.baseline) == (Decimal(120000), "C62", Decimal("0.061"))
    assert nuts.position == 2
    assert (tender.state, tender.number, tender.legal_entity, tender.buyer) == (
        "draft",
        "",
        firm.entity,
        firm.users.buyer,
    )


def test_a_tender_of_one_category_takes_it_over(firm, work):
    assert draft(firm, work).category == firm.fasteners
    assert draft(firm, work, lines=[line(firm), line(firm, firm.gloves)]).category is None


def test_lines_with_the_same_lot_share_it_and_lots_follow_their_first_line(firm, work):
    tender = draft(
        firm, work, lines=[line(firm, lot="Nuts"), line(firm, lot="Bolts"), line(firm, firm.nut, lot="Nuts")]
    )
    assert list(tender.lots.values_list("position", "title")) == [(1, "Nuts"), (2, "Bolts")]
    assert [row.lot.title for row in tender.all_lines()] == ["Nuts", "Nuts", "Bolts"]


def test_a_line_may_be_words_but_then_needs_a_unit(firm, work):
    words = {**line(firm), "item": None, "description": "Hot-dip galvanising"}
    with pytest.raises(InvalidInput) as refused:
        draft(firm, work, lines=[line(firm), {**words, "unit": None}])
    assert set(refused.value.errors) == {"lines.1.unit"}
    with pytest.raises(InvalidInput) as refused:
        draft(firm, work, lines=[{**words, "description": ""}])
    assert set(refused.value.errors) == {"lines.0.item"}
    assert draft(firm, work, lines=[words]).all_lines().get().what == "Hot-dip galvanising"


def test_an_edit_replaces_lines_keeps_ids_and_raises_the_version(firm, work, tender):
    first, second = tender.all_lines()
    with work():
        changed = services.update_tender(
            tender, actor=firm.actor("buyer"), version=tender.version, title="Bolts",
            lines=[{**line(firm, firm.gloves), "id": None}, {"id": first.public_id, "quantity": Decimal(5)}],
        )  # fmt: skip
    gloves, bolts = changed.all_lines()
    assert (gloves.item, bolts.pk, bolts.quantity, bolts.position) == (firm.gloves, first.pk, 5, 2)
    assert not type(second).objects.unscoped("test").filter(pk=second.pk).exists()
    assert changed.version == tender.version + 1
    with pytest.raises(Stale), work():
        services.update_tender(changed, actor=firm.actor("buyer2"), version=tender.version, title="Nuts")


def test_a_line_of_another_tender_cannot_be_taken_by_its_id(firm, work, tender):
    foreign = draft(firm, work).all_lines()[0]
    with pytest.raises(InvalidInput), work():
        services.update_tender(tender, actor=firm.actor("buyer"), lines=[{**line(firm), "id": foreign.public_id}])
    foreign.refresh_from_db()
    assert foreign.lot.tender_id != tender.pk


@pytest.mark.parametrize("persona", ["requester", "evaluator", "officer", "auditor", "alfa_admin"])
def test_who_may_not_edit_tenders_is_refused(firm, work, tender, persona):
    with pytest.raises(NotAllowed), work():
        services.create_tender(actor=firm.actor(persona), title="Mine", legal_entity=firm.entity)
    with pytest.raises(NotAllowed), work():
        services.update_tender(tender, actor=firm.actor(persona), title="Mine")
    with pytest.raises(NotAllowed), work():
        services.invite(tender, actor=firm.actor(persona), suppliers=[firm.beta])
    tender.refresh_from_db()
    assert (tenders().count(), tender.title) == (1, "Fasteners, 2027")


def test_publishing_says_everything_that_is_missing(firm, work):
    tender = draft(firm, work, lines=[], suppliers=[], deadline=None)
    offer = next(one for one in available(tender, firm.actor("buyer")) if one.name == "publish")
    assert not offer.allowed
    assert len(offer.reasons) == 3
    with pytest.raises(RuleBroken), work():
        perform(tender, "publish", actor=firm.actor("buyer"))


def test_a_published_tender_is_edited_no_more(firm, work, published):
    with pytest.raises(InvalidInput), work():
        services.update_tender(published, actor=firm.actor("buyer"), title="Other")


def test_a_suspended_supplier_cannot_be_invited(firm, work, tender):
    with work():
        perform(firm.beta, "block", actor=firm.actor("head"), reason="fraud")
    firm.beta.refresh_from_db()
    with pytest.raises(RuleBroken) as refused:
        draft(firm, work)
    assert "Beta Stahl" in str(refused.value)


def test_inviting_twice_asks_once_and_a_draft_takes_it_back(firm, work, tender):
    with work():
        assert services.invite(tender, actor=firm.actor("buyer"), suppliers=[firm.alfa]) == []
        services.uninvite(tender.invited().get(supplier=firm.alfa), actor=firm.actor("buyer"))
    assert [row.supplier for row in tender.invited()] == [firm.beta]
