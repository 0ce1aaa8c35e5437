"""Writing policies and overrides."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from srm.catalog.models import Category
from srm.catalog.policy.models import EDIT, OVERRIDE, CategoryPolicy, PolicyOverride
from srm.catalog.policy.procedures import procedures
from srm.catalog.policy.proposals import proposed
from srm.catalog.policy.rules import RULES, Breach, weights_fit
from srm.catalog.policy.selectors import newest
from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken, Stale
from srm.flow import records, uow
from srm.flow.origin import named

SHORTEST = 3


def write_policy(
    *, actor: Actor, category: Category, valid_from: dt.date | None = None, seen: int | None = None, reason: str = "",
    segment: str = "", **rules: Any,
) -> CategoryPolicy:  # fmt: skip
    """The next version of a category's policy, in force from `valid_from` (today by default).

    Args:
        seen: the newest version that the writer knew (0 for none); None to skip the comparison.
        rules: values by rule; what is left out is open, and taken from the category above.

    Raises:
        NotAllowed. Stale: another version was written since `seen`. InvalidInput: sentences by field; nothing changes.
    """
    uow.require()
    if not actor.may(EDIT):
        raise NotAllowed()
    locked = records.locked_row(category)
    last = newest(locked)
    if seen is not None and seen != (last.edition if last else 0):
        raise Stale()
    day = valid_from or clock.today()
    values = {rule: rules.pop(rule, None) for rule in RULES}
    values["procedure"], values["approval_note"] = values["procedure"] or "", (values["approval_note"] or "").strip()
    if rules:
        raise InvalidInput({name: _("A policy has no such rule.") for name in rules})
    _check(values, day)
    if last is not None and last.valid_from == day and last.rules == values:
        raise RuleBroken([_("Nothing was changed: the policy says this already.")])
    return records.create(
        CategoryPolicy,
        actor=actor,
        root=locked,
        category=locked,
        edition=(last.edition if last else 0) + 1,
        valid_from=day,
        reason=reason.strip(),
        segment=segment,
        review_on=_review(day, values["review_months"]),
        **values,
    )


def _check(values: dict[str, Any], day: dt.date) -> None:
    faults: dict[str, Any] = {}
    if day < clock.today():
        faults["valid_from"] = [_("A policy holds from today on at the earliest.")]
    if values["procedure"] and values["procedure"] not in dict(procedures()):
        faults["procedure"] = [_("There is no such procedure.")]
    if not weights_fit(values["price_weight"], values["quality_weight"]):
        faults["quality_weight"] = [_("Both weights together make 100 %.")]
    if faults:
        raise InvalidInput(faults)


def _review(day: dt.date, months: int | None) -> dt.date | None:
    if not months or not 0 < months <= 60:
        return None
    years, month = divmod(day.month - 1 + months, 12)
    last = calendar.monthrange(day.year + years, month + 1)[1]
    return dt.date(day.year + years, month + 1, min(day.day, last))


def propose_from_segments(*, actor: Actor, categories: Sequence[Category]) -> list[CategoryPolicy]:
    """A first policy, from its place on the matrix, for each of the categories that has a place and no policy yet.

    Raises:
        NotAllowed. RuleBroken: none of them wants one.
    """
    uow.require()
    if not actor.may(EDIT):
        raise NotAllowed()
    codes = [code for code, _label in procedures()]
    made = []
    for category in sorted(categories, key=lambda one: one.pk):
        values = proposed(category.segment, codes)
        if values and newest(category) is None:
            made.append(
                write_policy(
                    actor=actor,
                    category=category,
                    seen=0,
                    segment=category.segment,
                    reason=_("From its place on the matrix."),
                    **values,
                )
            )
    if not made:
        raise RuleBroken([_("Every category that is on the matrix has a policy already.")])
    return made


def override(*, actor: Actor, document: Model, breaches: Sequence[Breach], reason: str) -> list[PolicyOverride]:
    """Let a document past rules it breaks; each is a row that the policy's page counts.

    Raises:
        NotAllowed. InvalidInput: no reason. RuleBroken: nothing is broken.
    """
    uow.require()
    if not actor.may(OVERRIDE):
        raise NotAllowed()
    if len(reason.strip()) < SHORTEST:
        raise InvalidInput({"reason": [_("Say why the policy is not followed here.")]})
    if not breaches:
        raise RuleBroken([_("The policy is kept. There is nothing to override.")])
    return [
        records.create(
            PolicyOverride,
            actor=actor,
            root=document,
            policy_id=one.policy,
            rule=one.rule,
            wanted=one.wanted,
            done=one.done,
            reason=reason.strip(),
            **named(document),
        )
        for one in breaches
    ]
