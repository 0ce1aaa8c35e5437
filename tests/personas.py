"""The people and the firm that tests play with. Facts stay plain rows; documents are made by their services."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace

from srm.catalog.models import Category, Item, ItemUnit, Unit
from srm.core.actor import Actor
from srm.people.actors import actor_for
from srm.people.models import CostCenter, Department, LegalEntity, Place, User, UserRole
from srm.stock.models import Warehouse
from suppliers.registry.models import Contact, Membership, Supplier

PASSWORD = "correct horse battery"
UNITS = {
    "C62": ("pc", "шт", "бр.", "count", 1), "PCE": ("pc", "шт", "бр.", "count", 1), "BX": ("box", "кор", "кут.", "other", 1),
    "KGM": ("kg", "кг", "кг", "mass", 1), "GRM": ("g", "г", "г", "mass", "0.001"), "TNE": ("t", "т", "т", "mass", 1000),
    "MTR": ("m", "м", "м", "length", 1), "LTR": ("l", "л", "л", "volume", 1),
}  # fmt: skip
STAFF = {
    "requester": ("Ivan Petrov", "assembly", ["requester"]),
    "requester2": ("Olga Smirnova", "service", ["requester"]),
    "approver": ("Petya Ilieva", "assembly", ["approver"]),
    "budget_owner": ("Georgi Dimitrov", "assembly", ["budget_owner"]),
    "buyer": ("Maria Koleva", "purchasing", ["buyer"]),
    "buyer2": ("Stefan Angelov", "purchasing", ["buyer"]),
    "head": ("Elena Stoyanova", "purchasing", ["head"]),
    "officer": ("Nikolay Vasilev", "purchasing", ["tender_officer"]),
    "evaluator": ("Anna Kuznetsova", "purchasing", ["evaluator"]),
    "storekeeper": ("Todor Yankov", "service", ["storekeeper"]),
    "accountant": ("Vera Orlova", "finance", ["accountant"]),
    "payment_approver": ("Dimitar Hristov", "finance", ["payment_approver"]),
    "auditor": ("Rosen Kirov", "finance", ["auditor"]),
    "administrator": ("Admin Adminov", "finance", ["administrator"]),
}


class Firm(SimpleNamespace):
    """One small buying firm, two hostile suppliers, and everybody's account."""

    def actor(self, name: str) -> Actor:
        """The Actor of a persona, read afresh."""
        return actor_for(User.objects.get(pk=getattr(self.users, name).pk))

    def unit(self, code: str) -> Unit:
        """A unit by its Rec 20 code."""
        return Unit.objects.get(code=code)


def found_firm() -> Firm:
    """Write the firm's master data and accounts."""
    firm = Firm(users=SimpleNamespace())
    firm.entity = _save(LegalEntity, code="QD", name_en="Quadrant Works", name_ru="Квадрант", name_bg="Квадрант")
    firm.plovdiv = _save(Place, code="PDV", name_en="Plovdiv plant", name_bg="Завод Пловдив", legal_entity=firm.entity)
    firm.sofia = _save(Place, code="SOF", name_en="Sofia service", name_bg="Сервиз София", legal_entity=firm.entity)
    for code, name, place in (
        ("assembly", "Assembly", firm.plovdiv), ("service", "Service", firm.sofia),
        ("purchasing", "Purchasing", firm.plovdiv), ("finance", "Finance", firm.plovdiv),
    ):  # fmt: skip
        department = _save(Department, code=code, name_en=name, path=f"/{code}/", legal_entity=firm.entity, place=place)
        setattr(firm, code, department)
    _people(firm)
    for code, department in (("assembly", firm.assembly), ("service", firm.service)):
        center = _save(
            CostCenter, code=f"CC-{code}", name_en=f"{code} costs", department=department, owner=firm.users.budget_owner
        )
        setattr(firm, f"cc_{code}", center)
    firm.warehouse = _save(Warehouse, code="W1", name_en="Main store", place=firm.plovdiv, legal_entity=firm.entity)
    _goods(firm)
    _suppliers(firm)
    return firm


def _people(firm: Firm) -> None:
    for name, (full_name, department, roles) in STAFF.items():
        user = User.objects.create_user(
            f"{name}@quadrant.example", PASSWORD, name=full_name, department=getattr(firm, department)
        )
        UserRole.objects.bulk_create([UserRole(user=user, role=role) for role in roles])
        setattr(firm.users, name, user)
    for department, head in (("assembly", "approver"), ("service", "approver"), ("purchasing", "head")):
        row = getattr(firm, department)
        row.head = getattr(firm.users, head)
        row.save(update_fields=["head"])


def _goods(firm: Firm) -> None:
    for code, (en, ru, bg, dimension, factor) in UNITS.items():
        Unit.objects.get_or_create(
            code=code,
            defaults={"symbol_en": en, "symbol_ru": ru, "symbol_bg": bg, "name_en": en, "dimension": dimension,
                      "factor": Decimal(factor)},
        )  # fmt: skip
    firm.fasteners = _save(
        Category, code="FAST", path="/FAST/", name_en="Fasteners", name_ru="Крепёж", name_bg="Крепежи"
    )
    firm.tools = _save(
        Category, code="TOOL", path="/TOOL/", name_en="Tools", name_ru="Инструмент", name_bg="Инструменти"
    )
    for name, article, en, ru, category, unit in (
        ("bolt", "10443", "Bolt M8x40 A2", "Болт M8x40 A2", firm.fasteners, "C62"),
        ("nut", "10451", "Nut M8 A2", "Гайка M8 A2", firm.fasteners, "C62"),
        ("gloves", "30007", "Nitrile gloves L", "Перчатки нитрил, L", firm.tools, "BX"),
    ):
        item = _save(
            Item, article=article, name_en=en, name_ru=ru, category=category, base_unit=firm.unit(unit), state="active",
            reference_price=Decimal("0.061"),
        )  # fmt: skip
        setattr(firm, name, item)
    ItemUnit.objects.create(item=firm.bolt, unit=firm.unit("BX"), factor=Decimal(200))


def _suppliers(firm: Firm) -> None:
    for name, title, country in (("alfa", "Alfa Metal", "BG"), ("beta", "Beta Stahl", "DE")):
        supplier = Supplier(
            code=f"S-{name}", name=title, country=country, email=f"sales@{name}.example", state="active", currency="EUR"
        )
        supplier.refresh_search()
        supplier.save()
        Contact.rows.create(supplier=supplier, name=f"{title} sales", email=f"sales@{name}.example", language="bg")
        setattr(firm, name, supplier)
        for persona, role in ((f"{name}_admin", "supplier_admin"), (f"{name}_reader", "supplier_user")):
            user = User.objects.create_user(
                f"{persona}@{name}.example", PASSWORD, name=f"{title} {role}", kind=User.Kind.SUPPLIER
            )
            Membership.rows.create(supplier=supplier, user=user, role=role)
            setattr(firm.users, persona, user)


def _save(model: type, **values):
    row = model(**values)
    if hasattr(row, "refresh_search"):
        row.refresh_search()
    row.save()
    return row
