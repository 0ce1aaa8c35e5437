"""What the pages of imports take in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.exchange.columns import NUMERIC, Col
from srm.exchange.importer import ImportKind, kinds_for
from srm.exchange.mapping import SKIP, Plan, Treat
from srm.ui import forms

RULES = 4
LONGEST = 200
MARKS = (("", gettext_lazy("as the file shows")), (".", "1,234.56"), (",", "1 234,56"))
ORDERS = (
    ("", gettext_lazy("as the file shows")),
    ("dmy", gettext_lazy("day first: 31/12/26")),
    ("mdy", gettext_lazy("month first: 12/31/26")),
)


class UploadForm(forms.Form):
    """Which file, and what it holds."""

    kind = forms.ChoiceField(label=gettext_lazy("What is in the file"))
    file = forms.FileField(
        label=gettext_lazy("File"), help_text=gettext_lazy("XLSX or CSV, up to 25 MB and 200,000 lines.")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kind"].choices = [(kind.name, kind.title) for kind in kinds_for(self.actor)]  # type: ignore[attr-defined]
        self.fields["file"].widget.attrs["accept"] = ".xlsx,.csv,.txt,.tsv"


class MappingForm:
    """The mapping as one submits it: a row per column of ours, some rules, a name to keep it under.

    Not a Django form: its fields are the kind's columns, and every one of them is a choice among the file's columns.
    """

    def __init__(
        self, kind: ImportKind, titles: Sequence[str], profile: Sequence[Mapping[str, Any]], plan: Plan
    ) -> None:
        self.kind, self.titles, self.profile, self.plan = kind, titles, profile, plan
        self.errors: dict[str, list[str]] = {}

    @classmethod
    def read(
        cls, kind: ImportKind, titles: Sequence[str], profile: Sequence[Mapping[str, Any]], heading: int, data: Any
    ) -> MappingForm:
        """The plan out of what was sent; whatever is not on offer is dropped."""
        plan = Plan(heading=heading)
        for column in kind.fields:
            _read_column(plan, column, len(titles), data)
        treatments = {SKIP, *(name for name, _label in kind.treatments)}
        for number in range(RULES):
            position = _position(data.get(f"rule-{number}-column"), len(titles))
            value, then = data.get(f"rule-{number}-value", "").strip()[:LONGEST], data.get(f"rule-{number}-then", "")
            if position is not None and value and then in treatments:
                plan.treats.append(Treat(position, value, then))
        return cls(kind, titles, profile, plan)

    def rows(self) -> list[dict[str, Any]]:
        """What the page draws for each of our columns."""
        return [self._row(column) for column in self.kind.fields]

    def _row(self, column: Col) -> dict[str, Any]:
        position = self.plan.columns.get(column.name)
        known = self.profile[position] if position is not None and position < len(self.profile) else None
        is_number, is_date = column.kind in NUMERIC, column.kind == "date"
        chosen = set(self.plan.blanks.get(column.name, ()))
        words = [(word, count, word in chosen) for word, count in (known["words"] if known else [])]
        words += [(word, None, True) for word in chosen - {word for word, _count, _on in words}]
        return {
            "column": column,
            "label": column.heading(self.kind.model),
            "position": position,
            "samples": known["samples"] if known else [],
            "constant": self.plan.constants.get(column.name, ""),
            "marks": _choices(MARKS, self.plan.marks.get(column.name, "")) if is_number and known else [],
            "orders": _choices(ORDERS, self.plan.orders.get(column.name, "")) if is_date and known else [],
            "words": words if is_number or is_date else [],
            "errors": self.errors.get(column.name, []),
        }

    def sources(self) -> list[tuple[int, str]]:
        """The file's columns to choose from."""
        return [(number, title or _("Column %(n)d") % {"n": number + 1}) for number, title in enumerate(self.titles)]

    def rules(self) -> list[dict[str, Any]]:
        """The rules, and one more line to fill in."""
        treats = [*self.plan.treats[:RULES], None][:RULES]
        return [{"number": number, "treat": treat} for number, treat in enumerate(treats)]

    def treatments(self) -> list[tuple[str, Any]]:
        """What a rule may say."""
        return [*self.kind.treatments, (SKIP, _("leave out"))]


def _read_column(plan: Plan, column: Col, width: int, data: Any) -> None:
    name = column.name
    position = _position(data.get(f"column-{name}"), width)
    if position is not None:
        plan.columns[name] = position
    elif constant := data.get(f"constant-{name}", "").strip()[:LONGEST]:
        plan.constants[name] = constant
    if data.get(f"was-{name}") != data.get(f"column-{name}"):
        return  # how the other column is written says nothing about this one
    if (mark := data.get(f"mark-{name}", "")) in (".", ","):
        plan.marks[name] = mark
    if (order := data.get(f"order-{name}", "")) in ("dmy", "mdy"):
        plan.orders[name] = order
    if position is not None:
        words = [word.strip()[:LONGEST] for word in data.getlist(f"blank-{name}")]
        plan.blanks[name] = [word for word in dict.fromkeys(words) if word][:50]


def _position(text: Any, width: int) -> int | None:
    return int(text) if isinstance(text, str) and text.isdigit() and int(text) < width else None


def _choices(offered: Sequence[tuple[str, Any]], chosen: str) -> list[tuple[str, Any, bool]]:
    return [(value, label, value == chosen) for value, label in offered]
