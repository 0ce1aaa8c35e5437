"""Writing the firm's structure and its accounts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.audit import services as audit
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, RuleBroken
from srm.flow import records
from srm.notify.services import write_to
from srm.people.models import CostCenter, Department, LegalEntity, Place, User, UserRole
from srm.people.roles import ROLES, STAFF_ROLES, SUPPLIER_ROLES

# -- structure ---------------------------------------------------------------


def create_legal_entity(*, actor: Actor, **values: Any) -> LegalEntity:
    """A new firm of the group."""
    return records.create(LegalEntity, actor=actor, **_named(values))


def update_legal_entity(
    entity: LegalEntity, *, actor: Actor, version: int | None = None, **changes: Any
) -> LegalEntity:
    """Change a firm; its number prefix only counts for numbers given from now on."""
    return records.update(entity, actor=actor, version=version, **_named(changes))


def create_place(*, actor: Actor, **values: Any) -> Place:
    """A new delivery place."""
    return records.create(Place, actor=actor, **_named(values))


def update_place(place: Place, *, actor: Actor, version: int | None = None, **changes: Any) -> Place:
    """Change a delivery place."""
    return records.update(place, actor=actor, version=version, **_named(changes))


def create_cost_center(*, actor: Actor, **values: Any) -> CostCenter:
    """A new cost centre."""
    return records.create(CostCenter, actor=actor, **_named(values))


def update_cost_center(center: CostCenter, *, actor: Actor, version: int | None = None, **changes: Any) -> CostCenter:
    """Change a cost centre."""
    return records.update(center, actor=actor, version=version, **_named(changes))


def create_department(*, actor: Actor, parent: Department | None = None, **values: Any) -> Department:
    """A new department under `parent`, or at the root."""
    path = Department(code=values.get("code", "")).path_below(parent)
    return records.create(Department, actor=actor, parent=parent, path=path, **_named(values))


def update_department(
    department: Department, *, actor: Actor, version: int | None = None, **changes: Any
) -> Department:  # fmt: skip
    """Change a department; when it moves or gets another code, everything below it moves along.

    Raises:
        InvalidInput: it would hang below itself.
    """
    locked = records.locked_row(department, version=version)
    parent = changes.get("parent", locked.parent)
    if parent is not None and parent.path.startswith(locked.path):
        raise InvalidInput({"parent": _("A department cannot belong to itself or to one below it.")})
    before = locked.path
    path = Department(code=changes.get("code", locked.code)).path_below(parent)
    changed = records.update(locked, actor=actor, path=path, **_named(changes))
    if path != before:
        below = Department.objects.filter(path__startswith=before).exclude(pk=locked.pk)
        below.update(path=Concat(Value(path), Substr("path", len(before) + 1)), version=F("version") + 1)
    return changed


def _named(values: dict[str, Any]) -> dict[str, Any]:
    """`values`, when at least one of the three names is there.

    Raises:
        InvalidInput: all names given are empty.
    """
    names = [values[name] for name in ("name_en", "name_ru", "name_bg") if name in values]
    if len(names) == 3 and not any(names):
        raise InvalidInput({"name_en": _("Enter the name in one language at least.")})
    return values


# -- accounts ----------------------------------------------------------------


def invite_user(*, actor: Actor, roles: Iterable[str] = (), **values: Any) -> User:
    """A new account of the staff; the person gets a mail with a link to set the password."""
    values["email"] = str(values.get("email", "")).strip().lower()
    user = records.create(User, actor=actor, kind=User.Kind.STAFF, password=make_password(None), **values)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=False)
    _grant(user, set(roles), actor=actor)
    invite_again(user, actor=actor)
    return user


def invite_again(user: User, *, actor: Actor) -> User:
    """Send the link to set a password (again); older links stop working once one was used.

    Raises:
        RuleBroken: the account is closed.
    """
    if not user.is_active:
        raise RuleBroken([_("This account is closed. Open it again first.")])
    token = default_token_generator.make_token(user)
    address = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": token})
    write_to(
        user.email, language=user.language, actor=actor, subject=gettext_lazy("Your account is ready"),
        body=gettext_lazy("Set your password by this link. It works once, for three days."),
        button=gettext_lazy("Set the password"), secret={"url": f"{settings.BASE_URL}{address}"},
    )  # fmt: skip
    audit.record(actor=actor, verb="invited", subject=user)
    return user


def update_user(user: User, *, actor: Actor, version: int | None = None, **changes: Any) -> User:
    """Change an account's person data; a new address has to be proven at the next log-in."""
    if "email" in changes:
        changes["email"] = str(changes["email"]).strip().lower()
    fresh = records.update(user, actor=actor, version=version, **changes)
    if fresh.email != user.email or not EmailAddress.objects.filter(user=fresh, email=fresh.email).exists():
        EmailAddress.objects.filter(user=fresh).delete()
        EmailAddress.objects.create(user=fresh, email=fresh.email, primary=True, verified=False)
    return fresh


