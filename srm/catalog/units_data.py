"""The units that every installation starts with.

Codes are those of UN/ECE Recommendation 20; packages are those of Recommendation 21 with an X before them, as
electronic invoices write them. Each ОКЕИ number stands once, so that a paper of 1C names exactly one unit.
Months, years and packages do not convert: how much they hold is a matter of the item, or of the calendar.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from django.db import connections

from srm.catalog.models import Unit

D = Unit.Dimension


class Row(NamedTuple):
    """One unit; symbols and names are in English, Russian, Bulgarian."""

    code: str
    dimension: str
    factor: str
    okei: str
    symbols: tuple[str, str, str]
    names: tuple[str, str, str]


# fmt: off
UNITS: tuple[Row, ...] = (
    # Pieces. C62 is what papers and invoices call one piece by default; H87 is kept for those who write that.
    Row("C62", D.COUNT, "1", "796", ("pc", "шт", "бр."), ("Piece", "Штука", "Брой")),
    Row("H87", D.COUNT, "1", "", ("piece", "штука", "брой"), ("Piece (H87)", "Штука (H87)", "Брой (H87)")),
    Row("PR", D.COUNT, "2", "715", ("pair", "пара", "чифт"), ("Pair", "Пара", "Чифт")),
    Row("DZN", D.COUNT, "12", "641", ("doz", "дюж", "дузина"), ("Dozen", "Дюжина", "Дузина")),
    Row("CEN", D.COUNT, "100", "797", ("100 pc", "100 шт", "100 бр."), ("Hundred pieces", "Сто штук", "Сто броя")),
    Row("GRO", D.COUNT, "144", "", ("gross", "гросс", "грос"), ("Gross (144)", "Гросс (144 шт)", "Грос (144 бр.)")),
    Row("MIL", D.COUNT, "1000", "798", ("1000 pc", "тыс. шт", "хил. бр."), ("Thousand pieces", "Тысяча штук", "Хиляда броя")),
    # Mass, in kilograms.
    Row("KGM", D.MASS, "1", "166", ("kg", "кг", "кг"), ("Kilogram", "Килограмм", "Килограм")),
    Row("GRM", D.MASS, "0.001", "163", ("g", "г", "г"), ("Gram", "Грамм", "Грам")),
    Row("MGM", D.MASS, "0.000001", "161", ("mg", "мг", "мг"), ("Milligram", "Миллиграмм", "Милиграм")),
    Row("CTM", D.MASS, "0.0002", "162", ("ct", "кар", "кар."), ("Carat", "Карат", "Карат")),
    Row("DTN", D.MASS, "100", "206", ("q", "ц", "ц"), ("Quintal (100 kg)", "Центнер (100 кг)", "Центнер (100 кг)")),
    Row("TNE", D.MASS, "1000", "168", ("t", "т", "т"), ("Tonne", "Тонна", "Тон")),
    Row("LBR", D.MASS, "0.45359237", "", ("lb", "фунт", "фунт"), ("Pound", "Фунт", "Фунт")),
    Row("ONZ", D.MASS, "0.028349523", "", ("oz", "унция", "унция"), ("Ounce", "Унция", "Унция")),
    # Length, in metres.
    Row("MTR", D.LENGTH, "1", "006", ("m", "м", "м"), ("Metre", "Метр", "Метър")),
    Row("MMT", D.LENGTH, "0.001", "003", ("mm", "мм", "мм"), ("Millimetre", "Миллиметр", "Милиметър")),
    Row("CMT", D.LENGTH, "0.01", "004", ("cm", "см", "см"), ("Centimetre", "Сантиметр", "Сантиметър")),
    Row("DMT", D.LENGTH, "0.1", "005", ("dm", "дм", "дм"), ("Decimetre", "Дециметр", "Дециметър")),
    Row("KMT", D.LENGTH, "1000", "008", ("km", "км", "км"), ("Kilometre", "Километр", "Километър")),
    Row("LM", D.LENGTH, "1", "018", ("lin. m", "пог. м", "л.м"), ("Linear metre", "Погонный метр", "Линеен метър")),
    Row("INH", D.LENGTH, "0.0254", "039", ("in", "дюйм", "инч"), ("Inch", "Дюйм", "Инч")),
    Row("FOT", D.LENGTH, "0.3048", "041", ("ft", "фут", "фут"), ("Foot", "Фут", "Фут")),
    Row("YRD", D.LENGTH, "0.9144", "043", ("yd", "ярд", "ярд"), ("Yard", "Ярд", "Ярд")),
    # Area, in square metres.
    Row("MTK", D.AREA, "1", "055", ("m²", "м²", "м²"), ("Square metre", "Квадратный метр", "Квадратен метър")),
    Row("MMK", D.AREA, "0.000001", "050", ("mm²", "мм²", "мм²"), ("Square millimetre", "Квадратный миллиметр", "Квадратен милиметър")),
    Row("CMK", D.AREA, "0.0001", "051", ("cm²", "см²", "см²"), ("Square centimetre", "Квадратный сантиметр", "Квадратен сантиметър")),
    Row("DMK", D.AREA, "0.01", "053", ("dm²", "дм²", "дм²"), ("Square decimetre", "Квадратный дециметр", "Квадратен дециметър")),
    Row("FTK", D.AREA, "0.09290304", "", ("ft²", "фут²", "фут²"), ("Square foot", "Квадратный фут", "Квадратен фут")),
    # Volume, in litres.
    Row("LTR", D.VOLUME, "1", "112", ("l", "л", "л"), ("Litre", "Литр", "Литър")),
    Row("MLT", D.VOLUME, "0.001", "111", ("ml", "мл", "мл"), ("Millilitre", "Миллилитр", "Милилитър")),
    Row("CLT", D.VOLUME, "0.01", "", ("cl", "сл", "сл"), ("Centilitre", "Сантилитр", "Сантилитър")),
    Row("DLT", D.VOLUME, "0.1", "118", ("dl", "дл", "дл"), ("Decilitre", "Децилитр", "Децилитър")),
    Row("HLT", D.VOLUME, "100", "122", ("hl", "гл", "хл"), ("Hectolitre", "Гектолитр", "Хектолитър")),
    Row("CMQ", D.VOLUME, "0.001", "", ("cm³", "см³", "см³"), ("Cubic centimetre", "Кубический сантиметр", "Кубичен сантиметър")),
    Row("DMQ", D.VOLUME, "1", "", ("dm³", "дм³", "дм³"), ("Cubic decimetre", "Кубический дециметр", "Кубичен дециметър")),
    Row("MTQ", D.VOLUME, "1000", "113", ("m³", "м³", "м³"), ("Cubic metre", "Кубический метр", "Кубичен метър")),
    Row("GLL", D.VOLUME, "3.785411784", "", ("gal (US)", "гал. (США)", "гал. (САЩ)"), ("Gallon (US)", "Галлон (США)", "Галон (САЩ)")),
    # Time, in seconds; months, years and hours of labour stand apart.
    Row("SEC", D.TIME, "1", "354", ("s", "с", "с"), ("Second", "Секунда", "Секунда")),
    Row("MIN", D.TIME, "60", "355", ("min", "мин", "мин"), ("Minute", "Минута", "Минута")),
    Row("HUR", D.TIME, "3600", "356", ("h", "ч", "ч"), ("Hour", "Час", "Час")),
    Row("DAY", D.TIME, "86400", "359", ("d", "сут", "ден"), ("Day", "Сутки", "Ден")),
    Row("WEE", D.TIME, "604800", "360", ("wk", "нед", "седм."), ("Week", "Неделя", "Седмица")),
    Row("MON", D.OTHER, "1", "362", ("month", "мес", "мес."), ("Month", "Месяц", "Месец")),
    Row("ANN", D.OTHER, "1", "366", ("year", "год", "год."), ("Year", "Год", "Година")),
    Row("LH", D.OTHER, "1", "539", ("man-h", "чел.-ч", "чов.-ч"), ("Labour hour", "Человеко-час", "Човекочас")),
    # Energy, in kilowatt hours, and power.
    Row("KWH", D.ENERGY, "1", "245", ("kWh", "кВт·ч", "kWh"), ("Kilowatt hour", "Киловатт-час", "Киловатчас")),
    Row("WHR", D.ENERGY, "0.001", "", ("Wh", "Вт·ч", "Wh"), ("Watt hour", "Ватт-час", "Ватчас")),
    Row("MWH", D.ENERGY, "1000", "246", ("MWh", "МВт·ч", "MWh"), ("Megawatt hour", "Мегаватт-час", "Мегаватчас")),
    Row("KWT", D.OTHER, "1", "214", ("kW", "кВт", "kW"), ("Kilowatt", "Киловатт", "Киловат")),
    # Packages and sets: what they hold is said by the item.
    Row("SET", D.OTHER, "1", "704", ("set", "набор", "к-т"), ("Set", "Набор", "Комплект")),
    Row("XPK", D.OTHER, "1", "778", ("pack", "упак", "опак."), ("Pack", "Упаковка", "Опаковка")),
    Row("XPA", D.OTHER, "1", "728", ("packet", "пач", "пакет"), ("Packet", "Пачка", "Пакет")),
    Row("XBX", D.OTHER, "1", "812", ("box", "ящ", "кут."), ("Box", "Ящик", "Кутия")),
    Row("XCT", D.OTHER, "1", "", ("carton", "кор", "кашон"), ("Carton", "Коробка", "Кашон")),
    Row("XBG", D.OTHER, "1", "", ("bag", "мешок", "торба"), ("Bag", "Мешок", "Торба")),
    Row("XBO", D.OTHER, "1", "868", ("bottle", "бут", "бут."), ("Bottle", "Бутылка", "Бутилка")),
    Row("XTU", D.OTHER, "1", "", ("tube", "туба", "туба"), ("Tube", "Туба", "Туба")),
    Row("XDR", D.OTHER, "1", "", ("drum", "бочка", "варел"), ("Drum", "Бочка", "Варел")),
    Row("XRO", D.OTHER, "1", "736", ("roll", "рул", "ролка"), ("Roll", "Рулон", "Ролка")),
    Row("XRL", D.OTHER, "1", "616", ("reel", "боб", "макара"), ("Reel", "Бобина", "Макара")),
    Row("XPX", D.OTHER, "1", "", ("pallet", "палета", "палет"), ("Pallet", "Палета", "Палет")),
    Row("LEF", D.OTHER, "1", "625", ("sheet", "лист", "лист"), ("Sheet", "Лист", "Лист")),
    Row("RM", D.OTHER, "1", "", ("ream", "стопа", "топ"), ("Ream", "Стопа бумаги", "Топ хартия")),
    # Services.
    Row("E48", D.OTHER, "1", "876", ("service", "усл", "услуга"), ("Unit of service", "Условная единица услуги", "Единица услуга")),
    Row("E51", D.OTHER, "1", "", ("job", "работа", "работа"), ("Job", "Работа", "Работа")),
    Row("LS", D.OTHER, "1", "", ("lump sum", "паушально", "общо"), ("Lump sum", "Паушальная сумма", "Обща сума")),
    Row("IE", D.OTHER, "1", "792", ("person", "чел", "човек"), ("Person", "Человек", "Човек")),
    Row("P1", D.OTHER, "1", "744", ("%", "%", "%"), ("Per cent", "Процент", "Процент")),
)
# fmt: on


def ensure_units() -> int:
    """Add the units that are not there yet; how many were added. What the firm changed or added stays as it is."""
    existing = set(Unit.objects.values_list("code", flat=True))
    missing = [_unit(row) for row in UNITS if row.code not in existing]
    Unit.objects.bulk_create(missing, ignore_conflicts=True)
    return len(missing)


def load_after_migrate(using: str = "default", **_options: object) -> None:
    """Called after every migration; does nothing while the table is not there yet or on another database."""
    if using == "default" and Unit._meta.db_table in connections[using].introspection.table_names():
        ensure_units()


def _unit(row: Row) -> Unit:
    symbols = dict(zip(("symbol_en", "symbol_ru", "symbol_bg"), row.symbols, strict=True))
    names = dict(zip(("name_en", "name_ru", "name_bg"), row.names, strict=True))
    unit = Unit(
        code=row.code, dimension=row.dimension, factor=Decimal(row.factor), okei=row.okei, **symbols, **names
    )  # fmt: skip
    unit.refresh_search()
    return unit
