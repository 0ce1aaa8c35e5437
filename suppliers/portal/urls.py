"""Routes of the portal."""

from srm.ui.pages import routes
from suppliers.portal import views

app_name = "portal"
urlpatterns = routes(
    views.PortalHome, views.LinkPage, views.Profile, views.ProfileEdit, views.PeopleInvite, views.PeopleClose
)
