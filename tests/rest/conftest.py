"""Accounts of the API's tests, and the small catalog they work on."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.cache import cache

from srm.catalog.models import Category, Item, Unit
from srm.people.models import User
from srm.rest import permissions
from tests.rest.helpers import account


@pytest.fixture(autouse=True)
def fresh_counters() -> None:
    """Each test starts with nobody having called."""
    cache.clear()
    permissions.ActorThrottle._counted.clear()
    permissions.ActorThrottle._shared.clear()


@pytest.fixture
def admin(db: None) -> User:
    """May manage the firm's structure and the catalog."""
    return account("admin", "administrator", "buyer")


@pytest.fixture
def requester(db: None) -> User:
    """May see the catalog, not change it, and not see the firm's structure."""
    return account("requester", "requester")


@pytest.fixture
def nobody(db: None) -> User:
    """An account without any role."""
    return account("nobody")


@pytest.fixture
def unit(db: None) -> Unit:
    return Unit.objects.get_or_create(code="H87", defaults={"symbol_en": "pc", "dimension": "count"})[0]


@pytest.fixture
def category(db: None) -> Category:
    return Category.objects.create(code="A", path="/A/", name_en="Fasteners")


@pytest.fixture
def item(category: Category, unit: Unit) -> Item:
    return Item.objects.create(
        article="B-1", name_en="Bolt", category=category, base_unit=unit, reference_price=Decimal("0.05")
    )


@pytest.fixture
def body(category: Category, unit: Unit) -> dict[str, object]:
    """A good body for a new thing."""
    return {
        "article": "B-2", "name_en": "Nut", "category": category.public_id, "base_unit": unit.code,
        "reference_price": "1.25", "currency": "EUR", "margin_dependent": "10.00",
    }  # fmt: skip


@pytest.fixture
def things(settings) -> str:
    """The tests' own resource, and its address."""
    settings.ROOT_URLCONF = "tests.rest.resources"
    return "/api/v1/things/"
