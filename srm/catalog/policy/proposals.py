"""What a segment asks for, as the beginning of a policy. Pure.

Source: P. Kraljic, "Purchasing must become supply management", Harvard Business Review 61(5), 1983, 109-117: diversify,
balance or exploit, by supply risk and profit impact; strategic items want long-term relations and decisions at the top,
bottleneck items secured volume and stock, leverage items competition on price, non-critical items little effort. The
tactics are his; the figures are a usual beginning, to be changed by who answers for the category.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

# segment -> procedures in the order of liking (the first that this installation knows is proposed), and the figures.
_PROCEDURES: Mapping[str, tuple[str, ...]] = {
    "strategic": ("two_stage", "restricted", "rfq"),
    "leverage": ("open", "restricted", "rfq"),
    "bottleneck": ("direct", "rfq"),
    "noncritical": ("call_off", "framework", "rfq"),
}
_FIGURES: Mapping[str, Mapping[str, Any]] = {
    "strategic": {"min_bidders": 2, "price_weight": Decimal(40), "quality_weight": Decimal(60), "dual_source": True,
                  "contract_months": 36, "cover_days": 30, "review_months": 3},
    "leverage": {"min_bidders": 3, "price_weight": Decimal(80), "quality_weight": Decimal(20), "dual_source": False,
                 "contract_months": 12, "cover_days": 14, "review_months": 6},
    "bottleneck": {"min_bidders": 1, "price_weight": Decimal(30), "quality_weight": Decimal(70), "dual_source": True,
                   "contract_months": 24, "cover_days": 60, "review_months": 1},
    "noncritical": {"min_bidders": 2, "price_weight": Decimal(70), "quality_weight": Decimal(30), "dual_source": False,
                    "contract_months": 24, "cover_days": 14, "review_months": 12},
}  # fmt: skip


def proposed(segment: str, procedures: Collection[str]) -> dict[str, Any]:
    """The rules that a segment begins with; empty for a category that has none.

    Args:
        procedures: codes of the procedures there are.
    """
    if segment not in _FIGURES:
        return {}
    known = next((code for code in _PROCEDURES[segment] if code in procedures), "")
    return {"procedure": known, **_FIGURES[segment]}
