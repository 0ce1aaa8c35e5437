"""Routes of the audit log."""

from srm.auditing import views
from srm.ui.pages import routes

app_name = "auditing"
prefix = "audit"
urlpatterns = [
    *routes(views.AttemptList, prefix="refused/"),
    *routes(views.EventList, views.ChainCheck, views.EventDetail),
]
