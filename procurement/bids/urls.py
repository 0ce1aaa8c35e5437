"""Routes of offers."""

from procurement.bids import asked, portal, views  # noqa: F401 - asked fills the suppliers' start page
from srm.ui.pages import routes

app_name = "bids"
urlpatterns = routes(views.BidDetail, views.EnterOffer, views.ComparisonFile, views.VerifyReceipt)
portal_patterns = routes(
    portal.Protection,
    portal.OfferPage,
    portal.OfferSeen,
    portal.OfferDraft,
    portal.OfferCheck,
    portal.OfferSubmit,
    portal.ReceiptPage,
    portal.ReceiptFile,
    portal.OfferWithdraw,
    portal.OfferDecline,
    portal.OfferTakePart,
    portal.OfferSheetPage,
    portal.OfferUpload,
)
