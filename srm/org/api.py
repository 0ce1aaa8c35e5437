"""Legal entities, departments, places and cost centres over the API."""

from django.db.models import QuerySet

import srm.org.lookups  # noqa: F401  the filters below ask them
from srm.org import filters, services
from srm.people.models import CostCenter, Department, LegalEntity, Place, User
from srm.rest.fields import CurrencyField, RefField
from srm.rest.router import register
from srm.rest.serializers import Serializer
from srm.rest.viewsets import DocumentViewSet

_NAMES = ("name_en", "name_ru", "name_bg")
_RIGHTS = {"view": "home.view", "create": "org.manage", "update": "org.manage"}
_BY_CODE = {"code": ("code", "id"), "-code": ("-code", "-id"), "-id": ("-id",)}


def _staff(rows: QuerySet) -> QuerySet:
    return rows.filter(kind=User.Kind.STAFF, is_active=True)


class LegalEntitySerializer(Serializer):
    currency = CurrencyField(required=False)

    class Meta:
        model = LegalEntity
        writable = (
            "code",
            *_NAMES,
            "tax_id",
            "country",
            "currency",
            "number_prefix",
            "address",
            "share_rule",
            "is_active",
        )
        fields = (*writable, "version")


class DepartmentSerializer(Serializer):
    head = RefField(User, filter=_staff, required=False, allow_null=True)

    class Meta:
        model = Department
        writable = ("code", *_NAMES, "parent", "legal_entity", "head", "place", "is_active")
        fields = (*writable, "path", "version")


class PlaceSerializer(Serializer):
    class Meta:
        model = Place
        writable = ("code", *_NAMES, "legal_entity", "country", "address", "is_active")
        fields = (*writable, "version")


class CostCenterSerializer(Serializer):
    owner = RefField(User, filter=_staff, required=False, allow_null=True)

    class Meta:
        model = CostCenter
        writable = ("code", *_NAMES, "department", "owner", "budget_policy", "is_active")
        fields = (*writable, "version")


class LegalEntityViewSet(DocumentViewSet):
    """The firms that buy."""

    model = LegalEntity
    serializer_class = LegalEntitySerializer
    permissions = _RIGHTS
    filterset_class = filters.LegalEntityFilter
    sorts = _BY_CODE
    create_service = services.create_legal_entity
    update_service = services.update_legal_entity


class DepartmentViewSet(DocumentViewSet):
    """The firm's tree; `path` lists the codes from the root."""

    model = Department
    serializer_class = DepartmentSerializer
    permissions = _RIGHTS
    filterset_class = filters.DepartmentFilter
    sorts = {"path": ("path", "id"), **_BY_CODE}
    create_service = services.create_department
    update_service = services.update_department


class PlaceViewSet(DocumentViewSet):
    """Where goods are delivered."""

    model = Place
    serializer_class = PlaceSerializer
    permissions = _RIGHTS
    filterset_class = filters.PlaceFilter
    sorts = _BY_CODE
    create_service = services.create_place
    update_service = services.update_place


class CostCenterViewSet(DocumentViewSet):
    """Where spending is booked."""

    model = CostCenter
    serializer_class = CostCenterSerializer
    permissions = _RIGHTS
    filterset_class = filters.CostCenterFilter
    sorts = _BY_CODE
    create_service = services.create_cost_center
    update_service = services.update_cost_center


register("legal-entities", LegalEntityViewSet)
register("departments", DepartmentViewSet)
register("places", PlaceViewSet)
register("cost-centers", CostCenterViewSet)
