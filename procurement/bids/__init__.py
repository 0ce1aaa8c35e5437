"""What suppliers offer. Until the opening an offer, and its draft, is only an encrypted envelope.

Submitting stores an envelope sealed to the tender's key, judges the time under the tender's row lock, and answers with
a signed receipt that says what was received and when. Envelopes are only added; a new version replaces the one before,
a withdrawal leaves its trace. Lines with prices are written at the opening and never earlier. On the buyer's side nobody
learns that an offer exists before it.
"""
