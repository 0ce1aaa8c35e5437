"""What budgets tell their owners."""

from django.utils.translation import gettext_lazy as _

from srm.notify.registry import kind

kind("budget.low", _("A budget of mine is nearly used up"), group=_("Budget"))
