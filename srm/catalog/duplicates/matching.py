"""Finding pairs of items that may be the same. Pure: facts in, findings out.

Comparing everything with everything is out of the question (100,000 items are five thousand million pairs), so only
items that share a block are compared: the same article key, the same key of an upper room, or a name with the same
figures and a word that begins alike. Blocks that grow too large are cut into overlapping windows of names in order, so
the work grows with the number of items and not with its square.

The score is between 0 and 100. Single proofs are joined as if they were independent (one minus the product of the
doubts); what speaks against it (another kind of unit, another category) is taken off afterwards.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from rapidfuzz import fuzz, process

from srm.catalog.duplicates.normal import Form, article_key, form_of

LEAST_SCORE = 70
LARGEST_BLOCK = 300
SMALL_BLOCK = 6
ALL_PAIRS_UP_TO = 5
PREFIX = 4
# How alike the words must be, by how many figures agree: three equal figures are a proof of their own.
LEAST_ALIKE = (88, 84, 78)
OTHER_WORD = 70
PROOF_ARTICLE, PROOF_KEY, PROOF_NAME = 0.9, 0.88, 0.95
AGAINST = {"dimension": 12, "category": 6, "attribute": 15, "name": 15}
FOR_ATTRIBUTE = 0.25


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an item. `kind` is what its unit measures; `keys` are marks that two different things never
    share (a supplier's number, with the supplier in it); `attributes` are values by name.
    """

    id: int
    article: str = ""
    names: tuple[str, ...] = ()
    unit: str = ""
    kind: str = ""
    category: int = 0
    is_service: bool = False
    keys: frozenset[str] = frozenset()
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """Two items, how sure it is (0 to 100), and why: (code, detail) pairs."""

    first: int
    second: int
    score: int
    reasons: tuple[tuple[str, str], ...]


def find(items: Sequence[Facts], *, least: int = LEAST_SCORE) -> list[Finding]:
    """Pairs that may be the same thing, the surest first. `items` in the order of their ids."""
    forms = _forms(items)
    alike: dict[int, int] = {}
    for one, other in _same_key(items):
        alike.setdefault(_pair(one, other), 0)
    for one, other, similarity in _alike_names(forms):
        pair = _pair(one, other)
        alike[pair] = max(alike.get(pair, 0), similarity)
    found = []
    for pair, similarity in alike.items():
        judged = judge(items[pair >> 32], items[pair & 0xFFFFFFFF], similarity)
        if judged is not None and judged.score >= least:
            found.append(judged)
    return sorted(found, key=lambda finding: (-finding.score, finding.first, finding.second))


def compare(one: Facts, other: Facts) -> Finding | None:
    """Two items that somebody puts side by side, without blocks; None when nothing speaks for it."""
    best = max(
        (
            likeness(mine, theirs)
            for mine in _forms_of(one) for theirs in _forms_of(other)
        ),
        default=0,
    )  # fmt: skip
    return judge(one, other, best)


def judge(one: Facts, other: Facts, similarity: int) -> Finding | None:
    """What the proofs come to; None when there is none, or when one is a service and the other a thing."""
    if one.is_service != other.is_service or one.id == other.id:
        return None
    reasons: list[tuple[str, str]] = []
    doubt = 1.0
    key = article_key(one.article)
    if key and key == article_key(other.article):
        reasons.append(("article", ""))
        doubt *= 1 - PROOF_ARTICLE
    for shared in sorted(one.keys & other.keys):
        reasons.append(("key", shared))
        doubt *= 1 - PROOF_KEY
    if similarity:
        reasons.append(("name", str(similarity)))
        doubt *= 1 - PROOF_NAME * (similarity - 50) / 50
    if not reasons:
        return None
    against = 0
    if one.names and other.names and not similarity:
        reasons.append(("other-name", ""))
        against += AGAINST["name"]
    same, different = _attributes(one, other)
    doubt *= (1 - FOR_ATTRIBUTE) ** len(same)
    reasons += [("same-attribute", name) for name in same] + [("other-attribute", name) for name in different]
    against += AGAINST["attribute"] * len(different)
    if one.kind != other.kind:
        reasons.append(("other-unit", ""))
        against += AGAINST["dimension"]
    elif one.unit == other.unit:
        reasons.append(("same-unit", ""))
    if one.category != other.category:
        reasons.append(("other-category", ""))
        against += AGAINST["category"]
    score = max(0, min(100, round(100 * (1 - doubt)) - against))
    first, second = sorted((one.id, other.id))
    return Finding(first, second, score, tuple(reasons))


def likeness(one: Form, other: Form) -> int:
    """How alike two names are, 0 or from 78 to 100. Other figures, or a word that means something else: 0."""
    if one.figures != other.figures:
        return 0
    return _checked(one, other, fuzz.ratio(one.text, other.text))


def _checked(one: Form, other: Form, similarity: float) -> int:
    least = LEAST_ALIKE[min(len(one.figures), len(LEAST_ALIKE) - 1)]
    if similarity < least:
        return 0
    mine, theirs = set(one.words) - set(other.words), set(other.words) - set(one.words)
    if mine and theirs and not all(_has_kin(word, theirs) for word in mine):
        return 0  # black and blue are five letters of ten apart in a long name, and still two things
    return round(similarity)


