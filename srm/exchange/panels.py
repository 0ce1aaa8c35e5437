"""What this room hangs on the pages of others: the export of every list."""

from srm.exchange import exports

__all__ = ["exports"]
