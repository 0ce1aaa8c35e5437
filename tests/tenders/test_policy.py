"""A tender is run as its category's policy says, unless somebody says why not."""

from decimal import Decimal

import pytest

from procurement.planning import services as planning
from procurement.tenders import policy, services
from procurement.tenders.methods import METHODS, Method
from srm.catalog.policy import services as policies
from srm.catalog.policy.models import PolicyOverride
from srm.catalog.policy.procedures import _procedures, procedure
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken
from srm.flow.perform import perform
from tests.requests.conftest import approved, line_of
from tests.rest.helpers import api
from tests.tenders.conftest import draft

MOST_QUERIES = 25


def overrides():
    return PolicyOverride.objects.unscoped("test").order_by("pk")


@pytest.fixture
def strict(firm, work):
    """Three suppliers at least for fasteners."""
    with work():
        return policies.write_policy(actor=firm.actor("head"), category=firm.fasteners, min_bidders=3)


@pytest.fixture
def sealed(monkeypatch):
    """A second method, for a policy to ask for."""
    monkeypatch.setitem(METHODS, "open", Method("open", "Open tender"))
    procedure("open", "Open tender")
    yield
    _procedures.pop("open")


def test_the_policys_procedure_is_the_method_of_a_new_tender(firm, work, sealed):
    with work():
        policies.write_policy(actor=firm.actor("head"), category=firm.fasteners, procedure="open")
    approved(firm, line_of(firm, quantity="60"))
    with work():
        demand = planning.aggregate(actor=firm.actor("buyer"), legal_entity=firm.entity)
        made = services.create_from_demand(actor=firm.actor("buyer"), demand_lines=list(demand.lines.all()))
    assert made.method == "open"
    assert draft(firm, work, method="rfq").method == "rfq", "who chooses has chosen"
    gloves = {"id": None, "item": firm.gloves, "quantity": Decimal(1), "unit": firm.gloves.base_unit, "place": firm.plovdiv,
              "need_by": made.deadline.date()}  # fmt: skip
    assert draft(firm, work, lines=[gloves]).method == "rfq"


def test_too_few_invited_cannot_be_published_until_somebody_says_why(firm, work, client_of, strict, tender):
    with pytest.raises(RuleBroken, match="at least 3 suppliers, 2 are invited"), work():
        perform(tender, "publish", actor=firm.actor("buyer"))
    tender.refresh_from_db()
    assert tender.state == "draft"
    page = f"/tenders/{tender.public_id}/override/"
    assert client_of("requester").get(page).status_code == 403
    assert client_of("alfa_admin").get(page).status_code == 404
    buyer = client_of("buyer")
    assert "2 are invited" in buyer.get(page).content.decode()
    assert buyer.post(page, {"reason": ""}).status_code == 422
    assert not overrides().exists()
    assert buyer.post(page, {"reason": "Nobody else makes them"}).status_code == 302
    row = overrides().get()
    assert (row.wanted, row.done, row.created_by, row.policy) == ("3", "2", firm.users.buyer, strict)
    text = buyer.get(f"/tenders/{tender.public_id}/").content.decode()
    assert "Nobody else makes them" in text
    assert "Nobody else makes them" in client_of("head").get("/catalog/overrides/").content.decode()
    with work():
        assert perform(tender, "publish", actor=firm.actor("buyer")).state == "published"


def test_an_override_does_not_cover_what_got_worse(firm, work, strict, tender):
    with work():
        policy.override_policy(tender, actor=firm.actor("buyer"), reason="Nobody else makes them")
    with work():
        services.uninvite(tender.invited().first(), actor=firm.actor("buyer"))
    with pytest.raises(RuleBroken, match="1 are invited"), work():
        perform(tender, "publish", actor=firm.actor("buyer"))
    tender.refresh_from_db()
    assert (tender.state, overrides().count()) == ("draft", 1)


def test_another_procedure_than_the_policys_is_stopped(firm, work, sealed, tender):
    with work():
        policies.write_policy(actor=firm.actor("head"), category=firm.fasteners, procedure="open")
    with pytest.raises(RuleBroken, match="Open tender instead of Request for quotation"), work():
        perform(tender, "publish", actor=firm.actor("buyer"))


def test_nothing_is_overridden_that_was_published(firm, work, published):
    with work():
        policies.write_policy(actor=firm.actor("head"), category=firm.fasteners, min_bidders=3)
    with pytest.raises(RuleBroken, match="when it was published"), work():
        policy.override_policy(published, actor=firm.actor("buyer"), reason="Nobody else makes them")
    assert not overrides().exists()


def test_nothing_is_overridden_that_is_kept_or_by_who_may_not(firm, work, tender):
    with pytest.raises(RuleBroken, match="nothing to override"), work():
        policy.override_policy(tender, actor=firm.actor("buyer"), reason="Nobody else makes them")
    with pytest.raises(NotAllowed), work():
        policy.override_policy(tender, actor=firm.actor("evaluator"), reason="Nobody else makes them")
    assert not overrides().exists()


def test_a_program_overrides_too(firm, work, strict, tender, django_assert_max_num_queries, client_of):
    path = f"/api/v1/tenders/{tender.public_id}/override-policy/"
    assert api(firm.users.evaluator).post(path, {"reason": "Because"}).status_code == 403
    assert not overrides().exists()
    made = api(firm.users.buyer).post(path, {"reason": "Nobody else makes them"})
    assert made.status_code == 201, made.text
    assert [one["rule"] for one in made.json()] == ["min_bidders"]
    assert api(firm.users.buyer).post(path, {"reason": "Once more"}).status_code == 409
    buyer = client_of("buyer")
    with django_assert_max_num_queries(MOST_QUERIES):
        assert buyer.get(f"/tenders/{tender.public_id}/").status_code == 200


def test_the_form_leaves_the_method_to_the_policy(firm, work, client_of, sealed):
    with work():
        policies.write_policy(actor=firm.actor("head"), category=firm.fasteners, procedure="open")
    text = client_of("buyer").get("/tenders/new/").content.decode()
    assert "as the category" in text


def test_a_reason_is_asked_for(firm, work, strict, tender):
    with pytest.raises(InvalidInput), work():
        policy.override_policy(tender, actor=firm.actor("buyer"), reason="  ")
    assert not overrides().exists()
