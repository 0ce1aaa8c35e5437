"""Notices of the integrations, and the registration of the webhook channel."""

from django.utils.translation import gettext_lazy as _

from srm.integrations import webhooks  # noqa: F401 - registers the channel
from srm.notify.registry import kind

kind("integrations.stopped", _("A webhook of mine was stopped"), channel="mail", group=_("Integrations"))
