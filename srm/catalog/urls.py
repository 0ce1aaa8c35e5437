from srm.catalog import views
from srm.catalog.attributes import views as attributes
from srm.catalog.codes import views as codes
from srm.catalog.duplicates import views as duplicates
from srm.catalog.equivalents import views as equivalents
from srm.catalog.merging import views as merging
from srm.catalog.pictures import views as pictures
from srm.catalog.policy import views as policy
from srm.ui.pages import routes

app_name = "catalog"
urlpatterns = [
    *routes(views.ItemList, views.ItemDetail, views.ItemCreate, views.ItemEdit, views.ItemQuick, prefix="items/"),
    *routes(views.CategoryList, views.CategoryDetail, views.CategoryCreate, views.CategoryEdit, prefix="categories/"),
    *routes(views.UnitList, views.UnitCreate, views.UnitEdit, prefix="units/"),
    *attributes.ROUTES,
    *codes.ROUTES,
    *duplicates.ROUTES,
    *equivalents.ROUTES,
    *merging.ROUTES,
    *pictures.ROUTES,
    *policy.ROUTES,
]
