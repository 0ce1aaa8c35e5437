"""What people say to each other about a document, on the document's page.

Any kind of document takes part by one line, `discussed(PurchaseRequest, people=...)`. A comment is never changed or
deleted. Whom it names, with "@" and the beginning of his address or from the list, hears of it, and can only be named
if he may see the document. Comments are for the firm's own people: a supplier sees none, wherever he looks.
"""
