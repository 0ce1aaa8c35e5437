"""Routes of discussions."""

from srm.discussion import views
from srm.ui.pages import routes

app_name = "discussion"
urlpatterns = routes(views.Say)
