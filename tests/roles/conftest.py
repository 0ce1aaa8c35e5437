"""Every test knocks at all doors; none counts the knocks of another."""

import pytest
from django.core.cache import cache

from srm.rest.permissions import ActorThrottle


@pytest.fixture(autouse=True)
def counted_from_nothing(db: None) -> None:
    """Accounts have the same keys in every test, so their calls of one minute would be added up."""
    ActorThrottle._counted.clear()
    ActorThrottle._shared.clear()
    cache.clear()
