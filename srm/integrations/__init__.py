"""Other systems: who they know our things as, and how they learn what changed.

An ExternalRef says under which id another system (CRM, accounting) keeps one of our records; one to one per system and
kind. Systems follow our changes in two ways: they read the numbered change feed, or they are called by signed webhooks
(Standard Webhooks: id, timestamp, HMAC over both and the body). A webhook is sent to public addresses only, judged
when the connection is opened and not when the address was typed, so a name that changes its mind finds no way inside;
no redirects are followed. Keys are encrypted at rest, shown once, and overlap for a day when they are changed. Every
delivery is listed with the answer it got, and can be sent again. The connectors of single systems live in the rooms
above.
"""
