"""The sheet of awards."""

from procurement.awards.models import Award
from srm.exchange.columns import Col
from srm.exchange.sheets import Sheet


class AwardSheet(Sheet):
    """The list as a table."""

    model = Award
    columns = [
        Col("number", way="out"),
        Col("tender_number", source="tender.number", way="out"),
        Col("title", source="tender.title", way="out"),
        Col("state", kind="choice", way="out"),
        Col("total", kind="amount", way="out"),
        Col("baseline_total", kind="amount", way="out"),
        Col("cheapest_total", kind="amount", way="out"),
        Col("currency", way="out"),
        Col("created_by", source="created_by.name", way="out"),
        Col("created_at", kind="moment", way="out"),
        Col("reason", way="out"),
    ]
