"""Routes of the catalog exchange."""

from procurement.integrations.onec import views
from srm.ui.pages import routes

app_name = "onec"
prefix = "onec"
urlpatterns = routes(views.CatalogExchange, views.CatalogFile)
