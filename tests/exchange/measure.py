"""Reads the files named on the command line and prints, per file, what happened and what it cost (JSON lines).

A process of its own, so that the peak memory of its children is that of the reading alone.
"""

import json
import resource
import sys
import time
from pathlib import Path

from django.conf import settings

# As little of Django as will do: a child's peak counts that of its parent at the moment of the fork.
settings.configure(BASE_DIR=Path(__file__).resolve().parents[2], USE_I18N=False)

from srm.exchange import readers  # noqa: E402


def cpu() -> float:
    """Seconds of CPU that this process and its children have taken: the same on a busy machine."""
    found = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in found)


def main() -> None:
    said: list[str] = []
    plain = readers.refusal
    readers.refusal = lambda code, facts: said.append(code) or plain(code, facts)
    for name in sys.argv[1:]:
        said.clear()
        started, spent, fault = time.monotonic(), cpu(), ""
        try:
            with readers.read_table(Path(name)) as table:
                for _portion in table.portions():
                    pass
        except Exception as refusal:
            fault = f"{type(refusal).__name__}: {refusal}"
        print(
            json.dumps(
                {
                    "file": Path(name).name,
                    "code": said[0] if said else "",
                    "fault": fault,
                    "seconds": round(time.monotonic() - started, 2),
                    "cpu": round(cpu() - spent, 2),
                    "child_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
                    "own_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                }
            )
        )


if __name__ == "__main__":
    main()
