"""Whether this installation could open the offers it has promised to open."""

from django.utils.translation import gettext as _

from procurement.tenders import sealing
from procurement.tenders.models import TenderKey
from srm.core.readiness import ready_check

MOST = 50


@ready_check("sealing")
def keys_open() -> list[str]:
    """The keys of tenders that still take offers open with the application's key."""
    rows = TenderKey.objects.unscoped("a check of the installation").filter(tender__state="published")
    lost = []
    for key in rows.select_related("tender").order_by("-pk")[:MOST]:
        try:
            sealing.unwrap(key.wrapped_private)
        except sealing.Unsealable:
            lost.append(key.tender.number)
    if not lost:
        return []
    sentence = _("SEALING_KEY does not open the offers of %(tenders)s. Add the former key after the new one.")
    return [sentence % {"tenders": ", ".join(lost[:5])}]
