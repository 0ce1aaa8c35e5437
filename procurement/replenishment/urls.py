"""Routes of replenishment."""

from procurement.replenishment import views
from srm.ui.pages import routes

app_name = "replenishment"
urlpatterns = [
    *routes(views.RuleList, views.RuleDetail, views.RuleCreate, views.RuleEdit, prefix="rules/"),
    *routes(
        views.ProposalList, views.ProposalDetail, views.ProposalOrder, views.ProposalOrderAll, views.ProposalAside,
        views.ProposalLook,
    ),
]  # fmt: skip
