"""Index of the ground floor's models, so that Django finds them; nobody imports it."""

from srm.core.discovery import import_modules
from srm.core.numbering import Counter  # noqa: F401
from srm.core.rates import ExchangeRate  # noqa: F401
from srm.core.words import KnownWord  # noqa: F401

import_modules("srm", ("models",))
