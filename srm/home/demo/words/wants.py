"""What departments ask for: a title in three languages, and items with usual quantities.

A quantity is in the item's base unit, or with a unit behind it. A need without an article is told in words, with a
category and an estimated price.
"""

from __future__ import annotations

from typing import NamedTuple

from srm.home.demo.words import Text


class Ask(NamedTuple):
    """A line: `article`, or three texts with category and price."""

    article: str
    low: int
    high: int
    unit: str = ""
    text: Text = ("", "", "")
    category: str = ""
    price: float = 0.0


class Want(NamedTuple):
    """A request as it comes again and again."""

    group: str
    center: str
    titles: Text
    asks: tuple[Ask, ...]


A, W = Ask, Want
# Which categories are tendered together, and what such a tender is called.
GROUPS: dict[str, tuple[tuple[str, ...], Text]] = {
    "small": (("FASTENER", "CABLE"), ("Fasteners and cables", "Крепёж и кабели", "Крепежи и кабели")),
    "daily": (
        ("PPE", "CLEAN", "OFFICE"),
        ("Protection, hygiene, office", "Защита, гигиена, канцелярия", "Защита, хигиена, канцелария"),
    ),
    "tools": (("CUTTING", "HANDTOOL"), ("Tools", "Инструмент", "Инструменти")),
    "supply": (("LUBE", "WELD", "PACKING"), ("Operating supplies", "Расходные материалы", "Консумативи")),
    "parts": (("SPARE", "LAB"), ("Spare parts and measuring", "Запчасти и измерения", "Резервни части и измерване")),
    "it": (("IT",), ("IT equipment", "Компьютерная техника", "Компютърна техника")),
    "rotating": (("BEARING", "SEAL"), ("Bearings and seals", "Подшипники и уплотнения", "Лагери и уплътнения")),
}

