"""Which dot a state gets. The word says it; the colour only helps the eye find it.

A lifecycle may say otherwise by `tones = {"paused": "wait"}` on the model.
"""

from __future__ import annotations

TONES: dict[str, str] = {
    **dict.fromkeys(["draft", "proposed", "scheduled", "applicant", "computed", "new", "queued", "staged"], "idle"),
    **dict.fromkeys(
        ["submitted", "in_review", "sent", "published", "opening", "opened", "evaluation", "negotiation", "auction",
         "awarding", "standstill", "running", "open", "received", "notified", "shared", "sealed", "delivered",
         "answered", "agreed", "processing"], "live",
    ),
    **dict.fromkeys(
        ["approved", "active", "confirmed", "posted", "signed", "final", "matched", "settled", "won", "admitted",
         "contracted", "done", "succeeded", "evaluated", "accepted", "ok"], "good",
    ),
    **dict.fromkeys(
        ["returned", "suspended", "disputed", "in_dispute", "needs_confirmation", "expired", "late", "waiting",
         "paused", "declined", "parked"], "wait",
    ),
    **dict.fromkeys(["rejected", "refused", "cancelled", "failed", "blocked", "reversed", "terminated", "lost"], "bad"),
    **dict.fromkeys(["closed", "superseded", "withdrawn", "short_closed", "archived", "inactive"], "over"),
}  # fmt: skip


def tone_of(state: object, model: type | None = None) -> str:
    """idle, live, good, wait, bad or over."""
    own = getattr(model, "tones", None) or {}
    return own.get(str(state)) or TONES.get(str(state), "idle")
