"""How one file is read into one kind: columns, constants, number and date styles, words for nothing, treatments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db.models import Model

from srm.exchange import cleaning, guessing
from srm.exchange.cleaning import CellFault, Hints, hints_from
from srm.exchange.columns import NUMERIC, Col, is_empty

SKIP = "skip"
SAMPLES, WORDS = 5, 20
TOO_MANY_WORDS = 60
OFTEN = 3


@dataclass(frozen=True)
class Treat:
    """Lines whose cell at `position` says `value` are treated as `then`: a treatment of the kind, or "skip"."""

    position: int
    value: str
    then: str

    def applies(self, row: Sequence[Any]) -> bool:
        """Whether this line is meant."""
        cell = row[self.position] if self.position < len(row) else None
        return cleaning.plain(cell).strip().casefold() == self.value.strip().casefold()


@dataclass
class Plan:
    """A mapping for one file: positions, not headings."""

    heading: int = 0
    columns: dict[str, int] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)
    orders: dict[str, str] = field(default_factory=dict)
    blanks: dict[str, list[str]] = field(default_factory=dict)
    treats: list[Treat] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """What an import keeps."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Plan:
        """The plan an import has kept."""
        return cls(**{**kept, "treats": [Treat(**one) for one in kept.get("treats", ())]})

    def hints(self, columns: Sequence[Col]) -> dict[str, Hints]:
        """How each column is written."""
        return {
            column.name: Hints(
                mark=self.marks.get(column.name, ""),
                order=self.orders.get(column.name, ""),
                blanks=tuple(self.blanks.get(column.name, ())),
            )
            for column in columns
        }

    def treatment_of(self, row: Sequence[Any]) -> str:
        """How a line is treated; "" for as usual."""
        return next((one.then for one in self.treats if one.applies(row)), "")

    def lacking(self, columns: Sequence[Col]) -> list[Col]:
        """Required columns that nothing feeds."""
        return [
            one for one in columns if one.required and one.name not in self.columns and not self.constants.get(one.name)
        ]

    # -- saved under a name, for other files ----------------------------------

    def saved(self, titles: Sequence[Any]) -> dict[str, Any]:
        """The plan by headings, to be fitted to the next file of this origin."""

        def title(position: int) -> str:
            return cleaning.plain(titles[position]) if position < len(titles) else ""

        return {
            "columns": {name: title(position) for name, position in self.columns.items()},
            "constants": self.constants,
            "marks": self.marks,
            "orders": self.orders,
            "blanks": self.blanks,
            "treats": [{"title": title(one.position), "value": one.value, "then": one.then} for one in self.treats],
        }

    def fit(self, saved: Mapping[str, Any], titles: Sequence[Any]) -> Plan:
        """This plan with what a saved one says about headings that this file has too."""
        at = {guessing.fold(title): position for position, title in reversed(list(enumerate(titles)))}

        def position(title: str) -> int | None:
            return at.get(guessing.fold(title))

        columns = {name: found for name, title in saved["columns"].items() if (found := position(title)) is not None}
        treats = [
            Treat(found, one["value"], one["then"])
            for one in saved["treats"]
            if (found := position(one["title"])) is not None
        ]
        return Plan(
            heading=self.heading, columns=columns or self.columns, constants=dict(saved["constants"]),
            marks={**self.marks, **saved["marks"]}, orders={**self.orders, **saved["orders"]},
            blanks={**self.blanks, **saved["blanks"]}, treats=treats,
        )  # fmt: skip


def first_plan(
    columns: Sequence[Col],
    rows: Sequence[Sequence[Any]],
    model: type[Model] | None = None,
    heading: int | None = None,
) -> tuple[Plan, list[dict[str, Any]]]:
    """The plan guessed from the first lines of a file, and the profile of its columns."""
    at = guessing.find_heading(columns, rows, model) if heading is None or heading >= len(rows) else heading
    titles = list(rows[at]) if rows else []
    body = rows[at + 1 :]
    plan = Plan(heading=at, columns=guessing.guess(columns, titles, body[:200], model))
    profile = [profile_of(title, guessing.cells(body, position)) for position, title in enumerate(titles)]
    complete(plan, columns, profile)
    return plan, profile


def preset_for(presets: Mapping[str, Mapping[str, Any]], titles: Sequence[Any]) -> Mapping[str, Any] | None:
    """The mapping that ships for files with these headings: one all of whose headings are here."""
    known = {guessing.fold(title) for title in titles}
    for saved in presets.values():
        wanted = [*saved["columns"].values(), *(one["title"] for one in saved["treats"])]
        if all(guessing.fold(title) in known for title in wanted):
            return saved
    return None


def complete(plan: Plan, columns: Sequence[Col], profile: Sequence[Mapping[str, Any]]) -> None:
    """Fill in what the profile knows about columns that the plan says nothing of yet."""
    for column in columns:
        position = plan.columns.get(column.name)
        if position is None or position >= len(profile):
            continue
        known = profile[position]
        if column.kind in NUMERIC:
            plan.marks.setdefault(column.name, known["mark"])
        if column.kind == "date":
            plan.orders.setdefault(column.name, known["order"])
        if column.kind == "date" or column.kind in NUMERIC:
            # A word that comes once may be a slip, and in a required column none is harmless.
            often = [] if column.required else [word for word, count in known["words"] if count >= OFTEN]
            plan.blanks.setdefault(column.name, often)


def profile_of(title: Any, values: Sequence[Any]) -> dict[str, Any]:
    """What the cells of one column look like: examples, how numbers and dates are written, words among them."""
    distinct = Counter(cleaning.plain(value).strip() for value in values)
    samples = [cleaning.shown(text) for text in list(distinct)[:SAMPLES]]
    texts = {value for value in values if isinstance(value, str)}
    words = {text: distinct[text] for text in distinct if text and not _is_number_or_date(text)}
    joined = guessing.joined(words) if len(words) < len(distinct) else {}
    frequent = sorted(joined.items(), key=lambda one: (-one[1], one[0]))[:WORDS]
    return {
        "title": cleaning.shown(cleaning.plain(title)),
        "samples": samples,
        "mark": hints_from("decimal", texts).mark,
        "order": hints_from("date", texts).order,
        "words": [[word, count] for word, count in frequent if len(joined) <= TOO_MANY_WORDS],
    }


def _is_number_or_date(text: str) -> bool:
    if not any(sign.isdigit() for sign in text):
        return False
    for read in (cleaning.clean_number, cleaning.clean_date):
        try:
            read(text)
        except cleaning.Ambiguous:
            return True
        except CellFault:
            continue
        return True
    return False


def is_blank_line(row: Sequence[Any]) -> bool:
    """Whether a line says nothing."""
    return all(map(is_empty, row))
