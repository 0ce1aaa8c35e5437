"""Small PDF papers for the demo's attachments, written by hand: one page, a few lines."""

from __future__ import annotations

from collections.abc import Sequence


def paper(title: str, lines: Sequence[str]) -> bytes:
    """A PDF of one page; letters beyond ASCII are left out, for the built-in fonts have none."""
    shown = [
        line.encode("ascii", "ignore").decode().replace("\\", "").replace("(", "[").replace(")", "]") for line in lines
    ]
    text = f"BT /F1 20 Tf 72 770 Td ({shown[0] if shown else title}) Tj /F1 12 Tf"
    text += "".join(f" 0 -24 Td ({line}) Tj" for line in shown[1:]) + " ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text.encode("ascii")),
    ]
    return _joined(objects)


def _joined(objects: Sequence[bytes]) -> bytes:
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return body + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        size, table, size, len(body),
    )  # fmt: skip
