"""The firm: entity, places, departments, cost centres, warehouses, approval rules."""

from __future__ import annotations

from typing import NamedTuple

from srm.home.demo.words import Text

ENTITY = {
    "code": "BD", "name_en": "Balkan Drive AD", "name_ru": "Балкан Драйв АД", "name_bg": "Балкан Драйв АД",
    "country": "BG", "currency": "EUR", "tax_id": "990000012",
    "address": "ul. Zavodska 12, 4004 Plovdiv, Bulgaria",
}  # fmt: skip


class PlaceRow(NamedTuple):
    """A delivery place and the store in it."""

    code: str
    names: Text
    address: str
    store: str
    store_names: Text


PLACES = (
    PlaceRow("PDV1", ("Plovdiv, plant 1", "Пловдив, завод 1", "Пловдив, завод 1"), "ul. Zavodska 12, 4004 Plovdiv",
             "W1", ("Main store", "Главный склад", "Централен склад")),
    PlaceRow("PDV2", ("Plovdiv, plant 2", "Пловдив, завод 2", "Пловдив, завод 2"), "bul. Iztochen 140, 4006 Plovdiv",
             "W2", ("Castings and steel", "Литьё и сталь", "Отливки и стомана")),
    PlaceRow("SOF", ("Sofia, service", "София, сервис", "София, сервиз"), "ul. Prof. Tsvetan Lazarov 85, 1582 Sofia",
             "W3", ("Service store Sofia", "Склад сервиса, София", "Сервизен склад София")),
    PlaceRow("VAR", ("Varna, branch", "Варна, филиал", "Варна, клон"), "bul. Vladislav Varnenchik 277, 9009 Varna",
             "W4", ("Branch store Varna", "Склад филиала, Варна", "Склад на клона, Варна")),
)  # fmt: skip


class DepartmentRow(NamedTuple):
    """A department; `head` is a person's key."""

    code: str
    parent: str
    names: Text
    place: str
    head: str


DEPARTMENTS = (
    DepartmentRow("PROD", "", ("Production", "Производство", "Производство"), "PDV1", "vladev"),
    DepartmentRow("ASM", "PROD", ("Assembly", "Сборка", "Монтаж"), "PDV1", "approver"),
    DepartmentRow("MCH", "PROD", ("Machining", "Механообработка", "Механична обработка"), "PDV2", "radeva"),
    DepartmentRow("TLS", "PROD", ("Tool shop", "Инструментальный цех", "Инструментален цех"), "PDV2", "kovachev"),
    DepartmentRow("MNT", "PROD", ("Maintenance", "Ремонтная служба", "Поддръжка"), "PDV1", "ganchev"),
    DepartmentRow("QA", "PROD", ("Quality", "Контроль качества", "Качество"), "PDV1", "belova"),
    DepartmentRow("SVC", "", ("Service", "Сервис", "Сервиз"), "SOF", "mitreva"),
    DepartmentRow("VRN", "SVC", ("Varna branch", "Филиал в Варне", "Клон Варна"), "VAR", "nedelchev"),
    DepartmentRow("SUP", "", ("Supply", "Снабжение", "Снабдяване"), "PDV1", "head"),
    DepartmentRow("PUR", "SUP", ("Purchasing", "Закупки", "Покупки"), "PDV1", "head"),
    DepartmentRow("WHS", "SUP", ("Warehouse", "Складское хозяйство", "Складово стопанство"), "PDV1", "tsankov"),
    DepartmentRow("LOG", "SUP", ("Logistics", "Логистика", "Логистика"), "PDV1", "tsankov"),
    DepartmentRow("ADM", "", ("Administration", "Администрация", "Администрация"), "PDV1", "lambrev"),
    DepartmentRow("FIN", "ADM", ("Finance", "Финансы", "Финанси"), "PDV1", "payment_approver"),
    DepartmentRow("IT", "ADM", ("IT", "ИТ", "ИТ"), "PDV1", "hadzhieva"),
)


class CenterRow(NamedTuple):
    """A cost centre, its owner, and how much of its planned buying its budget covers: below 1 it runs over."""

    code: str
    department: str
    names: Text
    owner: str
    cover: float
    stops: bool


CENTERS = (
    CenterRow("4110", "ASM", ("Assembly, plant 1", "Сборка, завод 1", "Монтаж, завод 1"), "budget_owner", 1.30, True),
    CenterRow("4120", "ASM", ("Assembly, plant 2", "Сборка, завод 2", "Монтаж, завод 2"), "budget_owner", 1.15, True),
    CenterRow("4130", "MCH", ("Machining", "Механообработка", "Механична обработка"), "budget_owner", 1.45, True),
    CenterRow("4140", "TLS", ("Tool shop", "Инструментальный цех", "Инструментален цех"), "kovachev", 1.10, True),
    CenterRow("4150", "MNT", ("Maintenance", "Ремонтная служба", "Поддръжка"), "ganchev", 0.93, False),
    CenterRow("4160", "QA", ("Quality", "Контроль качества", "Качество"), "belova", 1.60, True),
    CenterRow("4210", "SVC", ("Service Sofia", "Сервис, София", "Сервиз София"), "mitreva", 1.25, True),
    CenterRow("4220", "VRN", ("Branch Varna", "Филиал в Варне", "Клон Варна"), "mitreva", 1.12, True),
    CenterRow("4310", "PUR", ("Purchasing", "Закупки", "Покупки"), "head", 2.00, True),
    CenterRow("4320", "WHS", ("Warehouse", "Склад", "Склад"), "tsankov", 1.20, True),
    CenterRow("4330", "LOG", ("Logistics", "Логистика", "Логистика"), "tsankov", 1.35, False),
    CenterRow("4410", "ADM", ("Administration", "Администрация", "Администрация"), "lambrev", 1.40, False),
    CenterRow("4420", "FIN", ("Finance", "Финансы", "Финанси"), "lambrev", 1.80, True),
    CenterRow("4430", "IT", ("IT", "ИТ", "ИТ"), "hadzhieva", 1.08, True),
)
# What buyers order for the stores without a request.
STOCK = CenterRow("4510", "WHS", ("Goods for stock", "Товары на склад", "Стоки за склад"), "tsankov", 1.06, False)

# Approval of requests: (step, from amount in EUR, who, person or role, department, category).
RULES = (
    (2, 1500, "owner", "", "", ""),
    (2, 500, "user", "hadzhieva", "", "IT"),
    (3, 15000, "role", "head", "", ""),
)

# Units of one euro when the history begins and at its end; the months between lie on the line, a little off.
RATES = {
    "USD": (1.138, 1.117), "CNY": (8.21, 7.43), "RON": (5.05, 5.34), "TRY": (44.2, 55.8), "GBP": (0.851, 0.834),
    "RSD": (117.2, 117.1), "RUB": (91.4, 98.6), "CHF": (0.937, 0.919),
}  # fmt: skip
RATES_SOURCE = "Demo, invented, of the size of ECB rates"
