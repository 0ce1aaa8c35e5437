"""Numbers and money as each language writes them."""

import pytest
from django.utils import translation

from srm.ui import formats


@pytest.mark.parametrize(
    ("language", "amount", "small"),
    [("en", "8,287,741.50\N{NO-BREAK SPACE}EUR", "1,234.5"),
     ("ru", "8\N{NO-BREAK SPACE}287\N{NO-BREAK SPACE}741,50\N{NO-BREAK SPACE}EUR", "1\N{NO-BREAK SPACE}234,5"),
     ("bg", "8\N{NO-BREAK SPACE}287\N{NO-BREAK SPACE}741,50\N{NO-BREAK SPACE}EUR", "1\N{NO-BREAK SPACE}234,5")],
)  # fmt: skip
def test_large_numbers_are_grouped_in_every_language(language, amount, small):
    with translation.override(language):
        assert formats.money("8287741.5", "EUR") == amount
        assert formats.number("1234.50") == small
        assert formats.number("-12") == "−12"
        assert formats.number("") == ""