WANTS = (
    # small
    W("small", "4110", ("Fasteners for line 2", "Крепёж для линии 2", "Крепежи за линия 2"),
      (A("10443", 60, 160, "XBX"), A("10451", 40, 120, "XBX"), A("10472", 10, 30, "XBX"))),
    W("small", "4120", ("Bolts and cable for pumps", "Болты и кабель для насосов", "Болтове и кабел за помпи"),
      (A("10445", 20, 60, "XBX"), A("10454", 8000, 20000), A("11102", 300, 900))),
    W("small", "4210", ("Small parts for repairs", "Мелочи для ремонтов", "Дребни части за ремонти"),
      (A("10443", 3000, 9000), A("10451", 6000, 16000), A("11131", 40, 120), A("11142", 60, 150))),
    W("small", "4220", ("Fasteners, Varna", "Крепёж, Варна", "Крепежи, Варна"),
      (A("10444", 8, 25, "XBX"), A("10452", 6, 18, "XBX"))),
    W("small", "4150", ("Cables for maintenance", "Кабели для ремонтной службы", "Кабели за поддръжката"),
      (A("11101", 200, 500), A("11112", 150, 400), A("11121", 500, 1500), A("11151", 80, 200))),
    # daily
    W("daily", "4110", ("Gloves and glasses, assembly", "Перчатки и очки, сборка", "Ръкавици и очила, монтаж"),
      (A("30007", 40, 90), A("30006", 30, 70), A("30031", 20, 60))),
    W("daily", "4130", ("Safety shoes and gloves", "Обувь и перчатки", "Обувки и ръкавици"),
      (A("30023", 6, 14), A("30024", 8, 18), A("30013", 100, 240), A("34104", 6, 14))),
    W("daily", "4210", ("Protection for the service team", "Защита для выездных бригад", "Защита за сервизния екип"),
      (A("30007", 20, 60), A("30043", 8, 16), A("30032", 5, 12))),
    W("daily", "4410", ("Office and hygiene", "Канцелярия и гигиена", "Канцелария и хигиена"),
      (A("39101", 60, 160), A("39111", 6, 14), A("34103", 40, 90), A("34102", 60, 140))),
    W("daily", "4420", ("Paper and folders", "Бумага и папки", "Хартия и класьори"),
      (A("39101", 30, 80), A("39123", 60, 150), A("39126", 10, 40))),
    W("daily", "4320", ("Labels and tape", "Этикетки и скотч", "Етикети и тиксо"),
      (A("39126", 80, 200), A("30033", 200, 500))),
    # tools
    W("tools", "4130", ("Mills and inserts", "Фрезы и пластины", "Фрези и пластини"),
      (A("35103", 20, 50), A("35104", 15, 35), A("35121", 100, 300), A("35124", 80, 200))),
    W("tools", "4140", ("Drills and taps", "Свёрла и метчики", "Свредла и метчици"),
      (A("35112", 40, 90), A("35114", 40, 90), A("35132", 15, 40), A("35142", 6, 15))),
    W("tools", "4110", ("Hand tools for new places", "Инструмент для новых мест", "Инструменти за нови места"),
      (A("36102", 2, 6), A("36121", 6, 14), A("36122", 3, 8))),
    W("tools", "4210", ("Tools for service vans", "Инструмент для машин сервиса", "Инструменти за сервизните бусове"),
      (A("36102", 2, 5), A("36124", 4, 9), A("36112", 8, 20),
       A("", 2, 5, "C62", ("Magnetic lamp, rechargeable", "Лампа магнитная аккумуляторная", "Магнитна лампа, акумулаторна"), "HANDTOOL", 46))),
    # supply
    W("supply", "4150", ("Oils and greases", "Масла и смазки", "Масла и греси"),
      (A("31101", 90, 220), A("31112", 400, 1000), A("31121", 200, 600))),
    W("supply", "4130", ("Cutting fluid and gases", "СОЖ и газы", "Охлаждаща течност и газове"),
      (A("31131", 200, 600), A("33111", 6, 14), A("33102", 60, 180))),
    W("supply", "4330", ("Cartons and pallets", "Коробки и поддоны", "Кашони и палети"),
      (A("32102", 800, 2400), A("32103", 500, 1500), A("32121", 80, 200), A("32132", 30, 90))),
    W("supply", "4320", ("Packing for the warehouse", "Упаковка для склада", "Опаковки за склада"),
      (A("32131", 40, 120), A("32141", 72, 180), A("32111", 10, 30))),
    # parts
    W("parts", "4150", ("Spare parts for lathes", "Запчасти для станков", "Части за стругове"),
      (A("37102", 2, 5), A("37122", 10, 25), A("37151", 12, 30))),
    W("parts", "4150", ("Pneumatics, line 1", "Пневматика, линия 1", "Пневматика, линия 1"),
      (A("37132", 6, 14), A("37141", 6, 14), A("37163", 3, 8))),
    W("parts", "4160", ("Measuring tools", "Средства измерения", "Средства за измерване"),
      (A("38101", 4, 9), A("38102", 3, 6), A("38104", 3, 8))),
    W("parts", "4140", ("Guides and gauges", "Направляющие и меры", "Водещи и мерки"),
      (A("37112", 2, 5), A("38105", 1, 1))),
    # it
    W("it", "4430", ("Replacement of computers", "Замена компьютеров", "Подмяна на компютри"),
      (A("40101", 4, 10), A("40111", 6, 12), A("40121", 4, 10))),
    W("it", "4430", ("Network and scanners", "Сеть и сканеры", "Мрежа и скенери"),
      (A("40124", 1, 3), A("40126", 3, 8), A("40125", 6, 14))),
    W("it", "4210", ("Tablets for service", "Планшеты для сервиса", "Таблети за сервиза"), (A("40128", 2, 5), A("40123", 4, 8))),
    # rotating
    W("rotating", "4120", ("Bearings and seals, pumps", "Подшипники и уплотнения, насосы", "Лагери и уплътнения, помпи"),
      (A("26105", 200, 600), A("26106", 150, 400), A("28122", 40, 110))),
    W("rotating", "4210", ("Repair kits: bearings", "Ремкомплекты: подшипники", "Ремонтни комплекти: лагери"),
      (A("26105", 60, 160), A("26108", 40, 120), A("28132", 100, 300))),
    W("rotating", "4220", ("Seals for ship pumps", "Уплотнения судовых насосов", "Уплътнения за корабни помпи"),
      (A("28123", 12, 36), A("28105", 400, 900), A("26121", 10, 30))),
)  # fmt: skip

# Sentences people write. A reason is chosen by the language of whoever gives it.
RETURNED: tuple[Text, ...] = (
    ("Please say which machine it is for, and whether size 12 would do.", "Укажите, для какого станка, и подойдёт ли размер 12.",
     "Моля, посочете за коя машина е и дали размер 12 върши работа."),
)  # fmt: skip
REJECTED: tuple[Text, ...] = (
    ("Not this year: the chairs bought last time are still in the store.", "Не в этом году: кресла, купленные в прошлый раз, ещё на складе.",
     "Не тази година: столовете от предишната покупка още са в склада."),
)  # fmt: skip
SCRAPPED: tuple[Text, ...] = (
    ("Damaged in transport", "Повреждено при перевозке", "Повредено при транспорта"),
    ("Outside tolerance", "Вне допуска", "Извън допуск"),
    ("Rust on the surface", "Коррозия на поверхности", "Ръжда по повърхността"),
    ("Wrong grade", "Не та марка", "Грешна марка"),
)
