"""Addresses of one-time purchases."""

from procurement.onetime import views
from srm.ui.pages import routes

app_name = "onetime"
urlpatterns = [
    *routes(views.RuleList, views.RuleDetail, views.RuleCreate, views.RuleEdit, prefix="rules/"),
    *routes(views.OrderOnce),
]
