from srm.outbox import views
from srm.ui.pages import routes

app_name = "outbox"
urlpatterns = routes(views.DeliveryList, views.DeliveryDetail, views.DeliveryRetry, views.RetryAll)
