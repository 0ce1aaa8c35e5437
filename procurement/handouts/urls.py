"""Routes of promises."""

from procurement.handouts import views
from srm.ui.pages import routes

app_name = "handouts"
urlpatterns = routes(
    views.PromiseList, views.PromiseDetail, views.HandOut, views.HandOutAll, views.PutBack, views.LetGo
)
