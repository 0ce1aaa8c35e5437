"""Addresses of planning."""

from procurement.planning import views
from srm.ui.pages import routes

app_name = "planning"
urlpatterns = [
    *routes(views.Board, views.DemandLineList, views.DemandList, prefix=""),
    *routes(views.DemandDetail, views.DemandAct, prefix="demands/"),
]
