"""The firm's structure alone."""

from django.urls import include, path

from srm.org.api import CostCenterViewSet, DepartmentViewSet, LegalEntityViewSet, PlaceViewSet
from srm.rest.router import urls_of

patterns = [
    *urls_of("legal-entities", LegalEntityViewSet),
    *urls_of("departments", DepartmentViewSet),
    *urls_of("places", PlaceViewSet),
    *urls_of("cost-centers", CostCenterViewSet),
]
urlpatterns = [path("api/v1/", include((patterns, "api")))]
