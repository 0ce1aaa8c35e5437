"""Addresses of reports."""

from procurement.analytics import views
from srm.ui.pages import routes

app_name = "analytics"
urlpatterns = routes(views.ExceptionsReport, views.ExceptionsFile)
