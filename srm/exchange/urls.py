"""Routes of imports and exports."""

from srm.exchange import views
from srm.ui.pages import routes

app_name = "exchange"
urlpatterns = [
    *routes(
        views.Template, views.MappingRemove, views.ExportList, views.ExportFile, views.ImportList, views.ImportCreate,
        views.ImportColumns, views.ImportApply, views.ImportCancel, views.FaultReport, views.ImportDetail,
    ),
]  # fmt: skip
