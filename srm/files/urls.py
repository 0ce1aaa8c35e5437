"""Routes of files."""

from srm.files import views
from srm.ui.pages import routes

app_name = "files"
urlpatterns = routes(views.Send, views.Download, views.Versions, views.Replace, views.Remove)
