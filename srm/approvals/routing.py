"""Who is asked by a rule, out of the people there are: pure choice, without database and clock."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

LAST_RESORT = "head"
# Why somebody was passed over; words for them stand in `models.why_passed`.
HAD_A_PART, NO_RIGHT, CLOSED, NOBODY = "part", "right", "closed", "nobody"


@dataclass(frozen=True)
class Person:
    """An account as the choice sees it. `mark` names the human behind it, `place` is the department's path."""

    id: int
    mark: str
    name: str
    alive: bool
    rights: frozenset[str]
    roles: frozenset[str] = frozenset()
    place: str = ""


@dataclass(frozen=True)
class Asking:
    """What a rule asks for. `who` is one of head, manager, owner, local, role, user."""

    who: str
    order: int = 1
    user: int | None = None
    role: str = ""
    one_is_enough: bool = False
    conditions: tuple[object, ...] = ()


@dataclass(frozen=True)
class House:
    """The people around one document: heads nearest first, owners of its cost centres, departments' paths upwards."""

    people: Mapping[int, Person]
    heads: tuple[int, ...] = ()
    managers: tuple[int, ...] = ()
    owners: tuple[int, ...] = ()
    places: tuple[str, ...] = ()


@dataclass(frozen=True)
class Passed:
    """Somebody who was not asked, and why."""

    who: str
    why: str


@dataclass(frozen=True)
class Asked:
    """One part of a step: a person, or anybody with a role. Parts of one `group` (above 0) are alternatives.

    `rule` is the position of the rule in the table that was given, -1 for the last resort when no rule fits. A part
    that is `empty` can be decided by nobody: such a document cannot be sent.
    """

    order: int
    user: int | None
    role: str
    rule: int = -1
    group: int = 0
    passed: tuple[Passed, ...] = field(default=())
    empty: bool = False


class Choice:
    """Chooses for one document: `rights` are needed to decide, people in `barred` had a part in it."""

    def __init__(self, house: House, *, rights: Collection[str], barred: Collection[str], grants: Mapping[str, Collection[str]]) -> None:  # fmt: skip
        self.house, self.rights, self.barred, self.grants = house, set(rights), set(barred), grants

    def fault(self, person: Person) -> str:
        """Why a person may not be asked; empty when he may."""
        if not person.alive:
            return CLOSED
        if person.mark in self.barred:
            return HAD_A_PART
        return "" if self.rights <= person.rights else NO_RIGHT

    def steps(self, table: Sequence[Asking]) -> list[Asked]:
        """The parts of all steps, in order; never empty."""
        groups: dict[tuple[object, ...], int] = {}
        found: list[Asked] = []
        for position, asking in enumerate(table):
            group = 0
            if asking.one_is_enough:
                group = groups.setdefault((asking.order, asking.conditions), len(groups) + 1)
            found += self._of_rule(asking, position, group)
        return _settled(found) or [self._last_resort(1, ())]

    def _of_rule(self, asking: Asking, position: int, group: int) -> list[Asked]:
        if asking.who == "role":
            found = [self._role(asking.order, asking.role)]
        elif asking.who == "local":
            found = self._local(asking)
        elif asking.who in ("head", "manager"):
            found = self._first(asking.order, self.house.heads if asking.who == "head" else self.house.managers)
        else:
            named = self.house.owners if asking.who == "owner" else ((asking.user,) if asking.user else ())
            found = self._each(asking.order, named, one=asking.one_is_enough)
        return [replace(part, rule=position, group=group) for part in found]

    def _first(self, order: int, chain: Iterable[int]) -> list[Asked]:
        """The first of a chain who may decide."""
        passed: list[Passed] = []
        for pk in dict.fromkeys(chain):
            person = self.house.people[pk]
            if not (why := self.fault(person)):
                return [Asked(order, pk, "", passed=tuple(passed))]
            passed.append(Passed(person.name, why))
        return [self._last_resort(order, tuple(passed))]

    def _each(self, order: int, named: Iterable[int], *, one: bool) -> list[Asked]:
        """All who may decide; for those who may not the last resort steps in, unless one of the others is enough."""
        people = [self.house.people[pk] for pk in dict.fromkeys(named)]
        faults = {person.id: self.fault(person) for person in people}
        passed = tuple(Passed(person.name, faults[person.id]) for person in people if faults[person.id])
        fine = [Asked(order, person.id, "") for person in people if not faults[person.id]]
        if fine and one:
            return [replace(fine[0], passed=passed), *fine[1:]]
        return [*fine, self._last_resort(order, passed)] if passed or not fine else fine

    def _local(self, asking: Asking) -> list[Asked]:
        """Holders of a role in the department; where nobody there may decide, in the one above, and so on."""
        holders = [person for person in self.house.people.values() if asking.role in person.roles]
        passed: list[Passed] = []
        for place in self.house.places:
            here = [person for person in holders if person.place == place]
            fine = [person for person in here if not self.fault(person)]
            passed += [Passed(person.name, self.fault(person)) for person in here if person not in fine]
            if fine:
                first, *others = [Asked(asking.order, person.id, "") for person in fine]
                return [replace(first, passed=tuple(passed)), *others]
        return [self._last_resort(asking.order, (*passed, Passed(asking.role, NOBODY)))]

    def _role(self, order: int, role: str) -> Asked:
        """Anybody with a role, or the last resort where none of them may decide."""
        if self._held(role):
            return Asked(order, None, role)
        return self._last_resort(order, self._all_passed(role))

    def _last_resort(self, order: int, passed: tuple[Passed, ...]) -> Asked:
        if self._held(LAST_RESORT):
            return Asked(order, None, LAST_RESORT, passed=passed)
        known = [one for one in self._all_passed(LAST_RESORT) if one not in passed]
        return Asked(order, None, LAST_RESORT, passed=(*passed, *known), empty=True)

    def _held(self, role: str) -> bool:
        lacks = not self.rights <= set(self.grants.get(role, ()))
        return not lacks and any(role in one.roles and not self.fault(one) for one in self.house.people.values())

    def _all_passed(self, role: str) -> tuple[Passed, ...]:
        holders = [person for person in self.house.people.values() if role in person.roles]
        faults = [(person.name, self.fault(person) or NO_RIGHT) for person in holders]
        return tuple(Passed(name, why) for name, why in faults) or (Passed(role, NOBODY),)


def _settled(parts: list[Asked]) -> list[Asked]:
    """Nobody is asked twice: of several parts for one person or role the last, which is the highest tier, stays.

    Alternatives of which one has to decide anyway are settled by that decision.
    """
    kept: dict[tuple[int | None, str, int], Asked] = {}
    for part in sorted(parts, key=lambda part: part.order):
        key = (part.user, part.role, part.group)
        former = kept.pop(key, None)
        kept[key] = replace(part, passed=tuple(dict.fromkeys((*former.passed, *part.passed)))) if former else part
    alone = {(part.user, part.role) for part in kept.values() if not part.group}
    settled = {part.group for part in kept.values() if part.group and (part.user, part.role) in alone}
    return sorted((part for part in kept.values() if part.group not in settled or not part.group), key=_order)


def _order(part: Asked) -> int:
    return part.order
