"""Routes of orders."""

from procurement.orders import agreed_views, portal, views
from srm.ui.pages import routes

app_name = "orders"
urlpatterns = routes(
    views.Costs, views.CostsFile, agreed_views.OrderAgreed, views.OrderList, views.OrderDetail, views.OrderCreate, views.OrderEdit, views.OrderAsk,
    views.OrderPayer, views.OrderPdf,
)  # fmt: skip
portal_patterns = portal.patterns
