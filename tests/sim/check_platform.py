"""Checks what a simulated platform holds against the boundary samples of the same meters, by sums of its own.

A record of an interval is the difference of two running totals, each rounded half to even: docs/accounting.md. The boundary
samples are those that the broker brought, which check_delivery.py compares with what the plant served.
"""

import collections
from datetime import datetime, timedelta, timezone
from decimal import ROUND_HALF_EVEN, Context, Decimal

SITE_TIME = timezone(timedelta(hours=8))
EXACT = Context(prec=60)


class Item:
    """What the plant reports: the sum of these points (meter, point, how many of the unit one of the point's is)."""

    def __init__(self, identity, code, points, unit="kWh", decimals=3):
        self.id = identity
        self.code = code
        self.points = points
        self.unit = unit
        self.decimals = decimals

    def rounded(self, total):
        return total.quantize(Decimal(1).scaleb(-self.decimals), rounding=ROUND_HALF_EVEN, context=EXACT)


def time_of(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def boundary_values(messages):
    """(meter, point) → slot → value of the newest revision, None where it has none."""
    newest = {}
    for message in messages:
        for sample in message.get("samples", []):
            if sample["boundary"]:
                key = (sample["meter"], time_of(sample["slot"]))
                if key not in newest or newest[key].get("rev", 0) <= sample.get("rev", 0):
                    newest[key] = sample
    values = collections.defaultdict(dict)
    for (meter, slot), sample in newest.items():
        for point, reading in sample["points"].items():
            values[meter, point][slot] = None if reading["value"] is None else Decimal(str(reading["value"]))
    return values


def totals(item, values):
    """slot → running total since the first slot at which every point was read."""
    slots = set.intersection(*({slot for slot, value in values.get((meter, point), {}).items() if value is not None}
                               for meter, point, _ in item.points))
    found = {}
    for slot in sorted(slots):
        first = min(slots)
        found[slot] = sum((EXACT.multiply(values[meter, point][slot] - values[meter, point][first], factor)
                           for meter, point, factor in item.points), Decimal(0))
    return found


def check(items, messages, arrivals, step, until):
    """{"ok", "counts", "problems"}: every interval of `step` between two neighbouring boundary samples that ended before
    `until` is there, valid, digit for digit. What has an end that was not read is there as a suspect, or empty."""
    counts, problems = collections.Counter(), []
    values = boundary_values(messages)
    held = {(entry["dataCode"], entry["statDate"]): entry for entry in arrivals if entry["statType"] == 0}
    expected_places = set()
    for item in items:
        known = totals(item, values)
        for begin, total in known.items():
            end = begin + step
            if end not in known:
                continue
            place = (item.code, begin.astimezone(SITE_TIME).strftime("%Y-%m-%d %H:%M:%S"))
            expected_places.add(place)
            entry = held.get(place)
            if entry is None:
                if end < until:
                    counts["due"] += 1
                    problems.append(f"{item.id} {place[1]}: never arrived at the platform")
                continue
            counts["due"] += 1
            expected = item.rounded(known[end]) - item.rounded(total)
            if Decimal(entry["dataValue"]) != expected:
                problems.append(f"{item.id} {place[1]}: {entry['dataValue']} arrived, {expected} was measured")
            elif not entry["valid"]:
                problems.append(f"{item.id} {place[1]}: arrived as suspect")
            else:
                counts["complete"] += 1
            counts["repeats"] += entry["times"] - 1
    for place in held.keys() - expected_places:
        entry = held[place]
        if entry["valid"] and Decimal(entry["dataValue"]) != 0:
            problems.append(f"{place[0]} {place[1]}: arrived as good, and no meter was read at its ends")
        counts["bridged"] += 1
    return {"ok": not problems and counts["complete"] > 0, "counts": dict(counts), "problems": problems}
