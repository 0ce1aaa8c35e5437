"""Kinds of imports. A room declares one in its exchange.py:

    @import_kind
    class HistoryImport(ImportKind):
        name, title, permission = "history", _("Purchasing history"), "planning.edit"
        fields = [Col("order_number", _("Order number"), required=True, synonyms=("PO / SO #",)), ...]
        treatments = [("transfer", _("Transfer from our own warehouse"))]
        def check_row(self, row, context): ...        # row.blame("quantity", _("..."))
        def apply(self, run, *, actor, progress): ... # set-based, in one transaction, all good lines or none

or, where a service takes one line at a time, a `SheetKind` over a declared sheet with `save(values, actor=...)`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from srm.core.actor import Actor
from srm.core.errors import DomainError, InvalidInput, Missing, NotAllowed
from srm.exchange.columns import Col, from_json
from srm.exchange.mapping import Plan
from srm.exchange.models import ImportRow, ImportRun
from srm.exchange.parsing import ParsedRow, RowParser
from srm.exchange.sheets import Sheet

Progress = Callable[..., None]


class ImportKind:
    """One kind of import. `presets` are mappings that ship with it, by name, as `Plan.saved` writes them.

    `whole` kinds apply all good lines in one transaction, which should stay under two seconds on SQLite; others apply portion by portion, each line exactly once, and go on where a killed worker stopped."""

    name: ClassVar[str] = ""
    title: ClassVar[Any] = ""
    hint: ClassVar[Any] = ""
    permission: ClassVar[str] = ""
    fields: Sequence[Col] = ()
    model: type[Model] | None = None
    treatments: ClassVar[Sequence[tuple[str, Any]]] = ()
    # What a check may find of a line besides, and note as its treatment: that it is new, or changed.
    findings: ClassVar[Sequence[tuple[str, Any]]] = ()
    key: ClassVar[Sequence[str]] = ()
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    whole: ClassVar[bool] = True
    portion: ClassVar[int] = 100

    def context(self, actor: Actor) -> Any:
        """What checks need, loaded once per check: known numbers, categories."""
        return None

    def check_rows(self, rows: list[ParsedRow], context: Any) -> None:
        """Judge a portion of lines beyond their cells; override for questions to the database."""
        for row in rows:
            self.check_row(row, context)

    def check_row(self, row: ParsedRow, context: Any) -> None:
        """Judge one line: `row.blame(column, sentence)`, column "" for the line as a whole."""

    def tally(self, row: ParsedRow, totals: dict[str, Any]) -> None:
        """Add a good line to the totals shown before importing; amounts are summed unless overridden."""
        for column in self.fields:
            if column.kind == "amount" and (value := row.values.get(column.name)) is not None:
                label = column.heading(self.model)
                totals[label] = Decimal(totals.get(label, 0)) + value

    def conclude(self, context: Any, totals: dict[str, Any]) -> None:
        """Add what only shows after the last line to the totals: what the file does not name any more."""

    def apply(self, run: ImportRun, *, actor: Actor, progress: Progress) -> dict[str, Any] | None:
        """Import all good lines (`run.staged()`, `values_of`), inside the unit of work; a refusal undoes everything.

        Returns what the result page shows as facts: label -> value. A kind that is `whole` has it or its own `parts`.
        """
        raise ImproperlyConfigured(f"{type(self).__name__} imports as a whole and needs `apply`.")

    def parts(
        self, run: ImportRun, *, actor: Actor, progress: Progress
    ) -> Iterable[tuple[Callable[[], dict[str, Any] | None], bool]]:
        """(what is done in one unit of work, whether it is the last), for `whole` kinds; asked for one by one, outside
        of any transaction, so that long preparations hold up nobody. One part, `apply`, unless overridden.

        A kind with several parts marks the lines of each in its transaction: after a kill only the others are left.
        """
        return [(lambda: self.apply(run, actor=actor, progress=progress), True)]

    def apply_rows(self, rows: list[ParsedRow], *, run: ImportRun, actor: Actor) -> None:
        """Import a portion, inside its unit of work, for kinds that are not `whole`. `row.blame` rejects a line."""
        raise ImproperlyConfigured(f"{type(self).__name__} imports line by line and needs `apply_rows`.")

    # -- for the kit and for kinds ---------------------------------------------

    def require(self, actor: Actor) -> None:
        """Both rights: to import at all, and to write what this kind writes.

        Raises:
            NotAllowed
        """
        if not (actor.may("exchange.import") and actor.may(self.permission)):
            raise NotAllowed

    def values_of(self, row: ImportRow) -> dict[str, Any]:
        """The parsed values of a staged line in their types; a "ref" is a primary key."""
        return {column.name: from_json(column, row.parsed.get(column.name)) for column in self.fields}

    def parser(self, plan: Plan, actor: Actor) -> RowParser:
        """Reads lines of the file that `plan` is for."""
        return RowParser(
            self.fields,
            plan.columns,
            actor=actor,
            model=self.model,
            hints=plan.hints(self.fields),
            constants=plan.constants,
        )


class SheetKind(ImportKind):
    """An import of a declared sheet, line by line through a service."""

    sheet: ClassVar[type[Sheet]]
    whole = False

    def __init__(self) -> None:
        self.fields = self.sheet.imported()
        self.model = self.sheet.model
        self.title = self.title or self.sheet.heading()  # type: ignore[misc]

    def save(self, values: Mapping[str, Any], *, actor: Actor) -> None:
        """Write one line by the room's service; what it refuses rejects the line with its sentences."""
        raise ImproperlyConfigured(f"{type(self).__name__} needs `save`.")

    def apply_rows(self, rows: list[ParsedRow], *, run: ImportRun, actor: Actor) -> None:
        """Save each line by itself, so that one refused line does not take the others with it."""
        for row in rows:
            try:
                with transaction.atomic():
                    self.save(row.values, actor=actor)
            except InvalidInput as fault:
                for name, sentences in fault.errors.items():
                    row.blame("" if name == "__all__" else name, " ".join(str(one) for one in sentences))
            except DomainError as fault:
                row.blame("", fault)


KINDS: dict[str, ImportKind] = {}


def import_kind(declared: type[ImportKind]) -> type[ImportKind]:
    """Register a kind of import.

    Raises:
        ImproperlyConfigured: it names no name, permission or fields, or its name is taken.
    """
    kind = declared()
    if not (kind.name and kind.permission and kind.fields):
        raise ImproperlyConfigured(f"{declared.__qualname__} needs a name, a permission and fields.")
    if type(KINDS.get(kind.name, kind)).__qualname__ != declared.__qualname__:
        raise ImproperlyConfigured(f"Two kinds of imports are called {kind.name!r}.")
    KINDS[kind.name] = kind
    return declared


def kind_named(name: str) -> ImportKind:
    """The kind called `name`.

    Raises:
        Missing
    """
    if name not in KINDS:
        raise Missing(_("There is no such kind of import."))
    return KINDS[name]


def kinds_for(actor: Actor) -> list[ImportKind]:
    """What this actor may import."""
    if not actor.may("exchange.import"):
        return []
    return sorted((kind for kind in KINDS.values() if actor.may(kind.permission)), key=lambda kind: str(kind.title))
