"""Routes of materials that we supply."""

from procurement.subcontracting import portal, views
from srm.ui.pages import routes

app_name = "subcontracting"
urlpatterns = routes(
    views.MaterialList, views.OrderBill, views.OrderSend, views.OrderReturn, views.MaterialDetail, views.Correct,
    views.WriteOff,
)  # fmt: skip
portal_patterns = portal.patterns
