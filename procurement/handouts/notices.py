"""What requesters hear of the own store."""

from django.utils.translation import gettext_lazy as _

from srm.notify import registry

HANDED_OUT = "handouts.handed_out"
registry.kind(HANDED_OUT, _("What I asked for was handed out of the store"), group=_("Requests"))
