"""Only files of known kinds whose content agrees with their name are taken."""

import io

import pytest

from srm.core.errors import InvalidInput
from srm.files.kinds import KINDS, check_kind
from srm.files.names import LONGEST, clean_name
from tests.files.samples import BAD, GOOD, NAMES


@pytest.mark.parametrize(("name", "content"), GOOD)
def test_known_kinds_are_taken_under_our_own_type(name: str, content: bytes) -> None:
    found = check_kind(clean_name(name), io.BytesIO(content))
    assert found == KINDS[name.rpartition(".")[2].lower()].content_type
    assert "html" not in found
    assert "svg" not in found
    assert found not in ("text/xml", "application/xml")


@pytest.mark.parametrize(("name", "content"), BAD)
def test_everything_else_is_refused_with_a_sentence(name: str, content: bytes) -> None:
    with pytest.raises(InvalidInput) as refusal:
        check_kind(clean_name(name), io.BytesIO(content))
    assert refusal.value.errors["file"]


@pytest.mark.parametrize(("given", "kept"), NAMES)
def test_names_lose_paths_and_what_cannot_be_seen(given: str, kept: str) -> None:
    assert clean_name(given) == kept


def test_a_long_name_keeps_its_ending() -> None:
    kept = clean_name("я" * 700 + ".pdf")
    assert len(kept) <= LONGEST
    assert kept.endswith(".pdf")
    assert 0 < len(clean_name("x." + "y" * 700)) <= LONGEST
    assert clean_name("") == "file"
    assert clean_name("/") == "file"
