"""Pages of the API's tokens."""

from srm.rest import views
from srm.ui.pages import routes

app_name = "rest"
urlpatterns = routes(views.TokenList, views.TokenCreate, views.TokenDetail, views.TokenRevoke, prefix="tokens/")
