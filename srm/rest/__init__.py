"""The programs' door: the same documents, rights and moves as the pages, as JSON under /api/v1/.

A room registers a viewset; the kit gives it lists by keyset, filters from the room's own declaration, reading, writing
through the room's services inside one unit of work, and one address per move. A program logs in with a token that
belongs to an account and can do at most what that account can; when the account dies, so do its tokens.
Nothing is guessed: unknown query parameters and unknown fields are refused by name, a foreign document answers exactly
like a missing one, and a repeated write with the same `Idempotency-Key` gets the stored answer instead of a second
effect. Every refusal is `application/problem+json` with a sentence in the caller's language.
What lies above this room (transaction, audit, moves) is reached through `srm.ui.slots`, which the upper rooms fill.
"""
