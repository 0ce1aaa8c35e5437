"""Import a table of past order lines from the command line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError, CommandParser

from srm.core.actor import SYSTEM, Actor
from srm.core.errors import DomainError, InvalidInput
from srm.exchange import reports, services
from srm.exchange.importer import ImportKind, kind_named
from srm.exchange.mapping import Plan, complete
from srm.exchange.models import ImportMapping, ImportRun
from srm.flow.uow import unit_of_work
from srm.jobs import services as jobs
from srm.people.actors import actor_for
from srm.people.models import User

KIND = "history"
State = ImportRun.State


class Command(BaseCommand):
    """Uploads, checks and applies a file as the pages do, and says what came of it."""

    help = (
        "Import past orders, deliveries and transfers from a CSV or XLSX table of order lines. Every line is imported, "
        "or listed with its reason; a file that was imported before changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The file, how to read it, and for whom."""
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--mapping", default="", help="a built-in mapping (scms) or a saved one; guessed when left out"
        )
        parser.add_argument(
            "--legal-entity", default="", help="code of the firm that bought; needed where there are several"
        )
        parser.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="COLUMN=VALUE",
            help="what holds for all lines, as currency=USD",
        )
        parser.add_argument("--user", default="", help="e-mail of who imports; the system when left out")
        parser.add_argument("--check", action="store_true", help="only check, write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the stages one after another."""
        try:
            run = self.checked(options)
            if not options["check"] and run.good:
                run = self.applied(run)
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        if run.state == State.FAILED:
            raise CommandError(run.error)

    def checked(self, options: dict[str, Any]) -> ImportRun:
        """The file, received, mapped and checked."""
        self.actor, kind = _actor(options["user"]), kind_named(KIND)
        kind.require(self.actor)
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        saved, constants = _saved(kind, options["mapping"]), _constants(kind, options)
        with path.open("rb") as source:
            received = services.receive(File(source, name=path.name), kind)
        with unit_of_work():
            run = services.begin(received, kind, actor=self.actor)
        plan = _plan(run, kind, saved)
        plan.constants |= constants
        with unit_of_work():
            run = services.choose_mapping(run, plan, actor=self.actor)
        self._finish(run)
        run.refresh_from_db()
        self._tell_check(run)
        return run

    def applied(self, run: ImportRun) -> ImportRun:
        """The import of the good lines."""
        with unit_of_work():
            run = services.request_apply(run, actor=self.actor)
        self._finish(run)
        run.refresh_from_db()
        self.stdout.write(f"{run.imported} lines imported.")
        for label, value in run.result.items():
            self.stdout.write(f"  {value} {label}")
        return run

    def _finish(self, run: ImportRun) -> None:
        """Run the job here; nobody has to wait for a worker."""
        assert run.job is not None
        ended = jobs.run_now(run.job)
        if ended.state not in (ended.State.DONE, ended.State.FAILED):
            raise CommandError(f"The work stopped: {ended.error or ended.get_state_display()}")

    def _tell_check(self, run: ImportRun) -> None:
        self.stdout.write(f"{run.total} lines: {run.good} good, {run.rejected} with faults, {run.skipped} left out.")
        for label, value in run.totals.items():
            self.stdout.write(f"  {label}: {value}")
        for one in reports.reasons(run):
            self.stdout.write(f"  {one['lines']} x {one['reason']}")


def _actor(email: str) -> Actor:
    if not email:
        return SYSTEM
    user = User.objects.filter(email__iexact=email, is_active=True).first()
    if user is None:
        raise CommandError(f"There is no account {email}.")
    return actor_for(user)


def _saved(kind: ImportKind, name: str) -> Mapping[str, Any] | None:
    """The mapping of that name, a built-in one first; None when none is asked for."""
    if not name:
        return None
    rows = ImportMapping.objects.unscoped("a mapping asked for by its name, on the server's own console")
    found = kind.presets.get(name) or (
        rows.filter(kind=KIND, name=name).order_by("-updated_at").values_list("mapping", flat=True).first()
    )
    if found is None:
        raise CommandError(f"There is no mapping {name}. Built in: {', '.join(kind.presets)}.")
    return found


def _plan(run: ImportRun, kind: ImportKind, saved: Mapping[str, Any] | None) -> Plan:
    """The guessed mapping, or a saved one fitted to this file."""
    plan = Plan.from_json(run.mapping)
    if saved is not None:
        plan = plan.fit(saved, run.info["titles"])
        complete(plan, kind.fields, run.profile)
    return plan


def _constants(kind: ImportKind, options: dict[str, Any]) -> dict[str, str]:
    """What the command line says for all lines.

    Raises:
        InvalidInput: a column that does not exist.
    """
    pairs = [text.partition("=")[::2] for text in options["set"]]
    if options["legal_entity"]:
        pairs.append(("legal_entity", options["legal_entity"]))
    known = {column.name for column in kind.fields}
    if unknown := [name for name, _value in pairs if name not in known]:
        raise InvalidInput(f"There is no column {unknown[0]}. Known: {', '.join(sorted(known))}.")
    return dict(pairs)
