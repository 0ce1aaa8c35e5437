"""Makes the files that bring importers down: bombs, traps, disguises and ruins."""

import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PKG = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
BOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def workbook(
    path: Path,
    sheet: str | Iterable[str],
    *,
    sheets: int = 1,
    extra: dict[str, bytes] | None = None,
    prolog: str = "",
    book_type: str = BOOK_TYPE,
    shared: str = "",
) -> Path:
    """A minimal XLSX whose (first) sheet has `sheet` as its content."""
    rows = [sheet] if isinstance(sheet, str) else sheet
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        overrides = "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{SHEET_TYPE}"/>'
            for n in range(1, sheets + 1)
        )
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{TYPES}"><Default Extension="xml" ContentType="application/xml"/>'
            f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{book_type}"/>{overrides}</Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{PKG}"><Relationship Id="r" Type="{REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        names = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="rId{n}"/>' for n in range(1, sheets + 1))
        archive.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{REL}"><sheets>{names}</sheets></workbook>'
        )
        links = "".join(
            f'<Relationship Id="rId{n}" Type="{REL}/worksheet" Target="worksheets/sheet{n}.xml"/>'
            for n in range(1, sheets + 1)
        )
        if shared:
            links += f'<Relationship Id="rIdS" Type="{REL}/sharedStrings" Target="sharedStrings.xml"/>'
            archive.writestr("xl/sharedStrings.xml", shared)
        archive.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{PKG}">{links}</Relationships>')
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=False) as part:
            part.write(f'<?xml version="1.0" encoding="UTF-8"?>{prolog}<worksheet xmlns="{MAIN}">'.encode())
            for row in rows:
                part.write(row.encode())
            part.write(b"</worksheet>")
        for number in range(2, sheets + 1):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>')
        for name, content in (extra or {}).items():
            archive.writestr(name, content)
    return path


def text_cell(ref: str, text: str) -> str:
    return f'<c r="{ref}" t="inlineStr"><is><t>{text}</t></is></c>'


SMALL = "<sheetData><row r='1'>" + text_cell("A1", "Article") + "</row></sheetData>"


def far_cell(path: Path) -> Path:
    """A 5 kB trap: the table spans 17 billion cells."""
    return workbook(
        path, f"<sheetData><row>{text_cell('A1', 'a')}</row><row>{text_cell('XFD1048576', 'z')}</row></sheetData>"
    )


def far_cell_unlabelled(path: Path) -> Path:
    """The same with the other kind of quotes."""
    return workbook(
        path,
        "<sheetData><row r='1'><c r='A1'><v>1</v></c></row><row r='1048576'><c r='XFD1048576'><v>2</v></c></row></sheetData>",
    )


