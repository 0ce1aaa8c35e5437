"""Tenders under their category's policy: it gives the method and how many to ask, and guards the publication.

What breaks a rule can be published all the same, by an override with its reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from procurement.tenders.guards import asked_number
from procurement.tenders.methods import METHODS
from srm.catalog.models import Category
from srm.catalog.policy import selectors, services
from srm.catalog.policy.models import PolicyOverride
from srm.catalog.policy.procedures import procedure
from srm.catalog.policy.rules import Breach, Effective, breaches, not_passed
from srm.core.actor import Actor
from srm.core.errors import RuleBroken
from srm.flow import records

if TYPE_CHECKING:
    from procurement.tenders.models import Tender

for _code, _method in METHODS.items():
    procedure(_code, _method.label)


class Broken(str):
    """Why the policy stops a tender; a reason that can be overridden, unlike others."""

    __slots__ = ()


def method_for(category: Category | None, given: Mapping[str, Any]) -> dict[str, str]:
    """The method that a new tender gets when nobody chose one: its category's, as far as it can be run here."""
    if given.get("method") or category is None:
        return {}
    wanted = selectors.effective(category).procedure
    return {"method": wanted} if wanted in METHODS else {}


def rules_of(tender: Tender) -> Effective:
    """What its category's policy says; asked once for several parts of a page."""
    if not hasattr(tender, "policy_rules"):
        found = selectors.effective(tender.category) if tender.category else Effective()
        tender.policy_rules = found  # type: ignore[attr-defined]
    return tender.policy_rules  # type: ignore[attr-defined]


def broken(tender: Tender) -> list[Breach]:
    """The rules that the tender breaks and nobody let it past."""
    found = breaches(rules_of(tender), procedure=tender.method, bidders=asked_number(tender))
    return not_passed(found, selectors.passed(tender)) if found else []


def policy_kept(tender: Tender, _actor: Actor) -> object:
    """The category's policy is kept, or somebody said why not."""
    found = broken(tender)
    if not found:
        return None
    return Broken(" ".join([*selectors.sentences(found), _("Change it, or override the policy with a reason.")]))


def override_policy(tender: Tender, *, actor: Actor, reason: str) -> list[PolicyOverride]:
    """Let a draft, or what was approved and not published yet, past every rule that it breaks now.

    Raises:
        NotAllowed, InvalidInput: see `policy.services.override`. RuleBroken: nothing is broken, or it is published.
    """
    locked = records.locked_row(tender)
    if locked.state not in ("draft", "approved"):
        raise RuleBroken([_("The policy was asked when it was published.")])
    return services.override(actor=actor, document=locked, breaches=broken(locked), reason=reason)