def set_roles(user: User, *, actor: Actor, roles: Iterable[str], reason: str = "") -> User:
    """Give exactly these roles; the account's other sessions end, so that nothing runs on under old rights.

    Raises:
        RuleBroken: his own roles, or the last administrator's.
        InvalidInput: a role that is not for this kind of account.
    """
    locked = records.locked_row(user)
    if actor.user_id == locked.pk or actor.person_id == locked.person_id:
        raise RuleBroken([_("Nobody changes his own roles. Ask another administrator.")])
    if _grant(locked, set(roles), actor=actor, reason=reason):
        end_sessions(locked)
    return locked


def close_account(user: User, *, actor: Actor, reason: str = "") -> User:
    """Nobody can log in to it any more, and who is logged in is out. What the person did stays under his name.

    Raises:
        RuleBroken: his own account, or the last administrator's.
    """
    if actor.user_id == user.pk:
        raise RuleBroken([_("Nobody closes his own account. Ask another administrator.")])
    _keep_an_administrator(user, frozenset())
    closed = records.update(user, actor=actor, verb="closed", reason=reason, is_active=False)
    end_sessions(closed)
    return closed


def open_account(user: User, *, actor: Actor) -> User:
    """Let the person log in again, with the roles he had."""
    return records.update(user, actor=actor, verb="opened", is_active=True)


def forget_second_step(user: User, *, actor: Actor, reason: str = "") -> User:
    """The phone is lost: log-in goes by password alone until a new second step is set up."""
    Authenticator.objects.filter(user=user).delete()
    audit.record(actor=actor, verb="second step reset", subject=user, reason=reason)
    end_sessions(user)
    return user


def end_sessions(user: User) -> None:
    """Log the account out everywhere."""
    for session in UserSession.objects.filter(user=user):
        session.end()


def _grant(user: User, roles: set[str], *, actor: Actor, reason: str = "") -> bool:
    """Make the account's roles exactly `roles`; whether anything changed."""
    allowed = SUPPLIER_ROLES if user.kind == User.Kind.SUPPLIER else STAFF_ROLES
    if strangers := roles - allowed:
        raise InvalidInput(
            {"roles": _("Not for this kind of account: %(roles)s.") % {"roles": ", ".join(sorted(strangers))}}
        )
    before = set(user.grants.values_list("role", flat=True))
    if before == roles:
        return False
    _keep_an_administrator(user, frozenset(roles))
    user.grants.exclude(role__in=roles).delete()
    UserRole.objects.bulk_create([UserRole(user=user, role=role) for role in sorted(roles - before)])
    shown = [", ".join(str(ROLES[role][0]) for role in ROLES if role in some) for some in (before, roles)]
    audit.record(actor=actor, verb="roles changed", subject=user, changes={"roles": shown}, reason=reason)
    return True


def _keep_an_administrator(user: User, roles: frozenset[str]) -> None:
    """Refuse what would leave the installation without anybody who can let people in."""
    if "administrator" in roles:
        return
    others = UserRole.objects.filter(role="administrator", user__is_active=True).exclude(user=user)
    if user.grants.filter(role="administrator").exists() and not others.exists():
        raise RuleBroken([_("This is the last administrator. Name another one first.")])
