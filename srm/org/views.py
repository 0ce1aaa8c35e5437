"""Pages of the firm's structure and its accounts."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.core.actor import Actor
from srm.org import filters, forms, services, tables
from srm.people.models import CostCenter, Department, LegalEntity, Place, User
from srm.people.roles import ROLES, STAFF_ROLES, SUPPLIER_ROLES
from srm.ui.links import url_of
from srm.ui.menu import menu
from srm.ui.pages import ActionPage, CreatePage, DetailPage, EditPage, ListPage, Page
from srm.ui.panels import panel
from srm.ui.slots import Action
from srm.ui.tables import render_ready

BY_CODE = {"code": ("code", "id"), "-code": ("-code", "-id")}
VIEW, MANAGE = "org.view", "org.manage"

# -- structure ---------------------------------------------------------------


@menu("settings", gettext_lazy("Legal entities"), order=40)
class LegalEntityList(ListPage):
    model, permission, title = LegalEntity, VIEW, gettext_lazy("Legal entities")
    table, filterset, sorts = tables.LegalEntityTable, filters.LegalEntityFilter, BY_CODE
    create_label = gettext_lazy("New legal entity")
    empty = (
        gettext_lazy("No legal entity yet."),
        gettext_lazy("The firm that buys. It owns numbers, budgets and contracts."),
    )


class LegalEntityDetail(DetailPage):
    model, permission = LegalEntity, VIEW
    facts = ["code", "tax_id", "country", "currency", "number_prefix", "address", "share_rule", "buyer", "is_active"]


class LegalEntityCreate(CreatePage):
    model, permission, title = LegalEntity, MANAGE, gettext_lazy("New legal entity")
    form, service = forms.LegalEntityForm, services.create_legal_entity


class LegalEntityEdit(EditPage):
    model, permission = LegalEntity, MANAGE
    form, service = forms.LegalEntityForm, services.update_legal_entity


@menu("settings", gettext_lazy("Delivery places"), order=30)
class PlaceList(ListPage):
    model, permission, title = Place, VIEW, gettext_lazy("Delivery places")
    table, filterset, sorts = tables.PlaceTable, filters.PlaceFilter, BY_CODE
    create_label = gettext_lazy("New place")
    empty = (gettext_lazy("No delivery place yet."), gettext_lazy("A plant, a shop, the gate of a store room."))

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("legal_entity")


class PlaceDetail(DetailPage):
    model, permission = Place, VIEW
    facts = ["code", "legal_entity", "country", "address", "is_active"]


class PlaceCreate(CreatePage):
    model, permission, title = Place, MANAGE, gettext_lazy("New delivery place")
    form, service = forms.PlaceForm, services.create_place


class PlaceEdit(EditPage):
    model, permission = Place, MANAGE
    form, service = forms.PlaceForm, services.update_place


@menu("settings", gettext_lazy("Departments"), order=20)
class DepartmentList(ListPage):
    model, permission, title = Department, VIEW, gettext_lazy("Departments")
    table, filterset = tables.DepartmentTable, filters.DepartmentFilter
    sorts = {"path": ("path", "id"), "-path": ("-path", "-id"), **BY_CODE}
    create_label = gettext_lazy("New department")
    empty = (
        gettext_lazy("No departments yet."),
        gettext_lazy("They form a tree: who heads one sees the requests below it."),
    )

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("parent", "head", "legal_entity", "place")


class DepartmentDetail(DetailPage):
    model, permission = Department, VIEW
    facts = ["code", "parent", "legal_entity", "head", "place", "buyer", "is_active"]

    def eyebrow(self) -> list[Any]:
        return [*super().eyebrow(), self.object.path.strip("/").replace("/", " / ")]


@panel(Department, gettext_lazy("People"), order=10, permission=VIEW, count=lambda one, actor: one.users.count())
def people_panel(document: Department, actor: Actor, request: Any) -> tuple[str, dict] | None:
    """Accounts that belong to the department."""
    rows = document.users.select_related("department").prefetch_related("grants").order_by("name")[:200]
    return "org/_table.html", {"table": render_ready(tables.UserTable, rows, actor)}


@panel(Department, gettext_lazy("Cost centres"), order=20, permission=VIEW, place="main")
def cost_centers_panel(document: Department, actor: Actor, request: Any) -> tuple[str, dict] | None:
    """Cost centres of the department."""
    rows = list(document.cost_centers.select_related("department", "owner").order_by("code")[:100])
    return ("org/_table.html", {"table": render_ready(tables.CostCenterTable, rows, actor)}) if rows else None


class DepartmentCreate(CreatePage):
    model, permission, title = Department, MANAGE, gettext_lazy("New department")
    form, service = forms.DepartmentForm, services.create_department


class DepartmentEdit(EditPage):
    model, permission = Department, MANAGE
    form, service = forms.DepartmentForm, services.update_department


@menu("settings", gettext_lazy("Cost centres"), order=25)
class CostCenterList(ListPage):
    model, permission, title = CostCenter, VIEW, gettext_lazy("Cost centres")
    table, filterset, sorts = tables.CostCenterTable, filters.CostCenterFilter, BY_CODE
    create_label = gettext_lazy("New cost centre")
    empty = (gettext_lazy("No cost centres yet."), gettext_lazy("Spending is booked on them; each has a budget owner."))

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("department", "owner")


class CostCenterDetail(DetailPage):
    model, permission = CostCenter, VIEW
    facts = ["code", "department", "owner", "budget_policy", "is_active"]


class CostCenterCreate(CreatePage):
    model, permission, title = CostCenter, MANAGE, gettext_lazy("New cost centre")
    form, service = forms.CostCenterForm, services.create_cost_center


class CostCenterEdit(EditPage):
    model, permission = CostCenter, MANAGE
    form, service = forms.CostCenterForm, services.update_cost_center


# -- accounts ----------------------------------------------------------------


@menu("settings", gettext_lazy("Users"), order=10, key="u")
class UserList(ListPage):
    model, permission, title = User, VIEW, gettext_lazy("Users")
    table, filterset = tables.UserTable, filters.UserFilter
    sorts = {"name": ("name", "id"), "-name": ("-name", "-id"), "-last_login": ("-last_login", "-id"),
             "last_login": ("last_login", "id")}  # fmt: skip
    create_label = gettext_lazy("Invite")
    empty = (gettext_lazy("Nobody here yet."), gettext_lazy("Invite people by e-mail; they set their own password."))
    views = [
        ("staff", gettext_lazy("Staff"), {"kind": "staff"}),
        ("suppliers", gettext_lazy("Suppliers"), {"kind": "supplier"}),
        ("closed", gettext_lazy("Closed"), {"is_active": "0"}),
    ]

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("department").prefetch_related("grants")


class UserDetail(DetailPage):
    model, permission = User, VIEW
    facts = ["email", "kind", "department", ("roles", gettext_lazy("Roles")), "language", "time_zone", "is_active",
             ("last_login", gettext_lazy("Last log-in")), ("date_joined", gettext_lazy("Here since")), ("second_step", gettext_lazy("Second step at log-in"))]  # fmt: skip

    def fact_roles(self) -> str:
        return ", ".join(tables.role_words(self.object))

    def fact_second_step(self) -> str:
        return _("on") if Authenticator.objects.filter(user=self.object).exists() else _("off")

    def actions(self) -> list[Action]:
        found = super().actions()
        if not self.actor.may(MANAGE):
            return found
        mine = (
            [_("Nobody changes his own account here. Ask another administrator.")]
            if self.object.pk == self.actor.user_id
            else []
        )
        names = [("roles", _("Roles")), ("second-step", _("Forget the second step"))]
        names += (
            [("invite", _("Send the link again")), ("close", _("Close the account"))]
            if self.object.is_active
            else [("open", _("Open again"))]
        )
        for name, label in names:
            found.append(
                Action(name, label, url_of(self.object, name) or "", tone="danger" if name == "close" else "neutral",
                       allowed=name == "invite" or not mine, reasons=mine if name in ("roles", "close") else [])
            )  # fmt: skip
        return found


class UserCreate(CreatePage):
    model, permission, title = User, MANAGE, gettext_lazy("Invite a colleague")
    form, service = forms.InviteForm, services.invite_user
    submit, done = gettext_lazy("Send the invitation"), gettext_lazy("The invitation is on its way.")


class UserEdit(EditPage):
    model, permission = User, MANAGE
    form, service = forms.UserForm, services.update_user


class UserRoles(ActionPage):
    model, permission, name = User, MANAGE, "roles"
    title, submit, done = gettext_lazy("Roles"), gettext_lazy("Give these roles"), gettext_lazy("Roles changed.")
    form = forms.RolesForm

    def initial(self) -> dict[str, Any]:
        return {"roles": list(self.object.grants.values_list("role", flat=True))}

    @cached_property
    def bound(self) -> forms.RolesForm:
        return super().bound.for_user(self.object)

    def eyebrow(self) -> list[Any]:
        return [self.object]

    def act(self, form: forms.RolesForm) -> User:
        return services.set_roles(self.object, actor=self.actor, **form.cleaned_data)


class UserClose(ActionPage):
    model, permission, name = User, MANAGE, "close"
    title, submit, tone = gettext_lazy("Close the account"), gettext_lazy("Close the account"), "danger"
    form, done = forms.ReasonForm, gettext_lazy("The account is closed.")
    ask = gettext_lazy("Who is logged in with it is out at once. What the person did stays under the name.")

    def eyebrow(self) -> list[Any]:
        return [self.object]

    def act(self, form: forms.ReasonForm) -> User:
        return services.close_account(self.object, actor=self.actor, **form.cleaned_data)


class UserOpen(ActionPage):
    model, permission, name = User, MANAGE, "open"
    title, submit, done = (
        gettext_lazy("Open the account again"),
        gettext_lazy("Open it"),
        gettext_lazy("The account is open."),
    )
    ask = gettext_lazy("The person can log in again with the roles of before.")

    def act(self, form: Any) -> User:
        return services.open_account(self.object, actor=self.actor)


class UserSecondStep(ActionPage):
    model, permission, name = User, MANAGE, "second-step"
    title, submit, tone = gettext_lazy("Forget the second step"), gettext_lazy("Forget it"), "danger"
    form, done = forms.ReasonForm, gettext_lazy("The second step is forgotten.")
    ask = gettext_lazy("For a lost phone. Make sure that it is really this person who asks.")

    def eyebrow(self) -> list[Any]:
        return [self.object]

    def act(self, form: forms.ReasonForm) -> User:
        return services.forget_second_step(self.object, actor=self.actor, **form.cleaned_data)


class UserInvite(ActionPage):
    model, permission, name = User, MANAGE, "invite"
    title, submit, done = (
        gettext_lazy("Send the link again"),
        gettext_lazy("Send it"),
        gettext_lazy("The mail is on its way."),
    )
    ask = gettext_lazy("A mail with a link to set a new password goes to the account's address.")

    def act(self, form: Any) -> User:
        return services.invite_again(self.object, actor=self.actor)


@menu("settings", gettext_lazy("Roles"), order=15)
class RoleTable(Page):
    """Who may do what, as the table in the code says it."""

    permission, title, template = VIEW, gettext_lazy("Roles"), "org/roles.html"
    name, route = "roles", "roles/"

    def context(self) -> dict[str, Any]:
        roles = [(name, label, rights) for name, (label, rights) in ROLES.items()]
        kinds = [(_("Staff"), STAFF_ROLES), (_("Suppliers"), SUPPLIER_ROLES)]
        groups = []
        for label, names in kinds:
            mine = [role for role in roles if role[0] in names]
            rights = sorted(set().union(*(role[2] for role in mine)))
            groups.append((label, mine, [(right, [right in role[2] for role in mine]) for right in rights]))
        return {**super().context(), "groups": groups}
