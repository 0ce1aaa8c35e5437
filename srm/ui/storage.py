"""Static files under names that carry their content's hash, compressed, served with a far expiry date."""

from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Also rewrites `import` in our ES modules, and forgives a source map that a package did not bring.

    A browser asks for a map only when its developer tools are open: a missing one is no reason to refuse to
    start. Any other missing file is a mistake and stays an error.
    """

    support_js_module_import_aggregation = True

    def hashed_name(self, name: str, content: Any = None, filename: str | None = None) -> str:
        """The name with its hash in it; the bare name for a source map that is not there."""
        try:
            return super().hashed_name(name, content, filename)
        except ValueError:
            if name.split("?")[0].endswith(".map"):
                return name
            raise
