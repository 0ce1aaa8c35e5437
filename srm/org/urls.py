"""Routes of the firm's structure and its accounts, below /org/."""

from srm.org import absence_views, calendar_views, views
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
    *routes(
        absence_views.AbsenceList, absence_views.AbsenceCreate, absence_views.AbsenceDetail, absence_views.AbsenceEdit,
        absence_views.AbsenceWithdraw, prefix="absences/",
    ),
    *routes(
        calendar_views.WorkingWeekList, calendar_views.WorkingWeekCreate, calendar_views.WorkingWeekDetail,
        calendar_views.WorkingWeekEdit, prefix="working-time/",
    ),
    *routes(
        calendar_views.SpecialDayList, calendar_views.SpecialDayCreate, calendar_views.SpecialDayDetail,
        calendar_views.SpecialDayEdit, calendar_views.SpecialDayRemove, prefix="special-days/",
    ),
    *routes(views.RoleTable),
]  # fmt: skip
