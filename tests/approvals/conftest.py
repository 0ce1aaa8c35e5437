"""Rules and routes, laid out for requests."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from srm.approvals import asking
from srm.approvals.models import ApprovalRule

REQUESTS = "procurement.purchaserequest"


@pytest.fixture
def rule():
    """Write a rule: `rule(order=2, min_amount=5000, who="role", role="head")`."""

    def write(**values: Any) -> ApprovalRule:
        return ApprovalRule.objects.create(kind=REQUESTS, **values)

    return write


@pytest.fixture
def no_rules(db: None) -> None:
    ApprovalRule.objects.all().delete()


def asked(firm, amount: str = "100", **values: Any) -> list[str]:
    """Who would be asked, by name or role."""
    values = {"department": firm.assembly, "cost_centers": [firm.cc_assembly], "categories": [firm.fasteners], **values}
    steps = asking.who_decides(REQUESTS, amount=Decimal(amount), **values)
    return [step.user.email.split("@")[0] if step.user else f"role {step.role}" for step in steps]
