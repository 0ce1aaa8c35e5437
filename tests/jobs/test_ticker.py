"""The ticker: tasks by the clock, one process at a time, gentle at its end, unimpressed by faults."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from srm.core import clock
from srm.jobs import ticker
from srm.jobs.models import Lease, TickerTask


@pytest.fixture
def tasks(monkeypatch: pytest.MonkeyPatch) -> dict:
    """An empty register of tasks."""
    empty: dict = {}
    monkeypatch.setattr(ticker, "TASKS", empty)
    return empty


@pytest.mark.django_db
def test_once_runs_every_task_and_a_fault_of_one_does_not_stop_the_next(tasks) -> None:
    ran = []

    @ticker.every(5, name="bad")
    def bad() -> None:
        raise ValueError("no")

    ticker.every(5, name="good")(lambda: ran.append("good"))
    assert ticker.run_once() == 2
    assert ran == ["good"]
    row = TickerTask.objects.get(name="bad")
    assert (row.failures, row.last_error) == (1, "ValueError: no")
    assert TickerTask.objects.get(name="good").failures == 0


@pytest.mark.django_db
def test_a_daily_task_runs_once_a_day_at_its_hour_also_after_a_pause(tasks, settings) -> None:
    settings.TIME_ZONE = "UTC"
    ran = []
    ticker.daily(7, name="morning")(lambda: ran.append(clock.now().day))
    for moment in ("2026-03-01 06:00", "2026-03-01 06:59", "2026-03-01 07:00", "2026-03-01 07:05",
                   "2026-03-01 23:00", "2026-03-02 09:30", "2026-03-02 09:40", "2026-03-05 06:00",
                   "2026-03-05 07:00"):  # fmt: skip
        with time_machine.travel(dt.datetime.fromisoformat(moment).replace(tzinfo=dt.UTC), tick=False):
            ticker.run_once()
    assert ran == [1, 2, 5, 5], "missed days are made up for once, not three times"


@pytest.mark.django_db
def test_a_daily_task_keeps_its_hour_over_the_change_of_summer_time(tasks, settings) -> None:
    task = ticker.Task("t", lambda: None, "slow", hour=3)
    settings.TIME_ZONE = "Europe/Sofia"
    night = dt.datetime(2026, 3, 28, 2, 0, tzinfo=dt.UTC)  # 04:00 in Sofia, the night before the change
    assert task.next_after(night).astimezone(dt.UTC) > night
    assert (task.next_after(night) - night) <= dt.timedelta(hours=24)


@pytest.mark.django_db
def test_an_idle_ticker_hardly_writes(tasks, django_assert_max_num_queries) -> None:
    ticker.every(2, name="idle")(lambda: None)
    ticker.run_once()
    with django_assert_max_num_queries(3):
        ticker.run_once()


@pytest.mark.django_db
def test_two_tasks_cannot_have_one_name(tasks) -> None:
    ticker.every(2, name="same")(lambda: None)
    with pytest.raises(RuntimeError, match="same"):
        ticker.daily(2, name="same")(lambda: None)


@pytest.mark.django_db(transaction=True)
def test_of_two_tickers_one_works_and_the_other_follows_when_it_leaves(tasks, monkeypatch) -> None:
    monkeypatch.setattr(ticker, "LEASE_SECONDS", 2)
    ran: list[str] = []
    ticker.every(0.05, name="mark")(lambda: ran.append(threading.current_thread().name))
    first, second = ticker.Ticker(0.05), ticker.Ticker(0.05)

    def start(loop: ticker.Ticker) -> threading.Thread:
        thread = threading.Thread(target=loop.run)
        thread.start()
        return thread

    def wait_for(condition) -> None:
        ends = time.monotonic() + 15
        while not condition() and time.monotonic() < ends:
            time.sleep(0.02)
        assert condition()

    one = start(first)
    wait_for(lambda: ran)
    two = start(second)
    time.sleep(0.5)
    assert first.leading.is_set()
    assert not second.leading.is_set()
    first.stop()
    one.join()
    wait_for(second.leading.is_set)
    second.stop()
    two.join()
    assert Lease.objects.get(name="ticker").holder == ""
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_a_task_that_hangs_in_one_lane_does_not_delay_another(tasks) -> None:
    release, punctual = threading.Event(), threading.Event()
    ticker.every(1, name="hangs", lane="delivery")(lambda: release.wait(20))
    ticker.every(0.05, name="punctual")(punctual.set)
    loop = ticker.Ticker(0.05)
    thread = threading.Thread(target=loop.run)
    thread.start()
    assert punctual.wait(10)
    release.set()
    loop.stop()
    thread.join()


@pytest.mark.django_db
def test_the_command_runs_what_rooms_have_declared(capsys) -> None:
    call_command("ticker", "--once")
    assert "tasks ran" in capsys.readouterr().out
    assert {"outbox.deliver", "outbox.dispatch", "jobs.wake"} <= set(ticker.TASKS)


@pytest.mark.django_db(transaction=True)
def test_a_terminated_ticker_gives_its_lease_back_and_leaves_with_success() -> None:
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    program = (
        "import django; django.setup();"
        "from django.conf import settings; from django.db import connection;"
        f"connection.settings_dict['NAME'] = {connection.settings_dict['NAME']!r};"
        "from django.core.management import call_command; call_command('ticker')"
    )
    process = subprocess.Popen([sys.executable, "-c", program], env=env, cwd=settings.BASE_DIR)
    try:
        ends = time.monotonic() + 30
        while not Lease.objects.filter(name="ticker").exclude(holder="").exists() and time.monotonic() < ends:
            time.sleep(0.1)
        assert Lease.objects.filter(name="ticker").exclude(holder="").exists()
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        process.kill()
    assert Lease.objects.get(name="ticker").holder == ""
