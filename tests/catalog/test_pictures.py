"""An item's picture is a picture and nothing else, whoever sends what under which name."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from srm.catalog.pictures import selectors, services
from srm.core.errors import InvalidInput, NotAllowed
from srm.files import services as files
from srm.files.models import Attachment
from srm.files.raster import Raster, measure
from srm.flow.uow import unit_of_work
from tests.files.samples import HTML, PDF, SVG
from tests.rest.helpers import api, token_for

pytestmark = pytest.mark.django_db


def png(width=2, height=2, tail=b""):
    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + size + b"\x08\x02\x00\x00\x00" + b"\0" * 16 + tail


def jpeg(width=3, height=4):
    frame = b"\xff\xc0\x00\x11\x08" + height.to_bytes(2, "big") + width.to_bytes(2, "big") + b"\x03" + b"\0" * 9
    return b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\0" * 9 + frame


def webp(width=5, height=6):
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF\x20\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00" + size + b"\0" * 8


def sent(data, name="bolt.png"):
    return SimpleUploadedFile(name, data)


def set_picture(firm, item, data=None, name="bolt.png", by="buyer"):
    picture = services.store_picture(sent(png() if data is None else data, name))
    with unit_of_work():
        return services.set_picture(item, actor=firm.actor(by), picture=picture)


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    own = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "store"}}
    settings.STORAGES = {**settings.STORAGES, "default": own}


def test_the_header_says_kind_and_size():
    assert measure(png(7, 8)) == Raster("image/png", 7, 8)
    assert measure(jpeg()) == Raster("image/jpeg", 3, 4)
    assert measure(webp()) == Raster("image/webp", 5, 6)
    assert [
        measure(bad) for bad in (b"", PDF, HTML, SVG, png(0, 3), png()[:20], jpeg()[:20], b"\xff\xd8\xff\xda" * 9)
    ] == [None] * 8


@given(st.binary(max_size=200), st.sampled_from([b"", b"\xff\xd8\xff", b"RIFF0000WEBP", b"\x89PNG\r\n\x1a\n"]))
def test_no_bytes_break_the_reading(data, start):
    found = measure(start + data)
    assert found is None or (found.width > 0 and found.height > 0)


@pytest.mark.parametrize(("data", "name"), [(png(), "a.png"), (jpeg(), "a.jpg"), (webp(), "a.webp")])
def test_a_picture_is_shown_under_its_own_type_and_runs_nothing(firm, client_of, data, name):
    set_picture(firm, firm.bolt, data, name)
    answer = client_of("requester").get(f"/catalog/items/{firm.bolt.public_id}/picture/")
    assert (answer.status_code, answer.content) == (200, data)
    assert answer["Content-Type"] == measure(data).content_type
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Content-Disposition"] == "inline"


@pytest.mark.parametrize(
    ("data", "name"),
    [(SVG, "a.svg"), (SVG, "a.png"), (HTML, "a.png"), (PDF, "a.png"), (png(5000, 10), "a.png"), (png(2**31, 2**31), "a.png"),
     (png(), "a.jpg"), (png(), "a.html"), (png(tail=b"\0" * (5 << 20)), "a.png")],
)  # fmt: skip
def test_what_is_no_picture_is_refused_and_nothing_is_kept(firm, data, name):
    with pytest.raises(InvalidInput):
        set_picture(firm, firm.bolt, data, name)
    assert selectors.picture_of(firm.bolt) is None
    assert Attachment.objects.unscoped("test").count() == 0


def test_what_came_past_the_check_is_not_shown(firm, client_of):
    """The general way to attach a file lets anybody with the right call it a picture: showing looks again."""
    huge = sent(png(30000, 30000), "a.png")
    with unit_of_work():
        files.attach(firm.bolt, huge, actor=firm.actor("buyer"), purpose=selectors.PICTURE)
    assert client_of("buyer").get(f"/catalog/items/{firm.bolt.public_id}/picture/").status_code == 404


def test_a_newer_one_is_a_version_and_none_may_be_set_without_the_right(firm):
    first = set_picture(firm, firm.bolt)
    second = set_picture(firm, firm.bolt, jpeg(), "b.jpg")
    assert (second.series, second.version) == (first.series, 2)
    for role in ("requester", "auditor"):
        with pytest.raises(NotAllowed):
            set_picture(firm, firm.bolt, by=role)
    assert selectors.picture_of(firm.bolt) == second
    with unit_of_work():
        services.remove_picture(firm.bolt, actor=firm.actor("buyer"))
    assert selectors.picture_of(firm.bolt) is None


def test_data_sheets_are_pdfs_in_a_language(firm):
    with unit_of_work():
        services.add_sheet(
            firm.bolt, actor=firm.actor("buyer"), sheet=files.store(sent(PDF, "DIN 933.pdf")), language="ru"
        )
    for data, name, language in ((png(), "a.png", "ru"), (PDF, "a.pdf", "xx")):
        with pytest.raises(InvalidInput), unit_of_work():
            services.add_sheet(
                firm.bolt, actor=firm.actor("buyer"), sheet=files.store(sent(data, name)), language=language
            )
    assert [(one.name, one.language) for one in selectors.sheets_of(firm.bolt)] == [("DIN 933.pdf", "ru")]


def test_pages_of_a_buyer_a_requester_and_a_supplier(firm, client_of):
    buyer, requester, supplier = client_of("buyer"), client_of("requester"), client_of("alfa_admin")
    page = f"/catalog/items/{firm.bolt.public_id}/"
    heading = 'scope="col">Picture'
    assert heading not in requester.get("/catalog/items/").content.decode(), "nothing has a picture yet"
    assert buyer.post(f"{page}set-picture/", {"file": sent(HTML)}).status_code == 422
    assert buyer.post(f"{page}set-picture/", {"file": sent(png())}).status_code == 302
    assert buyer.post(f"{page}add-sheet/", {"file": sent(PDF, "DIN.pdf"), "language": "en"}).status_code == 302
    shown = requester.get(page).content.decode()
    assert f"{page}picture/?v=" in shown
    assert "DIN.pdf" in shown
    assert "set-picture" not in shown
    listed = requester.get("/catalog/items/").content.decode()
    assert heading in listed
    assert f"{page}picture/?v=" in listed
    assert requester.post(f"{page}set-picture/", {"file": sent(png())}).status_code == 403
    for client in (supplier,):
        assert client.get(f"{page}picture/").status_code in (403, 404)
    assert buyer.post(f"{page}remove-picture/").status_code == 302
    assert requester.get(f"{page}picture/").status_code == 404


def test_over_the_api(firm):
    address = f"/api/v1/items/{firm.bolt.public_id}/picture/"
    buyer = api(firm.users.buyer).client
    assert buyer.post(address, {"file": sent(SVG, "a.png")}).status_code in (400, 422)
    made = buyer.post(address, {"file": sent(png())})
    assert made.status_code == 201, made.content
    assert api(firm.users.requester).get(f"{address}content/").content == png()
    refused = api(token=token_for(firm.users.requester)).client.post(address, {"file": sent(png())})
    assert refused.status_code == 403
    assert api(firm.users.alfa_admin).get(f"{address}content/").status_code in (403, 404)
    assert buyer.delete(address).status_code == 204
    assert api(firm.users.requester).get(f"{address}content/").status_code == 404
