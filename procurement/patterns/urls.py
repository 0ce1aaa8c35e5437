"""Addresses of templates and recurrences."""

from procurement.patterns import views
from srm.ui.pages import routes

app_name = "patterns"
urlpatterns = [
    *routes(views.RecurrenceList, views.RecurrenceDetail, views.RecurrenceEdit, prefix="recurring/"),
    *routes(views.KeepAsTemplate, prefix="requests/"),
    *routes(
        views.TemplateList, views.TemplateDetail, views.TemplateCreate, views.TemplateEdit, views.TemplateRemove,
        views.FromTemplate, views.Repeat,
    ),
]  # fmt: skip
