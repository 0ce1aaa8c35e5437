"""Addresses of the shop."""

from procurement.shop import views
from srm.ui.pages import routes

app_name = "shop"
urlpatterns = routes(views.ShopList, views.Cart, views.PutInCart)
