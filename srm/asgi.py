"""The one entry of the web server."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "srm.settings")

application = get_asgi_application()

from srm.jobs.readiness import refuse_wrong_database  # noqa: E402  (needs the apps to be loaded)

refuse_wrong_database()