def million_rows(path: Path, count: int = 3_000_000) -> Path:
    block = "<row><c><v>1</v></c></row>" * 10_000
    return workbook(path, ["<sheetData>", *([block] * (count // 10_000)), "</sheetData>"])


def million_cells_numbered(path: Path, count: int = 1_900_000) -> Path:
    """As many cells as allowed, all in one column of distinct numbers."""

    def rows():
        yield "<sheetData>"
        for start in range(1, count, 10_000):
            yield "".join(f"<row><c><v>{n}</v></c></row>" for n in range(start, start + 10_000))
        yield "</sheetData>"

    return workbook(path, rows())


def huge_cell(path: Path, size: int = 300 << 20) -> Path:
    block = "A" * (1 << 20)
    start = "<sheetData><row><c r='A1' t='inlineStr'><is><t>"
    return workbook(path, [start, *([block] * (size >> 20)), "</t></is></c></row></sheetData>"])


def many_runs(path: Path) -> Path:
    """One cell of 100 MB made of short pieces with noise between, so that neither ratio nor length gives it away."""
    import random

    rng = random.Random(7)
    pieces = ["<r><t>" + "".join(rng.choices("ab", k=900)) + "</t></r>" for _n in range(2000)]

    def rows():
        yield "<sheetData><row><c r='A1' t='inlineStr'><is>"
        for _n in range(55):
            rng.shuffle(pieces)
            yield "".join(pieces)
        yield "</is></c></row></sheetData>"

    return workbook(path, rows())


def billion_laughs(path: Path) -> Path:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    prolog = f'<!DOCTYPE worksheet [<!ENTITY l0 "lol">{levels}]>'
    return workbook(path, f"<sheetData><row>{text_cell('A1', '&l9;')}</row></sheetData>", prolog=prolog)


def external_entity(path: Path) -> Path:
    prolog = '<!DOCTYPE worksheet [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    return workbook(path, f"<sheetData><row>{text_cell('A1', '&x;')}</row></sheetData>", prolog=prolog)


def many_sheets(path: Path) -> Path:
    return workbook(path, SMALL, sheets=10_000)


def some_sheets(path: Path) -> Path:
    return workbook(path, SMALL, sheets=60)


def many_merged(path: Path, count: int = 1_000_000) -> Path:
    cells = "".join(f'<mergeCell ref="A{n}:B{n}"/>' for n in range(2, 10_002))
    block = SMALL + "<mergeCells>"
    return workbook(path, [block, *([cells] * (count // 10_000)), "</mergeCells>"])


def with_macros(path: Path) -> Path:
    return workbook(
        path, SMALL, extra={"xl/vbaProject.bin": b"x"}, book_type="application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    )


def macro_type_only(path: Path) -> Path:
    return workbook(path, SMALL, book_type="application/vnd.ms-excel.sheet.macroEnabled.main+xml")


def with_nested(path: Path) -> Path:
    return workbook(path, SMALL, extra={"xl/embeddings/inner.xlsx": b"PK\x03\x04"})


def climbing(path: Path) -> Path:
    return workbook(path, SMALL, extra={"../../etc/cron.d/x": b"x"})


def twins(path: Path) -> Path:
    """Two parts of one name: two readers, two truths."""
    workbook(path, SMALL)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return path


def many_entries(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(60_000):
            archive.writestr(f"x{number}", b"")
    return path


def encrypted(path: Path) -> Path:
    """An OLE file as Excel writes it for a workbook with a password."""
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2040 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 4096
    path.write_bytes(content)
    return path


def old_excel(path: Path) -> Path:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2040 + "Workbook".encode("utf-16-le") + b"\0" * 4096)
    return path


def zip_password(path: Path) -> Path:
    """A zip whose directory says that its parts are encrypted."""
    workbook(path, SMALL)
    data = bytearray(path.read_bytes())
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        data[at + 8] |= 1
        at = data.find(b"PK\x01\x02", at + 4)
    path.write_bytes(bytes(data))
    return path


def truncated(path: Path) -> Path:
    workbook(path, SMALL)
    path.write_bytes(path.read_bytes()[:-40])
    return path


def cut_in_the_middle(path: Path) -> Path:
    """The directory is there, the parts are not."""
    workbook(path, SMALL)
    data = path.read_bytes()
    path.write_bytes(data[:300] + b"\0" * (len(data) - 900) + data[-600:])
    return path


def not_xml(path: Path) -> Path:
    return workbook(path, "<sheetData><row><c r='A1'><v>1</c></row></sheet")


def lying_size(path: Path) -> Path:
    """The directory says one byte where 50 MB are packed."""
    big = workbook(path, ["<sheetData><row>", text_cell("A1", "x" * (50 << 20)), "</row></sheetData>"])
    data = bytearray(big.read_bytes())
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        data[at + 24 : at + 28] = (1).to_bytes(4, "little")
        at = data.find(b"PK\x01\x02", at + 4)
    path.write_bytes(bytes(data))
    return path


def other_zip(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    return path


def binary(path: Path) -> Path:
    path.write_bytes(bytes(range(256)) * 200)
    return path


def pdf(path: Path) -> Path:
    path.write_bytes(b"%PDF-1.7\n" + b"x" * 1000)
    return path


def csv_as_xlsx(path: Path) -> Path:
    path.write_text("a,b\n1,2\n")
    return path


def xlsx_as_csv(path: Path) -> Path:
    return workbook(path, SMALL)


def empty(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def unclosed_quote(path: Path) -> Path:
    path.write_bytes(b'a,b\n"' + b"x,y\n" * 5_000_000)
    return path


def empty_lines(path: Path) -> Path:
    path.write_bytes(b"a,b\n" + b"\n" * (20 << 20))
    return path


def wide_line(path: Path) -> Path:
    path.write_bytes(b"," * (20 << 20))
    return path


def too_big(path: Path) -> Path:
    path.write_bytes(b"a,b\n" * ((26 << 20) // 4))
    return path


def shared_strings(path: Path) -> Path:
    """Millions of shared texts that no cell uses."""
    texts = "".join(f"<si><t>{number * 7919}</t></si>" for number in range(5_000_000))
    return workbook(path, SMALL, shared=f'<sst xmlns="{MAIN}">{texts}</sst>')


def shared_strings_unseen(path: Path) -> Path:
    """The same under a prefix, as some programs write it."""
    texts = "".join(f"<x:si><x:t>{number * 7919}</x:t></x:si>" for number in range(5_000_000))
    return workbook(path, SMALL, shared=f'<x:sst xmlns:x="{MAIN}">{texts}</x:sst>')


# name of the file, maker, code that the refusal must carry
FILES: list[tuple[str, Callable[[Path], Path], set[str]]] = [
    ("far.xlsx", far_cell, {"memory"}),
    ("far-quiet.xlsx", far_cell_unlabelled, {"memory", "rows"}),
    ("rows-3m.xlsx", million_rows, {"unpacked", "cells", "rows"}),
    ("rows-1.9m.xlsx", million_cells_numbered, {"rows", "cells"}),
    ("cell-300mb.xlsx", huge_cell, {"unpacked"}),
    ("runs-100mb.xlsx", many_runs, {"memory", "size", "cell", "time"}),
    ("laughs.xlsx", billion_laughs, {"entities"}),
    ("xxe.xlsx", external_entity, {"entities"}),
    ("sheets-10k.xlsx", many_sheets, {"entries"}),
    ("sheets-60.xlsx", some_sheets, {"sheets"}),
    ("merged-1m.xlsx", many_merged, {"merges", "memory"}),
    ("macros.xlsx", with_macros, {"macros"}),
    ("macros.xlsm", with_macros, {"macros"}),
    ("macro-type.xlsx", macro_type_only, {"macros"}),
    ("nested.xlsx", with_nested, {"nested"}),
    ("climbing.xlsx", climbing, {"damaged"}),
    ("twins.xlsx", twins, {"damaged"}),
    ("entries-60k.xlsx", many_entries, {"entries"}),
    ("encrypted.xlsx", encrypted, {"password"}),
    ("old.xls", old_excel, {"old-excel"}),
    ("renamed.xlsx", old_excel, {"old-excel"}),
    ("zip-password.xlsx", zip_password, {"password"}),
    ("truncated.xlsx", truncated, {"damaged"}),
    ("cut.xlsx", cut_in_the_middle, {"damaged"}),
    ("not-xml.xlsx", not_xml, {"damaged"}),
    ("lying.xlsx", lying_size, {"damaged", "memory", "cell"}),
    ("word.xlsx", other_zip, {"format"}),
    ("binary.csv", binary, {"format"}),
    ("picture.csv", pdf, {"format"}),
    ("text.xlsx", csv_as_xlsx, {"ending"}),
    ("book.csv", xlsx_as_csv, {"ending"}),
    ("page.html", csv_as_xlsx, {"format"}),
    ("empty.csv", empty, {"empty"}),
    ("empty.xlsx", empty, {"empty"}),
    ("quote.csv", unclosed_quote, {"cell"}),
    ("lines-20m.csv", empty_lines, {"rows"}),
    ("wide.csv", wide_line, {"columns"}),
    ("big.csv", too_big, {"size"}),
    ("strings-5m.xlsx", shared_strings, {"memory"}),
    ("strings-quiet.xlsx", shared_strings_unseen, {"memory"}),
]
