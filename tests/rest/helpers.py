"""A caller of the API for tests: JSON in, JSON out, with a session or a token."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.test import Client

from srm.core import clock
from srm.people.models import User, UserRole
from srm.rest.authentication import PREFIX, digest_of
from srm.rest.models import ApiToken


def account(email: str, *roles: str, **values: Any) -> User:
    """An account with roles."""
    user = User.objects.create_user(f"{email}@example.com", "a long enough password", name=email.title(), **values)
    UserRole.objects.bulk_create([UserRole(user=user, role=role) for role in roles])
    return user


def token_for(user: User, secret: str = "", **values: Any) -> str:
    """A token written straight into the table, so that tests can give it any past; its secret."""
    secret = secret or f"{PREFIX}{user.pk}-{ApiToken.objects.unscoped('test').count()}-{'x' * 30}"
    values = {"name": "Test", "expires_at": clock.now() + dt.timedelta(days=1), **values}
    ApiToken.objects.unscoped("test").create(user=user, digest=digest_of(secret), hint=secret[:7], **values)
    return secret


class Api:
    """Calls with one log-in. `key` is the Idempotency-Key."""

    def __init__(self, user: User | None = None, *, token: str | None = None, **headers: str) -> None:
        self.client = Client(headers=headers)
        if user is not None and token is None:
            token = token_for(user)
        if token is not None:
            self.client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token}"

    def get(self, path: str, query: Any = None, **headers: str) -> Any:
        return self.client.get(path, query or {}, headers=headers)

    def call(
        self, method: str, path: str, body: object = None, *, key: str = "", raw: bytes | None = None, **headers: str
    ) -> Any:
        if key:
            headers["Idempotency-Key"] = key
        data = raw if raw is not None else json.dumps({} if body is None else body).encode()
        return self.client.generic(method, path, data, content_type="application/json", headers=headers)

    def post(self, path: str, body: object = None, **options: Any) -> Any:
        return self.call("POST", path, body, **options)

    def patch(self, path: str, body: object = None, **options: Any) -> Any:
        return self.call("PATCH", path, body, **options)


def api(user: User | None = None, **options: Any) -> Api:
    """A caller; without `user` nobody in particular."""
    return Api(user, **options)
