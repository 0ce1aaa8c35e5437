"""Addresses of approvals."""

from srm.approvals import views
from srm.ui.pages import routes

app_name = "approvals"
urlpatterns = routes(
    views.Inbox, views.StepList, views.RuleList, views.RuleCreate, views.WhoWouldDecide, views.StepDetail,
    views.StepDecide, views.StepFacts, views.RuleDetail, views.RuleEdit,
)  # fmt: skip
