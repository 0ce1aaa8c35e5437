"""Tables of one-time purchases."""

from django.utils.translation import gettext_lazy as _

from procurement.onetime.models import OnceRule
from srm.ui import tables


class RuleTable(tables.Table):
    """The firms that buy so."""

    legal_entity = tables.TextColumn()
    is_on = tables.FlagColumn(yes=_("on"), no=_("off"))
    most_amount = tables.MoneyColumn(currency="legal_entity.currency")
    most_orders = tables.NumberColumn()

    class Meta:
        model = OnceRule
