"""States change in one place: `flow.perform`."""

import ast
import re

import pytest
from django.apps import apps

from srm.flow.lifecycle import Lifecycle
from tests.architecture.house import ROOT, floors, module_of, room_of, sources, tree, where

DECIDED = sorted(
    (model for model in apps.get_models() if issubclass(model, Lifecycle)), key=lambda model: model._meta.label
)
MOVES = {name for model in DECIDED for name in model.moves()}
# What a variable with a document in it is called: by its kind, or in general.
GENERAL = {"document", "doc", "obj", "object", "instance", "line", "header", "root", "locked", "row", "subject"}


def words_of(model: type) -> set[str]:
    """purchase_order and order, for PurchaseOrder."""
    parts = re.findall("[A-Z][a-z0-9]*", model.__name__)
    return {"_".join(parts).lower(), parts[-1].lower()}


DOCUMENTS = GENERAL.union(*(words_of(model) for model in DECIDED))


def outside_flow():
    """Files that may know a lifecycle: jobs and the outbox lie below flow, their `state` is bookkeeping."""
    heights = floors()
    return [path for path in sources() if heights.get(room_of(module_of(path)), (0, 0)) < heights["srm.flow"]]


def last_word(node: ast.AST) -> str:
    """`order` of order, self.order and get_order()."""
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Name):
        return node.id
    return last_word(node.func) if isinstance(node, ast.Call) else ""


def test_no_code_outside_flow_assigns_a_state():
    found = []
    for path in outside_flow():
        for node in ast.walk(tree(path)):
            targets = getattr(node, "targets", None) or [getattr(node, "target", None)]
            if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign) and any(
                isinstance(part, ast.Attribute) and part.attr == "state"
                for target in targets
                for part in ast.walk(target)
            ):
                found.append(where(path, node))
    assert not found, "\n".join(found)


def test_no_code_outside_flow_writes_a_state_past_the_model():
    found = []
    for path in outside_flow():
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.Call):
                continue
            name = last_word(node.func)
            keywords = {keyword.arg for keyword in node.keywords}
            words = {part.value for part in ast.walk(node) if isinstance(part, ast.Constant)}
            if (
                (name == "update" and "state" in keywords)
                or (name == "bulk_update" and "state" in words)
                or (name == "setattr" and "state" in words)
            ):
                found.append(where(path, node))
    assert not found, "\n".join(found)


def test_no_code_outside_flow_calls_a_move():
    found = [
        f"{where(path, node)}: {ast.unparse(node.func)}()"
        for path in outside_flow()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in MOVES
        and last_word(node.func.value) in DOCUMENTS
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("model", DECIDED, ids=lambda model: model._meta.label)
def test_every_move_says_what_its_button_needs(model):
    states = set(dict(model._meta.get_field("state").choices))
    for name, move in model.moves().items():
        assert str(move.label), f"{name} has no label"
        assert re.fullmatch(r"[a-z_]+\.[a-z_]+", move.permission), f"{name}: {move.permission!r} is no permission"
        assert move.tone in {"primary", "neutral", "danger"}, f"{name}: {move.tone!r} is no tone"
        assert move.sources | {move.target} <= states, f"{name} names a state that the lifecycle does not have"


@pytest.mark.parametrize("model", DECIDED, ids=lambda model: model._meta.label)
def test_every_state_can_be_reached(model):
    reached, before = {model._meta.get_field("state").default}, set()
    while reached != before:
        before = set(reached)
        reached |= {move.target for move in model.moves().values() if move.sources & reached}
    assert reached == set(dict(model._meta.get_field("state").choices))


def test_the_plain_manager_is_used_by_the_kits_only():
    # `rows` sees everything: it serves Django's own machinery and the rooms that build on it.
    kits = [ROOT / "srm" / room for room in ("flow", "ui", "rest", "people", "core")]
    found = [
        where(path, node)
        for path in sources()
        if not any(kit in path.parents for kit in kits)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr == "rows" and last_word(node.value)[:1].isupper()
    ]
    assert not found, "\n".join(found)
