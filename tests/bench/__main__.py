"""Run all measurements, each in a process of its own: `python -m tests.bench [name ...] [--large]`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> int:
    """The exit code: 0 when every measurement ran and held what it promises."""
    chosen = [word for word in sys.argv[1:] if not word.startswith("-")]
    options = [word for word in sys.argv[1:] if word.startswith("-")]
    known = sorted(path.stem for path in HERE.glob("*.py") if not path.stem.startswith("_"))
    if unknown := set(chosen) - set(known):
        print(f"There is no measurement {', '.join(sorted(unknown))}; there are {', '.join(known)}.")
        return 2
    failed = []
    for name in chosen or known:
        print(f"\n== {name} ==", flush=True)
        if subprocess.run([sys.executable, "-m", f"tests.bench.{name}", *options], check=False).returncode:
            failed.append(name)
    print(f"\nOver the budget or broken: {', '.join(failed)}" if failed else "\nAll within the budget.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
