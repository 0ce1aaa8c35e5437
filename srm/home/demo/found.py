"""Founding the firm: structure, people, catalog, suppliers, rules, budgets, opening stock. By services, as people would."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from srm.approvals import services as approvals
from srm.budget import services as budget
from srm.catalog import services as catalog
from srm.catalog.models import Category, Unit
from srm.core import clock
from srm.core.actor import SYSTEM, Actor
from srm.core.rates import ExchangeRate
from srm.flow.uow import unit_of_work
from srm.home.demo import shelf, sums
from srm.home.demo.calendar import at, before
from srm.home.demo.chance import Dice
from srm.home.demo.numbers import address_of, tax_numbers
from srm.home.demo.plan import rate_at
from srm.home.demo.progress import Progress
from srm.home.demo.stores import racks
from srm.home.demo.words import Text, firm, people
from srm.home.demo.words.categories import CATEGORIES, GROUPS
from srm.home.demo.words.families import Thing
from srm.home.demo.words.suppliers import ACCOUNTS, PEOPLE, PHONES, SUPPLIERS, SupplierRow
from srm.home.demo.world import WHY, World
from srm.org import services as org
from srm.people.models import User
from srm.stock import services as stock
from suppliers.registry import services as registry
from suppliers.registry.models import Contact

# Rows written in one transaction: about half a second of work.
CHUNK = 40
REQUESTS = "procurement.purchaserequest"


def found(world: World, progress: Progress) -> None:
    """Write everything that was there before the first document."""
    moment = at(before(before(world.calendar.start)), 8)
    with clock.set_to(moment):
        with progress.phase("firm and people") as phase:
            with unit_of_work():
                _structure(world)
            _people(world, phase.at)
            with unit_of_work():
                _heads_and_centers(world)
                _rates(world)
                _rules(world)
        with progress.phase("items") as phase:
            with unit_of_work():
                _categories(world)
            _items(world, phase.at)
        with progress.phase("suppliers") as phase:
            _suppliers(world, phase.at)
        with progress.phase("price lists") as phase:
            shelf.fill(world, phase.at)
        with progress.phase("budgets and stock") as phase:
            _budgets(world)
            _stock(world, phase.at)


def in_chunks(rows: Sequence[Any], write: Callable[[Any], object], tell: Callable[[int, int], None]) -> None:
    """Write rows in transactions of limited size."""
    for first in range(0, len(rows), CHUNK):
        with unit_of_work():
            for row in rows[first : first + CHUNK]:
                write(row)
        tell(min(first + CHUNK, len(rows)), len(rows))


def named(texts: Text) -> dict[str, str]:
    """Three texts as the fields of a named thing."""
    return dict(zip(("name_en", "name_ru", "name_bg"), texts, strict=True))


# ------------------------------------------------------------------------------------------- structure and people


def _structure(world: World) -> None:
    world.entity = org.create_legal_entity(actor=SYSTEM, **firm.ENTITY)
    for row in firm.PLACES:
        place = org.create_place(
            actor=SYSTEM,
            code=row.code,
            legal_entity=world.entity,
            country="BG",
            address=row.address,
            **named(row.names),
        )
        world.places[row.code] = place
        world.stores[row.code] = stock.create_warehouse(
            actor=SYSTEM, code=row.store, place=place, legal_entity=world.entity, **named(row.store_names)
        )
    racks(world)
    for department in firm.DEPARTMENTS:
        world.departments[department.code] = org.create_department(
            actor=SYSTEM, code=department.code, parent=world.departments.get(department.parent),
            legal_entity=world.entity, place=world.places[department.place], **named(department.names),
        )  # fmt: skip


def _people(world: World, tell: Callable[[int, int], None]) -> None:
    # Making a hash takes as long as it should; one password, one hash.
    word = make_password(people.PASSWORD)

    def invite(person: people.Person) -> None:
        user = org.invite_user(
            actor=SYSTEM, email=person.email, name=person.name, department=world.departments[person.department],
            language=person.language, roles=person.roles.split(),
        )  # fmt: skip
        world.people[person.key] = let_in(user, word)

    in_chunks(people.PERSONAS + people.STAFF, invite, tell)


def let_in(user: User, word: str) -> User:
    """What the person does who follows the link of the invitation: set the password, prove the address."""
    user.password = word
    user.save(update_fields=["password"])
    EmailAddress.objects.filter(user=user).update(verified=True)
    return user


def _heads_and_centers(world: World) -> None:
    for row in firm.DEPARTMENTS:
        world.departments[row.code] = org.update_department(
            world.departments[row.code], actor=SYSTEM, head=world.people[row.head]
        )
    for center in (*firm.CENTERS, firm.STOCK):
        world.centers[center.code] = org.create_cost_center(
            actor=SYSTEM, code=center.code, department=world.departments[center.department],
            owner=world.people[center.owner], budget_policy="stop" if center.stops else "warn", **named(center.names),
        )  # fmt: skip


def _rates(world: World) -> None:
    """A rate for every month, and one for today."""
    calendar = world.calendar
    days = [calendar.start - dt.timedelta(days=31)]
    while days[-1] < calendar.today:
        days.append(min(days[-1] + dt.timedelta(days=30), calendar.today))
    ExchangeRate.objects.bulk_create(
        ExchangeRate(
            base="EUR", currency=code, date=day, rate=rate_at(code, calendar.share(day)), source=firm.RATES_SOURCE
        )
        for code in firm.RATES
        for day in days
    )


def _rules(world: World) -> None:
    for order, amount, who, whom, _department, category in firm.RULES:
        if category:
            continue  # rules of a category come with the catalog
        approvals.create_rule(
            actor=world.actor("administrator"), kind=REQUESTS, order=order, min_amount=Decimal(amount), who=who,
            role=whom if who == "role" else "", accumulates=False,
        )  # fmt: skip


# ------------------------------------------------------------------------------------------------------- catalog


def _category(actor: Actor, code: str, names: dict[str, Any]) -> Category:
    return catalog.create_category(actor=actor, code=code, **names)


def _categories(world: World) -> None:
    head = world.actor("head")
    world.units = {unit.code: unit for unit in Unit.objects.all()}
    groups = {row.code: _category(head, row.code, named(row.names)) for row in GROUPS}
    for row in CATEGORIES:
        world.categories[row.code] = catalog.create_category(
            actor=head, code=row.code, parent=groups[row.group], cpv=row.cpv, okpd2=row.okpd2, buyer=world.people[row.buyer],
            **named(row.names),  # type: ignore[arg-type]
        )  # fmt: skip
    for order, amount, who, whom, _department, category in firm.RULES:
        if category:
            approvals.create_rule(
                actor=world.actor("administrator"), kind=REQUESTS, order=order, min_amount=Decimal(amount), who=who,
                user=world.people[whom], category=world.categories[category], accumulates=False,
            )  # fmt: skip


def _items(world: World, tell: Callable[[int, int], None]) -> None:
    rows = {row.code: row for row in CATEGORIES}
    margins = sums.margins(world.plan)

    def write(thing: Thing) -> None:
        row = rows[thing.category]
        packs = [(world.units[thing.pack[0]], Decimal(thing.pack[1]))] if thing.pack else []
        world.items[thing.article] = catalog.create_item(
            actor=world.actor(row.buyer), category=world.categories[thing.category], article=thing.article,
            base_unit=world.units[thing.unit], packs=packs, activate=True, is_service=thing.service,
            reference_price=thing.price, margin_dependent=margins.get(thing.article), **named(thing.names),
        )  # fmt: skip

    in_chunks(list(world.plan.things.values()), write, tell)


# ----------------------------------------------------------------------------------------------------- suppliers


def _suppliers(world: World, tell: Callable[[int, int], None]) -> None:
    word = make_password(people.PASSWORD)

    def write(numbered: tuple[int, SupplierRow]) -> None:
        number, row = numbered
        supplier = registry.create_supplier(actor=world.actor("buyer"), **_supplier_values(world, number, row))
        world.suppliers[row.name] = supplier
        if row.key:
            world.suppliers[row.key] = supplier
        world.contacts[supplier.pk] = Contact.objects.unscoped(WHY).filter(supplier=supplier).earliest("pk")
        for key, name, email, role in ACCOUNTS:
            if key == row.key:
                member = registry.invite_member(
                    actor=world.actor("buyer"), supplier=supplier, email=email, name=name, role=role
                )
                user = let_in(member.user, word)
                world.members.setdefault(supplier.pk, user)

    in_chunks(list(enumerate(SUPPLIERS)), write, tell)


def _supplier_values(world: World, number: int, row: SupplierRow) -> dict[str, Any]:
    dice = world.chance.of("supplier", row.name)
    codes = [part.split()[0] for part in row.supplies.split(", ") if part]
    tax_id, vat = tax_numbers(row.country, number)
    mail = address_of(row)
    return {
        "name": row.name, "legal_name": row.legal, "country": row.country, "language": row.language,
        "currency": row.currency, "tax_id": tax_id, "vat_number": vat, "email": f"office@{mail}",
        "address": row.city, "payment_days": dice.choice((14, 30, 30, 45, 60)),
        "incoterm": "DAP" if row.country in {"BG", "RO", "RS"} else dice.choice(("FCA", "DAP", "CIP", "EXW")),
        "categories": [world.categories[code] for code in codes],
        "contacts": list(_contacts(row, mail, dice)), "activate": row.state != "applicant",
    }  # fmt: skip


def _contacts(row: SupplierRow, mail: str, dice: Dice) -> Iterable[dict[str, Any]]:
    """One who sells, and at some firms another one who only gets orders."""
    first, second = dice.sample(PEOPLE[row.country], 2)
    phone = f"{PHONES[row.country]} 555 01{dice.randrange(10, 99)}"
    yield {"name": first, "email": f"sales@{mail}", "position": "Sales", "phone": phone}
    if dice.happens(0.35):
        yield {"name": second, "email": f"orders@{mail}", "position": "Dispatch", "gets_tenders": False}


# ------------------------------------------------------------------------------------------------ money and stock


def _budgets(world: World) -> None:
    """Budgets of each year, made to the measure of what will be asked for."""
    with unit_of_work():
        for (center, code, year), amount in sums.budgets(world).items():
            budget.create_line(
                actor=world.actor("accountant"), cost_center=world.centers[center], year=year, amount=amount,
                category=world.categories.get(code),
            )  # fmt: skip
        for (year, period), amount in sums.stock_budgets(world).items():
            budget.create_line(
                actor=world.actor("accountant"), cost_center=world.centers[firm.STOCK.code], year=year, period=period,
                amount=amount,
            )  # fmt: skip


def _stock(world: World, tell: Callable[[int, int], None]) -> None:
    """What lay in the stores when the books were opened."""
    rows = [
        (thing, place)
        for thing in world.plan.things.values()
        for place, chance in (("PDV1", 0.3), ("SOF", 0.08), ("VAR", 0.04))
        if not thing.service and world.chance.of("stock", thing.article, place).happens(chance)
    ]

    def write(row: tuple[Thing, str]) -> None:
        thing, code = row
        dice = world.chance.of("opening", thing.article, code)
        quantity = Decimal(max(1, round(dice.uniform(200, 2600) / float(thing.price))))
        place = "PDV2" if thing.category in {"SHEET", "CASTING"} else code
        item = world.items[thing.article]
        stock.adjust(
            actor=world.actor("storekeeper"), warehouse=world.stores[place], item=item, quantity=quantity,
            moved_on=clock.today(), reason="Opening balance", value=(quantity * thing.price).quantize(Decimal("0.01")),
        )  # fmt: skip

    in_chunks(rows, write, tell)
