"""Attributes: asked by categories and those above, answered by items, checked wherever an item is written."""

import datetime as dt
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srm.catalog import services
from srm.catalog.attributes import values
from srm.catalog.attributes.models import Attribute
from srm.catalog.attributes.selectors import attributes_of, in_words
from srm.catalog.attributes.services import create_attribute, update_attribute
from srm.catalog.models import Item
from srm.core.actor import SYSTEM
from srm.core.errors import InvalidInput, RuleBroken
from srm.flow.perform import perform
from srm.ui import formats, lookups
from tests.rest.helpers import api


@pytest.fixture
def bolts(firm, work):
    """A category below the fasteners."""
    with work():
        return services.create_category(actor=SYSTEM, code="BOLT", parent=firm.fasteners, name_en="Bolts")


@pytest.fixture
def asked(firm, bolts, work):
    """Fasteners ask for a material and whether it is stainless, bolts for a diameter that must be given and a day."""
    with work():
        ask = lambda *args, **fields: create_attribute(actor=SYSTEM, **fields)  # noqa: E731
        ask(
            category=firm.fasteners,
            code="material",
            kind="choice",
            choices="A2\nA4\n\n8.8",
            name_en="Material",
            name_ru="Материал",
        )
        ask(category=firm.fasteners, code="stainless", kind="yes_no", name_en="Stainless")
        ask(category=bolts, code="diameter", kind="number", unit=firm.unit("MTR"), name_en="Diameter", is_required=True)
        ask(category=bolts, code="standard", kind="text", name_en="Standard")
        ask(category=bolts, code="tested", kind="date", name_en="Tested on", position=9)
    return bolts


@pytest.fixture
def make(firm, asked, work):
    def call(**fields) -> Item:
        with work():
            common = {"actor": SYSTEM, "category": asked, "base_unit": firm.unit("C62"), "name_en": "Bolt"}
            return services.create_item(**{**common, **fields})

    return call


def change(item, work, **changes):
    with work():
        return services.update_item(item, actor=SYSTEM, **changes)


ANSWERS = {
    "material": "a4",
    "diameter": "0,008",
    "stainless": "да",
    "standard": " ISO  4017 ",
    "tested": dt.date(2026, 5, 12),
}
KEPT = {"material": "A4", "diameter": "0.008", "stainless": True, "standard": "ISO 4017", "tested": "2026-05-12"}


def test_a_category_asks_what_those_above_ask_too(firm, asked):
    assert [one.code for one in attributes_of(asked)] == ["material", "stainless", "diameter", "standard", "tested"]
    assert [one.code for one in attributes_of(firm.fasteners)] == ["material", "stainless"]
    assert attributes_of(firm.tools) == []


def test_answers_are_cleaned_kept_and_shown_in_words(make):
    item = make(attributes=ANSWERS)
    assert item.attributes == KEPT
    assert dict(in_words(item)) == {
        "Material": "A4", "Stainless": "yes", "Diameter": "0.008\xa0m", "Standard": "ISO 4017", "Tested on": formats.day(dt.date(2026, 5, 12)),
    }  # fmt: skip
    assert item in Item.objects.search("iso 4017")


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("material", "wood"), ("diameter", "thick"), ("diameter", True), ("diameter", "1e99"), ("stainless", "perhaps"),
        ("tested", "31.02.2026"), ("standard", "x" * 201), ("colour", "red"), ("standard", ["a"]), ("diameter", {"a": 1}),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_by_name(make, code, value):
    with pytest.raises(InvalidInput) as fault:
        make(attributes={code: value})
    assert list(fault.value.errors) == [f"attributes.{code}"]
    assert not Item.objects.filter(name_en="Bolt").exists()


def test_an_item_comes_into_use_and_stays_there_only_with_what_is_required(make, work):
    item = make(attributes={"material": "A2"})
    with pytest.raises(RuleBroken, match="Diameter"), work():
        perform(item, "activate", actor=SYSTEM)
    item = change(item, work, attributes={"diameter": "0.01"})
    with work():
        item = perform(item, "activate", actor=SYSTEM)
    with pytest.raises(InvalidInput):
        change(item, work, attributes={"material": "A2"})
    assert Item.objects.get(pk=item.pk).attributes == {"diameter": "0.01"}
    assert change(item, work, name_en="Screw").name_en == "Screw"


def test_an_item_that_moves_keeps_the_answers_its_new_category_asks_for(make, firm, work):
    item = change(make(attributes=ANSWERS), work, category=firm.fasteners)
    assert item.attributes == {"material": "A4", "stainless": True}


