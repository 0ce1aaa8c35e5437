"""Made-up calls by the API's own description: no fault of ours, and every answer is one that the description names."""

from __future__ import annotations

import json
from collections import Counter

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from srm.people.models import UserRole
from srm.people.roles import STAFF_ROLES
from srm.rest import schema as description
from srm.rest.permissions import ActorThrottle
from tests.rest.helpers import account, token_for

CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)


def fuzz(described: dict, token: str, known_id: str, examples: int) -> Counter:
    """Call every operation `examples` times; half of the calls about a document that exists. How often which status."""
    found: Counter = Counter()
    drawn = schemathesis.openapi.from_dict(described)
    drawn.app, drawn.base_url = get_wsgi_application(), "http://testserver"
    options = {"max_examples": examples, "deadline": None, "database": None, "derandomize": True}

    for result in drawn.get_all_operations():
        operation = result.ok()

        @given(case=operation.as_strategy())
        @hypothesis_settings(phases=[Phase.generate], suppress_health_check=list(HealthCheck), **options)
        def call(case):
            case.headers = {**dict(case.headers or {}), "Authorization": f"Bearer {token}"}
            if case.path_parameters and sum(found.values()) % 2:
                case.path_parameters["id"] = known_id
            answer = case.call()
            found[answer.status_code] += 1
            case.validate_response(answer, checks=CHECKS)

        call()
    return found


@pytest.fixture
def token(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> str:
    """Somebody who may do everything and call as often as he likes."""
    monkeypatch.setattr(ActorThrottle, "rate", None, raising=False)
    user = account("everybody")
    UserRole.objects.bulk_create([UserRole(user=user, role=role) for role in STAFF_ROLES])
    return token_for(user)


def test_made_up_calls_of_the_tests_own_resources(things, token, item):
    from tests.rest import resources

    raw = description.Generator(patterns=resources.urlpatterns, api_version="v1").get_schema(request=None, public=True)
    found = fuzz(json.loads(description.dumps(raw)), token, item.public_id, examples=20)
    assert found[200] > 20
    assert found[404] > 10
    assert sum(found[code] for code in (400, 409, 422, 428)) > 20


@pytest.mark.deep
def test_made_up_calls_of_every_resource(token):
    raw = json.loads(description.description()[0])
    operations = sum(len(path) for path in raw["paths"].values())
    calls = 10_000 if hypothesis_settings().max_examples >= 1000 else 300
    assert sum(fuzz(raw, token, "A" * 22, max(3, calls // operations)).values()) > operations