def _has_kin(word: str, others: set[str]) -> bool:
    return any(fuzz.ratio(word, other) >= OTHER_WORD or _shortens(word, other) for other in others)


def _shortens(word: str, other: str) -> bool:
    return min(len(word), len(other)) >= 3 and (word.startswith(other) or other.startswith(word))


def _attributes(one: Facts, other: Facts) -> tuple[list[str], list[str]]:
    """Names of the attributes that both have: those that agree, those that do not."""
    both = sorted(set(one.attributes) & set(other.attributes))
    same = [name for name in both if one.attributes[name] == other.attributes[name]]
    return same, [name for name in both if name not in same]


# ------------------------------------------------------------------------------------------------------- blocks


def _pair(one: int, other: int) -> int:
    """Two places in the list as one number: a set of a million of them is far smaller than one of tuples."""
    low, high = (one, other) if one < other else (other, one)
    return low << 32 | high


def _forms_of(item: Facts) -> list[Form]:
    found = (form_of(name) for name in dict.fromkeys(item.names) if name)
    return list(dict.fromkeys(form for form in found if form is not None))


def _forms(items: Sequence[Facts]) -> dict[Form, list[int]]:
    """Every form there is, and the places of the items that have it."""
    found: dict[Form, list[int]] = defaultdict(list)
    for place, item in enumerate(items):
        for form in _forms_of(item):
            found[form].append(place)
    return found


def _same_key(items: Sequence[Facts]) -> Iterator[tuple[int, int]]:
    """Pairs with the same article key, or the same key of an upper room."""
    blocks: dict[str, list[int]] = defaultdict(list)
    for place, item in enumerate(items):
        if key := article_key(item.article):
            blocks[f"article {key}"].append(place)
        for mark in item.keys:
            blocks[f"key {mark}"].append(place)
    for block in blocks.values():
        yield from _pairs_of_same(block)


def _pairs_of_same(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """All pairs of a few; of many each with the first, so that a thousand equal names stay a thousand pairs."""
    if len(places) <= ALL_PAIRS_UP_TO:
        yield from ((one, other) for at, one in enumerate(places) for other in places[at + 1 :])
    else:
        yield from ((places[0], other) for other in places[1:])


def _alike_names(forms: Mapping[Form, list[int]]) -> Iterator[tuple[int, int, int]]:
    """(place, place, similarity) of items whose names are equal or alike."""
    for places in forms.values():
        for one, other in _pairs_of_same(places):
            yield one, other, 100
    known = list(forms)
    for block in _blocks(known):
        for one, other, similarity in _within(known, block):
            yield forms[known[one]][0], forms[known[other]][0], similarity


def _blocks(forms: Sequence[Form]) -> Iterator[list[int]]:
    """Places of forms that share figures and the beginning of a word, two at least."""
    keys, places = array("q"), array("q")
    for place, form in enumerate(forms):
        for mark in _marks(form):
            keys.append(hash((form.figures, mark)))
            places.append(place)
    if not keys:
        return
    hashes = np.frombuffer(keys, dtype=np.int64)
    order = np.argsort(hashes, kind="stable")
    cuts = np.flatnonzero(np.diff(hashes[order])) + 1
    owners = np.frombuffer(places, dtype=np.int64)[order]
    for block in np.split(owners, cuts):
        if len(block) > 1:
            yield from _windows(forms, block.tolist())


def _marks(form: Form) -> set[str]:
    return {word[:PREFIX] for word in form.words if len(word) > 2} or {form.text}


def _windows(forms: Sequence[Form], block: list[int]) -> Iterator[list[int]]:
    """The block itself, or overlapping windows of it in the order of the names."""
    if len(block) <= LARGEST_BLOCK:
        yield block
        return
    block.sort(key=lambda place: forms[place].text)
    for start in range(0, len(block), LARGEST_BLOCK // 2):
        yield block[start : start + LARGEST_BLOCK]
        if start + LARGEST_BLOCK >= len(block):
            return


def _within(forms: Sequence[Form], block: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Pairs of a block whose names are alike enough."""
    for one, other, similarity in _rated([forms[place].text for place in block]):
        mine, theirs = block[one], block[other]
        # Hashes may meet by chance: the figures are compared once more.
        if forms[mine].figures == forms[theirs].figures and (rated := _checked(forms[mine], forms[theirs], similarity)):
            yield mine, theirs, rated


def _rated(texts: Sequence[str]) -> Iterable[tuple[int, int, float]]:
    least = min(LEAST_ALIKE)
    if len(texts) <= SMALL_BLOCK:
        for one, text in enumerate(texts):
            for other in range(one + 1, len(texts)):
                if similarity := fuzz.ratio(text, texts[other], score_cutoff=least):
                    yield one, other, similarity
        return
    table = process.cdist(texts, texts, scorer=fuzz.ratio, score_cutoff=least, dtype=np.float32)
    for one, other in np.argwhere(np.triu(table, 1) > 0).tolist():
        yield one, other, float(table[one, other])
