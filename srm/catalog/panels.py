"""Files on items."""

from __future__ import annotations

from srm.catalog.models import Item
from srm.files.rules import attachable

attachable(Item, view="catalog.view", change="catalog.edit")
