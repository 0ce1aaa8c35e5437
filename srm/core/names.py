"""Names in three languages, by one helper."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

LANGUAGES = ("en", "ru", "bg")


class Named(models.Model):
    """A thing with a name in English, Russian and Bulgarian; one of them is enough."""

    name_en = models.CharField(_("Name, English"), max_length=200, blank=True)
    name_ru = models.CharField(_("Name, Russian"), max_length=200, blank=True)
    name_bg = models.CharField(_("Name, Bulgarian"), max_length=200, blank=True)

    class Meta:
        abstract = True

    @property
    def name(self) -> str:
        """The name in the reader's language, or the first there is."""
        return pick_name(self.name_en, self.name_ru, self.name_bg)

    def __str__(self) -> str:
        return self.name


def pick_name(en: str, ru: str, bg: str, language: str | None = None) -> str:
    """The name in `language` (the active one by default), falling back to English, Russian, Bulgarian."""
    names = dict(zip(LANGUAGES, (en, ru, bg), strict=True))
    return names.get((language or get_language() or "en")[:2]) or en or ru or bg
