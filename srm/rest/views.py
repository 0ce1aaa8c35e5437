"""The page of one's API tokens."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import reauthentication_required
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from srm.people.models import User
from srm.rest import services
from srm.rest.forms import TokenForm
from srm.rest.models import ApiToken
from srm.ui import tables
from srm.ui.menu import menu
from srm.ui.pages import ActionPage, CreatePage, DetailPage, ListPage
from srm.ui.slots import Action


class TokenTable(tables.Table):
    name = tables.TextColumn(hint="hint")
    account = tables.TextColumn(_("Account"), accessor="user.name")
    standing = tables.TextColumn(_("State"))
    expires_at = tables.TimeColumn()
    last_used_at = tables.TimeColumn()

    class Meta:
        model = ApiToken


@menu("settings", _("API tokens"), order=70)
class TokenList(ListPage):
    """One's own tokens; those of everybody for who manages accounts."""

    exportable = False
    model = ApiToken
    permission = "rest.tokens"
    title = _("API tokens")
    table = TokenTable
    sorts = {
        "-created": ("-created_at", "-id"),
        "expires_at": ("expires_at", "id"),
        "-expires_at": ("-expires_at", "-id"),
    }
    create_label = _("New token")
    empty = (_("No tokens yet."), _("A token lets a program act with your rights over the API."))

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("user")


class TokenDetail(DetailPage):
    """What a token may and when it was used; never the secret."""

    model = ApiToken
    permission = "rest.tokens"
    facts = [
        ("standing", _("State")),
        "hint",
        "user",
        ("rights", _("Rights")),
        ("addresses", _("Allowed addresses")),
        "expires_at",
        "last_used_at",
        "created_at",
        "created_by",
    ]

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("user", "created_by")

    def fact_rights(self) -> str:
        """The scope in words."""
        return ", ".join(self.object.scopes) or str(_("all rights of the account"))

    def fact_addresses(self) -> str:
        """From where it works."""
        return ", ".join(self.object.networks) or str(_("anywhere"))

    def actions(self) -> list[Action]:
        if self.object.revoked_at is not None:
            return []
        return [Action("revoke", _("Withdraw"), TokenRevoke.address(self.object), tone="danger")]


@method_decorator(never_cache, name="dispatch")
@method_decorator(reauthentication_required, name="get")
@method_decorator(reauthentication_required, name="post")
class TokenCreate(CreatePage):
    """Makes a token after a fresh log-in, and shows its secret on the answer, the only time it can be seen."""

    model = ApiToken
    permission = "rest.tokens"
    title = _("New API token")
    form = TokenForm
    submit = _("Make token")
    drafts = False

    def call(self, cleaned: dict[str, Any]) -> Any:
        user = cleaned.pop("account", None) or User.objects.get(pk=self.actor.user_id)
        return services.create_token(actor=self.actor, user=user, **cleaned)

    def finished(self, result: Any) -> HttpResponseBase:
        token, secret = result
        self.template = "rest/token_made.html"
        return self.show(status=201, token=token, secret=secret)


class TokenRevoke(ActionPage):
    """Withdraws a token at once and for good."""

    model = ApiToken
    permission = "rest.tokens"
    name = "revoke"
    title = _("Withdraw token")
    ask = _("Programs that use it stop working at once. This cannot be undone.")
    submit = _("Withdraw")
    done = _("Withdrawn.")
    tone = "danger"

    def act(self, form: Any) -> ApiToken:
        return services.revoke_token(self.object, actor=self.actor)

    @staticmethod
    def address(token: ApiToken) -> str:
        """Where a token is withdrawn."""
        return reverse("rest:apitoken-revoke", kwargs={"public_id": token.public_id})
