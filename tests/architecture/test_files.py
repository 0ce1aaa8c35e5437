"""What lies where, how long it is, and what no file may say."""

import ast
import re

import pytest

from tests.architecture.house import ROOT, rooms, sources, tracked, tree

TOP = {
    "srm", "suppliers", "procurement", "kraljic", "templates", "tests", "manage.py", "requirements.txt", "README.md",
    # The usual files of tools.
    "pyproject.toml", "Makefile", "package.json", "package-lock.json", "CHANGELOG.md", "LICENSE", ".ci",
    "requirements.in", "requirements-test.in", "requirements-test.txt",
}  # fmt: skip
LONGEST = 450
# Written by a command and read in differences: one row for each address.
WRITTEN_BY_COMMAND = {"tests/roles/matrix.py"}


def test_the_top_level_is_what_the_design_says():
    names = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert {name for name in names if not name.startswith(".")} <= TOP
    dot_files = {name for name in names if name.startswith(".") and name != ".ci"}
    assert all((ROOT / name).is_file() for name in dot_files), dot_files


@pytest.mark.parametrize("room", rooms(), ids=lambda room: str(room.relative_to(ROOT)))
def test_a_room_says_in_its_init_what_it_is_for(room):
    init = room / "__init__.py"
    assert init.exists(), f"{room.relative_to(ROOT)} has no __init__.py"
    assert ast.get_docstring(tree(init)), f"{init.relative_to(ROOT)} has no design note"


def test_files_stay_short_enough_to_read():
    long = {
        str(path.relative_to(ROOT)): lines
        for path in tracked()
        if path.suffix in {".py", ".js", ".css", ".html"}
        and "migrations" not in path.parts
        and str(path.relative_to(ROOT)) not in WRITTEN_BY_COMMAND
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST
    }
    assert not long, long


def test_no_file_knows_a_machine_or_a_registry():
    # Put together here, so that this file does not say them either.
    hosts = ["registry." + "npmjs.org", "files." + "pythonhosted.org", "pypi." + "org/simple", "index" + "-url ="]
    paths = ["/" + "work/", "/" + "home/", "/" + "root/", "/" + "Users/"]
    # A room may be called home: only a path from the root is one of a machine.
    words = re.compile("|".join([*map(re.escape, hosts), *(rf"(?<!\w){path}" for path in paths)]))
    found = [
        f"{path.relative_to(ROOT)}:{number}: {match.group()}"
        for path in tracked()
        if path.suffix not in {".png", ".xlsx", ".pdf", ".woff2", ".ico", ".jpg"}
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if (match := words.search(line))
    ]
    assert not found, "\n".join(found)


def test_modules_have_a_docstring():
    found = [
        str(path.relative_to(ROOT))
        for path in sources()
        if path.name not in {"__init__.py", "apps.py", "urls.py"} and not ast.get_docstring(tree(path))
    ]
    assert not found, "\n".join(found)
