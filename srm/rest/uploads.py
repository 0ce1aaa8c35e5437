"""Files that programs send, as multipart/form-data."""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from rest_framework.request import Request

from srm.core.errors import InvalidInput
from srm.rest.renderers import dumps


def fields_of(request: Request) -> dict[str, str]:
    """The plain fields of the form."""
    data: Any = request.data
    return {name: data[name] for name in data if isinstance(data[name], str)}


def received_file(request: Request) -> tuple[UploadedFile, dict[str, str], bytes]:
    """The file, the plain fields, and what tells this request from another one with the same Idempotency-Key.

    Raises:
        InvalidInput: no file was sent.
    """
    sent, upload = fields_of(request), request.FILES.get("file")
    if upload is None:
        raise InvalidInput({"file": _("Send the file in the field “file” of a multipart/form-data body.")})
    digest = hashlib.sha256()
    for block in upload.chunks():
        digest.update(block)
    upload.seek(0)
    return upload, sent, dumps([sorted(sent.items()), upload.name, digest.hexdigest()])
