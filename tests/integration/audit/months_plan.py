"""Two months of the sample cement plant: what truly flowed, and what went wrong.

plan() is the truth. It knows nothing of the program: registers are counted in whole steps of their own displays, faults
are listed as they would be told afterwards. display() says what the displays show and so what a gateway reads;
months_truth.py says, from the flows and the faults alone, what every table must come to.

The months lie in the past of any day this runs on: what a table says of periods that have not ended would otherwise
depend on that day.
"""

import math
import random
from datetime import datetime, timedelta, timezone
from functools import cache

SITE = timezone(timedelta(hours=8))
BEGIN = datetime(2026, 9, 1, tzinfo=SITE)
DAYS = 61
QUARTERS = DAYS * 96
QUARTER = timedelta(minutes=15)


@cache
def when(text):
    """"09-20 09:40" of the year at the site."""
    return datetime.strptime("2026-" + text, "%Y-%m-%d %H:%M").replace(tzinfo=SITE)


@cache
def boundary(text):
    """The boundary at that time, counted from the first."""
    quarters, rest = divmod(when(text) - BEGIN, QUARTER)
    assert not rest
    return quarters


def time_of(k):
    return BEGIN + k * QUARTER


# Step of the display, ratio of the transformers, and the index on the morning of the first day in steps.
POINTS = {}


def register(meter, point, step, multiplier, start, turns_at=None):
    POINTS[meter, point] = {"step": step, "multiplier": multiplier, "start": start, "turns_at": turns_at}


for grid, first in (("grid_in1", 4_210_377), ("grid_in2", 3_987_002)):
    for point, start in (("energy_import", first), ("energy_export", 1_204), ("energy_import_t1", 100_000),
                         ("energy_import_t2", 1_400_000), ("energy_import_t3", 1_200_000), ("energy_import_t4", 1_500_000)):
        register(grid, point, "0.01", 21_000, start)
register("pv_gen", "energy_import", "0.01", 4_000, 911_045)
register("pv_gen", "energy_export", "0.01", 4_000, 0)
for meter, multiplier, start in (
        ("hv_in1", 20_000, 5_002_311), ("hv_in2", 20_000, 4_873_090), ("whr_gen", 8_000, 12_330_184),
        ("whr_aux", 1_000, 6_120_044), ("hv_coal", 1_500, 7_700_102), ("hv_kiln", 4_000, 1_834_216),
        ("hv_cm1", 6_000, 6_000_733), ("hv_cm2", 6_000, 5_904_118), ("lv_raw", 400, 21_400_009),
        ("lv_kiln", 500, 33_120_787), ("lv_office", 80, 31_200_455), ("lv_mixing", 120, 20_010_010)):
    register(meter, "energy_import", "0.01", multiplier, start)
    register(meter, "energy_export", "0.01", multiplier, 12_345 if meter.startswith("hv_in") else 0)
register("hv_raw", "energy_import", "0.01", 1, 900_000_000, 999_999_999)  # turns over in the first month
register("hv_raw", "energy_export", "0.01", 1, 0, 999_999_999)
for meter, multiplier, start in (("lv_cement", 300, 40_123_456), ("lv_pack", 120, 30_500_000), ("lv_air", 160, 35_000_111)):
    register(meter, "energy_import", "0.01", multiplier, start)
for meter, start in (("scale_kiln_coal", 18_230_011), ("scale_calciner_coal", 29_115_500), ("scale_clinker", 311_000_250),
                     ("scale_cement", 402_113_000)):
    register(meter, "mass", "0.01", 1, start)
register("air_main", "volume", "0.25", 1, 5_200_000)
for meter in ("steam_sp", "steam_aqc"):
    register(meter, "mass", "0.25", 1, 700_000)
    register(meter, "heat", "0.25", 1, 1_900_000)
register("water_well", "volume", "0.01", 1, 41_200_033, 100_000_000)
register("water_city", "volume", "0.01", 1, 99_400_000, 100_000_000)  # turns over in the second month
register("water_life", "volume", "0.01", 1, 8_800_120, 100_000_000)
register("heat_town", "heat", "0.01", 1, 52_000_900, 100_000_000)
register("heat_town", "volume", "0.01", 1, 61_000_000, 100_000_000)

MCC = ["lv_raw", "lv_kiln", "lv_cement", "lv_pack", "lv_air", "lv_office", "lv_mixing", "scale_kiln_coal",
       "scale_calciner_coal", "scale_clinker", "scale_cement", "air_main", "steam_sp", "steam_aqc"]
