"""/healthz: this process answers. /readyz: it may be sent work; says what is wrong, to operators only in words."""

from __future__ import annotations

import logging
import time

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from srm.core.readiness import CHECKS, ReadyCheck

log = logging.getLogger("srm.health")
KEPT_SECONDS = 2.0
_last: tuple[float, int, dict] | None = None


@never_cache
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """Alive. Touches nothing, so that a slow database does not get the process killed."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(_request: HttpRequest) -> HttpResponse:
    """200 when every check passes, 503 otherwise. Anyone may ask, so the answer is kept for two seconds."""
    global _last
    now = time.monotonic()
    if _last is None or now - _last[0] > KEPT_SECONDS:
        _last = (now, *report())
    _at, status, body = _last
    return JsonResponse(body, status=status)


def report() -> tuple[int, dict]:
    """Run all checks; without the database the others are not even asked."""
    faults: dict[str, list[str]] = {}
    warnings: dict[str, list[str]] = {}
    for check in sorted(CHECKS.values(), key=lambda each: each.name != "database"):
        found = _run(check)
        if found:
            (warnings if check.warning else faults)[check.name] = found
        if check.name == "database" and found and not connection.is_usable():
            break
    status = 503 if faults else 200
    return status, {"ready": not faults, "faults": faults, "warnings": warnings}


def _run(check: ReadyCheck) -> list[str]:
    try:
        return list(check.run())
    except Exception:
        log.exception("ready check %s failed", check.name)
        return ["the check itself failed; see the log"]


# Both answer anybody: a load balancer has no account.
healthz.public = readyz.public = True  # type: ignore[attr-defined]
