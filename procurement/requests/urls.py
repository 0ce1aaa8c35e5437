"""Addresses of requests."""

from procurement.requests import afterwards, entry, views
from procurement.requests.lowvalue import views as lowvalue
from procurement.requests.reviews import views as reviews
from procurement.requests.schedule import views as schedule
from procurement.requests.substitutes import views as substitutes
from srm.ui.pages import routes

app_name = "requests"
urlpatterns = routes(
    substitutes.SubstituteList, substitutes.SubstituteAnswer, substitutes.SubstituteWithdraw, prefix="substitutes/"
)
urlpatterns += routes(schedule.ScheduleList, schedule.ScheduleDetail, schedule.ScheduleWithdraw, prefix="schedule/")
urlpatterns += routes(
    lowvalue.LowValueRuleList, lowvalue.LowValueRuleDetail, lowvalue.LowValueRuleCreate, lowvalue.LowValueRuleEdit,
    prefix="low-value-limits/",
)  # fmt: skip
urlpatterns += routes(reviews.ReviewList, reviews.ReviewDecide, prefix="reviews/")
urlpatterns += routes(
    views.RequestList, views.RequestDetail, views.RequestCreate, views.RequestEdit, views.RequestLook, entry.RequestCopy,
    views.RequestCancelPart, entry.RequestPaste, entry.StarItem,
    afterwards.RequestAmend, afterwards.RequestGiveBack, afterwards.RequestSplit, afterwards.RequestCancelQuantity,
    afterwards.RequestNameItem, substitutes.RequestPropose,
)  # fmt: skip
