"""Statistical periods in the platforms' local time, which is UTC+8 whatever the machine thinks."""

import re
from datetime import datetime, timedelta, timezone

REAL_TIME, DAY, MONTH, YEAR = 0, 1, 2, 3
SITE_TIME = timezone(timedelta(hours=8))
DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}", re.ASCII)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
ONE_DAY = timedelta(days=1)


def now(clock_offset=0.0):
    return datetime.now(SITE_TIME).replace(tzinfo=None) + timedelta(seconds=clock_offset)


def text_of(moment):
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def date_time(text):
    """None when it is no date in the form yyyy-MM-dd HH:mm:ss."""
    if not isinstance(text, str) or not DATE_TIME.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def date(text):
    if not isinstance(text, str) or not DATE.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def is_start(stat_type, start, grids):
    """`grids`: seconds; a real-time period starts on one of them, counted from midnight."""
    into_day = start.hour * 3600 + start.minute * 60 + start.second
    if stat_type == REAL_TIME:
        return any(into_day % grid == 0 for grid in grids)
    if into_day:
        return False
    if stat_type == DAY:
        return True
    return start.day == 1 and (stat_type == MONTH or start.month == 1)


def end_of(stat_type, start, grids):
    """The earliest end that a period with this start may have; only a real-time one leaves a choice."""
    if stat_type == REAL_TIME:
        into_day = start.hour * 3600 + start.minute * 60 + start.second
        return start + timedelta(seconds=min(grid for grid in grids if into_day % grid == 0))
    if stat_type == DAY:
        return start + ONE_DAY
    if stat_type == MONTH:
        return (start.replace(day=1) + timedelta(days=32)).replace(day=1)
    return start.replace(year=start.year + 1)
