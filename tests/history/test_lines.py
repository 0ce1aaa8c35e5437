"""Lines put together, without a database."""

import datetime as dt
from decimal import Decimal

import pytest

from procurement.integrations.history import engine
from procurement.integrations.history.averages import average
from procurement.integrations.history.lines import Line, key_of, line_of
from procurement.integrations.history.names import country_code, kept_code, named, new_code

D = Decimal


def line(number=1, **values):
    return Line(
        **{
            "number": number, "transfer": False, "order_number": "PO-1", "supplier": "Alfa", "currency": "USD",
            "item": "Bolt", "quantity": D(10), "value": D("100.00"), "ordered_on": dt.date(2014, 3, 1), **values,
        }
    )  # fmt: skip


def test_the_value_counts_whatever_the_price_says():
    one = line(quantity=D(63), value=D("13399.25"), price=D("212.69"))
    assert one.net == D("13399.25")
    assert one.unit_price == D("212.686508")
    assert one.differs_from_price()


def test_without_a_value_the_price_makes_it():
    one = line(quantity=D(3), value=None, price=D("0.335"))
    assert one.net == D("1.01")
    assert one.unit_price == D("0.335")


def test_a_free_line_is_a_line():
    assert line(value=D(0)).unit_price == 0


def test_lines_of_one_number_supplier_and_currency_are_one_order():
    found = engine.grouped(
        [
            line(1),
            line(2, supplier="ALFA "),
            line(3, supplier="Beta"),
            line(4, currency="EUR"),
            line(5, order_number="PO-2"),
        ]
    )
    assert sorted(len(order.lines) for order in found.orders) == [1, 1, 1, 2]


def test_an_orders_day_is_the_first_it_was_sent_on_and_else_the_next_best():
    assert engine.Order("1", [line(ordered_on=dt.date(2014, 3, 9)), line()]).day == dt.date(2014, 3, 1)
    asked = line(ordered_on=None, quoted_on=dt.date(2014, 2, 1), planned_on=dt.date(2014, 5, 1))
    assert engine.Order("1", [asked]).day == dt.date(2014, 2, 1)
    assert engine.Order("1", [asked]).sent_on is None
    assert engine.Order("1", [line(ordered_on=None, delivered_on=dt.date(2014, 6, 1))]).day == dt.date(2014, 6, 1)


def test_a_delivery_is_what_came_on_one_day_with_one_note():
    first = {"delivered_on": dt.date(2014, 4, 1), "delivery_note": "ASN-1"}
    order = engine.Order(
        "1", [line(1, **first), line(2, **first), line(3, delivered_on=dt.date(2014, 4, 1)), line(4, delivered_on=None)]
    )
    assert {key: [one.number for one in lines] for key, lines in order.deliveries().items()} == {
        (dt.date(2014, 4, 1), ""): [3],
        (dt.date(2014, 4, 1), "ASN-1"): [1, 2],
    }


def test_slices_keep_orders_together_and_lose_nothing():
    lines = [line(number, order_number=f"PO-{number // 3}") for number in range(30)]
    lines += [line(100 + number, transfer=True) for number in range(7)]
    parts = list(engine.slices(engine.grouped(lines), 5))
    assert all(len(part) <= 5 for part in parts)
    assert sorted(one.number for part in parts for one in part.lines()) == sorted(one.number for one in lines)
    orders = [order.number for part in parts for order in part.orders]
    assert len(orders) == len(set(orders))
    assert len(list(engine.slices(engine.grouped(lines), 1000))) == 1
    assert list(engine.slices(engine.grouped([]), 5)) == []


def test_a_line_without_a_number_is_known_by_what_it_says_and_which_of_its_equals_it_is():
    seen: dict[str, int] = {}
    first, second, other = (key_of(one, seen) for one in (line(1), line(2), line(3, quantity=D(11))))
    assert len({first, second, other}) == 3
    later: dict[str, int] = {}
    assert [key_of(one, later) for one in (line(9, quantity=D("11.0")), line(7), line(8))] == [other, first, second]
    assert key_of(line(line_id="77"), later) == "77"


def test_words_for_nothing_are_nothing():
    found = line_of(1, False, {"order_number": "1", "quantity": D(1), "transport": "N/A", "place": "-", "item": "няма"})
    assert (found.transport, found.place, found.item) == ("", "", "")


def test_a_level_that_repeats_the_one_above_is_the_same_category():
    assert line(category="ACT", category_2="act", category_3="Quinine").categories == ("ACT", "Quinine")
    assert line(category_2="Only").categories == ("Only",)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Côte d'Ivoire", "CI"), ("Côte d’Ivoire", "CI"), ("Congo, DRC", "CD"), ("Swaziland", "SZ"), ("Vietnam", "VN"),
        ("Болгария", "BG"), ("България", "BG"), ("de", "DE"), ("Atlantis", ""), ("", ""),
    ],
)  # fmt: skip
def test_countries_are_known_by_their_names(name, code):
    assert country_code(name) == code


def test_codes_are_short_and_new():
    taken = {"arv", "arv-2"}
    assert new_code("ARV", taken) == "ARV-3"
    assert new_code("HIV test – Ancillary", set()) == "HIV-TEST-ANCILLARY"
    assert len(new_code("A very long name of a category indeed", set())) <= 20
    assert new_code("***", set()) == "X"
    assert kept_code("116-ZA-T30", set()) == "116-ZA-T30"
    assert kept_code("Цех №1", set()) == "ЦЕХ-1" or kept_code("Цех №1", set()).startswith("ЦЕХ")


def test_a_name_goes_to_the_language_it_is_written_in():
    assert named("Bolt", "ru") == {"name_en": "Bolt"}
    assert named("Болт", "bg") == {"name_bg": "Болт"}
    assert named("Болт", "en") == {"name_ru": "Болт"}


def test_yearly_averages_convert_both_ways_and_across():
    day = dt.date(2010, 7, 1)
    assert average("USD", "EUR", day) == 1 / D("1.3257")
    assert average("EUR", "USD", day) == D("1.3257")
    assert round(average("USD", "GBP", day), 4) == D("0.6471")
    assert average("USD", "EUR", dt.date(1990, 1, 1)) is None
    assert average("XAU", "EUR", day) is None
