"""Routes of receipts."""

from procurement.receipts import views
from srm.ui.pages import routes

app_name = "receipts"
urlpatterns = routes(views.ReceiptList, views.ExpectedList, views.Receive, views.Confirm, views.ReceiptDetail)
