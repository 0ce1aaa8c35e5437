"""What production needs, taken in from another system: raised once, followed when it changes, never taken back silently."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement.planning.services import aggregate
from procurement.requests import selectors
from procurement.requests.models import PurchaseRequest, RequestLine
from procurement.requests.schedule import services
from procurement.requests.schedule.judging import Row
from procurement.requests.schedule.models import ScheduledNeed
from procurement.requests.schedule.reckoning import Asked, follow
from srm.approvals import services as approvals
from srm.core.errors import InvalidInput, NotAllowed
from srm.flow.perform import perform
from srm.flow.uow import unit_of_work
from tests.requests.conftest import in_days

pytestmark = pytest.mark.django_db


def row(firm, no=1, *, quantity="100", days=20, item=None, center=None, **values) -> Row:
    item = item or firm.bolt
    values = {"reference": "PO-17", "source": "ERP", **values}
    return Row(
        no, values.pop("reference"), item, Decimal(quantity), values.pop("unit", item.base_unit), in_days(days),
        center or firm.cc_assembly, **values,
    )  # fmt: skip


def take(firm, *rows, by="buyer", whole=False):
    with unit_of_work():
        return services.take(rows, actor=firm.actor(by), origin="Schedule of May", whole=whole)


def outcomes(taken):
    return [one.outcome.value for one in taken.verdicts]


def asked() -> list[tuple]:
    """(quantity, state, place) of every line, in the order in which they were made."""
    rows = RequestLine.objects.unscoped("test").select_related("place").order_by("pk")
    return [(one.quantity, one.state, one.place.code) for one in rows]


def needs() -> list[tuple]:
    rows = ScheduledNeed.objects.unscoped("test").order_by("pk")
    return [(one.reference, one.base_quantity, one.is_gone) for one in rows]


def requests() -> list[PurchaseRequest]:
    return list(PurchaseRequest.objects.unscoped("test").order_by("pk"))


def send(firm, request, *, by="buyer", approve=True):
    with unit_of_work():
        request = perform(request, "submit", actor=firm.actor(by))
    if approve:
        with unit_of_work():
            approvals.decide(request, actor=firm.actor("approver"), outcome="approved")


def planned(firm):
    with unit_of_work():
        aggregate(actor=firm.actor("buyer"), legal_entity=firm.entity)


# ------------------------------------------------------------------------------------------------ reckoning


LINES = st.lists(
    st.builds(
        lambda key, state, wanted, open_: Asked(
            key, state, Decimal(wanted), Decimal(wanted if state != "approved" else min(open_, wanted))
        ),
        st.integers(1, 10**6), st.sampled_from(["draft", "submitted", "returned", "approved"]), st.integers(1, 999),
        st.integers(0, 999),
    ),
    max_size=6, unique_by=lambda line: line.key,
)  # fmt: skip


@given(LINES, st.integers(0, 3000))
def test_lines_follow_a_target_as_far_as_they_can_and_not_below_what_is_bought(lines, target):
    changes = follow(lines, Decimal(target))
    after = sum(changes.lines.get(line.key, line.wanted) for line in lines) + changes.beside
    assert after - changes.short == target
    assert changes.short >= 0
    assert changes.beside >= 0
    for line in lines:
        now = changes.lines.get(line.key, line.wanted)
        assert now >= line.wanted - line.open
        assert line.state != "approved" or now <= line.wanted, "what is approved is not held up by what is added"
    if changes.short:
        assert all(changes.lines.get(line.key, line.wanted) == line.wanted - line.open for line in lines)


# ------------------------------------------------------------------------------------------------ taking in


def test_rows_become_one_draft_per_cost_centre_in_the_order_of_their_days(firm):
    taken = take(
        firm, row(firm, 1, days=30), row(firm, 2, days=20), row(firm, 3, item=firm.nut),
        row(firm, 4, center=firm.cc_service, reference="PO-18"),
    )  # fmt: skip
    assert outcomes(taken) == ["new"] * 4
    first, second = requests()
    assert (first.department, first.state, first.line_count) == (firm.assembly, "draft", 3)
    assert (second.department, second.line_count) == (firm.service, 1)
    assert [line.need_by for line in first.lines.all()] == [in_days(20), in_days(20), in_days(30)]
    assert {line.note for line in first.lines.all()} == {"PO-17"}
    assert second.lines.get().place == firm.sofia, "the department's usual place"


def test_the_same_again_changes_nothing(firm):
    rows = [row(firm, 1), row(firm, 2, item=firm.nut)]
    take(firm, *rows)
    before = (asked(), needs(), requests()[0].version)
    again = take(firm, row(firm, 1), row(firm, 2, item=firm.nut), whole=True)
    assert (outcomes(again), again.gone) == (["unchanged"] * 2, [])
    assert (asked(), needs(), requests()[0].version) == before


def test_looking_writes_nothing(firm):
    seen = services.look([row(firm)], actor=firm.actor("buyer"), whole=True)
    assert (outcomes(seen), asked(), needs()) == (["new"], [], [])


def test_more_and_less_of_what_waits_are_asked_for_in_its_line(firm):
    take(firm, row(firm))
    assert outcomes(take(firm, row(firm, quantity="130"))) == ["more"]
    assert asked() == [(130, "draft", "PDV")]
    send(firm, requests()[0], approve=False)
    assert outcomes(take(firm, row(firm, quantity="90"))) == ["less"]
    assert asked() == [(90, "submitted", "PDV")]
    take(firm, row(firm, quantity="95"))
    assert asked() == [(95, "submitted", "PDV")]


def test_more_of_what_is_approved_is_asked_for_beside_it(firm):
    take(firm, row(firm))
    send(firm, requests()[0])
    taken = take(firm, row(firm, quantity="120"))
    assert outcomes(taken) == ["more"]
    assert asked() == [(100, "approved", "PDV"), (20, "draft", "PDV")]
    assert taken.verdicts[0].line.request == requests()[1]
    assert outcomes(take(firm, row(firm, quantity="120"))) == ["unchanged"]


def test_less_is_taken_back_as_far_as_nobody_buys_it_and_the_rest_is_told(firm):
    take(firm, row(firm))
    send(firm, requests()[0])
    planned(firm)
    take(firm, row(firm, quantity="150"))
    taken = take(firm, row(firm, quantity="60"))
    assert outcomes(taken) == ["less"]
    assert "40\u00a0pc are being bought already" in taken.verdicts[0].note
    assert asked()[0] == (100, "approved", "PDV")
    assert [state for _quantity, state, _place in asked()[1:]] == ["cancelled"]
    assert needs() == [("PO-17", 60, False)]
    assert outcomes(take(firm, row(firm, quantity="60"))) == ["unchanged"], "it was told once"
    assert selectors.verify() == []


def test_less_of_what_is_approved_and_open_stays_approved(firm):
    take(firm, row(firm))
    send(firm, requests()[0])
    assert outcomes(take(firm, row(firm, quantity="70"))) == ["less"]
    assert asked() == [(70, "approved", "PDV")]


def test_another_unit_is_the_same_quantity(firm):
    take(firm, row(firm, quantity="400"))
    box = firm.bolt.packs.get(unit=firm.unit("BX"))
    again = row(firm, quantity=str(400 / box.factor), unit=firm.unit("BX"))
    assert outcomes(take(firm, again)) == ["unchanged"]


def test_another_place_moves_the_line_while_it_may_still_move(firm):
    take(firm, row(firm))
    assert outcomes(take(firm, row(firm, place=firm.sofia))) == ["elsewhere"]
    assert asked() == [(100, "draft", "SOF")]


def test_what_is_being_bought_keeps_its_place_and_that_is_told(firm):
    take(firm, row(firm))
    send(firm, requests()[0])
    planned(firm)
    seen = services.look([row(firm, place=firm.sofia)], actor=firm.actor("buyer"), whole=False)
    taken = take(firm, row(firm, place=firm.sofia))
    for one in (seen, taken):
        assert outcomes(one) == ["elsewhere"]
        assert "keeps its place" in one.verdicts[0].note
    assert asked() == [(100, "approved", "PDV")]


def test_what_is_as_it_was_is_not_judged_anew(firm, work):
    take(firm, row(firm))
    ScheduledNeed.objects.unscoped("test").update(need_by=in_days(-2))
    with work():
        perform(firm.bolt, "block", actor=firm.actor("buyer"), reason="too soft")
    firm.bolt.refresh_from_db()
    assert outcomes(take(firm, row(firm, days=-2))) == ["unchanged"]
    assert outcomes(take(firm, row(firm, days=-2, quantity="120"))) == ["refused"]


def test_what_was_split_by_a_buyer_still_belongs_to_its_need(firm, work):
    from procurement.requests.services import split_line

    take(firm, row(firm))
    send(firm, requests()[0])
    with work():
        split_line(requests()[0], actor=firm.actor("buyer"), line=requests()[0].lines.get(), quantity="30")
    take(firm, row(firm, quantity="50"))
    assert sum(quantity for quantity, state, _place in asked() if state == "approved") == 50


def test_what_is_not_named_any_more_is_listed_and_stays(firm):
    take(firm, row(firm, 1), row(firm, 2, item=firm.nut), row(firm, 3, source="MES"))
    taken = take(firm, row(firm, 1), whole=True)
    assert [need.item for need in taken.gone] == [firm.nut], "another source is not asked"
    assert len(asked()) == 3
    assert sorted(needs()) == sorted([("PO-17", 100, False), ("PO-17", 100, True), ("PO-17", 100, False)])
    take(firm, row(firm, 1), row(firm, 2, item=firm.nut), whole=True)
    assert not any(gone for *_rest, gone in needs())


def test_withdrawing_takes_back_what_nobody_buys_and_may_be_named_again(firm, work):
    take(firm, row(firm))
    need = ScheduledNeed.objects.unscoped("test").get()
    with pytest.raises(InvalidInput), work():
        services.withdraw(need, actor=firm.actor("buyer"), reason="x")
    with pytest.raises(NotAllowed), work():
        services.withdraw(need, actor=firm.actor("requester"), reason="not needed")
    with work():
        assert services.withdraw(need, actor=firm.actor("buyer"), reason="not needed any more") == 0
    assert (asked(), needs()) == ([(100, "cancelled", "PDV")], [("PO-17", 0, False)])
    assert outcomes(take(firm, row(firm))) == ["new"]
    assert asked() == [(100, "cancelled", "PDV"), (100, "draft", "PDV")]


def test_a_request_of_somebody_else_that_cannot_be_changed_refuses_its_rows_alone(firm):
    take(firm, row(firm, 1), row(firm, 2, item=firm.nut))
    send(firm, requests()[0])
    taken = take(firm, row(firm, 1, quantity="50"), row(firm, 2, item=firm.gloves), by="buyer2")
    assert outcomes(taken) == ["refused", "new"]
    assert "Only Maria Koleva" in taken.verdicts[0].faults[""]
    assert ("PO-17", 100, False) in needs(), "it is asked again by the next schedule"
    assert asked()[0] == (100, "approved", "PDV")


@pytest.mark.parametrize(
    ("values", "cell", "sentence"),
    [
        ({"days": -1}, "need_by", "over"), ({"quantity": "0"}, "quantity", "more than 0"), ({"reference": " "}, "reference", "Which"),
        ({"reference": "x" * 61}, "reference", "At most 60"), ({"quantity": "1e13"}, "quantity", "too large"),
    ],
)  # fmt: skip
def test_wrong_rows_are_refused_at_their_cells_and_hold_up_nobody(firm, values, cell, sentence):
    taken = take(firm, row(firm, 1, **values), row(firm, 2, item=firm.nut))
    assert outcomes(taken) == ["refused", "new"]
    assert sentence in taken.verdicts[0].faults[cell]
    assert [line.item for line in RequestLine.objects.unscoped("test")] == [firm.nut]
    assert len(needs()) == 1


def test_a_row_twice_an_unfit_unit_and_a_blocked_item_are_refused(firm, work):
    with work():
        perform(firm.nut, "block", actor=firm.actor("buyer"), reason="too soft")
    firm.nut.refresh_from_db()
    taken = take(
        firm, row(firm, 1), row(firm, 2), row(firm, 3, unit=firm.unit("KGM"), days=40), row(firm, 4, item=firm.nut)
    )
    assert outcomes(taken) == ["new", "refused", "refused", "refused"]
    assert "line 1" in taken.verdicts[1].faults["reference"]
    assert "does not convert" in taken.verdicts[2].faults["unit"]
    assert "not in use" in taken.verdicts[3].faults["item"]


def test_nobody_else_takes_in_a_schedule(firm, work):
    for persona in ("requester", "approver", "auditor", "storekeeper"):
        with pytest.raises(NotAllowed), work():
            services.take([row(firm)], actor=firm.actor(persona), origin="x", whole=False)
    with pytest.raises(InvalidInput), work():
        services.take([], actor=firm.actor("buyer"), origin="x", whole=False)
    assert needs() == []
