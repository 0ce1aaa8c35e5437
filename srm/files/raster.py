"""What an image says of itself: its kind and size, read out of its own header and nothing else.

PNG (ISO/IEC 15948, IHDR), JPEG (ITU-T T.81, the frame header), WebP (RFC 9649: VP8, VP8L, VP8X). The content is not
decoded here, so a bomb costs nothing; who shows it decides by the size it claims, which browsers hold it to.
"""

from __future__ import annotations

from dataclasses import dataclass

PNG, JPEG, WEBP = "image/png", "image/jpeg", "image/webp"
# Frame headers of JPEG: SOF0-SOF15 without DHT, JPG and DAC, which share the range.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True)
class Raster:
    """An image of pixels."""

    content_type: str
    width: int
    height: int


def measure(data: bytes) -> Raster | None:
    """Kind and size of a PNG, a JPEG or a WebP by its bytes; None when it is none of them, or its header is broken."""
    for read in (_png, _webp, _jpeg):
        found = read(data)
        if found is not None:
            return found if found.width > 0 and found.height > 0 else None
    return None


def _png(data: bytes) -> Raster | None:
    if not data.startswith(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR") or len(data) < 33:
        return None
    return Raster(PNG, int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big"))


def _jpeg(data: bytes) -> Raster | None:
    if not data.startswith(b"\xff\xd8\xff"):
        return None
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xFF:  # a filling byte
            at += 1
        elif marker in _FRAMES:
            return Raster(
                JPEG, int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
            )
        elif marker in (0xD9, 0xDA) or length < 2:  # the picture begins or ends before it said how large it is
            return None
        else:
            at += 2 + length
    return None


def _webp(data: bytes) -> Raster | None:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP" or len(data) < 30:
        return None
    if data[12:16] == b"VP8X":
        return Raster(WEBP, 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little"))
    if data[12:16] == b"VP8L" and data[20] == 0x2F:
        bits = int.from_bytes(data[21:25], "little")
        return Raster(WEBP, 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
    if data[12:16] == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = int.from_bytes(data[26:28], "little"), int.from_bytes(data[28:30], "little")
        return Raster(WEBP, width & 0x3FFF, height & 0x3FFF)
    return None
