"""Whether a purchase that was asked for after the fact was justified: somebody looks at each, nothing waits for him.

A request that is sent "after the fact" gets a review; head of procurement and officers decide it, justified or not, with
a note that the requester and the head of his department read. Nobody reviews what he asked for himself. Sent once more it
is looked at once more; withdrawn as a whole, or sent another way, there is nothing to look at.
"""
