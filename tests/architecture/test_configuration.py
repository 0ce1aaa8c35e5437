"""Every setting is described where an operator looks for it."""

import ast
import re

from tests.architecture.house import ROOT, sources, tree, where

READERS = {"text", "flag", "number", "choice", "words"}


def read_by_code() -> dict[str, str]:
    """Names of the environment variables that the product reads through srm.env, and where."""
    return {
        node.args[0].value: where(path, node)
        for path in sources()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "env"
        and node.func.attr in READERS
        and node.args
        and isinstance(node.args[0], ast.Constant)
    } | {"DB_POOL_SIZE": "srm/env.py"}


def test_the_example_of_an_environment_lists_every_setting_and_no_other():
    listed = set(re.findall(r"^#?([A-Z][A-Z0-9_]*)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.M))
    read = read_by_code()
    assert listed == set(read), {name: read.get(name, "in .env.example only") for name in listed ^ set(read)}


def test_the_readme_explains_every_setting():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [name for name in sorted(read_by_code()) if f"`{name}`" not in readme]
    assert not missing


def test_only_the_reader_of_settings_touches_the_environment():
    # A wrong value must stop the start with one sentence, which only srm.env does.
    allowed = {"srm/env.py", "srm/asgi.py", "srm/management/commands/serve.py"}
    found = [
        where(path, node)
        for path in sources()
        if str(path.relative_to(ROOT)) not in allowed
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute)
        and node.attr in {"environ", "getenv"}
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
    ]
    assert not found, "\n".join(found)
