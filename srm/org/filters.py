"""Filters of the firm's lists."""

from django.utils.translation import gettext_lazy as _

from srm.org.models import Absence, SpecialDay, WorkingWeek
from srm.people.models import CostCenter, Department, LegalEntity, Place, User
from srm.people.roles import ROLES
from srm.ui import filters


class _WithActive(filters.FilterSet):
    is_active = filters.YesNoFilter(label=_("Active"))


class LegalEntityFilter(_WithActive):
    class Meta:
        model = LegalEntity
        fields: list[str] = []


class PlaceFilter(_WithActive):
    legal_entity = filters.PickerFilter("legal-entities", label=_("Legal entity"))

    class Meta:
        model = Place
        fields: list[str] = []


class DepartmentFilter(_WithActive):
    legal_entity = filters.PickerFilter("legal-entities", label=_("Legal entity"))

    class Meta:
        model = Department
        fields: list[str] = []


class CostCenterFilter(_WithActive):
    department = filters.PickerFilter("departments", label=_("Department"))

    class Meta:
        model = CostCenter
        fields: list[str] = []


class UserFilter(_WithActive):
    kind = filters.ChoiceFilter(label=_("Kind"), choices=User.Kind.choices)
    department = filters.PickerFilter("departments", label=_("Department"))
    role = filters.ChoiceFilter(
        label=_("Role"), field_name="grants__role", choices=[(name, label) for name, (label, _r) in ROLES.items()]
    )

    class Meta:
        model = User
        fields: list[str] = []


class AbsenceFilter(filters.FilterSet):
    user = filters.PickerFilter("users", label=_("Who is away"))
    stand_in = filters.PickerFilter("users", label=_("Stand-in"))
    days = filters.DateRangeFilter(label=_("First day"), field_name="starts_on")
    withdrawn = filters.YesNoFilter(label=_("Withdrawn"))

    class Meta:
        model = Absence
        fields: list[str] = []


class WorkingWeekFilter(filters.FilterSet):
    legal_entity = filters.PickerFilter("legal-entities", label=_("Legal entity"))

    class Meta:
        model = WorkingWeek
        fields: list[str] = []


class SpecialDayFilter(filters.FilterSet):
    legal_entity = filters.PickerFilter("legal-entities", label=_("Legal entity"))
    works = filters.YesNoFilter(label=_("Working day"))
    days = filters.DateRangeFilter(label=_("Day"), field_name="day")

    class Meta:
        model = SpecialDay
        fields: list[str] = []
