"""Index of the package's models, so that Django finds them; nobody imports it."""

from srm.core.discovery import import_modules

import_modules("procurement", ("models",))
