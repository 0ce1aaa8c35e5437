from srm.jobs import views
from srm.ui.pages import routes

app_name = "jobs"
urlpatterns = routes(
    views.JobList, views.JobDetail, views.JobProgress, views.JobCancel, views.JobRetry, views.SystemState
)
