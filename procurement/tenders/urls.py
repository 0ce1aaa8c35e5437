"""Routes of tenders."""

from procurement.tenders import views
from srm.ui.pages import routes

app_name = "tenders"
urlpatterns = routes(
    views.TenderList,
    views.TenderDetail,
    views.TenderCreate,
    views.TenderEdit,
    views.TenderAsk,
    views.TenderInvite,
    views.TenderUninvite,
    views.TenderDeadline,
    views.TenderOverride,
)
