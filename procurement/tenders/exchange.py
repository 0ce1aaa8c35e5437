"""The sheet of tenders."""

from procurement.tenders.models import Tender
from srm.exchange.columns import Col
from srm.exchange.sheets import Sheet


class TenderSheet(Sheet):
    """The list as a table."""

    model = Tender
    columns = [
        Col("number", way="out"),
        Col("title", way="out"),
        Col("state", kind="choice", way="out"),
        Col("method", kind="choice", way="out"),
        Col("category", source="category", way="out"),
        Col("buyer", source="buyer.name", way="out"),
        Col("deadline", kind="moment", way="out"),
        Col("published_at", kind="moment", way="out"),
        Col("opened_at", kind="moment", way="out"),
        Col("currency", way="out"),
        Col("incoterm", way="out"),
        Col("payment_days", kind="whole", way="out"),
    ]
