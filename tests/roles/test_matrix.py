"""Every address has a row that says who gets in, and the row is true."""

from tests.roles.matrix import MATRIX
from tests.roles.walker import UNNAMED, entries, line


def test_every_address_has_a_row_and_lets_in_the_roles_that_the_row_names():
    wrong = [line(entry) for entry in entries() if MATRIX.get(entry.name) != entry.admitted]
    assert not wrong, "tests/roles/matrix.py should say (or run `python -m tests.roles`):\n" + "\n".join(wrong)


def test_every_view_names_a_permission_or_says_that_it_is_public():
    assert not [entry.name for entry in entries() if entry.admitted == UNNAMED]


def test_no_row_speaks_of_an_address_that_is_gone():
    assert set(MATRIX) <= {entry.name for entry in entries()}


def test_nobody_works_with_a_permission_that_no_role_holds():
    assert not [name for name, admitted in MATRIX.items() if admitted == "nobody"]
