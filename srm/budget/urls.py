from srm.budget import views
from srm.ui.pages import routes

app_name = "budget"
urlpatterns = [
    *routes(views.EntryList, prefix="entries/"),
    *routes(views.BudgetList, views.BudgetDetail, views.BudgetCreate, views.BudgetEdit),
]
