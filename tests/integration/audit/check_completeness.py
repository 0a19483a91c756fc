"""What `metergate completeness --json` says of a month against the faults of months_plan.py and the true figures."""

import json
import subprocess
from fractions import Fraction

from months_entries import STOCK
from months_plan import AIR_OUT, KILN, POINTS, SILENCES, STOP, TARDY, boundary
from months_truth import BEGIN_BRIDGED, END_BRIDGED, MONTHS

REAL_TIME = "quarter"


def run(metergate, folder, *options):
    return subprocess.run([metergate, "--lang", "en", "completeness", "--config", folder / "site", "--data", folder / "data", *options],
                          capture_output=True, text=True, timeout=60)


def printed(metergate, folder, *options):
    """{(kind, id): what it prints}."""
    done = run(metergate, folder, *options, "--json")
    done.check_returncode()
    return {(each["kind"], each["id"]): each for each in json.loads(done.stdout)["subjects"]}


def metering_points(month):
    """{id: what became of its boundaries}, counted from the list of faults."""
    first, end = (96 * day for day in MONTHS[month])
    due = {}
    for meter in {meter for meter, _ in POINTS}:
        counted = {"due": end - first, "missing": 0, "excused": 0, "back_filled": 0, "reasons": {},
                   "off_boundary": sum(meter == of and first <= boundary(at) < end for of, at, _ in TARDY)}
        for each in SILENCES:
            if each["meters"] != "all" and meter not in each["meters"]:
                continue
            for k in range(max(first, boundary(each["from"])), min(end, boundary(each["to"]))):
                stopped = (meter in KILN and STOP[0] <= k < STOP[1]) or (meter == "air_main" and AIR_OUT[0] <= k < AIR_OUT[1])
                if "came" in each:
                    # Only what was stored as missing is back-filled; of the other nobody knew that it was.
                    counted["back_filled"] += each["as"] == "missing"
                elif stopped:
                    counted["excused"] += 1
                    counted["due"] -= 1
                else:
                    counted["missing"] += 1
                    reasons = counted["reasons"]
                    reasons[each["reason"]] = reasons.get(each["reason"], 0) + 1
        counted["lost_seconds"] = 900 * counted["missing"]
        due[meter] = counted
    return due


def items(truth, month):
    """{name: what became of its real-time periods}, from the true figures."""
    first, end = (96 * day for day in MONTHS[month])
    counted = {}
    for (name, type_, begin), figure in truth.figures.items():
        if type_ != REAL_TIME or not first <= begin < end:
            continue
        one = counted.setdefault(name, {"due": 0, "missing": 0, "interpolated": 0})
        one["due"] += 1
        one["missing"] += figure.value is None
        one["interpolated"] += figure.value is not None and figure.marks & (BEGIN_BRIDGED | END_BRIDGED) != 0
    return counted


def months_within(truth, month):
    """{name: whether the days come to within 5 % of the stock-taking}."""
    first, end = MONTHS[month]
    within = {}
    for name, stock in STOCK.items():
        days = sum(truth.figures[name, "day", day].value for day in range(first, end))
        within[name] = abs(days - Fraction(stock[month])) <= Fraction(stock[month]) / 20
    return within


def differences(shown, truth, month):
    """In words; empty: the table says what is true."""
    found = []
    wanted = {("meter", name): each for name, each in metering_points(month).items()}
    wanted |= {("item", name): each for name, each in items(truth, month).items()}
    for key, each in wanted.items():
        said = {word: shown.get(key, {}).get(word) for word in each}
        if said != each:
            found.append(f"{key}: {said} instead of {each}")
    for name, is_within in months_within(truth, month).items():
        said = [each["within"] for each in shown["item", name]["months_against_days"]]
        if said != [is_within]:
            found.append(f"{name}: days against month {said} instead of {is_within}")
    found += [f"{name}: a metering point of which nothing is known" for kind, name in shown
              if kind == "meter" and (kind, name) not in wanted]
    return found
