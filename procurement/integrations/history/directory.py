"""What lines refer to by name: found where the firm has it, made where it has not.

Everything is looked up once per import; new rows get their keys before the transaction, and are written in its
beginning. Inside, `recheck` makes sure that nobody made the same meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from procurement.integrations.history.books import Book
from procurement.integrations.history.lines import Line
from procurement.integrations.history.names import country_code, named
from srm.catalog import services as catalog
from srm.catalog.models import Category, Item
from srm.core.actor import Actor
from srm.core.redirects import current
from srm.core.search import fold
from srm.flow import bulk
from srm.integrations.models import ExternalRef
from srm.people.models import Department, LegalEntity, Place
from srm.stock.models import Warehouse
from suppliers.registry import services as registry
from suppliers.registry.models import Supplier, SupplierState

WHY = "an import finds what its lines name"
AT_ONCE = 300
ItemKey = tuple[str, str]
UNSORTED = {"name_en": "Unsorted", "name_ru": "Без категории", "name_bg": "Без категория"}


class ChangedMeanwhile(RuntimeError):
    """Somebody made what this import was about to make; the job's next attempt prepares it anew."""


def item_key(line: Line) -> ItemKey:
    """What tells the item of a line from others: our article, or its name."""
    return (line.article, "") if line.article else ("", fold(line.item))


def find_items(lines: Iterable[Line]) -> dict[ItemKey, Item]:
    """Items the firm has already, by article, else by exactly this name in any language."""
    articles, names = set(), set()
    for line in lines:
        articles.add(line.article) if line.article else names.add(line.item)
    found: dict[ItemKey, Item] = {}
    for some in _portions(sorted(articles)):
        found |= {(item.article, ""): current(item) for item in _items(Q(article__in=some))}
    for some in _portions(sorted(names)):
        for item in _items(Q(name_en__in=some) | Q(name_ru__in=some) | Q(name_bg__in=some)):
            for name in filter(None, (item.name_en, item.name_ru, item.name_bg)):
                found.setdefault(("", fold(name)), current(item))
    return found


def _items(wanted: Q) -> QuerySet[Item]:
    return Item.objects.filter(wanted).select_related("base_unit", "category").prefetch_related("packs").order_by("pk")


def _portions(texts: list[str]) -> Iterable[list[str]]:
    return (texts[start : start + AT_ONCE] for start in range(0, len(texts), AT_ONCE))


def _suppliers() -> QuerySet[Supplier]:
    # An active one is meant before a blocked one of the same name.
    return Supplier.objects.unscoped(WHY).order_by("state", "pk")


