"""Formula payloads lose their teeth in CSV and come back letter by letter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srm.exchange.safety import is_dangerous, neutralise, restore
from tests.exchange.payloads import BEHIND_SEPARATORS, FORMULAS, HARMLESS, NUMBERS_AND_PHONES

PIECES = st.lists(
    st.sampled_from(
        ["=", "+", "-", "@", "|", "%", "'", ";", ",", "\t", "\n", "\r", " ", '"', "a", "5", "＝", "\u200b", "é"]
    ),
    max_size=12,
).map("".join)


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_quoted_and_restored(text: str) -> None:
    safe = neutralise(text)
    assert safe.startswith("'")
    assert not is_dangerous(safe)
    assert restore(safe) == text


@pytest.mark.parametrize("text", BEHIND_SEPARATORS)
def test_a_formula_behind_a_separator_is_quoted_and_restored(text: str) -> None:
    safe = neutralise(text)
    for separator in ";,\t\n":
        assert not any(part.strip(' "\r').startswith(("=", "@", "＝")) for part in safe.split(separator)[1:])
    assert safe != text
    assert restore(safe) == text


@pytest.mark.parametrize("text", HARMLESS + NUMBERS_AND_PHONES)
def test_plain_texts_numbers_and_phones_stay_as_they_are(text: str) -> None:
    assert neutralise(text) == text
    assert restore(text) == text


@given(st.one_of(PIECES, st.text(max_size=40)))
def test_whatever_the_text_it_is_safe_outside_and_the_same_inside(text: str) -> None:
    safe = neutralise(text)
    assert not is_dangerous(safe)
    assert restore(safe) == text
