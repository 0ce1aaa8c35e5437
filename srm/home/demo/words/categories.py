"""Categories, how each is bought, and what it means to the firm.

The figures are chosen so that the matrix has something in every quadrant: electronics and magnets hold up the drives
and come from few, far and slow makers; steel and copper are dear and come from many; seals and spare parts are cheap
and come from one.
"""

from __future__ import annotations

from typing import NamedTuple

from srm.home.demo.words import Text


class GroupRow(NamedTuple):
    """A node above the categories."""

    code: str
    names: Text


class CategoryRow(NamedTuple):
    """A category and its buying in eighteen months.

    orders: how many by hand. spend: thousands of EUR, net, of these. lead, spread: days from order to delivery and the
    deviation as a share of it. single: share of its items that only one maker supplies. drift, noise: price change a
    year, and of each order. margin: thousands of EUR of yearly margin that depend on it. stock: kept in stores.
    """

    code: str
    group: str
    names: Text
    cpv: str
    okpd2: str
    buyer: str
    orders: int
    spend: int
    lead: int
    spread: float
    single: float
    drift: float
    noise: float
    margin: int
    stock: bool = True


GROUPS = (
    GroupRow("RAW", ("Raw materials", "Сырьё и материалы", "Суровини и материали")),
    GroupRow("DRV", ("Parts of drives", "Детали приводов", "Части за задвижвания")),
    GroupRow("FIX", ("Small parts", "Мелкие детали", "Дребни части")),
    GroupRow("OPS", ("Operating supplies", "Расходные материалы", "Консумативи")),
    GroupRow("EQP", ("Tools and spare parts", "Инструмент и запчасти", "Инструменти и резервни части")),
    GroupRow("OFC", ("Office and IT", "Офис и ИТ", "Офис и ИТ")),
    GroupRow("SRV", ("Energy and services", "Энергия и услуги", "Енергия и услуги")),
)

