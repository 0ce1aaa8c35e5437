"""The one entry of the web server."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "srm.settings")

django_application = get_asgi_application()

# These need the apps to be loaded.
from srm.files.uploads import limit_bodies  # noqa: E402
from srm.jobs.readiness import refuse_wrong_database  # noqa: E402

refuse_wrong_database()
application = limit_bodies(django_application)  # type: ignore[arg-type]  # one ASGI, two ways to write its types
