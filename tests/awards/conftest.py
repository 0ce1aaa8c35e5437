"""Tenders with opened offers, and awards proposed for them."""

import pytest

from procurement.awards import services
from procurement.bids import selectors
from tests.bids.conftest import offer, open_up
from tests.tenders.conftest import publish


def best(tender, actor):
    return selectors.comparison(tender, actor).best_per_line()


def only(tender, actor, name):
    """Everything from one supplier."""
    lane = next(lane for lane in selectors.comparison(tender, actor).lanes if lane.offer.supplier == name)
    return {line: quote.id for line, quote in lane.offer.quotes.items()}


@pytest.fixture
def opened(firm, work):
    """Bolts are cheaper at Alfa, nuts at Beta."""
    tender = publish(firm, work)
    offer(firm, work, tender, "alfa_admin", ("0.052", "0.018"))
    offer(firm, work, tender, "beta_admin", ("0.055", "0.017"))
    return open_up(work, tender)


@pytest.fixture
def award(firm, work, opened):
    """The best of each line, proposed by the buyer."""
    actor = firm.actor("buyer")
    with work():
        return services.propose(actor=actor, tender=opened, choice=best(opened, actor))
