"""How a delivery that is smaller than the needs behind it is shared: chosen per legal entity, or per order."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ShareRule(models.TextChoices):
    """What each rule does is in `procurement.requests.sharing`."""

    NEED_BY = "need_by", _("By need-by date")
    PRIORITY = "priority", _("Urgent requests first")
    PRO_RATA = "pro_rata", _("Pro rata")
