from srm.budget import change_views, period_views, views
from srm.ui.pages import routes

app_name = "budget"
urlpatterns = [
    *routes(views.EntryList, prefix="entries/"),
    *routes(
        change_views.ChangeList,
        change_views.ChangeDetail,
        change_views.ChangeCreate,
        change_views.ChangeEdit,
        prefix="changes/",
    ),
    *routes(period_views.ClosingList, period_views.ClosingDetail, period_views.ClosingCreate, prefix="periods/"),
    *routes(
        period_views.CarryList,
        period_views.CarryDetail,
        period_views.CarryCreate,
        period_views.CarryEdit,
        prefix="carry-overs/",
    ),
    *routes(views.BudgetList, views.BudgetDetail, views.BudgetCreate, views.BudgetEdit),
]
