"""How suppliers' articles follow an item that is merged."""

from srm.catalog.merging.references import Follows, register
from suppliers.items.models import SupplierItem

# Packs and price breaks are counted in the old base unit: with another unit they stay where they can be read.
register(Follows(SupplierItem, busy=lambda _rows: []))
