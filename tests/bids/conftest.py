"""Offers for tests: typed as suppliers type them, made by the services."""

from __future__ import annotations

import datetime as dt

import pytest

from procurement.bids import services
from procurement.bids.opening import close_due
from procurement.tenders.models import Tender
from srm.core import clock
from tests.tenders.conftest import at, publish


def typed(tender: Tender, prices=("0.052", "0.017"), **head):
    """An offer for the tender's lines in their order; None leaves a line out."""
    days = {"deliver_on": (clock.today() + dt.timedelta(days=30)).isoformat()}
    lines = {
        line.public_id: {"price": price, "basis": "1", "quantity": "", "note": "", **days}
        for line, price in zip(tender.all_lines(), prices, strict=False)
        if price is not None
    }
    return {"freight": "", "valid_until": "", "note": "", "lines": lines, **head}


def offer(firm, work, tender, persona="alfa_admin", prices=("0.052", "0.017"), key="", **head):
    with work():
        return services.submit(tender, actor=firm.actor(persona), typed=typed(tender, prices, **head), key=key)


def open_up(work, tender: Tender) -> Tender:
    """As the ticker does at the deadline."""
    with at(tender.deadline), work():
        close_due(tender)
    return Tender.objects.unscoped("test").get(pk=tender.pk)


@pytest.fixture
def published(firm, work):
    """A tender that takes offers for a week."""
    return publish(firm, work)


@pytest.fixture
def opened(firm, work, published):
    """Two offers, opened: each is best in one line."""
    offer(firm, work, published, "alfa_admin", ("0.052", "0.018"))
    offer(firm, work, published, "beta_admin", ("0.055", "0.017"))
    return open_up(work, published)
