"""Duplicate search over 10,000 and 100,000 items, each in a process of its own. `python -m tests.bench.duplicates`

Every hundredth item is entered a second time: other alphabet, other order, other separators, a typing error. What is
promised: minutes at most, growth near the growth of the items, bounded memory, and the doubles are found.
"""

from __future__ import annotations

import os
import random
import resource
import subprocess
import sys
import time

SIZES = (10_000, 100_000)
MOST_SECONDS, MOST_RATIO, MOST_MEGABYTES, LEAST_FOUND = 180.0, 15.0, 1200, 0.95

THINGS = (
    ("bolt", "болт"), ("nut", "гайка"), ("washer", "шайба"), ("cable", "кабель"), ("gloves", "перчатки"), ("pump", "насос"),
    ("valve", "клапан"), ("filter", "фильтр"), ("bearing", "подшипник"), ("motor", "двигатель"), ("relay", "реле"),
    ("sensor", "датчик"), ("hose", "шланг"), ("clamp", "хомут"), ("bracket", "кронштейн"), ("paint", "краска"),
    ("drill", "сверло"), ("fuse", "предохранитель"), ("switch", "выключатель"), ("gasket", "прокладка"),
)  # fmt: skip
KINDS = (
    ("hex", "шестигранный"), ("steel", "стальной"), ("zinc", "оцинкованный"), ("black", "чёрный"), ("blue", "синий"),
    ("red", "красный"), ("rubber", "резиновый"), ("copper", "медный"), ("flexible", "гибкий"), ("heavy", "тяжёлый"),
    ("light", "лёгкий"), ("stainless", "нержавеющий"), ("brass", "латунный"), ("welded", "сварной"), ("sealed", "закрытый"),
)  # fmt: skip


def catalog(count: int):
    """(items, pairs that are the same thing): names as a firm writes them, doubles as people make them."""
    from srm.catalog.duplicates.matching import Facts

    chance = random.Random(count)
    items, doubles = [], set()
    for key in range(1, count - count // 100 + 1):
        thing, kind, other = chance.choice(THINGS), chance.choice(KINDS), chance.choice(KINDS)
        size = f"M{chance.randint(3, 60)}x{chance.randint(5, 400)}"
        name = f"{thing[0].title()} {kind[0]} {other[0]} {size} A{chance.randint(1, 9)}"
        russian = f"{thing[1].title()} {kind[1]} {other[1]} {size}"
        items.append(Facts(key, f"A-{key:06d}", (name, russian), category=key % 400))
    originals = len(items)
    for number in range(count // 100):
        first = items[chance.randrange(originals)]
        key = len(items) + 1
        items.append(Facts(key, f"B-{key:06d}", (spoilt(first.names[number % 2], chance),), category=key % 400))
        doubles.add((first.id, key))
    return items, doubles


def spoilt(name: str, chance: random.Random) -> str:
    """The same name from another hand."""
    words = name.lower().replace("x", " х ").split(" ")
    words[0] = words[0][:3] + words[0][4:] if chance.random() < 0.3 and len(words[0]) > 5 else words[0]
    head, tail = words[:3], words[3:]
    chance.shuffle(head)
    return f"{', '.join(head)} {' '.join(tail)}"


def measure(count: int) -> None:
    """Print seconds, megabytes, pairs, and the share of the doubles that was found."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    from srm.catalog.duplicates.matching import find

    items, doubles = catalog(count)
    began = time.process_time()
    found = find(items)
    seconds = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    share = len(doubles & {(one.first, one.second) for one in found}) / len(doubles)
    print(seconds, peak, len(found), share)


def main() -> int:
    """The exit code: 0 when every promise is kept."""
    results = {}
    for count in SIZES:
        command = [sys.executable, "-m", "tests.bench.duplicates", str(count)]
        answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        seconds, peak, found, share = (float(word) for word in answer.split()[-4:])
        results[count] = seconds
        print(
            f"    {count:7,} items: {seconds:6.2f} CPU s, {peak:5.0f} MB, {found:,.0f} pairs, {share:.1%} of the doubles"
        )
        if seconds > MOST_SECONDS or peak > MOST_MEGABYTES or share < LEAST_FOUND:
            return 1
    ratio = results[SIZES[1]] / results[SIZES[0]]
    print(f"    ten times the items: {ratio:.1f} times the work (at most {MOST_RATIO:.0f})")
    return int(ratio > MOST_RATIO)


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1].isdigit():
        measure(int(sys.argv[1]))
    else:
        sys.exit(main())
