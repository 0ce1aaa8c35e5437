"""Where data points, who may read it, and whether the migrations know it."""

import pytest
from django.apps import apps
from django.core.management import call_command

from srm.core.scoping import ScopedManager
from tests.architecture.house import PACKAGES, floors, room_of
from tests.architecture.plain_models import PLAIN

MODELS = sorted(
    (model for model in apps.get_models(include_auto_created=True) if model.__module__.split(".")[0] in PACKAGES),
    key=lambda model: model._meta.label,
)
WRITTEN = [model for model in MODELS if not model._meta.auto_created]


def ids(model):
    return model._meta.label


@pytest.mark.parametrize("model", MODELS, ids=ids)
def test_a_foreign_key_points_to_its_own_room_or_further_down(model):
    heights, room = floors(), room_of(model.__module__)
    for field in model._meta.get_fields():
        target = getattr(field, "related_model", None)
        if field.auto_created or target is None or target.__module__.split(".")[0] not in PACKAGES:
            continue
        other = room_of(target.__module__)
        assert room in heights, f"the import rules in pyproject.toml do not know {room}"
        assert other in heights, f"the import rules in pyproject.toml do not know {other}"
        assert room == other or heights[room] < heights[other], (
            f"{model._meta.label}.{field.name} points from {room} up to {other}"
        )


@pytest.mark.parametrize("model", WRITTEN, ids=ids)
def test_rows_of_the_business_are_read_for_somebody(model):
    scoped = isinstance(getattr(model, "objects", None), ScopedManager)
    label = model._meta.label
    if scoped:
        assert label not in PLAIN, f"{label} has a scope by now: take it out of plain_models.py"
        assert model._meta.default_manager_name == "rows", f"{label}: class Meta(ScopedModel.Meta)"
        assert model._meta.base_manager_name == "rows", f"{label}: class Meta(ScopedModel.Meta)"
        own = {name for base in model.objects.queryset_class.__mro__[:-1] for name in vars(base)}
        assert "visible_to" in own
        assert model.objects.queryset_class.visible_to.__qualname__ != "ScopedQuerySet.visible_to", (
            f"{label} does not say who sees its rows"
        )
    else:
        assert label in PLAIN, (
            f"{label} can be read without saying for whom. Give it `objects = scoped(...)`, or, if its rows belong to "
            f'nobody in particular, add to tests/architecture/plain_models.py:\n    "{label}": "why",'
        )


def test_the_list_of_plain_models_names_only_models_that_exist():
    assert set(PLAIN) <= {model._meta.label for model in WRITTEN}


@pytest.mark.django_db
def test_migrations_are_complete():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
