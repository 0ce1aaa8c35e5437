"""Addresses of the shop."""

from procurement.shop import rule_views, views
from srm.ui.pages import routes

app_name = "shop"
urlpatterns = [
    *routes(
        rule_views.RuleList,
        rule_views.RuleDetail,
        rule_views.RuleCreate,
        rule_views.RuleEdit,
        rule_views.RuleOrderWaiting,
        prefix="rules/",
    ),
    *routes(views.ShopList, views.Cart, views.PutInCart),
]
