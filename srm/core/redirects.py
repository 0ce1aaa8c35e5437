"""Records that stand for others: what was merged into something else leads there.

A room that merges says for its model where a record leads; whoever looks something up by an id from outside (an
address, a body of the API, another system's message) asks `current`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Model, QuerySet

_leads: dict[type[Model], Callable[[Any], Any]] = {}


def leads_on(model: type[Model]) -> Callable[[Callable[[Any], Any]], Callable[[Any], Any]]:
    """Declare `fn(row) -> the row it stands for, itself when it stands for itself`; asked for every row, so be quick."""

    def register(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
        _leads[model] = function
        return function

    return register


def current(row: Any) -> Any:
    """The record that `row` stands for today: itself, or what it was merged into."""
    lead = _leads.get(type(row))
    return lead(row) if lead is not None else row


def current_in(rows: QuerySet, row: Any) -> Any:
    """The same among `rows`; None when what `row` leads to is not among them (the reader may not see it)."""
    lead = current(row)
    return lead if lead is row else rows.filter(pk=lead.pk).first()
