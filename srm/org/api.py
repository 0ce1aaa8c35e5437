"""Legal entities, departments, places and cost centres over the API."""

from srm.people.models import CostCenter, Department, LegalEntity, Place
from srm.rest.router import register
from srm.rest.serializers import Serializer
from srm.rest.viewsets import DocumentViewSet

_NAMES = ("name_en", "name_ru", "name_bg")
_BY_CODE = {"code": ("code", "id"), "-code": ("-code", "-id"), "-id": ("-id",)}


class LegalEntitySerializer(Serializer):
    class Meta:
        model = LegalEntity
        fields = ("code", *_NAMES, "tax_id", "country", "currency", "address", "is_active", "version")


class DepartmentSerializer(Serializer):
    class Meta:
        model = Department
        fields = ("code", *_NAMES, "parent", "path", "legal_entity", "head", "place", "is_active", "version")


class PlaceSerializer(Serializer):
    class Meta:
        model = Place
        fields = ("code", *_NAMES, "legal_entity", "country", "address", "is_active", "version")


class CostCenterSerializer(Serializer):
    class Meta:
        model = CostCenter
        fields = ("code", *_NAMES, "department", "owner", "is_active", "version")


class LegalEntityViewSet(DocumentViewSet):
    """The firms that buy."""

    model = LegalEntity
    serializer_class = LegalEntitySerializer
    permissions = {"view": "org.view"}
    sorts = _BY_CODE


class DepartmentViewSet(DocumentViewSet):
    """The firm's tree; `path` lists the codes from the root."""

    model = Department
    serializer_class = DepartmentSerializer
    permissions = {"view": "org.view"}
    sorts = {"path": ("path", "id"), **_BY_CODE}


class PlaceViewSet(DocumentViewSet):
    """Where goods are delivered."""

    model = Place
    serializer_class = PlaceSerializer
    permissions = {"view": "org.view"}
    sorts = _BY_CODE


class CostCenterViewSet(DocumentViewSet):
    """Where spending is booked."""

    model = CostCenter
    serializer_class = CostCenterSerializer
    permissions = {"view": "org.view"}
    sorts = _BY_CODE


register("legal-entities", LegalEntityViewSet)
register("departments", DepartmentViewSet)
register("places", PlaceViewSet)
register("cost-centers", CostCenterViewSet)
