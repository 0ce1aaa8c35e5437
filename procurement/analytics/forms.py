"""The question of the report of exceptions: which legal entity, from when to when."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from procurement.orders.forms import PeriodForm
from srm.core.errors import Missing
from srm.org import lookups  # noqa: F401  the picker below asks it
from srm.people.models import LegalEntity, User
from srm.ui import forms


class ExceptionsForm(PeriodForm):
    """This year until today, and the legal entity one belongs to, when nothing is said."""

    legal_entity = forms.PickerField("legal-entities", label=_("Legal entity"), required=False)
    field_order = ["legal_entity", "since", "until"]

    def entity(self) -> LegalEntity:
        """The one that was chosen, else the reader's own, else the first.

        Raises:
            Missing: there is none.
        """
        chosen = self.cleaned_data.get("legal_entity") if self.is_valid() else None
        if chosen is not None:
            return chosen
        user = User.objects.filter(pk=self.actor.user_id).select_related("department__legal_entity").first()
        if user is not None and user.department is not None:
            return user.department.legal_entity
        first = LegalEntity.objects.filter(is_active=True).order_by("code").first()
        if first is None:
            raise Missing()
        return first
