"""What `metergate balance --json` says of a month against the true flows and what meters.csv says of their ways."""

import csv
import io
import json
import subprocess
from fractions import Fraction

from months_plan import AIR_OUT, POINTS
from months_truth import MONTHS, half_even

# By the unit of the index that meters.csv states.
MAIN = {"kWh": "energy_import", "t": "mass", "m3": "volume", "GJ": "heat"}
THRESHOLD = Fraction(5, 100)


def run(metergate, folder, *options):
    return subprocess.run([metergate, "--lang", "en", "balance", "--config", folder / "site", "--data", folder / "data", *options],
                          capture_output=True, text=True, timeout=60)


def printed(metergate, folder, month):
    done = run(metergate, folder, "--month", f"2026-{month:02}", "--json")
    done.check_returncode()
    return {each["energy"]: each for each in json.loads(done.stdout)["energies"]}


def amount(truth, key, first, end):
    """Of [first, end) in days: in whole steps of the display before or behind the ratio, whichever are finer."""
    step = Fraction(POINTS[key]["step"])
    decimals = next(n for n in range(10) if all((size * 10**n).denominator == 1
                                                for size in (step, step * POINTS[key]["multiplier"])))
    total = truth.register(key).amount
    return Fraction(half_even(total[96 * end], decimals) - half_even(total[96 * first], decimals), 10**decimals)


def edges(truth, folder, first, end):
    """{energy: {meter: (from, to, forward, reverse, reasons)}}."""
    made = {}
    for row in csv.DictReader(io.StringIO((folder / "site" / "meters.csv").read_text("utf-8-sig"))):
        meter, reasons, forward, reverse = row["计量点编号"], [], None, None
        if not row["通信线路"]:
            reasons.append("ledger_only")
        else:
            if meter == "air_main" and AIR_OUT[0] < 96 * end and AIR_OUT[1] > 96 * first:
                reasons.append("out_of_service")
            if (meter, "energy_export") in POINTS:
                reverse = amount(truth, (meter, "energy_export"), first, end)
            forward = amount(truth, (meter, MAIN[row["示值单位"]]), first, end)
        made.setdefault(row["能源品种"], {})[meter] = (row["来源"], row["去向"], forward, reverse, reasons)
    return made


def nodes(edges_of_energy):
    """{node: (incoming, outgoing, difference, state)} of those that are metered on both sides."""
    metered = [each for each in edges_of_energy.values() if "ledger_only" not in each[4]]
    made = {}
    for node in {each[1] for each in metered} & {each[0] for each in metered}:
        enter = sum(forward for _, to, forward, _, _ in metered if to == node)
        enter += sum(reverse or 0 for of, _, _, reverse, _ in metered if of == node)
        leave = sum(forward for of, _, forward, _, _ in metered if of == node)
        leave += sum(reverse or 0 for _, to, _, reverse, _ in metered if to == node)
        state = "within" if abs(enter - leave) <= THRESHOLD * enter else "beyond"
        if any(each[4] for each in edges_of_energy.values() if node in each[:2]):
            state = "open"
        made[node] = (enter, leave, enter - leave, state)
    return made


def number(text):
    return None if text is None else Fraction(text)


def said_of(listed):
    return {each["node"]: (*(number(each[word]) for word in ("incoming", "outgoing", "difference")), each["state"])
            for each in listed}


def differences(shown, truth, folder, month):
    """In words; empty: the table says what is true."""
    found = []
    first, end = MONTHS[month]

    def compare(what, said, true):
        if said != true:
            found.append(f"{month:02} {what}: {said} instead of {true}")

    for energy, wanted in edges(truth, folder, first, end).items():
        said = shown.get(energy, {"edges": [], "nodes": [], "days": []})
        compare(energy, {each["meter"]: (each["from"], each["to"], number(each["forward"]), number(each["reverse"]),
                                         each["reasons"]) for each in said["edges"]}, wanted)
        compare(energy + " nodes", said_of(said["nodes"]), nodes(wanted))
        if not nodes(wanted):
            continue
        compare(energy + " days", len(said["days"]), end - first)
        for day, of_day in enumerate(said["days"], first):
            compare(f"{energy} {of_day['day']}", said_of(of_day["nodes"]), nodes(edges(truth, folder, day, day + 1)[energy]))
    return found
