"""Forms of the shop."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from procurement.requests.models import PurchaseRequest
from procurement.shop.models import CREATE, CartLine, ShopRule
from procurement.shop.selectors import cart_of
from srm.catalog import lookups  # noqa: F401  the pickers below ask them
from srm.core.actor import Actor
from srm.core.search import fold
from srm.org import lookups as org_lookups  # noqa: F401
from srm.ui import forms
from srm.ui.lookups import lookup


@lookup(
    "cart-lines", model=CartLine, permission=CREATE, related=("article__supplier", "article__item", "article__unit")
)
def cart_lines(actor: Actor, text: str) -> Iterator[tuple[str, str]]:
    """What waits in the actor's cart."""
    words = fold(text).split()
    for row in cart_of(actor):
        if all(word in fold(str(row)) for word in words):
            yield row.public_id, str(row)


class PutForm(forms.Form):
    """How many."""

    quantity = forms.QuantityField(
        label=_("Quantity"), required=False, help_text=_("Leave it empty to take it out of the cart.")
    )


class CartForm(forms.ModelForm):
    """The header of the request that is made."""

    department = forms.PickerField("departments", label=_("Department"))
    need_by = forms.DateField(
        label=_("Needed by"), required=False, help_text=_("As soon as all of it can be delivered, if left empty.")
    )
    place = forms.PickerField(
        "places", label=_("Delivery place"), required=False, help_text=_("The department's usual one if left empty.")
    )
    cost_center = forms.PickerField("cost-centers", label=_("Cost centre"), help_text=_("Who pays for it."))

    class Meta:
        model = PurchaseRequest
        fields = ["title", "department", "place", "cost_center", "note"]

    layout = ["title", ("department", "cost_center"), ("need_by", "place"), "note"]


class CartRow(forms.Form):
    """One article of the cart."""

    line = forms.PickerField("cart-lines", label=_("Article"))
    quantity = forms.QuantityField(label=_("Quantity"))


class CartLines(forms.LineFormSet):
    form = CartRow
    label = _("In the cart")
    hint = _("Quantities count what the supplier sells by. What you remove here stays in the cart.")
    max_lines, edit_only = 200, True


class RuleForm(forms.ModelForm):
    """Whether a firm orders by itself, up to what, and who answers for it."""

    legal_entity = forms.PickerField("legal-entities", label=_("Legal entity"))
    buyer = forms.PickerField(
        "users", label=_("Buyer"), help_text=_("Answers for orders of categories that have no buyer.")
    )

    class Meta:
        model = ShopRule
        fields = ["legal_entity", "is_on", "most_amount", "sends", "buyer"]

    layout = [("legal_entity", "buyer"), ("is_on", "sends"), "most_amount"]
