"""Routes of the firm's structure and its accounts, below /org/."""

from srm.org import views
from srm.ui.pages import routes

app_name = "org"
urlpatterns = [
    *routes(
        views.UserList, views.UserDetail, views.UserCreate, views.UserEdit, views.UserRoles, views.UserClose, views.UserOpen,
        views.UserSecondStep, views.UserInvite, prefix="users/",
    ),
    *routes(
        views.DepartmentList, views.DepartmentDetail, views.DepartmentCreate, views.DepartmentEdit, prefix="departments/"
    ),
    *routes(
        views.CostCenterList, views.CostCenterDetail, views.CostCenterCreate, views.CostCenterEdit, prefix="cost-centers/"
    ),
    *routes(views.PlaceList, views.PlaceDetail, views.PlaceCreate, views.PlaceEdit, prefix="places/"),
    *routes(
        views.LegalEntityList, views.LegalEntityDetail, views.LegalEntityCreate, views.LegalEntityEdit,
        prefix="legal-entities/",
    ),
    *routes(views.RoleTable),
]  # fmt: skip