class Directory:
    """Names of one import -> rows of ours, found or new."""

    def __init__(self, lines: list[Line], entities: dict[int, LegalEntity], actor: Actor) -> None:
        self.actor, self.entities, self.language = actor, entities, actor.language
        self.places = Book(Place, Place.objects.order_by("-is_active", "pk"))
        self.departments = Book(Department, Department.objects.order_by("-is_active", "pk"))
        self.warehouses = Book(
            Warehouse, Warehouse.objects.order_by("-is_active", "pk"), key=lambda row: row.legal_entity_id
        )
        self.categories = Book(Category, Category.objects.order_by("path"), key=lambda row: row.parent_id)
        self.suppliers = Book(Supplier, _suppliers())
        self.items = find_items(lines)
        self.new_items: list[Item] = []
        self._first_named: list[Line] = []
        self.refs: list[ExternalRef] = []
        self._item_keys = bulk.Keys(Item)
        self._by_code = self._suppliers_by_code(lines)
        self._supplied: dict[int, set[int]] = {}
        for line in lines:
            self._note(line)
        self._name_new()

    # -- asked by who writes the documents ------------------------------------

    def item(self, line: Line) -> Item:
        """The item of a line."""
        return self.items[item_key(line)]

    def supplier(self, line: Line) -> Supplier:
        """The supplier of an order's line."""
        if line.supplier_code:
            return self._by_code[line.system, line.supplier_code]
        return self.suppliers.get(line.supplier)

    def place(self, line: Line) -> Place | None:
        """Where the goods went."""
        return self.places.get(line.place) if line.place else None

    def department(self, line: Line) -> Department | None:
        """For whom they were."""
        return self.departments.get(line.department) if line.department else None

    def warehouse(self, line: Line) -> Warehouse:
        """Which store a transfer left."""
        return self.warehouses.get(line.warehouse, line.legal_entity)

    def entity(self, line: Line) -> LegalEntity:
        """The legal entity that bought."""
        return self.entities[line.legal_entity]  # type: ignore[index]

    # -- made ------------------------------------------------------------------

    def _note(self, line: Line) -> None:
        """Make sure that everything the line names is there."""
        if line.place:
            self._place_named(line.place, line)
        if line.department and self.departments.get(line.department) is None:
            self._new_department(line)
        key = item_key(line)
        if key not in self.items:
            self.items[key] = self._new_item(line)
        if line.transfer:
            if self.warehouse(line) is None:
                self._new_warehouse(line)
            return
        supplier = self._supplier_of(line)
        self._supplied.setdefault(supplier.pk, set()).add(self.items[key].category_id)

    def _place_named(self, name: str, line: Line) -> Place:
        found = self.places.get(name)
        if found is None:
            country = country_code(name)
            code = self.places.kept_code(country or name)
            row = Place(code=code, country=country, legal_entity=self.entity(line), **named(name, self.language))
            found = self.places.add(row, name)
        return found

    def _new_department(self, line: Line) -> None:
        above = None
        if line.department_group and fold(line.department_group) != fold(line.department):
            above = self.departments.get(line.department_group) or self._department(line.department_group, None, line)
        self._department(line.department, above, line)

    def _department(self, name: str, above: Department | None, line: Line) -> Department:
        row = Department(
            code=self.departments.kept_code(name), parent=above, legal_entity=self.entity(line),
            place=self.place(line), **named(name, self.language),
        )  # fmt: skip
        row.path = row.path_below(above)
        return self.departments.add(row, name)

    def _new_warehouse(self, line: Line) -> None:
        name = line.warehouse
        row = Warehouse(
            code=self.warehouses.kept_code(name), legal_entity=self.entity(line), place=self._place_named(name, line),
            **named(name, self.language),
        )  # fmt: skip
        self.warehouses.add(row, name)

    def _category(self, names: tuple[str, ...]) -> Category:
        row: Category | None = None
        for name in names or (UNSORTED["name_en"],):
            found = self.categories.get(name, row.pk if row else None)
            row = found or self._new_category(name, row, UNSORTED if not names else named(name, self.language))
        assert row is not None
        return row

    def _new_category(self, name: str, above: Category | None, names: dict[str, str]) -> Category:
        code = self.categories.numbered_code(above.code) if above else self.categories.code(name, longest=12)
        row = Category(code=code, parent=above, path=f"{above.path if above else '/'}{code}/", **names)
        return self.categories.add(row, name)

    def _new_item(self, line: Line) -> Item:
        words = [line.brand] if line.brand and fold(line.brand) not in fold(line.item) else []
        if line.pack_size:
            words.append(f"1 × {line.pack_size.normalize():f}")
        item = Item(
            pk=self._item_keys.take(), article=line.article, category=self._category(line.categories),
            base_unit_id=line.unit, description=". ".join(words), currency=line.currency,
            created_by_id=self.actor.user_id, state="active", **named(line.item or line.article, self.language),
        )  # fmt: skip
        self.new_items.append(item)
        self._first_named.append(line)
        return item

    def _suppliers_by_code(self, lines: list[Line]) -> dict[tuple[str, str], Supplier]:
        codes = {(line.system, line.supplier_code) for line in lines if line.supplier_code}
        if not codes:
            return {}
        kind, systems = Supplier._meta.label_lower, {system for system, _code in codes}
        refs = ExternalRef.objects.unscoped(WHY).filter(kind=kind, system__in=systems)
        ours = {(ref.system, ref.external_id): ref.object_id for ref in refs}
        rows = {row.public_id: row for row in _suppliers()}
        by_code = {fold(row.code): row for row in rows.values()}
        return {
            (system, code): row
            for system, code in codes
            if (row := rows.get(ours.get((system, code), "")) or by_code.get(fold(code)))
        }

    def _supplier_of(self, line: Line) -> Supplier:
        key = (line.system, line.supplier_code)
        found = self._by_code.get(key) if line.supplier_code else self.suppliers.get(line.supplier)
        if found is None:
            name = (line.supplier or line.supplier_code)[:200]
            row = Supplier(
                name=name, currency=line.currency, country=country_code(line.supplier_country),
                created_by_id=self.actor.user_id, state=SupplierState.ACTIVE,
            )  # fmt: skip
            found = self.suppliers.add(row, name)
            if line.supplier_code:
                self._by_code[key] = found
                self.refs.append(
                    ExternalRef(system=line.system, kind=Supplier._meta.label_lower, object_id=found.public_id,
                                external_id=line.supplier_code)
                )  # fmt: skip
        return found

    def _name_new(self) -> None:
        """Codes of our own series for what came without; these series may have gaps."""
        nameless = [item for item in self.new_items if not item.article]
        for item, article in zip(nameless, catalog.next_articles(len(nameless)), strict=True):
            item.article = article
        for row, code in zip(self.suppliers.new, registry.next_codes(len(self.suppliers.new)), strict=True):
            row.code = code

    # -- written ---------------------------------------------------------------

    def batches(self) -> list[bulk.Batch]:
        """All that is new, those that others point to first, ready to be written."""
        made: list[tuple[type, list[Any]]] = [
            (Place, self.places.new), (Warehouse, self.warehouses.new), (Department, self.departments.new),
            (Category, self.categories.new), (Item, self.new_items), (Supplier, self.suppliers.new),
        ]  # fmt: skip
        for _model, rows in made:
            for row in rows:
                row.refresh_search()
        found = [bulk.Batch(model, rows) for model, rows in made]
        for ref, key in zip(self.refs, bulk.reserve_keys(ExternalRef, len(self.refs)), strict=True):
            ref.pk = key
        new = {row.pk for row in self.suppliers.new}
        through = Supplier.categories.through
        links = [
            through(supplier_id=supplier, category_id=category)
            for supplier, categories in self._supplied.items() if supplier in new for category in sorted(categories)
        ]  # fmt: skip
        for link, key in zip(links, bulk.reserve_keys(through, len(links)), strict=True):
            link.pk = key
        return [
            *found, bulk.Batch(ExternalRef, self.refs), bulk.Batch(through, links),
            bulk.events_of([*self.new_items, *self.suppliers.new], "created"),
        ]  # fmt: skip

    def recheck(self) -> None:
        """Refuse to write when somebody made the same while this was prepared; call it inside the transaction.

        Raises:
            ChangedMeanwhile
        """
        books = (
            (self.places, Place.objects.all()), (self.departments, Department.objects.all()),
            (self.warehouses, Warehouse.objects.all()), (self.categories, Category.objects.all()),
            (self.suppliers, _suppliers()),
        )  # fmt: skip
        if find_items(self._first_named) or any(book.new and book.made_meanwhile(rows) for book, rows in books):
            raise ChangedMeanwhile
