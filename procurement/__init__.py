"""Procurement: from a department's request through demand, tender, award and order to receipt and finance."""
