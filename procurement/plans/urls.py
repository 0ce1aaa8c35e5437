"""Routes of plans."""

from procurement.plans import maps, views
from srm.ui.pages import routes

app_name = "plans"
urlpatterns = [
    *routes(views.PlanLineList, prefix="lines/"),
    *routes(
        views.PlanList, views.PlanDetail, views.PlanCreate, views.PlanEdit, views.PlanPropose, views.PlanChange,
        views.PlanRevise, maps.PlanMap, maps.PlanCompare,
    ),
]  # fmt: skip
