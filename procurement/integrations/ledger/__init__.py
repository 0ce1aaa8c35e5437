"""The period's postings for the accounting system, as a numbered batch that ties out.

A batch collects the posted (and reversed) receipts of a period that no batch holds yet, seals them into a CSV and an
XLSX with control totals and a SHA-256, and is delivered and confirmed. A sealed batch never changes: downloading it
again gives the same bytes.
"""
