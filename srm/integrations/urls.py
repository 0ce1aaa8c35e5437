from srm.integrations import inbound_views, views
from srm.ui.pages import routes

app_name = "integrations"
urlpatterns = [
    *routes(
        views.WebhookList, views.WebhookDetail, views.WebhookCreate, views.WebhookEdit, views.WebhookTest,
        views.WebhookReplay, views.WebhookRenew, views.WebhookRemove, prefix="webhooks/",
    ),
    *routes(views.RefList, views.RefDetail, views.RefCreate, views.RefUnlink, prefix="refs/"),
    *routes(
        inbound_views.SourceList, inbound_views.SourceDetail, inbound_views.SourceCreate, inbound_views.SourceRenew,
        inbound_views.SourceStop, inbound_views.SourceStart, prefix="connections/",
    ),
    *routes(inbound_views.MessageList, inbound_views.MessageDetail, inbound_views.MessageAgain, prefix="messages/"),
]  # fmt: skip
