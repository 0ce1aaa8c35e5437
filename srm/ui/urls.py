"""Routes of the kit, at the root of the site."""

from srm.ui import views
from srm.ui.pages import routes

app_name = "ui"
urlpatterns = routes(
    views.LookupView, views.SaveView, views.RemoveView, views.ChooseColumns, views.SetTheme, views.SetLanguage,
    views.Shortcuts,
)  # fmt: skip
