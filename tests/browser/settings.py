"""Settings of the server that browser tests drive: the tests' database, the product's own static storage."""

import os

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES, STORAGES

DATABASES["default"]["NAME"] = os.environ["BROWSER_DATABASE"]
# Hashed names, as in production: a script that imports another one under its plain name would fail here.
STORAGES["staticfiles"] = {"BACKEND": "srm.ui.storage.StaticStorage"}
STATIC_ROOT = os.environ["BROWSER_STATIC"]
ROOT_URLCONF = "tests.ui.demo"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
