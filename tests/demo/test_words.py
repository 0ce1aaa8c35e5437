"""What the demo company is made of hangs together."""

import re
from collections import Counter

import pytest
from stdnum.bg import vat as bg_vat
from stdnum.ru import inn

from srm.catalog.units_data import UNITS
from srm.home.demo import accounts, numbers
from srm.home.demo.calendar import Calendar
from srm.home.demo.chance import Chance
from srm.home.demo.needs import ASKERS, CENTER
from srm.home.demo.plan import Plan
from srm.home.demo.words import firm, people
from srm.home.demo.words.categories import CATEGORIES, GROUPS
from srm.home.demo.words.families import things
from srm.home.demo.words.goods import GOODS
from srm.home.demo.words.suppliers import ACCOUNTS, PEOPLE, SUPPLIERS
from srm.home.demo.words.supplies import SUPPLIES
from srm.home.demo.words.today import NEEDS
from srm.home.demo.words.wants import GROUPS as TENDERED
from srm.home.demo.words.wants import WANTS
from srm.people.roles import ROLES

THINGS = list(things(GOODS + SUPPLIES))
ARTICLES = {thing.article: thing for thing in THINGS}
PERSONS = {person.key: person for person in people.PERSONAS + people.STAFF}


def test_the_firm_has_the_size_it_should_have():
    assert len(THINGS) == 400
    assert len(CATEGORIES) == 25
    assert 80 <= len(SUPPLIERS) <= 90
    assert 55 <= len(PERSONS) + len(ACCOUNTS) <= 70
    assert 12 <= len(firm.DEPARTMENTS) <= 15


def test_articles_codes_and_addresses_are_unique():
    for names in (
        [thing.article for thing in THINGS], [row.code for row in CATEGORIES], [row.code for row in GROUPS],
        [row.name for row in SUPPLIERS], [person.email for person in PERSONS.values()], [row[2] for row in ACCOUNTS],
        [numbers.address_of(row) for row in SUPPLIERS],
    ):  # fmt: skip
        assert [name for name, count in Counter(names).items() if count > 1] == []


def test_every_item_has_a_name_in_each_language_and_a_known_unit_and_category():
    units, categories = {row.code for row in UNITS}, {row.code for row in CATEGORIES}
    for thing in THINGS:
        assert all(thing.names), thing
        assert "{" not in "".join(thing.names)
        assert thing.unit in units
        assert thing.category in categories
        assert thing.pack is None or thing.pack[0] in units
        assert thing.price > 0


def test_russian_and_bulgarian_are_not_mixed_up():
    for thing in THINGS:
        _english, russian, bulgarian = thing.names
        assert not re.search("[ыэё]", bulgarian), thing
        assert "ъ" not in russian.replace("объ", "").replace("ъё", ""), thing


def test_decimals_are_written_as_each_language_writes_them_and_grades_stay():
    names = {thing.article: thing.names for thing in THINGS}
    assert names["20102"] == ("Steel sheet DC01 1.5 mm", "Лист стальной DC01 1,5 мм", "Стоманен лист DC01 1,5 mm")
    assert names["20109"][2] == "Стоманен лист 1.4301 1 mm"


def test_all_names_refer_to_something():
    departments = {row.code for row in firm.DEPARTMENTS}
    places = {row.code for row in firm.PLACES}
    for row in firm.DEPARTMENTS:
        assert row.head in PERSONS
        assert row.place in places
        assert not row.parent or row.parent in departments
    for center in firm.CENTERS:
        assert center.owner in PERSONS
        assert center.department in departments
    for person in PERSONS.values():
        assert person.department in departments
        assert set(person.roles.split()) <= set(ROLES)
    for row in SUPPLIERS:
        assert row.country in PEOPLE
        assert {part.split()[0] for part in row.supplies.split(", ") if part} <= {one.code for one in CATEGORIES}
    for key, *_rest in ACCOUNTS:
        assert any(row.key == key for row in SUPPLIERS)


@pytest.mark.parametrize(
    "asks",
    [list(want.asks) for want in WANTS] + [[ask for ask, _quantity in spec.lines] for spec in NEEDS.values()],
)
def test_needs_ask_for_items_there_are(asks):
    for ask in asks:
        if ask.article:
            thing = ARTICLES[ask.article]
            assert not ask.unit or ask.unit == thing.unit or (thing.pack and ask.unit == thing.pack[0]), ask
        else:
            assert all(ask.text)
            assert ask.category
            assert ask.price


def test_whoever_asks_may_ask():
    for spec in NEEDS.values():
        assert "requester" in PERSONS[spec.asker].roles.split(), spec.asker
        assert spec.center in CENTER
    for center in {want.center for want in WANTS}:
        assert ASKERS[center], center


def test_what_is_tendered_together_has_suppliers_in_each_category():
    plan = Plan(Chance(1), Calendar(_now()))
    for codes, _title in TENDERED.values():
        for code in codes:
            assert len([source for source in plan.sources[code] if source.supplier.until == 1.0]) >= 2, code


def test_tax_numbers_are_valid_and_addresses_lead_nowhere():
    for number, row in enumerate(SUPPLIERS):
        tax_id, vat = numbers.tax_numbers(row.country, number)
        if row.country == "BG":
            assert bg_vat.is_valid(tax_id)
            assert bg_vat.is_valid(vat)
        if row.country == "RU":
            assert inn.is_valid(tax_id)
        assert numbers.address_of(row).endswith(".example")
    for _role, email, _language in accounts.log_ins():
        assert email.endswith(".example")


def test_there_is_a_log_in_for_every_role():
    assert {role for role, _email, _language in accounts.log_ins()} == set(ROLES)
    assert all(email in accounts.table() for _role, email, _language in accounts.log_ins())
    assert people.PASSWORD in accounts.table()


def _now():
    import datetime as dt

    return dt.datetime(2026, 5, 20, 9, tzinfo=dt.UTC)
