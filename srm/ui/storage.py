"""Static files under names that carry their content's hash, compressed, served with a far expiry date."""

from typing import Any
from urllib.parse import urlsplit

from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Also rewrites `import` in our own ES modules, and forgives a source map that a package did not bring.

    Packages' scripts are finished files: what looks like an import in them (a comment, a string) is none of ours. A
    browser asks for a map only when its developer tools are open, so a missing one is no reason to refuse to start.
    Any other missing file is a mistake and stays an error.
    """

    support_js_module_import_aggregation = True
    _js_module_import_aggregation_patterns = (
        "quadrant/*.js",
        HashedFilesMixin._js_module_import_aggregation_patterns[1],
    )

    def hashed_name(self, name: str, content: Any = None, filename: str | None = None) -> str:
        """The name with its hash in it; the bare name for a source map that is not there."""
        try:
            return super().hashed_name(name, content, filename)
        except ValueError:
            if urlsplit(name).path.strip().endswith(".map"):
                return name
            raise
