"""Routes of the matrix."""

from kraljic import views
from srm.ui.pages import routes

app_name = "kraljic"
urlpatterns = routes(views.Matrix, views.Assess, views.AssessmentList, views.AssessmentDetail)