def test_a_code_stands_once_from_root_to_leaf_and_keeps_its_meaning(firm, asked, work):
    for category in (firm.fasteners, asked):
        for code in ("material", "diameter"):
            with pytest.raises(InvalidInput), work():
                create_attribute(actor=SYSTEM, category=category, code=code, name_en="Again")
    with work():
        create_attribute(actor=SYSTEM, category=firm.tools, code="diameter", name_en="Elsewhere")
    row = Attribute.objects.get(code="standard")
    for changes in ({"kind": "number"}, {"code": "norm"}, {"category": firm.tools}):
        with pytest.raises(InvalidInput), work():
            update_attribute(row, actor=SYSTEM, **changes)
    with work():
        assert update_attribute(row, actor=SYSTEM, name_ru="Стандарт").version == 2


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"code": "Größe"}, "code"), ({"code": ""}, "code"), ({"kind": "choice", "choices": "one"}, "choices"),
        ({"kind": "text", "unit": "MTR"}, "unit"), ({"name_en": ""}, "name_en"), ({"kind": "colour"}, "kind"),
    ],
)  # fmt: skip
def test_questions_that_cannot_be_are_refused(firm, work, fields, where):
    unit = {"unit": firm.unit(fields["unit"])} if "unit" in fields else {}
    with pytest.raises(InvalidInput) as fault, work():
        create_attribute(**{"actor": SYSTEM, "category": firm.tools, "code": "x", "name_en": "X", **fields, **unit})
    assert where in fault.value.errors


@given(
    st.dictionaries(
        st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True),
        st.text(max_size=20).map(lambda t: " ".join(t.replace("\0", "").split())).filter(bool),
    )
)
def test_pairs_in_a_cell_are_read_as_they_were_written(pairs):
    assert values.read_pairs(values.write_pairs(pairs)) == pairs


@given(
    st.sampled_from(["text", "number", "yes_no", "choice", "date"]),
    st.text() | st.integers() | st.booleans() | st.none(),
)
def test_a_kept_value_is_kept_the_same_when_it_is_written_again(kind, value):
    question = SimpleNamespace(code="x", kind=kind, offered=lambda: ["A2", "8.8"])
    try:
        once = values.clean_one(question, value)
    except InvalidInput:
        return
    assert once is None or values.clean_one(question, once) == once


# -- in the browser and over the API -----------------------------------------


def test_a_buyer_asks_in_the_category_and_answers_on_the_item(firm, make, client_of, django_assert_max_num_queries):
    buyer, item = client_of("buyer"), make()
    form = {"category": firm.fasteners.public_id, "code": "coating", "kind": "text", "name_en": "Coating", "is_active": "on",
            "position": "3"}  # fmt: skip
    answer = buyer.post("/catalog/attributes/new/", form)
    assert answer.status_code == 302, answer.content.decode()
    assert "Coating" in buyer.get(answer["Location"]).content.decode()
    page = f"{item.get_absolute_url()}attributes/"
    with django_assert_max_num_queries(25):
        assert "Coating" in buyer.get(page).content.decode()
    sent = {
        "version": "1",
        "value_diameter": "0,012",
        "value_material": "A2",
        "value_stainless": "no",
        "value_coating": "zinc",
    }
    assert buyer.post(page, sent).status_code == 302
    assert Item.objects.get(pk=item.pk).attributes == {
        "diameter": "0.012", "material": "A2", "stainless": False, "coating": "zinc",
    }  # fmt: skip
    assert buyer.post(page, sent).status_code == 409
    wrong = buyer.post(page, {**sent, "version": "2", "value_diameter": "wide"})
    assert wrong.status_code == 422
    with django_assert_max_num_queries(25):
        text = buyer.get(item.get_absolute_url()).content.decode()
    assert "zinc" in text
    assert client_of("requester").get(page).status_code == 403


def test_a_program_asks_and_answers(firm, asked):
    buyer = api(firm.users.buyer)
    made = buyer.post(
        "/api/v1/attributes/", {"category": asked.public_id, "code": "head", "kind": "text", "name_en": "Head"}
    )
    assert made.status_code == 201, made.text
    listed = buyer.get(f"/api/v1/attributes/?category={asked.public_id}").json()["results"]
    assert [one["code"] for one in listed] == ["diameter", "head", "material", "stainless", "standard", "tested"]
    body = {
        "category": asked.public_id,
        "base_unit": "C62",
        "name_en": "X",
        "attributes": {"diameter": "5", "head": "hex"},
    }
    item = buyer.post("/api/v1/items/", body)
    assert item.status_code == 201, item.text
    assert item.json()["attributes"] == {"diameter": "5", "head": "hex"}
    fault = buyer.patch(f"/api/v1/items/{item.json()['id']}/", {"version": 1, "attributes": {"diameter": "wide"}})
    assert fault.status_code == 422
    assert "attributes.diameter" in fault.json()["errors"]
    assert api(firm.users.requester).post("/api/v1/attributes/", {}).status_code == 403


# -- successors --------------------------------------------------------------


def test_pickers_offer_the_successor_of_what_is_no_longer_bought(firm, make, work):
    old = change(firm.nut, work, replaced_by=firm.bolt)
    with work():
        perform(old, "block", actor=SYSTEM, reason="Discontinued")
    found = lookups.get("items").search(SYSTEM, "10451")
    assert [option.value for option in found] == [firm.bolt.public_id]
    assert "instead of 10451" in found[0].hint