KILN = ["hv_kiln", "lv_kiln", "hv_raw", "lv_raw", "hv_coal", "scale_kiln_coal", "scale_calciner_coal", "scale_clinker",
        "whr_gen", "whr_aux", "steam_sp", "steam_aqc"]

STOP = (boundary("10-05 00:00"), boundary("10-08 00:00"))
AIR_OUT = (boundary("10-20 08:00"), boundary("10-22 08:00"))

# Boundaries from … up to but without … that were not read, how the store knows it, and when it came after all.
SILENCES = [
    # The line is dead for a day: an hour of questions without answer, then the line is given up.
    {"meters": MCC, "from": "09-14 00:15", "to": "09-14 01:15", "as": "missing", "reason": "no_reply"},
    {"meters": MCC, "from": "09-14 01:15", "to": "09-15 01:30", "as": "gap", "reason": "line_down"},
    # The instrument is being exchanged.
    {"meters": ["hv_kiln"], "from": "09-20 09:45", "to": "09-20 10:15", "as": "missing", "reason": "no_reply"},
    # Midnights: of a day, and of a month.
    {"meters": ["hv_coal"], "from": "09-10 00:00", "to": "09-10 00:15", "as": "missing", "reason": "corrupt_reply"},
    {"meters": ["water_well"], "from": "10-01 00:00", "to": "10-01 00:15", "as": "missing", "reason": "not_asked"},
    # While the plant stands: nothing flowed, so nothing is lost.
    {"meters": ["lv_kiln"], "from": "10-06 03:00", "to": "10-06 04:15", "as": "missing", "reason": "no_reply"},
    # The gateway itself was off for an hour.
    {"meters": "all", "from": "09-29 13:30", "to": "09-29 14:30", "as": "gap", "reason": "stopped"},
    {"meters": ["air_main"], "from": "10-20 08:15", "to": "10-22 08:00", "as": "missing", "reason": "no_reply"},
    # What came late: once after a sample that said why it is missing, once where nothing was known.
    {"meters": ["grid_in2"], "from": "10-09 08:00", "to": "10-09 12:00", "as": "missing", "reason": "no_reply",
     "came": "10-09 16:20"},
    {"meters": ["pv_gen"], "from": "09-27 12:00", "to": "09-27 18:15", "as": "nothing", "came": "09-28 07:40"},
]
# A display that showed 0 once, and an answer that came 95 s after its boundary.
ZEROS = [("hv_cm1", "energy_import", "09-08 15:30")]
TARDY = [("hv_cm2", "09-16 12:00", 95)]

REPLACEMENT = {"meter": "hv_kiln", "removed": "09-20 09:40", "installed": "09-20 10:05", "known": "09-21 14:00",
               "new_start": 1_234, "unmetered": "1380", "new_serial": "SN27999X"}
RATIO = {"meter": "lv_office", "wrong": 40, "known": "10-12 10:30"}
LOCK = "10-11 17:00"
COAL_TCE = {"from": "10-01 00:00", "known": "10-05 10:00", "before": "0.7800", "after": "0.7650"}
PF_TO_RAW = {"from": "10-16 00:00", "before": "1.08", "after": "1.06"}


def tariff(k):
    """Which of the meter's four registers counts."""
    hour = (k % 96) / 4
    if 8 <= hour < 11 or 17 <= hour < 22:
        return "energy_import_t2"
    return "energy_import_t4" if hour >= 23 or hour < 7 else "energy_import_t3"


