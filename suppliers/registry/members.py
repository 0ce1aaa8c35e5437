"""Accounts that act for a supplier: invited by mail, set their own password, removed when they leave."""

from __future__ import annotations

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.audit import services as audit
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken
from srm.flow import records, uow
from srm.notify.services import write_to
from srm.people.models import LegalEntity, User
from suppliers.registry.models import Membership, Supplier

WHY = "the accounts of one supplier, inside its service"
ROLES = ("supplier_admin", "supplier_user")


def invite_member(
    *, actor: Actor, supplier: Supplier, email: str, name: str, role: str = "supplier_admin", language: str = ""
) -> Membership:
    """A new account of the supplier, and a mail with a link to set its password.

    Raises:
        NotAllowed: neither a buyer nor this supplier's own administrator.
        InvalidInput: the address is taken, or is none; an unknown role.
    """
    uow.require()
    _may_manage(actor, supplier)
    if role not in ROLES:
        raise InvalidInput({"role": [_("Choose one of those offered.")]})
    _refuse_taken(email)
    if supplier.once:
        raise RuleBroken(
            [_("%(supplier)s is a one-time supplier. Make it a regular one first.") % {"supplier": supplier}]
        )
    user = User(email=User.objects.normalize_email(email).lower(), name=name, kind=User.Kind.SUPPLIER,
                language=language or supplier.language)  # fmt: skip
    user.set_unusable_password()
    records.check(user)
    user.save()
    # Only who reads the mailbox can set the first password, so the address proves itself.
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    membership = Membership(supplier=supplier, user=user, role=role)
    membership.save()
    audit.record(actor=actor, verb="invited", subject=membership, root=supplier, changes={"user": [None, user.email]})
    send_invitation(membership, actor=actor)
    return membership


def send_invitation(membership: Membership, *, actor: Actor) -> None:
    """The mail with the link; the link ends when it was used, and after three days.

    Raises:
        RuleBroken: the account has a password already.
    """
    user = membership.user
    if user.has_usable_password():
        raise RuleBroken([_("%(name)s has set a password already.") % {"name": user.name}])
    token = default_token_generator.make_token(user)
    address = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": token})
    write_to(
        user.email, language=user.language, actor=actor, secret={"url": address},
        subject=gettext_lazy("Your access to the supplier portal of {firm}"),
        body=gettext_lazy(
            "{who} has made an account for you, to act for {supplier}. Set a password to use it. The link works once "
            "and for three days."
        ),
        values={"firm": _firm(), "who": actor.name, "supplier": membership.supplier.name},
        button=gettext_lazy("Set a password"),
    )  # fmt: skip


def change_role(membership: Membership, *, actor: Actor, role: str) -> Membership:
    """What the account may do: everything, or read only.

    Raises:
        NotAllowed. RuleBroken: the last administrator would be gone. InvalidInput: an unknown role.
    """
    _may_manage(actor, membership.supplier)
    if role not in ROLES:
        raise InvalidInput({"role": [_("Choose one of those offered.")]})
    if role != "supplier_admin":
        _keep_one_admin(membership, actor)
    return records.update(membership, actor=actor, root=membership.supplier, role=role)


def close_member(membership: Membership, *, actor: Actor) -> None:
    """The account can no longer log in; what it did stays in the history.

    Raises:
        NotAllowed. RuleBroken: one's own account, or the last administrator.
    """
    uow.require()
    _may_manage(actor, membership.supplier)
    if membership.user_id == actor.user_id:
        raise RuleBroken([_("You cannot close your own account.")])
    _keep_one_admin(membership, actor)
    user = User.objects.select_for_update().get(pk=membership.user_id)
    user.is_active = False
    user.save(update_fields=["is_active"])
    audit.record(
        actor=actor, verb="closed", subject=membership, root=membership.supplier, changes={"user": [user.email, None]}
    )


def _may_manage(actor: Actor, supplier: Supplier) -> None:
    own = actor.is_supplier and actor.supplier_id == supplier.pk and actor.may("portal.users")
    if not own and (actor.is_supplier or not actor.may("registry.edit")):
        raise NotAllowed()


def _refuse_taken(email: str) -> None:
    # The sentence is the same for a free-mail address, a colleague's and a rival's: it tells nobody who is registered.
    if User.objects.filter(email__iexact=email.strip()).exists():
        raise InvalidInput({"email": [_("No account can be made for this address. Use another one.")]})


def _keep_one_admin(membership: Membership, actor: Actor) -> None:
    """A supplier's own administrator must not lock the firm out; a buyer may."""
    if not actor.is_supplier or membership.role != "supplier_admin":
        return
    others = Membership.objects.unscoped(WHY).filter(
        supplier=membership.supplier_id, role="supplier_admin", user__is_active=True
    )
    if not others.exclude(pk=membership.pk).exists():
        raise RuleBroken([_("Somebody has to stay administrator. Give the role to a colleague first.")])


def _firm() -> str:
    entity = LegalEntity.objects.filter(is_active=True).order_by("pk").first()
    return entity.name if entity else ""
