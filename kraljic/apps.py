"""Start-up of the package: fill the registries of its rooms."""

from django.apps import AppConfig


class KraljicConfig(AppConfig):
    name = "kraljic"

    def ready(self) -> None:
        from srm.core.discovery import DECLARING, import_modules

        import_modules("kraljic", DECLARING)
