"""Reads CSV and its relatives: finds out the encoding and the delimiter, then streams. Runs in the child process."""

import codecs
import csv
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import TextIO

from srm.exchange.preflight import Refused

SAMPLE = 256 * 1024
CHUNK = 1 << 20
DELIMITERS = ",;\t|"
SNIFFED_ROWS = 40
LONGEST_LINE = 1 << 20


def sniff_encoding(path: Path) -> str:
    """The encoding of a text file: by its mark, by being valid UTF-8, else by what its letters look like.

    Raises:
        Refused: it is no text at all.
    """
    with path.open("rb") as file:
        sample = file.read(SAMPLE)
    if sample.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\x00" in sample:
        return _sniff_utf16(sample)
    controls = sum(
        sample.count(sign) for sign in (b"\x01", b"\x02", b"\x03", b"\x04", b"\x06", b"\x0e", b"\x0f", b"\x1b")
    )
    if controls > len(sample) // 1000:
        raise Refused("format")
    if _is_utf8(path):
        return "utf-8"
    return "cp1251" if _looks_cyrillic(sample) else "cp1252"


def _sniff_utf16(sample: bytes) -> str:
    even, odd, half = sample[0::2].count(0), sample[1::2].count(0), len(sample) // 2
    if odd > half * 0.3 and odd > 10 * even:
        return "utf-16-le"
    if even > half * 0.3 and even > 10 * odd:
        return "utf-16-be"
    raise Refused("format")


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while block := file.read(CHUNK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _looks_cyrillic(sample: bytes) -> bool:
    """Cyrillic words are high bytes side by side; in western text an accented letter stands between plain ones."""
    high = [byte >= 0xC0 or byte in (0xA8, 0xB8) for byte in sample]
    letters = sum(high)
    paired = sum(1 for first, second in pairwise(high) if first and second)
    return letters > 0 and paired / letters > 0.4


def sniff_delimiter(text: str) -> str:
    """The delimiter that splits the heading and the first lines into the same number of cells, most cells first."""
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        counts = _widths(text, delimiter)
        if not counts or counts[0] < 2:
            continue
        agreeing = sum(1 for count in counts if count == counts[0]) / len(counts)
        score = (round(agreeing, 1), counts[0])
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _widths(text: str, delimiter: str) -> list[int]:
    widths = []
    try:
        for row in csv.reader(text.splitlines(keepends=True), delimiter=delimiter):
            if row:
                widths.append(len(row))
            if len(widths) >= SNIFFED_ROWS:
                break
    except csv.Error:
        return []
    # The sample may end within a line.
    return widths[:-1] if len(widths) > 2 else widths


class TextTable:
    """A CSV file with its encoding and delimiter found out."""

    def __init__(self, path: Path, limits: dict) -> None:
        self.path = path
        self.limits = limits
        self.encoding = sniff_encoding(path)
        with path.open(encoding=self.encoding, errors="replace", newline="") as file:
            head = file.read(SAMPLE // 4)
        first = head.split("\n", 1)[0].strip().strip('"')
        # Spreadsheets may name the delimiter in a line of its own.
        self.skip = first[:4].lower() == "sep=" and len(first) == 5
        self.delimiter = first[4] if self.skip else sniff_delimiter(head)

    def estimate(self) -> int:
        """About how many lines there are: line ends, some of which may lie inside cells."""
        with self.path.open("rb") as file:
            return sum(block.count(b"\n") for block in iter(lambda: file.read(CHUNK), b""))

    def rows(self) -> Iterator[list[str]]:
        """The lines as lists of texts.

        Raises:
            Refused: a cell is longer or the lines are more than the limits allow.
        """
        csv.field_size_limit(self.limits["cell"])
        with self.path.open(encoding=self.encoding, errors="replace", newline="") as file:
            reader = csv.reader(_bounded(file, self.limits), delimiter=self.delimiter)
            number = 0
            try:
                for number, row in enumerate(reader, 1):
                    yield [] if self.skip and number == 1 else row
            except csv.Error as fault:
                if "field larger" in str(fault):
                    raise Refused("cell", most=self.limits["cell"], line=number + 1) from fault
                raise Refused("damaged") from fault


def _bounded(file: TextIO, limits: dict) -> Iterator[str]:
    """The lines of `file`; one without an end would become a list of millions of cells before it could be judged."""
    number = 0
    while line := file.readline(LONGEST_LINE):
        number += 1
        if len(line) >= LONGEST_LINE:
            raise Refused("columns", most=limits["columns"], line=number)
        yield line
