"""Put every sentence of the product into its catalogues, or check that they hold and translate them all."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from srm.management import messages


def catalogues() -> list[Path]:
    """The catalogue of each language but English, which is what the code speaks."""
    folder = Path(settings.LOCALE_PATHS[0])
    return [folder / code / "LC_MESSAGES" / "django.po" for code, _name in settings.LANGUAGES if code != "en"]


def check() -> list[str]:
    """What is not extracted, not translated or translated wrongly."""
    sentences = messages.find(settings.BASE_DIR)
    found = list(sentences.faults)
    for path in catalogues():
        catalog = messages.read(path)
        found += [
            f"{path.parent.parent.name}: {fault}"
            for fault in messages.missing(catalog, sentences) + messages.faults(catalog)
        ]
    return found


class Command(BaseCommand):
    help = "Extract sentences from Python and templates into srm/locale; translations already there are kept."
    requires_system_checks = []

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing; fail when anything is missing or wrong"
        )

    def handle(self, *args: object, **options: object) -> None:
        if options["check"]:
            if found := check():
                raise CommandError(f"{len(found)} faults in translations:\n" + "\n".join(found))
            self.stdout.write("Every sentence is extracted and translated.")
            return
        sentences = messages.find(settings.BASE_DIR)
        # A file that cannot be read would take its sentences, and their translations, with it.
        if sentences.faults:
            raise CommandError("Nothing is written:\n" + "\n".join(sentences.faults))
        for path in catalogues():
            changed = messages.bring_up_to_date(path, sentences)
            waiting = [one for one in messages.read(path) if one.id and not all(messages.strings(one))]
            word = "written" if changed else "unchanged"
            self.stdout.write(
                f"{path.parent.parent.name}: {len(sentences.places)} sentences, {len(waiting)} to translate, {word}."
            )
