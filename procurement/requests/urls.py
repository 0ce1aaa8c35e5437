"""Addresses of requests."""

from procurement.requests import afterwards, entry, views
from srm.ui.pages import routes

app_name = "requests"
urlpatterns = routes(
    views.RequestList, views.RequestDetail, views.RequestCreate, views.RequestEdit, views.RequestLook, entry.RequestCopy,
    views.RequestCancelPart, entry.RequestPaste, entry.StarItem,
    afterwards.RequestAmend, afterwards.RequestGiveBack, afterwards.RequestSplit, afterwards.RequestCancelQuantity,
    afterwards.RequestNameItem,
)  # fmt: skip
