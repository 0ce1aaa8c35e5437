"""Start-up of the ground floor: fill the registries of its rooms."""

from django.apps import AppConfig


class SrmConfig(AppConfig):
    name = "srm"
    verbose_name = "Quadrant"

    def ready(self) -> None:
        from srm.core.discovery import DECLARING, import_modules

        import_modules("srm", DECLARING)
