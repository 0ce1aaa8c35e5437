from srm.stock import views, warehouses
from srm.ui.pages import routes

app_name = "stock"
urlpatterns = [
    *routes(views.LevelList),
    *routes(
        views.MoveList, views.Issue, views.Count, views.Transfer, views.Adjust, views.MoveDetail, views.Reverse, prefix="moves/"
    ),
    *routes(
        warehouses.WarehouseList, warehouses.WarehouseDetail, warehouses.WarehouseCreate, warehouses.WarehouseEdit,
        prefix="warehouses/",
    ),
    *routes(
        warehouses.LocationList, warehouses.LocationDetail, warehouses.LocationCreate, warehouses.LocationEdit,
        prefix="locations/",
    ),
]  # fmt: skip
