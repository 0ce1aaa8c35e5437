"""Requests as people make them: drafted, sent, approved, by the services."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from procurement.requests import services
from procurement.requests.models import PurchaseRequest
from srm.approvals import services as approvals
from srm.core import clock
from srm.flow.perform import perform
from srm.flow.uow import unit_of_work
from tests.personas import Firm


def in_days(days: int) -> dt.date:
    return clock.today() + dt.timedelta(days=days)


def line_of(firm: Firm, item: Any = None, quantity: str = "100", **values: Any) -> dict[str, Any]:
    item = item or firm.bolt
    return {"item": item, "quantity": Decimal(quantity), "unit": item.base_unit, "need_by": in_days(20), **values}


def draft(firm: Firm, *lines: dict[str, Any], by: str = "requester", **header: Any) -> PurchaseRequest:
    """A draft of the assembly department for the Plovdiv plant."""
    values = {"title": "Fasteners for May", "department": firm.assembly, "place": firm.plovdiv,
              "cost_center": firm.cc_assembly, **header}  # fmt: skip
    with unit_of_work():
        return services.create_request(actor=firm.actor(by), lines=list(lines) or [line_of(firm)], **values)


def sent(firm: Firm, *lines: dict[str, Any], by: str = "requester", **header: Any) -> PurchaseRequest:
    request = draft(firm, *lines, by=by, **header)
    with unit_of_work():
        return perform(request, "submit", actor=firm.actor(by))


def approved(firm: Firm, *lines: dict[str, Any], by: str = "requester", **header: Any) -> PurchaseRequest:
    request = sent(firm, *lines, by=by, **header)
    with unit_of_work():
        return approvals.decide(request, actor=firm.actor("approver"), outcome="approved")


@pytest.fixture
def make_approved(firm: Firm):
    return lambda *lines, **header: approved(firm, *lines, **header)


def form_data(header: dict[str, Any], *lines: dict[str, Any]) -> dict[str, str]:
    """What a browser sends: objects as the values of their pickers."""
    data = {"lines-TOTAL_FORMS": str(len(lines)), "lines-INITIAL_FORMS": "0", "lines-MIN_NUM_FORMS": "0",
            "lines-MAX_NUM_FORMS": "1000"}  # fmt: skip
    data |= {name: _sent(value) for name, value in header.items()}
    for no, line in enumerate(lines):
        data |= {f"lines-{no}-{name}": _sent(value) for name, value in line.items()}
    return data


def _sent(value: Any) -> str:
    if value.__class__.__name__ == "Unit":
        return value.code
    return "" if value is None else str(getattr(value, "public_id", value))
