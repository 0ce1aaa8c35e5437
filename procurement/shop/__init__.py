"""The shop: what stands under a price agreement, chosen by whoever needs it.

A page shows the articles of suppliers with an agreed price today. What somebody picks waits in his cart; checking out
makes an ordinary draft request with the agreed price as the estimate, which takes the usual way through approvals. The
offer he chose is kept beside the line, so that the approver and the buyer see whom it should be bought from.
"""
