"""Filters of the firm's lists."""

from django.utils.translation import gettext_lazy as _

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
