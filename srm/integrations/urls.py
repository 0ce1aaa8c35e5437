from srm.integrations import views
from srm.ui.pages import routes

app_name = "integrations"
urlpatterns = routes(
    views.WebhookList, views.WebhookDetail, views.WebhookCreate, views.WebhookEdit, views.WebhookTest,
    views.WebhookReplay, views.WebhookRenew, views.WebhookRemove, prefix="webhooks/",
) + routes(views.RefList, views.RefDetail, views.RefCreate, views.RefUnlink, prefix="refs/")  # fmt: skip
