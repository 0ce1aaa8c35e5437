"""Check what must always hold: the audit chain, the triggers, the ledgers, the stored files."""

from django.core.management.base import BaseCommand, CommandError

from srm.home.verify import checks


class Command(BaseCommand):
    help = "Verify audit chain, append-only triggers, allocation ledger, budgets and stock; exits with 1 on any fault."

    def handle(self, *args: object, **options: object) -> None:
        wrong = 0
        for name, found in checks():
            self.stdout.write(f"{'ok  ' if not found else 'WRONG'} {name}")
            for sentence in found[:20]:
                self.stdout.write(f"      {sentence}")
            wrong += len(found)
        if wrong:
            raise CommandError(f"{wrong} faults")
