"""Legal entities, departments, places and cost centres over the API."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

import srm.org.lookups  # noqa: F401  the filters below ask them
from srm.core.errors import Missing
from srm.org import absence_views, absences, calendar_views, calendars, filters, services
from srm.org.models import Absence, SpecialDay, WorkingWeek
from srm.people.models import CostCenter, Department, LegalEntity, Place, User
from srm.rest.fields import CurrencyField, RefField
from srm.rest.router import register, register_view
from srm.rest.serializers import Serializer
from srm.rest.viewsets import ApiView, DocumentViewSet

_NAMES = ("name_en", "name_ru", "name_bg")
_RIGHTS = {"view": "home.view", "create": "org.manage", "update": "org.manage"}
_BY_CODE = {"code": ("code", "id"), "-code": ("-code", "-id"), "-id": ("-id",)}


def _staff(rows: QuerySet) -> QuerySet:
    return rows.filter(kind=User.Kind.STAFF, is_active=True)


class LegalEntitySerializer(Serializer):
    currency = CurrencyField(required=False)
    buyer = RefField(User, filter=_staff, required=False, allow_null=True)

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
            "buyer",
            "is_active",
        )
        fields = (*writable, "version")


class DepartmentSerializer(Serializer):
    head = RefField(User, filter=_staff, required=False, allow_null=True)
    buyer = RefField(User, filter=_staff, required=False, allow_null=True)

    class Meta:
        model = Department
        writable = ("code", *_NAMES, "parent", "legal_entity", "head", "place", "buyer", "is_active")
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


class AbsenceSerializer(Serializer):
    """Who is away, from the first to the last day, both included."""

    user = RefField(User, filter=_staff, required=False)
    stand_in = RefField(User, filter=_staff)

    class Meta:
        model = Absence
        writable = ("user", "stand_in", "starts_on", "ends_on", "note")
        fields = (*writable, "withdrawn", "version")


class AbsenceViewSet(DocumentViewSet):
    """Absences: the caller's, those he stands in for, or all for who keeps the firm's people.

    `user` may be left out for oneself, and cannot be changed later.
    """

    model = Absence
    serializer_class = AbsenceSerializer
    permissions = {"view": "home.view", "create": "home.view", "update": "home.view"}
    filterset_class = filters.AbsenceFilter
    sorts = absence_views.AbsenceList.sorts
    create_service = absences.create_absence
    update_service = absences.update_absence

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("user", "stand_in")


class WithdrawAbsenceView(ApiView):
    """An absence does not hold any more."""

    permission = "home.view"

    @extend_schema(request=None, responses=AbsenceSerializer, operation_id="absences_withdraw")
    def post(self, request: Any, id: str) -> Any:
        """The absence, withdrawn."""

        def work() -> Response:
            absence = (
                Absence.objects.visible_to(self.actor).select_related("user", "stand_in").filter(public_id=id).first()
            )
            if absence is None:
                raise Missing()
            done = absences.withdraw_absence(absence, actor=self.actor)
            return Response(AbsenceSerializer(done, context=self.get_serializer_context()).data)

        return self.write(work)


class WorkingWeekSerializer(Serializer):
    """When a firm works; `days` are ISO weekdays in one text, Monday is 1: "12345"."""

    class Meta:
        model = WorkingWeek
        writable = ("legal_entity", "days", "begins", "ends", "time_zone")
        fields = (*writable, "version")


class WorkingWeekViewSet(DocumentViewSet):
    """Working time of the firms; one without works from Monday to Friday, 9 to 18."""

    model = WorkingWeek
    serializer_class = WorkingWeekSerializer
    permissions = _RIGHTS
    filterset_class = filters.WorkingWeekFilter
    sorts = calendar_views.WorkingWeekList.sorts
    create_service = calendars.create_week
    update_service = calendars.update_week


class SpecialDaySerializer(Serializer):
    """A day that differs from the week and from the public holidays."""

    class Meta:
        model = SpecialDay
        writable = ("legal_entity", "day", "works", "name")
        fields = (*writable, "version")


class SpecialDayViewSet(DocumentViewSet):
    """Days on which a firm works although it is a weekend or a holiday, or the other way round."""

    model = SpecialDay
    serializer_class = SpecialDaySerializer
    permissions = _RIGHTS
    filterset_class = filters.SpecialDayFilter
    sorts = calendar_views.SpecialDayList.sorts
    create_service = calendars.create_day
    update_service = calendars.update_day


register("absences", AbsenceViewSet)
register("working-time", WorkingWeekViewSet)
register("special-days", SpecialDayViewSet)
register_view("absences/<str:id>/withdraw/", WithdrawAbsenceView, "absences-withdraw")
register("legal-entities", LegalEntityViewSet)
register("departments", DepartmentViewSet)
register("places", PlaceViewSet)
register("cost-centers", CostCenterViewSet)
