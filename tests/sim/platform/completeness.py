"""Scores as a platform counts them: received against due per item and day, and day sums against the month."""

from datetime import timedelta
from decimal import Decimal

import codes
import periods

BAR_PERCENT = 90
MONTH_TOLERANCE_PERCENT = 5


def grid_of(starts):
    """Seconds between real-time values as the coarsest usual grid that all of them lie on: 60, 30 or 15 minutes; finer
    grids of a test are found too."""
    steps = (3600, 1800, 900, 300, 60, 30, 20, 15, 10, 5, 2, 1)
    seconds = [start.hour * 3600 + start.minute * 60 + start.second for start in starts]
    return next((step for step in steps if all(second % step == 0 for second in seconds)), 1)


def score(configured, received, first, last, now, grid=None):
    """`configured`: {(code without hyphens, statType or None)}; when empty, what was received stands for it.
    `received`: (code, statType, statDate, value, valid) of each period. `first`, `last`: days, both counted.
    Only periods that have ended at `now` are due."""
    starts, values = {}, {}
    for code, stat_type, stat_date, value, valid in received:
        key = (codes.plain(code), stat_type)
        starts.setdefault(key, set()).add(periods.date_time(stat_date))
        values[key + (periods.date_time(stat_date),)] = (Decimal(value), bool(valid))
    wanted = _expanded(configured) if configured else set(starts)
    days = [first + periods.ONE_DAY * number for number in range((last - first).days + 1)]
    items = [_item(key, starts.get(key, set()), values, days, now, grid) for key in sorted(wanted) if key[1] <= periods.DAY]
    due, got = sum(item["due"] for item in items), sum(item["received"] for item in items)
    return {"from": first.strftime("%Y-%m-%d"), "to": last.strftime("%Y-%m-%d"), "bar": BAR_PERCENT,
            **_counted(due, got), "items": items,
            "months": _months(sorted(wanted), values, first, last),
            "unconfigured": [codes.hyphened(code) + f"/{stat_type}" for code, stat_type in sorted(set(starts) - wanted)]}


def _expanded(configured):
    wanted = set()
    for code, stat_type in configured:
        wanted |= {(code, one) for one in range(4)} if stat_type is None else {(code, stat_type)}
    return wanted


def _item(key, starts, values, days, now, grid):
    code, stat_type = key
    # Without any value nobody knows the grid: the standard's 15 minutes.
    step = timedelta(seconds=grid or (grid_of(starts) if starts else 900)) if stat_type == periods.REAL_TIME else periods.ONE_DAY
    by_day = []
    for day in days:
        slots = [day + step * number for number in range(int(periods.ONE_DAY / step))]
        due = [slot for slot in slots if slot + step <= now]
        got = [slot for slot in due if slot in starts]
        by_day.append({"day": day.strftime("%Y-%m-%d"), **_counted(len(due), len(got)),
                       "valid": sum(values[key + (slot,)][1] for slot in got)})
    due, got = sum(day["due"] for day in by_day), sum(day["received"] for day in by_day)
    return {"dataCode": codes.hyphened(code), "statType": stat_type, "intervalSeconds": int(step.total_seconds()),
            **_counted(due, got), "days": by_day}


def _counted(due, received):
    """Nothing due is complete."""
    percent = round(100 * received / due, 2) if due else 100.0
    return {"due": due, "received": received, "percent": percent, "ok": received * 100 >= due * BAR_PERCENT}


def _months(wanted, values, first, last):
    """Items with the value of a month that lies wholly inside the days asked for: their day values summed against it."""
    found = []
    for code, stat_type in wanted:
        if stat_type != periods.MONTH:
            continue
        for key, (value, _) in sorted(values.items()):
            end = periods.end_of(periods.MONTH, key[2], ())
            if key[:2] != (code, periods.MONTH) or key[2] < first or end > last + periods.ONE_DAY:
                continue
            days = [day for other, (day, _) in values.items()
                    if other[:2] == (code, periods.DAY) and key[2] <= other[2] < end]
            total = sum(days, Decimal(0))
            deviation = abs(total - value)
            percent = None if not value else round(float(100 * deviation / abs(value)), 4)
            found.append({"dataCode": codes.hyphened(code), "month": key[2].strftime("%Y-%m"), "monthValue": str(value),
                          "daySum": str(total), "days": len(days), "deviationPercent": percent,
                          "ok": deviation * 100 <= abs(value) * MONTH_TOLERANCE_PERCENT})
    return found
