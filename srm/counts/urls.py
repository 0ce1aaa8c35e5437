"""Routes of counts."""

from srm.counts import views
from srm.ui.pages import routes

app_name = "counts"
urlpatterns = routes(
    views.CountList, views.CountDetail, views.CountCreate, views.CountEdit, views.Fill, views.CountSheetFile
)
