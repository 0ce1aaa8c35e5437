"""Lines with several deliveries made into one line for each of them, and gathered again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from procurement.requests.deliveries import MOST, Delivery
from procurement.requests.models import RequestLine
from srm.core import quantities
from srm.core.errors import InvalidInput
from srm.core.ids import new_public_id
from srm.ui import formats

MOST_LINES = 1000
# An empty cell of a line that is amended means what is stored.
KEPT_IF_EMPTY = ("unit", "place", "cost_center")


def gathered(lines: Iterable[RequestLine], names: Sequence[str]) -> list[tuple[RequestLine, list[Delivery]]]:
    """(line, its deliveries) with lines of one need taken together; none where it comes at once.

    Lines that meanwhile differ in one of the fields `names` are needs of their own, and so is a second one of a day.
    """
    needs: dict[Any, list[RequestLine]] = {}
    for line in lines:
        alike = (line.delivery_of, *(getattr(line, name) for name in names if name not in {"quantity", "need_by"}))
        key: Any = alike if line.delivery_of else line.pk
        if key in needs and any(line.need_by == one.need_by for one in needs[key]):
            key = line.pk
        needs.setdefault(key, []).append(line)
    found = []
    for some in needs.values():
        some.sort(key=lambda line: line.need_by)
        several = some if len(some) > 1 else []
        found.append((some[0], [Delivery(one.need_by, one.quantity, one.public_id) for one in several]))
    return found


def as_typed(lines: Iterable[RequestLine], names: Sequence[str]) -> list[dict[str, Any]]:
    """The needs as the line form shows them: with all their deliveries, and the quantity of all."""
    found = []
    for line, deliveries in gathered(lines, names):
        values = {**{name: getattr(line, name) for name in names}, "id": line.public_id, "deliveries": deliveries}
        if deliveries:
            values["quantity"] = sum((one.quantity for one in deliveries), Decimal(0))
        found.append(values)
    return found


@dataclass
class Spread:
    """Lines with one day each, and for each of them the line that it was written as."""

    lines: list[dict[str, Any]] = field(default_factory=list)
    origin: list[int] = field(default_factory=list)

    @contextmanager
    def faults_told(self) -> Iterator[None]:
        """Refusals of lines, told at the lines as they were written: of one delivery at its day."""
        try:
            yield
        except InvalidInput as fault:
            found: dict[str, list[str]] = {}
            for name, sentences in fault.errors.items():
                where, said = self._at(name, [str(one) for one in sentences])
                known = found.setdefault(where, [])
                known += [one for one in said if one not in known]
            raise InvalidInput(found) from fault

    def _at(self, name: str, sentences: list[str]) -> tuple[str, list[str]]:
        parts = name.split(".", 2)
        if len(parts) != 3 or parts[0] != "lines" or not parts[1].isdigit() or int(parts[1]) >= len(self.lines):
            return name, sentences
        line, no = self.lines[int(parts[1])], self.origin[int(parts[1])]
        if self.origin.count(no) == 1 or parts[2] not in {"quantity", "need_by", "unit"}:
            return f"lines.{no}.{parts[2]}", sentences
        day = formats.day(line["need_by"])
        return f"lines.{no}.deliveries", [f"{day}: {sentence}" for sentence in sentences]


def spread(
    lines: Sequence[Mapping[str, Any]], known: Mapping[str, RequestLine] | None = None, *, keep: Sequence[str] = ()
) -> Spread:
    """Lines with `deliveries` made into one line for each of them; all others as they are.

    Args:
        known: stored lines by public id. Those of the same need are taken for its deliveries, by their day first.
        keep: fields that a new delivery of a stored line has from it where they are not named.

    Raises:
        InvalidInput: the deliveries of a line do not add up to it, name a day twice, or are too many.
    """
    found, faults, known = Spread(), {}, known or {}
    named = {str(line.get("id") or "") for line in lines}
    for no, line in enumerate(lines):
        plain = {name: value for name, value in line.items() if name != "deliveries"}
        stored = known.get(str(line.get("id") or ""))
        try:
            deliveries = _checked(line)
        except InvalidInput as fault:
            faults[f"lines.{no}.deliveries"] = [str(one) for some in fault.errors.values() for one in some]
            continue
        if not deliveries:
            parts = [plain | {"delivery_of": stored.delivery_of if stored else plain.get("delivery_of") or ""}]
        else:
            parts = _parts(plain, deliveries, stored, known, named, keep)
        found.lines += parts
        found.origin += [no] * len(parts)
    if faults:
        raise InvalidInput(faults)
    if len(found.lines) > max(MOST_LINES, len(lines)):
        raise InvalidInput({"lines": [_("At most %(n)d lines, each delivery counted.") % {"n": MOST_LINES}]})
    return found


def _checked(line: Mapping[str, Any]) -> list[Delivery]:
    """The deliveries that are wanted of a line, the earliest first."""
    deliveries = list(line.get("deliveries") or [])
    if any(one.line for one in deliveries):
        return _as_read(line, deliveries)
    if not deliveries:
        return []
    if len(deliveries) > MOST:
        raise InvalidInput(_("At most %(n)d deliveries, please.") % {"n": MOST})
    days = [one.need_by for one in deliveries]
    if twice := next((day for day in days if days.count(day) > 1), None):
        raise InvalidInput(_("%(day)s stands here twice. Take both together.") % {"day": formats.day(twice)})
    total = sum((quantities.clean_quantity(one.quantity) for one in deliveries), Decimal(0))
    wanted = line.get("quantity")
    if wanted not in (None, "") and quantities.clean_quantity(wanted) != total:
        words = {"total": formats.quantity(total), "quantity": formats.quantity(quantities.clean_quantity(wanted))}
        raise InvalidInput(_("The deliveries add up to %(total)s, the line asks for %(quantity)s.") % words)
    return sorted(deliveries, key=lambda one: one.need_by)


def _as_read(line: Mapping[str, Any], deliveries: Sequence[Delivery]) -> list[Delivery]:
    """A list that was read from here says nothing new: the lines speak. It is refused when it says something else."""
    own = next((one for one in deliveries if one.line == str(line.get("id") or "")), None)
    same = own is not None and all(one.line for one in deliveries)
    if same and own is not None and line.get("quantity") not in (None, ""):
        same = quantities.clean_quantity(line["quantity"]) == own.quantity
    if same and own is not None and line.get("need_by"):
        same = line["need_by"] == own.need_by
    if not same:
        raise InvalidInput(_("Change the lines that these deliveries name, or send new deliveries without “line”."))
    return []


def _parts(
    plain: dict[str, Any], deliveries: Sequence[Delivery], stored: RequestLine | None, known: Mapping[str, RequestLine],
    named: set[str], keep: Sequence[str],
) -> list[dict[str, Any]]:  # fmt: skip
    """One line for each delivery; stored ones of the same need are kept for the day they have, then in their order."""
    mark = (stored.delivery_of if stored else "") or (new_public_id() if len(deliveries) > 1 else "")
    if stored is not None and keep:
        given = {name: value for name, value in plain.items() if value or name not in KEPT_IF_EMPTY}
        plain = {**{name: getattr(stored, name) for name in keep}, **given}
    free = _of_need(stored, known, named) if stored is not None else []
    by_day = {one.need_by: one.public_id for one in reversed(free)}
    taken = {one.need_by: by_day[one.need_by] for one in deliveries if one.need_by in by_day}
    rest = [one.public_id for one in free if one.public_id not in taken.values()]
    parts = []
    for one in deliveries:
        public_id = taken.get(one.need_by) or (rest.pop(0) if rest else None)
        values = {"need_by": one.need_by, "quantity": quantities.clean_quantity(one.quantity)}
        parts.append({**plain, **values, "id": public_id, "delivery_of": mark})
    return parts


def _of_need(stored: RequestLine, known: Mapping[str, RequestLine], named: set[str]) -> list[RequestLine]:
    """The stored line, and those of the same need that nobody names otherwise."""
    mark = stored.delivery_of
    others = [one for one in known.values() if mark and one.delivery_of == mark and one.public_id not in named]
    return sorted([stored, *others], key=lambda one: (one.need_by, one.position))
