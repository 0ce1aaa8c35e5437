from srm.notify import views
from srm.ui.pages import routes

app_name = "notify"
urlpatterns = routes(views.NoticeList, views.NoticeOpen, views.ReadAll, views.Settings)
