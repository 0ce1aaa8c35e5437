"""Tables of the firm's lists."""

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext_lazy as _

from srm.org.models import Absence, SpecialDay, WorkingWeek
from srm.people.models import CostCenter, Department, LegalEntity, Place, User
from srm.people.roles import ROLES
from srm.ui import tables


class LegalEntityTable(tables.Table):
    code = tables.TextColumn()
    name = tables.TextColumn(_("Name"))
    tax_id = tables.TextColumn()
    country = tables.TextColumn()
    currency = tables.TextColumn()
    number_prefix = tables.TextColumn()
    is_active = tables.FlagColumn()

    class Meta:
        model = LegalEntity
        hidden = ("number_prefix",)


class PlaceTable(tables.Table):
    code = tables.TextColumn()
    name = tables.TextColumn(_("Name"))
    address = tables.TextColumn()
    legal_entity = tables.TextColumn()
    is_active = tables.FlagColumn()

    class Meta:
        model = Place


class DepartmentTable(tables.Table):
    name = tables.TextColumn(_("Name"), sort="path")
    code = tables.TextColumn()
    parent = tables.TextColumn()
    head = tables.TextColumn()
    legal_entity = tables.TextColumn()
    place = tables.TextColumn()
    is_active = tables.FlagColumn()

    class Meta:
        model = Department
        hidden = ("place",)


class CostCenterTable(tables.Table):
    code = tables.TextColumn()
    name = tables.TextColumn(_("Name"))
    department = tables.TextColumn()
    owner = tables.TextColumn()
    budget_policy = tables.ChoiceColumn()
    is_active = tables.FlagColumn()

    class Meta:
        model = CostCenter


def role_words(user: User) -> list[str]:
    """The account's roles in words."""
    return [str(ROLES[grant.role][0]) for grant in user.grants.all() if grant.role in ROLES]


class UserTable(tables.Table):
    name = tables.TextColumn(hint="email")
    kind = tables.ChoiceColumn()
    department = tables.TextColumn()
    roles = tables.TagColumn(_("Roles"), accessor=role_words)
    last_login = tables.TimeColumn(_("Last log-in"))
    is_active = tables.FlagColumn(yes=_("open"), no=_("closed"))

    class Meta:
        model = User


class AbsenceTable(tables.Table):
    user = tables.TextColumn(accessor="user.name")
    stand_in = tables.TextColumn(accessor="stand_in.name")
    starts_on = tables.DateColumn()
    ends_on = tables.DateColumn()
    note = tables.TextColumn()
    withdrawn = tables.FlagColumn()

    class Meta:
        model = Absence


def week_words(week: WorkingWeek) -> str:
    """The working days in short words."""
    return ", ".join(str(WEEKDAYS_ABBR[int(digit) - 1]) for digit in week.days)


def hours_words(week: WorkingWeek) -> str:
    """From when to when, e.g. 09:00–18:00."""
    return f"{week.begins:%H:%M}–{week.ends:%H:%M}"


class WorkingWeekTable(tables.Table):
    legal_entity = tables.TextColumn(accessor="legal_entity.name")
    days = tables.TextColumn(accessor=week_words)
    hours = tables.TextColumn(_("Hours"), accessor=hours_words)
    time_zone = tables.TextColumn()

    class Meta:
        model = WorkingWeek


class SpecialDayTable(tables.Table):
    day = tables.DateColumn()
    legal_entity = tables.TextColumn(accessor="legal_entity.name")
    works = tables.FlagColumn()
    name = tables.TextColumn()

    class Meta:
        model = SpecialDay
