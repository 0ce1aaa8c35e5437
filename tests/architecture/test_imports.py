"""Who may import whom."""

import ast

from importlinter.cli import lint_imports

from tests.architecture.house import ROOT, sources, tree, where


def test_rooms_import_only_what_lies_below_them(capsys):
    result = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert result == 0, capsys.readouterr().out


def test_nobody_imports_the_index_of_a_packages_models():
    indexes = {"srm.models", "suppliers.models", "procurement.models"}
    found = [
        f"{where(path, node)} imports {name}"
        for path in sources()
        for node in ast.walk(tree(path))
        for name in _imported(node)
        if name in indexes
    ]
    assert not found, "\n".join(found)


def test_pure_logic_knows_neither_database_nor_clock():
    pure = {"scoring.py", "matching.py", "engine.py", "optimize.py", "formulas.py"}
    forbidden = ("django.db", "django.utils.timezone", "srm.core.clock", "srm.flow")
    found = [
        f"{where(path, node)} imports {name}"
        for path in sources()
        if path.name in pure
        for node in ast.walk(tree(path))
        for name in _imported(node)
        if name.startswith(forbidden)
    ]
    assert not found, "\n".join(found)


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []
