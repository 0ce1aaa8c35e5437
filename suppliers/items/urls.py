"""Routes of items at suppliers."""

from srm.ui.pages import routes
from suppliers.items import views

app_name = "items"
urlpatterns = routes(
    views.SupplierItemList, views.SupplierItemDetail, views.SupplierItemCreate, views.SupplierItemEdit
)  # fmt: skip
