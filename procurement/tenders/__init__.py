"""Competitive procedures: from a request for quotation to a sealed tender, on one engine.

A method is data: flags on one lifecycle, not a class of its own. A tender has lots, a lot has lines that take up demand;
suppliers are invited and answer in the portal or through a magic link. From the first day an offer exists only as an
envelope encrypted to the tender's own key (`sealing.py`); the key is opened after the deadline, judged by the database's
clock under the tender's row lock, and never before. How many offers there are stays hidden as long as they are sealed.
Where approval rules for tenders fit (`ruling.py`), others approve a tender before it is published (`deciding.py`).
"""
