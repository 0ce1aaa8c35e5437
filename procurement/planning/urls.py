"""Addresses of planning."""

from procurement.planning import ahead_views, demand_views, team_views, views
from srm.ui.pages import routes

app_name = "planning"
urlpatterns = [
    *routes(
        views.Board,
        team_views.Team,
        team_views.TeamFile,
        team_views.HandOver,
        views.DemandLineList,
        views.DemandList,
        ahead_views.Ahead,
        prefix="",
    ),
    *routes(demand_views.DemandDetail, demand_views.DemandAct, prefix="demands/"),
]
