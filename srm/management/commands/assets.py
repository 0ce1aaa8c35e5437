"""Copy the named front-end files from node_modules into srm/static/vendor."""

import shutil
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

# A list, not whole packages: what is not named here is never served. Maps go along, so that a browser's
# developer tools and the manifest storage find what the files point to; licences, because we redistribute.
FILES: dict[str, dict[str, tuple[str, ...]]] = {
    "tabler": {
        "@tabler/core/dist/css": (
            "tabler.min.css",
            "tabler.min.css.map",
            "tabler-vendors.min.css",
            "tabler-vendors.min.css.map",
        ),
        "@tabler/core/dist/js": ("tabler.min.js", "tabler.min.js.map"),
    },
    "htmx": {
        "htmx.org": ("LICENSE",),
        "htmx.org/dist": ("htmx.min.js",),
    },
    "echarts": {
        "echarts": ("LICENSE", "NOTICE"),
        "echarts/dist": ("echarts.esm.min.mjs",),
    },
    "tom-select": {
        "tom-select": ("LICENSE",),
        "tom-select/dist/css": ("tom-select.bootstrap5.min.css", "tom-select.bootstrap5.min.css.map"),
        "tom-select/dist/js": ("tom-select.complete.min.js", "tom-select.complete.min.js.map"),
    },
    "inter": {
        "@fontsource-variable/inter": ("LICENSE", "wght.css"),
    },
    "inter/files": {
        # Every script the style sheet names: the browser fetches only those a page uses.
        "@fontsource-variable/inter/files": tuple(
            f"inter-{script}-wght-normal.woff2"
            for script in ("latin", "latin-ext", "cyrillic", "cyrillic-ext", "greek", "greek-ext", "vietnamese")
        ),
    },
}


def planned(modules: Path, vendor: Path) -> dict[Path, Path]:
    """Where each named file comes from, by where it goes."""
    return {
        vendor / place / name: modules / folder / name
        for place, folders in FILES.items()
        for folder, names in folders.items()
        for name in names
    }


def copy_assets(modules: Path, vendor: Path) -> int:
    """Make `vendor` hold exactly the named files; returns how many there are."""
    plan = planned(modules, vendor)
    missing = [str(source.relative_to(modules)) for source in plan.values() if not source.is_file()]
    if missing:
        raise CommandError(f"node_modules lacks {', '.join(missing)}. Run `make assets`, which fetches them by npm.")
    for target, source in plan.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or target.read_bytes() != source.read_bytes():
            shutil.copyfile(source, target)
    for left in vendor.rglob("[!.]*"):
        if left.is_file() and left not in plan:
            left.unlink()
    return len(plan)


class Command(BaseCommand):
    help = "Copy the named front-end files from node_modules into srm/static/vendor."
    requires_system_checks = []

    def handle(self, *args: object, **options: object) -> None:
        count = copy_assets(settings.BASE_DIR / "node_modules", settings.BASE_DIR / "srm" / "static" / "vendor")
        self.stdout.write(f"{count} front-end files in place.")
