"""Routes of suppliers."""

from srm.ui.pages import routes
from suppliers.registry import views

app_name = "registry"
urlpatterns = routes(
    views.SupplierList,
    views.SupplierDetail,
    views.SupplierCreate,
    views.SupplierEdit,
    views.SupplierInvite,
    views.SupplierRegular,
    views.MemberRemind,
    views.MemberClose,
)
