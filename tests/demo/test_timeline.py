"""Stories take turns in the order of time, and stand still where today is."""

import datetime as dt

import pytest

from srm.core import clock
from srm.home.demo.chain import side_by_side
from srm.home.demo.timeline import Timeline

DAY = dt.timedelta(days=1)
START = dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db


def story(heard, name, *moments):
    for moment in moments:
        yield moment
        heard.append((name, clock.now()))


def test_turns_are_taken_in_the_order_of_time_at_their_moment():
    timeline, heard = Timeline(START + 9 * DAY), []
    timeline.add(story(heard, "a", START, START + 3 * DAY))
    timeline.add(story(heard, "b", START + DAY, START + 2 * DAY))
    timeline.play(lambda moment: None)
    assert heard == [("a", START), ("b", START + DAY), ("b", START + 2 * DAY), ("a", START + 3 * DAY)]


def test_what_lies_after_today_does_not_happen():
    timeline, heard = Timeline(START + DAY), []
    timeline.add(story(heard, "a", START, START + 2 * DAY, START + 3 * DAY))
    timeline.play(lambda moment: None)
    assert heard == [("a", START)]


def test_stories_within_a_story_keep_their_moments():
    timeline, heard = Timeline(START + 9 * DAY), []
    within = [story(heard, "a", START + DAY, START + 4 * DAY), story(heard, "b", START + 2 * DAY)]
    timeline.add(side_by_side(within))
    timeline.play(lambda moment: None)
    assert [name for name, _moment in heard] == ["a", "b", "a"]


def test_a_fault_says_which_story_and_when():
    def breaks():
        yield START
        raise ValueError("no")

    timeline = Timeline(START)
    timeline.add(breaks())
    with pytest.raises(ValueError, match="no") as fault:
        timeline.play(lambda moment: None)
    assert fault.value.__notes__ == ["breaks at 2026-01-05 09:00"]
