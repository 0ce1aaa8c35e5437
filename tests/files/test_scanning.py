"""Scanning by clamd, played here by a small server that speaks its protocol."""

from __future__ import annotations

import socket
import struct
import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from srm.files import services
from srm.files.models import Attachment
from srm.jobs import services as jobs
from srm.jobs.models import Job
from srm.ui.slots import unit_of_work
from tests.files.samples import PDF

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Clamd(threading.Thread):
    """Answers INSTREAM: FOUND when the bytes hold the test signature."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.seen: list[int] = []

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.listener.getsockname()[1]}"

    def run(self) -> None:
        while True:
            try:
                link, _peer = self.listener.accept()
            except OSError:
                return
            with link, link.makefile("rb") as stream:
                assert stream.read(10) == b"zINSTREAM\0"
                content = b""
                while size := struct.unpack(">I", stream.read(4))[0]:
                    content += stream.read(size)
                self.seen.append(len(content))
                link.sendall(b"stream: Eicar-Test FOUND\0" if EICAR in content else b"stream: OK\0")


@pytest.fixture
def clamd(settings):
    server = Clamd()
    server.start()
    settings.CLAMD_ADDRESS = server.address
    yield server
    server.listener.close()


def attached_and_scanned(job: Job, actor, content: bytes) -> Attachment:
    with unit_of_work():
        found = services.attach(job, SimpleUploadedFile("a.pdf", content), actor=actor)
    task = Job.objects.unscoped("test").get(kind="files.scan")
    jobs.run_now(task)
    found.refresh_from_db()
    return found


def test_a_clean_file_is_marked_clean(job, actor, clamd) -> None:
    content = PDF + b"x" * 200_000
    assert attached_and_scanned(job, actor, content).scan == "clean"
    assert clamd.seen == [len(content)]


def test_an_infected_file_is_kept_back(job, actor, clamd) -> None:
    found = attached_and_scanned(job, actor, PDF + EICAR)
    assert found.scan == "infected"
    assert not found.can_be_fetched


def test_a_scanner_that_is_down_leaves_the_file_unscanned_and_tries_again(job, actor, settings) -> None:
    settings.CLAMD_ADDRESS = "tcp://127.0.0.1:1"
    found = attached_and_scanned(job, actor, PDF)
    assert found.scan == "unscanned"
    assert found.can_be_fetched
    assert Job.objects.unscoped("test").get(kind="files.scan").state == "queued"


def test_without_a_scanner_nothing_is_queued(job, actor) -> None:
    with unit_of_work():
        services.attach(job, SimpleUploadedFile("a.pdf", PDF), actor=actor)
    assert not Job.objects.unscoped("test").filter(kind="files.scan").exists()
