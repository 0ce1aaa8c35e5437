"""How the lines of templates follow an item that is merged."""

from procurement.patterns.models import TemplateLine
from srm.catalog.merging.references import Follows, register

# A template is nobody's document yet: it follows into another base unit too, for the old one is a pack of the new item.
register(Follows(TemplateLine))
