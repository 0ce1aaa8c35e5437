"""Small files, good and bad."""

import io
import zipfile

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
JPG = b"\xff\xd8\xff\xe0" + b"\0" * 20
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512
HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def packed(entries: dict[str, bytes], *, flag: int = 0) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    data = bytearray(stream.getvalue())
    if flag:
        at = data.find(b"PK\x01\x02")
        while at >= 0:
            data[at + 8] |= flag
            at = data.find(b"PK\x01\x02", at + 4)
    return bytes(data)


def linked() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        entry = zipfile.ZipInfo("link")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    return stream.getvalue()


DOCX = packed({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"})
XLSX = packed({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<w/>"})

GOOD = [
    ("drawing.pdf", PDF),
    ("Договор № 5.docx", DOCX),
    ("prices.xlsx", XLSX),
    ("photo.png", PNG),
    ("photo.JPG", JPG),
    ("photo.jpeg", JPG),
    ("pack.zip", packed({"a.pdf": PDF, "b/c.docx": DOCX})),
    ("note.txt", "Бележка".encode("cp1251")),
    ("list.csv", b"a;b\n1;2\n"),
    ("order.xml", b'<?xml version="1.0"?>\n<Order><Line/></Order>'),
    ("order-utf16.xml", '<?xml version="1.0" encoding="utf-16"?><Order/>'.encode("utf-16")),
    ("act.sig", b"\x30\x82\x01\x00" + b"\1" * 50),
    ("act.p7s", b"-----BEGIN PKCS7-----\nMIIB\n-----END PKCS7-----\n"),
    ("mail.eml", b"Received: from a\r\nSubject: Hello\r\n\r\nText"),
    ("mail.msg", OLE),
    ("plan.dwg", b"AC1027" + b"\0" * 20),
]
BAD = [
    ("page.html", HTML), ("page.htm", HTML), ("page.xhtml", HTML), ("logo.svg", SVG), ("logo.svgz", b"\x1f\x8b"),
    ("style.xsl", b"<xsl/>"), ("run.exe", b"MZ"), ("run.js", b"alert(1)"), ("run.bat", b"@echo"), ("old.doc", OLE),
    ("old.xls", OLE), ("macro.xlsm", XLSX), ("macro.docm", DOCX), ("pack.rar", b"Rar!"), ("noending", PDF),
    (".htaccess", b"x"), ("a.pdf.html", HTML), ("a.pdf\x00.html", HTML), ("a.html", PDF), ("a.pdf.", HTML), ("a.php", b"<?php"),
    ("polyglot.pdf", HTML + PDF), ("a.pdf", b" " + PDF), ("empty.pdf", b""), ("a.png", SVG), ("a.jpg", PNG), ("a.png", HTML),
    ("a.docx", XLSX), ("a.xlsx", DOCX), ("a.docx", PDF), ("a.docx", b"PK\x03\x04broken"),
    ("a.xlsx", packed({"[Content_Types].xml": b"<T/>", "xl/workbook.xml": b"", "xl/vbaProject.bin": b"x"})),
    ("a.xlsx", packed({"[Content_Types].xml": b"application/vnd.ms-excel.sheet.macroEnabled.main+xml", "xl/w.xml": b""})),
    ("nested.zip", packed({"inner.zip": b"PK"})), ("program.zip", packed({"a/setup.exe": b"MZ"})),
    ("climb.zip", packed({"../../etc/passwd": b"x"})), ("windows.zip", packed({"..\\x.txt": b"x"})), ("drive.zip", packed({"C:/x": b"x"})),
    ("link.zip", linked()), ("secret.zip", packed({"a.txt": b"x"}, flag=1)), ("bomb.zip", packed({"a.txt": b"\0" * (30 << 20)})),
    ("many.zip", packed({f"{n}.txt": b"" for n in range(1001)})),
    ("xslt.xml", b'<?xml version="1.0"?><?xml-stylesheet href="x.xsl" type="text/xsl"?><a/>'),
    ("page.xml", b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><script/></html>'),
    ("picture.xml", SVG), ("prefixed.xml", b'<x:html xmlns:x="http://www.w3.org/1999/xhtml"><x:script/></x:html>'),
    ("wide.xml", '<svg xmlns="http://www.w3.org/2000/svg"/>'.encode("utf-16")), ("not.xml", b"text"),
    ("program.txt", b"MZ\x90\x00"), ("binary.txt", b"a\x00b"), ("pdf.txt", PDF), ("page.eml", HTML), ("a.msg", PDF), ("a.dwg", PDF),
    ("a.sig", HTML),
]  # fmt: skip
NAMES = [
    ("../../etc/passwd.pdf", "passwd.pdf"),
    ("C:\\Users\\me\\drawing.pdf", "drawing.pdf"),
    ("a\r\nSet-Cookie: x=1.pdf", "a Set-Cookie: x=1.pdf"),
    ("in\u202efdp.exe.pdf", "infdp.exe.pdf"),
    ('quo"te.pdf', 'quo"te.pdf'),
    ("e\u0301.pdf", "é.pdf"),
    ("Договор.pdf", "Договор.pdf"),
    ("  spaces   inside .pdf", "spaces inside.pdf"),
    ("con.pdf", "_con.pdf"),
    ("\u200b\u200c.pdf", "pdf"),
]