C = CategoryRow
CATEGORIES = (
    # Leverage: much money, many makers.
    C("SHEET", "RAW", ("Steel sheet", "Листовой прокат", "Ламарина"), "14622000-7", "24.10.31", "buyer",
      17, 1800, 21, 0.16, 0.00, 0.05, 0.020, 180),
    C("CASTING", "RAW", ("Castings", "Отливки", "Отливки"), "44470000-5", "24.51.13", "buyer2",
      14, 1720, 34, 0.18, 0.10, 0.03, 0.012, 640),
    C("COPPER", "RAW", ("Copper wire and bars", "Медный провод и шины", "Медни проводници и шини"), "14715000-6", "24.44.23", "buyer",
      13, 1700, 16, 0.15, 0.00, 0.07, 0.030, 900),
    # Strategic: much depends on it, few can make it.
    C("ELECTRO", "DRV", ("Electronic components", "Электронные компоненты", "Електронни компоненти"), "31711000-3", "26.11.30", "buyer4",
      16, 1500, 76, 0.55, 1.00, 0.16, 0.080, 1180),
    C("MAGNET", "DRV", ("Magnets", "Магниты", "Магнити"), "31630000-1", "25.99.29", "buyer4",
      10, 1500, 82, 0.36, 0.90, 0.22, 0.080, 1200),
    # The middle.
    C("BEARING", "DRV", ("Bearings", "Подшипники", "Лагери"), "44440000-6", "28.15.10", "buyer2",
      9, 520, 28, 0.22, 0.15, 0.04, 0.015, 210),
    C("GEAR", "DRV", ("Gear units and brakes", "Редукторы и тормоза", "Редуктори и спирачки"), "42141000-9", "28.15.24", "buyer2",
      6, 470, 42, 0.25, 0.50, 0.03, 0.015, 190),
    # Bottlenecks: little money, one maker, late.
    C("SEAL", "DRV", ("Gaskets and seals", "Уплотнения и прокладки", "Уплътнения и гарнитури"), "34312500-2", "22.19.73", "buyer3",
      7, 165, 58, 0.45, 0.95, 0.09, 0.045, 160),
    C("SPARE", "EQP", ("Machine spare parts", "Запчасти к станкам", "Резервни части за машини"), "42675000-8", "28.41.40", "buyer3",
      7, 150, 64, 0.50, 1.00, 0.08, 0.040, 70),
    C("RESIN", "RAW", ("Resins, paints, varnishes", "Компаунды, краски, лаки", "Лакове, бои, смоли"), "44810000-1", "20.30.12", "buyer3",
      5, 130, 49, 0.40, 0.90, 0.10, 0.050, 120),
    C("LAB", "EQP", ("Measuring and laboratory", "Измерительная техника", "Измервателна техника"), "38000000-5", "26.51.33", "buyer3",
      4, 70, 55, 0.42, 1.00, 0.04, 0.030, 20),
    # Non-critical: order simply.
    C("FASTENER", "FIX", ("Fasteners", "Крепёж", "Крепежни елементи"), "44530000-4", "25.94.11", "buyer",
      9, 150, 18, 0.20, 0.00, 0.03, 0.015, 40),
    C("CABLE", "FIX", ("Cables and connectors", "Кабели и разъёмы", "Кабели и конектори"), "44320000-9", "27.32.13", "buyer2",
      7, 260, 16, 0.20, 0.10, 0.05, 0.020, 60),
    C("LUBE", "OPS", ("Lubricants", "Смазочные материалы", "Смазочни материали"), "09211000-1", "19.20.29", "buyer3",
      4, 72, 9, 0.18, 0.05, 0.04, 0.015, 15),
    C("PACKING", "OPS", ("Packaging", "Упаковка", "Опаковки"), "44617100-9", "17.21.13", "buyer3",
      7, 150, 8, 0.18, 0.00, 0.04, 0.015, 10),
    C("WELD", "OPS", ("Welding and soldering", "Сварка и пайка", "Заваряване и запояване"), "44315300-4", "25.93.15", "buyer3",
      4, 48, 9, 0.18, 0.05, 0.03, 0.012, 10),
    C("PPE", "OPS", ("Protective equipment", "Средства защиты", "Лични предпазни средства"), "18143000-3", "14.12.30", "buyer3",
      4, 58, 8, 0.15, 0.00, 0.02, 0.010, 5),
    C("CLEAN", "OPS", ("Cleaning and hygiene", "Уборка и гигиена", "Почистване и хигиена"), "39830000-9", "20.41.32", "buyer3",
      4, 26, 5, 0.15, 0.00, 0.02, 0.010, 0),
    C("CUTTING", "EQP", ("Cutting tools", "Режущий инструмент", "Режещи инструменти"), "44510000-8", "25.73.40", "buyer2",
      6, 140, 15, 0.22, 0.15, 0.03, 0.012, 30),
    C("HANDTOOL", "EQP", ("Hand and power tools", "Ручной и электроинструмент", "Ръчни и електрически инструменти"),
      "44512000-2", "25.73.30", "buyer3", 4, 34, 8, 0.18, 0.05, 0.02, 0.010, 5),
    C("OFFICE", "OFC", ("Office supplies", "Канцелярские товары", "Канцеларски материали"), "30192000-1", "17.23.13", "buyer3",
      4, 22, 4, 0.15, 0.00, 0.01, 0.010, 0),
    C("IT", "OFC", ("IT equipment and licences", "Компьютеры и лицензии", "Компютри и лицензи"), "30200000-1", "26.20.11", "buyer4",
      4, 180, 12, 0.20, 0.15, -0.02, 0.010, 20),
    C("ENERGY", "SRV", ("Energy and water", "Энергия и вода", "Енергия и вода"), "09310000-5", "35.11.10", "buyer",
      10, 600, 28, 0.05, 0.00, 0.06, 0.050, 60, False),
    C("FREIGHT", "SRV", ("Transport services", "Транспортные услуги", "Транспортни услуги"), "60100000-9", "49.41.19", "buyer2",
      10, 390, 7, 0.20, 0.00, 0.05, 0.020, 40, False),
    C("UPKEEP", "SRV", ("Upkeep and inspection", "Обслуживание и поверка", "Сервиз и проверки"), "50000000-5", "33.12.29", "buyer3",
      4, 96, 14, 0.20, 0.20, 0.03, 0.010, 15, False),
)  # fmt: skip
