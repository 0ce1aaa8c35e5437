"""What the search takes for one thing, and what it must not."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srm.catalog.duplicates.matching import Facts, find, likeness
from srm.catalog.duplicates.normal import article_key, form_of

TEXT = st.text(alphabet="abcхомабв 0123456789.,xх-/×", max_size=30)


def pairs(*items):
    return {(found.first, found.second) for found in find(items)}


def item(key, article="", *names, **more):
    return Facts(key, article, names, **more)


@pytest.mark.parametrize("other", ["ab-12/4", "AB 12.4", "АВ-124", "ав_12-4", "ａｂ124"])
def test_an_article_is_the_same_whatever_case_separators_and_alphabet(other):
    assert article_key(other) == article_key("AB-12.4") != ""


def test_an_article_of_two_signs_proves_nothing():
    assert article_key("A-1") == ""


@pytest.mark.parametrize(
    "other",
    ["болт М8х40 А2", "Bolt m8 X 40, A2", "BOLT, A2 (M8×40)", "bolt M8x40.0 A2", "Bolt M08x40 A2", "Bоlt M8x40 A2"],
)
def test_a_name_is_the_same_whatever_case_order_alphabet_and_separators(other):
    assert form_of(other) == form_of("Bolt M8x40 A2")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bolt M8x40 A2", "Bolt M8x50 A2"), ("Bolt M8x40 A2", "Bolt M8x40 A4"), ("Gloves nitrile L", "Gloves nitrile XL"),
        ("Cable 3x2.5 black", "Cable 3x2.5 blue"), ("Краска белая 5 л", "Краска чёрная 5 л"), ("Bolt M8", "Nut M8"),
    ],
)  # fmt: skip
def test_other_figures_sizes_and_words_are_other_things(one, other):
    assert likeness(form_of(one), form_of(other)) == 0
    assert pairs(item(1, "100", one), item(2, "200", other)) == set()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Nitrile gloves L", "Nitril gloves, L"), ("Перчатки нитриловые L", "Перчатки нитрил L"),
        ("Bolt M8x40 A2", "Болт М8х40 А2"), ("Кабел ВВГ 3х2,5", "Кабель ВВГ 3x2.5"),
    ],
)  # fmt: skip
def test_typing_errors_short_forms_and_other_alphabets_are_the_same_thing(one, other):
    assert pairs(item(1, "100", one), item(2, "200", other)) == {(1, 2)}


def test_names_are_compared_across_the_languages():
    assert pairs(item(1, "100", "Gloves", "Перчатки рабочие"), item(2, "200", "", "", "Перчатки рабочи")) == {(1, 2)}


def test_a_number_at_the_same_supplier_is_a_proof_and_a_service_is_no_thing():
    key = frozenset({"S-1: b77"})
    assert pairs(item(1, "100", "Pump", keys=key), item(2, "200", "Pump big", keys=key)) == {(1, 2)}
    assert pairs(item(1, "100", "Pump", keys=key), item(2, "200", "Pump", keys=key, is_service=True)) == set()


def test_what_speaks_against_it_lowers_the_score_and_is_said():
    (near,) = find([item(1, "100", "Oil 5W40", kind="volume"), item(2, "200", "Oil 5W40", kind="volume")])
    (far,) = find([
        item(1, "100", "Oil 5W40", kind="volume", category=1, attributes={"brand": "A"}),
        item(2, "200", "Oil 5W40", kind="mass", category=2, attributes={"brand": "A"}),
    ])  # fmt: skip
    assert far.score < near.score
    assert {"other-unit", "other-category", "same-attribute"} <= {code for code, _detail in far.reasons}


def test_a_thousand_equal_names_stay_a_thousand_pairs():
    assert len(find([item(key, "", "Bolt M8") for key in range(1000)])) == 999


@given(st.lists(st.tuples(TEXT, TEXT), max_size=12), st.randoms())
def test_the_order_of_the_items_changes_nothing(rows, chance: random.Random):
    items = [item(key, article, name) for key, (article, name) in enumerate(rows, 1)]
    mixed = list(items)
    chance.shuffle(mixed)
    if len(items) <= 5:  # larger groups of equals are paired with whichever comes first
        assert pairs(*items) == pairs(*mixed)
    assert all(found.first < found.second and 0 <= found.score <= 100 for found in find(items))


@given(TEXT)
def test_normalising_twice_is_normalising_once(text):
    assert article_key(article_key(text)) == article_key(text)
    form = form_of(text)
    if form is not None:
        assert likeness(form, form) == 100
