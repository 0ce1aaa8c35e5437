"""The sheet of suppliers."""

from django.utils.translation import gettext_lazy as _

from srm.exchange.columns import Col
from srm.exchange.sheets import Sheet
from suppliers.registry.countries import country_name
from suppliers.registry.lifecycle import SupplierState
from suppliers.registry.models import Supplier


class SupplierSheet(Sheet):
    """The directory as a table."""

    model = Supplier
    columns = [
        Col("code"),
        Col("name", required=True),
        Col("legal_name"),
        Col("state", kind="choice", choices=SupplierState.choices, way="out"),
        Col("country"),
        Col("country_name", _("Country name"), source=lambda row: country_name(row.country), way="out"),
        Col("tax_id"),
        Col("vat_number"),
        Col("email"),
        Col("phone"),
        Col("website"),
        Col("address"),
        Col("currency"),
        Col("incoterm"),
        Col("payment_days", kind="whole"),
        Col("segment", kind="choice", way="out"),
    ]
