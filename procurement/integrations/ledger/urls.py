"""Routes of the ledger exports."""

from procurement.integrations.ledger import views
from srm.ui.pages import routes

app_name = "ledger"
prefix = "ledger"
urlpatterns = routes(views.ExportList, views.ExportCreate, views.CsvFile, views.XlsxFile, views.ExportDetail)
