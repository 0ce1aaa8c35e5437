"""Work that takes longer than a page should wait, and the clockwork of the product.

A job is a row: what to do, for whom, how far it is. django-tasks carries only its id to a worker; the row itself owns
the lease (a worker that dies loses it after a while), the fencing token (a worker that lost its lease can write
nothing more), the attempts and the progress. A refusal ends the job with its sentence; a fault means another attempt;
after five the job is parked and shown, never dropped. The one who started it sees progress, may cancel, and gets a
notice at the end.

The ticker is one process that does what time demands: delivers the outbox, wakes jobs whose worker died, runs what
upper rooms hang on it with `@every` and `@daily`. Only one ticker works at a time. Health pages live here too.
"""