def powers():
    """For each quarter-hour {(meter, point): units an hour}; the sum of the feeders is what comes in, but for some loss."""
    chance = random.Random(20260901)
    for k in range(QUARTERS):
        hour = (k % 96) / 4
        day = k // 96
        sunday = (BEGIN + timedelta(days=day)).weekday() == 6
        runs = 0.0 if STOP[0] <= k < STOP[1] else 1.0
        swing = lambda: 0.92 + 0.16 * chance.random()
        mills = 0.0 if sunday and 9 <= hour < 15 else 1.0
        raw = runs * (0.0 if sunday and 10 <= hour < 13 else 1.0)
        feeders = {
            "hv_raw": 2100 * raw * swing(), "lv_raw": 260 * runs * swing(), "hv_coal": 430 * runs * swing(),
            "hv_kiln": 2050 * runs * swing(), "lv_kiln": 560 * runs * swing(), "hv_cm1": 1700 * mills * swing(),
            "hv_cm2": 1650 * mills * swing(), "lv_cement": 590 * swing(), "lv_pack": 190 * swing(),
            "lv_air": 430 * swing() * (0.02 if AIR_OUT[0] <= k < AIR_OUT[1] else 1.0), "lv_office": 95 * swing(),
            "lv_mixing": (150 if 7 <= hour < 19 else 12) * swing(), "whr_aux": 230 * runs * swing()}
        pv = max(0.0, math.sin((hour - 6) / 12 * math.pi)) * 2900 * (0.5 + 0.5 * chance.random()) if 6 <= hour < 18 else 0.0
        whr = 3300 * runs * swing()
        net = sum(feeders.values()) * 1.004 - pv - whr
        flow = {(meter, "energy_import"): power for meter, power in feeders.items()}
        flow["pv_gen", "energy_import"] = pv
        flow["whr_gen", "energy_import"] = whr
        for side, share in (("1", 0.52), ("2", 0.48)):
            bus, grid = share * max(net, 0.0), share * max(net, 0.0) * 1.008
            flow["hv_in" + side, "energy_import"] = bus
            flow["hv_in" + side, "energy_export"] = share * max(-net, 0.0)
            flow["grid_in" + side, "energy_import"] = grid
            flow["grid_in" + side, "energy_export"] = share * max(-net, 0.0) / 1.008
            flow["grid_in" + side, tariff(k)] = grid
        mass = {"scale_kiln_coal": 4.6, "scale_calciner_coal": 7.9, "scale_clinker": 96.0}
        flow.update({(scale, "mass"): each * runs * swing() for scale, each in mass.items()})
        flow["scale_cement", "mass"] = 118.0 * mills * swing()
        flow["air_main", "volume"] = 0.0 if AIR_OUT[0] <= k < AIR_OUT[1] else 9100 * swing()
        for boiler, steam in (("steam_sp", 13.0), ("steam_aqc", 9.5)):
            tonnes = steam * runs * swing()
            flow[boiler, "mass"] = tonnes
            flow[boiler, "heat"] = tonnes * 2.72
        city = (9.0 if 6 <= hour < 20 else 2.5) * swing()
        flow["water_city", "volume"] = city
        flow["water_well", "volume"] = 24.0 * (0.4 + 0.6 * runs) * swing()
        flow["water_life", "volume"] = (4.4 if 6 <= hour < 22 else 0.6) * swing()
        flow["heat_town", "heat"] = 0.0 if day < 44 else 19.0 * swing()
        flow["heat_town", "volume"] = 0.0 if day < 44 else 140.0 * swing()
        yield flow


def plan():
    """{(meter, point): steps in each quarter-hour}: what truly flowed, in whole steps of the display."""
    flows = {key: [] for key in POINTS}
    per_step = {key: float(point["step"]) * point["multiplier"] for key, point in POINTS.items()}
    counted = dict.fromkeys(POINTS, 0)
    flowed = dict.fromkeys(POINTS, 0.0)
    for power in powers():
        for key in POINTS:
            flowed[key] += power.get(key, 0.0) / 4 / per_step[key]
            steps = math.floor(flowed[key]) - counted[key]
            flows[key].append(steps)
            counted[key] += steps
    return flows


def removal(flows):
    """Of the exchanged register: steps until the old one went, and from when the new one counted, in that quarter-hour."""
    series = flows[REPLACEMENT["meter"], "energy_import"]
    went, came = boundary("09-20 09:30"), boundary("09-20 10:00")
    return series[went] * 2 // 3, series[came] * 2 // 3


def display(flows, key):
    """What the display shows at each boundary, in steps."""
    of = POINTS[key]
    shown = [of["start"]]
    for steps in flows[key]:
        shown.append(shown[-1] + steps)
    if key == (REPLACEMENT["meter"], "energy_import"):
        _, after = removal(flows)
        back = boundary("09-20 10:15")
        shift = REPLACEMENT["new_start"] + after - shown[back]
        shown[back:] = [index + shift for index in shown[back:]]
    if of["turns_at"]:
        shown = [index % of["turns_at"] for index in shown]
    for meter, point, at in ZEROS:
        if key == (meter, point):
            shown[boundary(at)] = 0
    return shown
