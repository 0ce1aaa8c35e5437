"""Routes of awards."""

from procurement.awards import views
from srm.ui.pages import routes

app_name = "awards"
urlpatterns = routes(views.AwardList, views.AwardDetail, views.ProposeAward)
