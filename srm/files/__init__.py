"""Files attached to documents: drawings, certificates, signed contracts.

A file belongs to a document by kind and id, not by foreign key, so that every room can carry files without this room
knowing it. A room says once who may see and who may add (`rules.attachable`); each time a file is fetched, its document
is looked up anew for the one who asks, so a right that is gone is gone for the files too, and a foreign file answers
like one that does not exist.

A name is only what people read: the content is kept under a random name, its type comes from our own table and must
agree with its first bytes, and it always leaves as a download that no browser will run. A new version replaces an old
one without erasing it. Where a virus scanner is configured, an infected file cannot be fetched by anybody.
"""
