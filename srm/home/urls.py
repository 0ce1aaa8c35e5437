"""Routes of the roof."""

from srm.home import views
from srm.ui.pages import routes

app_name = "home"
urlpatterns = routes(views.Inbox, views.Search)
