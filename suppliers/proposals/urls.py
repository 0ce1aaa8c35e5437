"""Routes of price proposals."""

from srm.ui.pages import routes
from suppliers.proposals import portal, views

app_name = "proposals"
urlpatterns = routes(views.ProposalList, views.ProposalDetail, views.ProposalDecide)
portal_patterns = portal.patterns
