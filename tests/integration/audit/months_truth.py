"""What the tables must say of two months, from the flows and faults of months_plan.py alone.

Independent of the program: no spans, no states of registers. Each register is the line through what is known of it
(instant, amount since the first morning), and whatever lies between two known instants lies on the straight line between
them. Formulas, units and ratios are written here once more, as somebody who knows the plant would say them.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction

from months_entries import STOCK, coal_bought, diesel
from months_plan import (BEGIN, COAL_TCE, DAYS, PF_TO_RAW, POINTS, QUARTERS, RATIO, REPLACEMENT, SILENCES, TARDY, ZEROS,
                         boundary, plan, removal)

# gateway/accounting/item_record.h
BEGIN_BRIDGED, END_BRIDGED, BEGIN_DOUBTFUL, END_DOUBTFUL = 1, 2, 4, 8
ESTIMATED, ENTERED, OUT_OF_LIMITS, NO_DIVISOR = 32, 64, 128, 1024
INSIDE = ESTIMATED | ENTERED

MONTHS = {9: (0, 30), 10: (30, 61)}  # first day, and the one after the last


@dataclass
class Register:
    """One register: the amount since the first morning at each boundary, and what is doubtful about it there."""
    amount: list
    between: list  # the boundary lies between two readings, and something flowed
    doubtful: list
    estimates: list = field(default_factory=list)  # [from, to) in quarter-hours


def silent(meter, k, late):
    """Whether the boundary is not known; what came late is, or is not yet."""
    for each in SILENCES:
        if (late and "came" in each) or not (each["meters"] == "all" or meter in each["meters"]):
            continue
        if boundary(each["from"]) <= k < boundary(each["to"]):
            return True
    return any(meter == of and boundary(at) == k for of, _, at in ZEROS)


def known(flows, key, multiplier_at, late):
    """[(time in quarter-hours, amount since the first morning)] of everything that is known, in order."""
    step = Fraction(POINTS[key]["step"])
    exchanged = key == (REPLACEMENT["meter"], "energy_import")
    before, after = removal(flows) if exchanged else (0, 0)
    went, came = boundary("09-20 09:30"), boundary("09-20 10:00")
    points, amount = [], Fraction(0)
    for k in range(QUARTERS + 1):
        if not silent(key[0], k, late):
            points.append((Fraction(k), amount))
        if k == QUARTERS:
            break
        if exchanged and went <= k <= came:
            worth = step * multiplier_at(k)
            if k == went:
                amount += before * worth
                points.append((k + Fraction(2, 3), amount))
            elif k == came:
                amount += int(REPLACEMENT["unmetered"])
                points.append((k + Fraction(1, 3), amount))
                amount += after * worth
            continue
        amount += flows[key][k] * step * multiplier_at(k)
    return points


def register(flows, key, multiplier_at, late):
    points = known(flows, key, multiplier_at, late)
    made = Register([], [], [])
    place = 0
    for k in range(QUARTERS + 1):
        while place + 1 < len(points) and points[place + 1][0] <= k:
            place += 1
        time, amount = points[place]
        if time == k:
            made.amount.append(amount)
            made.between.append(False)
        else:
            later, more = points[place + 1]
            made.amount.append(amount + (more - amount) * (k - time) / (later - time))
            made.between.append(more != amount)
        made.doubtful.append(any(key[0] == meter and boundary(at) == k for meter, at, _ in TARDY))
    if key == (REPLACEMENT["meter"], "energy_import"):
        made.estimates.append((boundary("09-20 09:30") + Fraction(2, 3), boundary("09-20 10:00") + Fraction(1, 3)))
    return made


def electricity(*names):
    """Import registers of these metering points, in 万kWh."""
    return [(Fraction(1, 10_000), (name, "energy_import")) for name in names]


# Of each item that registers make up: what it is the sum of.
METERED = {
    "elec_purchased": electricity("grid_in1", "grid_in2"),
    "elec_export": [(Fraction(1, 10_000), (name, "energy_export")) for name in ("grid_in1", "grid_in2")],
    "elec_resold": electricity("lv_mixing"),
    "elec_pv": electricity("pv_gen"),
    "elec_whr_gen": electricity("whr_gen"),
    "elec_whr_aux": electricity("whr_aux"),
    "elec_raw": electricity("hv_raw", "lv_raw"),
    "elec_coalmill": electricity("hv_coal"),
    "elec_kiln": electricity("hv_kiln", "lv_kiln"),
    "elec_cement": electricity("hv_cm1", "hv_cm2", "lv_cement", "lv_pack"),
    "elec_cm1_main": electricity("hv_cm1"),
    "elec_aux": electricity("lv_air", "lv_office"),
    "elec_peak": [(Fraction(1, 10_000), (name, "energy_import_" + tariff))
                  for name in ("grid_in1", "grid_in2") for tariff in ("t1", "t2")],
    "heat_sold": [(Fraction(1), ("heat_town", "heat"))],
    "steam_whr": [(Fraction(1), ("steam_sp", "heat")), (Fraction(1), ("steam_aqc", "heat"))],
    "water_used": [(Fraction(1), ("water_well", "volume")), (Fraction(1), ("water_city", "volume"))],
    "air_used": [(Fraction(1, 10_000), ("air_main", "volume"))],
    "clinker_out": [(Fraction(1), ("scale_clinker", "mass"))],
    "cement_out": [(Fraction(1), ("scale_cement", "mass"))],
}
METERED["elec_used"] = (METERED["elec_purchased"] + METERED["elec_whr_gen"] + METERED["elec_pv"] +
                        [(-factor, key) for name in ("elec_export", "elec_resold") for factor, key in METERED[name]])
DECIMALS = dict.fromkeys(METERED, 4) | {"heat_sold": 2, "steam_whr": 2, "water_used": 1, "air_used": 2, "clinker_out": 2,
                                        "cement_out": 2, "coal_used": 2, "tce_total": 2, "clinker_unit": 2, "cement_unit": 2,
                                        "coal_tce_factor": 4, "diesel_used": 3, "coal_purchased": 2}
BY_QUARTER = [name for name in METERED if name != "elec_peak"] + ["coal_used"]
ELEC_TCE, HEAT_TCE, DIESEL_TCE = Fraction("1.229"), Fraction("0.03412"), Fraction("1.4571")


def half_even(value, decimals):
    """GB/T 8170, as a whole number of the last digit."""
    return round(value * 10**decimals)  # round() of a fraction goes half to even


@dataclass
class Figure:
    value: object  # Fraction as rounded; None: there is none
    marks: int


def real_office(_):
    return POINTS["lv_office", "energy_import"]["multiplier"]


class Truth:
    """All figures.

    office: by which ratio lv_office counts in a quarter-hour; late: whether what came late is there; only: of these
    metered items alone; more: {(meter, point): {quarter-hour: steps}} that flowed beside the plan.
    """

    def __init__(self, office=real_office, late=True, only=None, more=None):
        self.flows = plan()
        for key, steps in (more or {}).items():
            for k, count in steps.items():
                self.flows[key][k] += count
        self.office, self.late = office, late
        self.registers = {}
        self.figures = {}
        self.days = {}  # exact amounts and marks of days, before rounding
        for name, parts in METERED.items():
            if only is None or name in only:
                self.metered(name, parts)
        if only is None:
            self.all_others()

    def all_others(self):
        self.metered("coal_used", [(Fraction(1), ("scale_kiln_coal", "mass")), (Fraction(1), ("scale_calciner_coal", "mass"))],
                     lambda k: Fraction(PF_TO_RAW["before" if k < boundary(PF_TO_RAW["from"]) else "after"]))
        self.by_hand("diesel_used", diesel())
        self.by_hand("coal_purchased", coal_bought())
        self.stock()
        self.total()
        self.ratios()
        self.put("coal_tce_factor", "month", 0, Figure(Fraction(COAL_TCE["before"]), 0))
        self.put("coal_tce_factor", "month", 30, Figure(Fraction(COAL_TCE["after"]), 0))

    def register(self, key):
        if key not in self.registers:
            multiplier = POINTS[key]["multiplier"]
            at = self.office if key[0] == RATIO["meter"] else lambda _: multiplier
            self.registers[key] = register(self.flows, key, at, self.late)
        return self.registers[key]

    # ---- registers to items ----

    def marks(self, keys, first, last):
        """Of [first, last) in quarter-hours."""
        marks = 0
        for key in keys:
            of = self.register(key)
            marks |= BEGIN_BRIDGED * of.between[first] | END_BRIDGED * of.between[last]
            marks |= BEGIN_DOUBTFUL * of.doubtful[first] | END_DOUBTFUL * of.doubtful[last]
            if any(begin < last and end > first for begin, end in of.estimates):
                marks |= ESTIMATED
        return marks

    def sums(self, parts, coefficient=lambda k: 1):
        """Since the first morning, at each boundary."""
        total, amounts = Fraction(0), [Fraction(0)]
        lines = [(factor, self.register(key).amount) for factor, key in parts]
        for k in range(QUARTERS):
            total += coefficient(k) * sum(factor * (line[k + 1] - line[k]) for factor, line in lines)
            amounts.append(total)
        return amounts

    def metered(self, name, parts, coefficient=lambda k: 1):
        keys = [key for _, key in parts]
        sums = self.sums(parts, coefficient)
        decimals = DECIMALS[name]
        rounded = [half_even(amount, decimals) for amount in sums]

        def put(type_, begin, first, last):
            value = Fraction(rounded[last] - rounded[first], 10**decimals)
            self.put(name, type_, begin, Figure(value, self.marks(keys, first, last)))

        if name in BY_QUARTER:
            for k in range(QUARTERS):
                put("quarter", k, k, k + 1)
        self.days[name] = []
        for day in range(DAYS):
            put("day", day, 96 * day, 96 * day + 96)
            self.days[name].append((sums[96 * day + 96] - sums[96 * day], self.marks(keys, 96 * day, 96 * day + 96)))
        if name not in STOCK:
            for first, end in MONTHS.values():
                put("month", first, 96 * first, 96 * end)

    def put(self, name, type_, begin, figure):
        self.figures[name, type_, begin] = figure

    # ---- by hand ----

    def by_hand(self, name, values):
        self.days[name] = [(Fraction(value), ENTERED) for value in values]
        for day, value in enumerate(values):
            self.put(name, "day", day, Figure(Fraction(value), ENTERED))
        for first, end in MONTHS.values():
            self.put(name, "month", first, Figure(sum(Fraction(value) for value in values[first:end]), ENTERED))

    def stock(self):
        for name, months in STOCK.items():
            for month, value in months.items():
                self.put(name, "month", MONTHS[month][0], Figure(Fraction(value), ENTERED))

    # ---- of several items ----

    def coal_tce(self, day):
        return Fraction(COAL_TCE["before" if day < 30 else "after"])

    def tce_of_day(self, day):
        amount = {name: self.days[name][day][0] for name in self.days}
        return ((amount["elec_purchased"] + amount["elec_pv"] - amount["elec_export"] - amount["elec_resold"]) * ELEC_TCE
                - amount["heat_sold"] * HEAT_TCE + amount["diesel_used"] * DIESEL_TCE
                + amount["coal_used"] * self.coal_tce(day))

    TCE_PARTS = ("elec_purchased", "elec_pv", "elec_export", "elec_resold", "heat_sold", "diesel_used", "coal_used")

    def marks_of_days(self, names, first, end):
        """How the first day begins, how the last one ends, and what any contains."""
        marks = 0
        for name in names:
            marks |= self.days[name][first][1] & (BEGIN_BRIDGED | BEGIN_DOUBTFUL)
            marks |= self.days[name][end - 1][1] & (END_BRIDGED | END_DOUBTFUL)
            for day in range(first, end):
                marks |= self.days[name][day][1] & INSIDE
        return marks

    def by_stock(self, name, first, end):
        """What the stock-taking found more than the days say."""
        month = next(month for month, days in MONTHS.items() if days == (first, end))
        return Fraction(STOCK[name][month]) - sum(self.days[name][day][0] for day in range(first, end))

    def total(self):
        """A year's running total: a month that ended with a stock-taking corrects where the next month's days begin."""
        at_month = Fraction(0)
        for first, end in MONTHS.values():
            running = at_month
            for day in range(first, end):
                before, running = running, running + self.tce_of_day(day)
                value = Fraction(half_even(running, 2) - half_even(before, 2), 100)
                self.put("tce_total", "day", day, Figure(value, self.marks_of_days(self.TCE_PARTS, day, day + 1)))
            before, at_month = at_month, running + self.by_stock("coal_used", first, end) * self.coal_tce(end - 1)
            value = Fraction(half_even(at_month, 2) - half_even(before, 2), 100)
            self.put("tce_total", "month", first,
                     Figure(value, self.marks_of_days(self.TCE_PARTS, first, end) | ENTERED))

    def ratio(self, name, type_, first, end, above, below, names):
        marks = self.marks_of_days(names, first, end) | (ENTERED if type_ == "month" else 0)
        if below == 0:
            self.put(name, type_, first, Figure(None, marks | NO_DIVISOR))
        else:
            self.put(name, type_, first, Figure(Fraction(half_even(above / below, 2), 100), marks))

    def ratios(self):
        kiln = ("coal_used", "elec_raw", "elec_coalmill", "elec_kiln", "elec_whr_gen", "elec_whr_aux", "clinker_out")
        periods = [("day", day, day + 1) for day in range(DAYS)] + [("month", *days) for days in MONTHS.values()]
        for type_, first, end in periods:
            sums = {name: sum(self.days[name][day][0] for day in range(first, end)) for name in self.days}
            coal = sum(self.days["coal_used"][day][0] * self.coal_tce(day) for day in range(first, end))
            if type_ == "month":
                coal += self.by_stock("coal_used", first, end) * self.coal_tce(end - 1)
                sums["clinker_out"] += self.by_stock("clinker_out", first, end)
                sums["cement_out"] += self.by_stock("cement_out", first, end)
            power = (sums["elec_raw"] + sums["elec_coalmill"] + sums["elec_kiln"] - sums["elec_whr_gen"] + sums["elec_whr_aux"])
            self.ratio("clinker_unit", type_, first, end, 1000 * (coal + power * ELEC_TCE), sums["clinker_out"], kiln)
            self.ratio("cement_unit", type_, first, end, 10_000 * sums["elec_cement"], sums["cement_out"],
                       ("elec_cement", "cement_out"))

    # ---- limits ----

    def limit(self, limits):
        """Marks what lies out of {item: (least, most)} a day; None: no such limit."""
        for (name, type_, begin), figure in self.figures.items():
            if type_ == "quarter" or figure.value is None or name not in limits:
                continue
            least, most = limits[name]
            adds_up = name not in ("clinker_unit", "cement_unit", "coal_tce_factor")
            days = next(end - first for first, end in MONTHS.values() if first == begin) if type_ == "month" else 1
            a_day = figure.value / days if adds_up else figure.value
            if (least is not None and a_day < least) or (most is not None and a_day > most):
                figure.marks |= OUT_OF_LIMITS


def begins(type_, begin):
    """The first instant of a period."""
    return BEGIN + (timedelta(minutes=15 * begin) if type_ == "quarter" else timedelta(days=begin))


def office_before_lock(k):
    """With the first month closed before the ratio was corrected: its figures stay."""
    return RATIO["wrong"] if k < boundary("10-01 00:00") else POINTS["lv_office", "energy_import"]["multiplier"]
