"""Addresses of requests."""

from procurement.requests import views
from srm.ui.pages import routes

app_name = "requests"
urlpatterns = routes(
    views.RequestList, views.RequestDetail, views.RequestCreate, views.RequestEdit, views.RequestLook, views.RequestCopy,
    views.RequestCancelPart,
)  # fmt: skip
