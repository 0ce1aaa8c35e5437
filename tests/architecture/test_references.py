"""Nothing that points to an item is forgotten when two items are merged."""

import pytest
from django.apps import apps

from srm.catalog.merging.references import reference, references
from srm.catalog.models import Item

POINTING = sorted(
    f"{model._meta.label_lower}.{field.name}"
    for model in apps.get_models()
    for field in model._meta.get_fields()
    if field.is_relation and not field.auto_created and field.related_model is Item
)


@pytest.mark.parametrize("key", POINTING)
def test_a_foreign_key_to_an_item_says_how_it_follows_a_merge(key):
    model, _dot, field = key.rpartition(".")
    name = apps.get_model(model).__name__
    assert reference(key) is not None, (
        f"{key} points to an item, and nobody says what becomes of it when the item is merged into another. Write into "
        f"references.py of its room:\n    register(Follows({name}, {field!r}))   # or Keeps(..., why=...), see "
        "srm/catalog/merging/references.py"
    )


def test_only_foreign_keys_that_exist_are_registered():
    assert sorted(one.key for one in references()) == POINTING
