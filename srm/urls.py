"""All routes: every room's `urls.py` under its own name (or its `prefix`), its supplier pages under /portal/, the API under /api/v1/.

A room declares `app_name`, `urlpatterns` and, for suppliers, `portal_patterns`; nothing is registered here by hand.
"""

from django.urls import include, path

from srm.core.discovery import modules
from srm.jobs import health
from srm.rest.router import api_urls

ROOT_ROOMS = {"srm.home", "srm.ui"}

modules("api")
urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("account/", include("allauth.urls")),
    path("api/v1/", include(api_urls())),
]
for room, module in modules("urls"):
    name = getattr(module, "prefix", room.rpartition(".")[2])
    prefix = "" if room in ROOT_ROOMS else f"{name}/"
    if hasattr(module, "urlpatterns"):
        urlpatterns.append(path(prefix, include((module.urlpatterns, module.app_name))))
    if hasattr(module, "portal_patterns"):
        urlpatterns.append(path(f"portal/{name}/", include((module.portal_patterns, f"portal-{module.app_name}"))))

handler400 = "srm.ui.errors.bad_request"
handler403 = "srm.ui.errors.forbidden"
handler404 = "srm.ui.errors.missing"
handler500 = "srm.ui.errors.broken"
