"""Print documents: typst templates in templates/print, the firm's letterhead, page x of y, a code to the live page."""

from __future__ import annotations

import io
from typing import Any

import orjson
import qrcode
import qrcode.image.svg
import typst
from django.conf import settings

TEMPLATES = settings.BASE_DIR / "templates" / "print"


def pdf(template: str, data: dict[str, Any]) -> bytes:
    """The PDF of `templates/print/<template>.typ`, which reads `data` as JSON from its input "data".

    The same data give the same bytes: no time of printing is written into the file.
    """
    source = (TEMPLATES / f"{template}.typ").read_bytes()
    inputs = {"data": orjson.dumps(data, default=str).decode()}
    return typst.compile(source, root=str(TEMPLATES), format="pdf", sys_inputs=inputs)  # type: ignore[call-overload]


def code_svg(address: str) -> str:
    """A QR code of `address` as SVG text."""
    image = qrcode.make(address, image_factory=qrcode.image.svg.SvgPathImage, border=0, box_size=10)
    stream = io.BytesIO()
    image.save(stream)
    return stream.getvalue().decode()
