"""Routes of offers."""

from procurement.bids import views
from srm.ui.pages import routes

app_name = "bids"
urlpatterns = routes(views.BidDetail, views.EnterOffer, views.ComparisonFile)
