"""Two stewards who want the same two items to be one, each his own way round."""

import pytest
from django.db.models import QuerySet

from srm.catalog.lifecycle import ItemState
from srm.catalog.merging import services
from srm.catalog.merging.models import ItemMerge
from srm.catalog.models import Item
from srm.core.errors import RuleBroken
from tests.races import at_once, meeting_place, without_transaction


def both_ways(firm):
    head, other = firm.actor("head"), firm.actor("administrator")
    return at_once(
        lambda: services.merge(actor=head, loser=firm.bolt, winner=firm.nut),
        lambda: services.merge(actor=other, loser=firm.nut, winner=firm.bolt),
    )


def merged_items():
    return Item.objects.filter(state=ItemState.MERGED).count()


def test_of_two_opposite_merges_exactly_one_happens(committed_firm, monkeypatch):
    monkeypatch.setattr(services, "_locked_pair", meeting_place(services._locked_pair))
    answers = both_ways(committed_firm)
    (refusal,) = [answer for answer in answers if isinstance(answer, RuleBroken)]
    assert sum(isinstance(answer, ItemMerge) for answer in answers) == 1
    assert "was merged into" in str(refusal)
    assert merged_items() == 1


def test_without_the_lock_both_items_would_lead_to_each_other(committed_firm, monkeypatch):
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_options: rows)
    monkeypatch.setattr(services, "_locked_pair", meeting_place(services._locked_pair))
    head, other = committed_firm.actor("head"), committed_firm.actor("administrator")
    answers = at_once(
        lambda: services.merge(actor=head, loser=committed_firm.bolt, winner=committed_firm.nut),
        lambda: services.merge(actor=other, loser=committed_firm.nut, winner=committed_firm.bolt),
        edge=without_transaction,
    )
    assert merged_items() == 2, answers


@pytest.mark.parametrize("second", ["bolt", "gloves"])
def test_an_undo_and_a_second_merge_at_once_leave_no_half(committed_firm, second):
    firm = committed_firm
    (merged,) = at_once(lambda: services.merge(actor=firm.actor("head"), loser=firm.bolt, winner=firm.nut))
    answers = at_once(
        lambda: services.undo(merged, actor=firm.actor("head"), reason="Other norm"),
        lambda: (
            services.undo(merged, actor=firm.actor("administrator"), reason="Other norm")
            if second == "bolt"
            else services.merge(actor=firm.actor("head"), loser=firm.nut, winner=firm.gloves, factor=1)
        ),
    )
    live = ItemMerge.objects.unscoped("test").live()
    assert live.count() == merged_items()
    assert any(isinstance(answer, ItemMerge) for answer in answers), answers
