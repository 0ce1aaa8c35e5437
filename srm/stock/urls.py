from srm.stock import views
from srm.ui.pages import routes

app_name = "stock"
urlpatterns = [
    *routes(views.LevelList),
    *routes(views.MoveList, views.Issue, views.Count, prefix="moves/"),
    *routes(
        views.WarehouseList, views.WarehouseDetail, views.WarehouseCreate, views.WarehouseEdit, prefix="warehouses/"
    ),
]
