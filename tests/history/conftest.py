"""Importing a file of the past in tests, the way the pages do it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from csv import writer
from pathlib import Path
from typing import Any

import pytest

from srm.core.actor import Actor
from srm.exchange import services
from srm.exchange.importer import kind_named
from srm.exchange.mapping import Plan, complete
from srm.exchange.models import ImportRun
from srm.flow.uow import unit_of_work
from srm.jobs import services as jobs


def begin(content: bytes, name: str, actor: Actor) -> ImportRun:
    """Upload a file."""
    kind = kind_named("history")
    upload = io.BytesIO(content)
    upload.name = name
    received = services.receive(upload, kind)
    with unit_of_work():
        return services.begin(received, kind, actor=actor)


def check(run: ImportRun, actor: Actor, *, saved: dict[str, Any] | None = None, **constants: str) -> ImportRun:
    """Choose the mapping and let the job check."""
    kind, plan = kind_named("history"), Plan.from_json(run.mapping)
    if saved is not None:
        plan = plan.fit(saved, run.info["titles"])
        complete(plan, kind.fields, run.profile)
    plan.constants |= constants
    with unit_of_work():
        run = services.choose_mapping(run, plan, actor=actor)
    jobs.run_now(run.job)
    run.refresh_from_db()
    return run


def apply(run: ImportRun, actor: Actor) -> ImportRun:
    """Let the job import the good lines."""
    with unit_of_work():
        run = services.request_apply(run, actor=actor)
    jobs.run_now(run.job)
    run.refresh_from_db()
    return run


def csv(rows: Iterable[Iterable[object]], delimiter: str = ";") -> bytes:
    """A table as CSV."""
    text = io.StringIO()
    writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode()


@pytest.fixture
def scms(shared: Path) -> bytes:
    """The public data set."""
    return (
        (shared / "scms" / "SCMS_Delivery_History_Dataset.csv").read_bytes()
        if (shared / "scms").exists()
        else (shared / "data" / "scms" / "SCMS_Delivery_History_Dataset.csv").read_bytes()
    )


@pytest.fixture
def head(firm: Any) -> Actor:
    """The head of procurement, who may import the past."""
    return firm.actor("head")


@pytest.fixture
def imported(firm: Any, head: Actor) -> Callable[..., ImportRun]:
    """Import a table at once: `imported(rows, unit="C62")`."""

    def whole_way(rows: Iterable[Iterable[object]], name: str = "past.csv", **constants: str) -> ImportRun:
        run = check(begin(csv(rows), name, head), head, **constants)
        return apply(run, head) if run.good else run

    return whole_way
