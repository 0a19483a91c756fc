"""What people put on record in the two months of months_plan.py, and the site as meters.csv said it before and after."""

import csv
import io
import random
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from months_plan import (AIR_OUT, BEGIN, COAL_TCE, DAYS, KILN, LOCK, PF_TO_RAW, POINTS, QUARTERS, RATIO, REPLACEMENT,
                         SILENCES, STOP, TARDY, boundary, display, plan, removal, time_of, when)

# Month figures by stock-taking; the scales' own sums differ.
STOCK = {"coal_used": {9: "9120.50", 10: "9304.00"}, "clinker_out": {9: "68911.20", 10: "63380.00"},
         "cement_out": {9: "83010.00", 10: "84875.50"}}


def diesel():
    """Tonnes a day."""
    chance = random.Random(7)
    return [Decimal(600 + int(chance.random() * 700)) / 1000 for _ in range(DAYS)]


def coal_bought():
    """Tonnes a day; on many days no truck came."""
    chance = random.Random(8)
    return [Decimal(int(chance.random() * 90_000)) / 100 if chance.random() < 0.6 else Decimal(0) for _ in range(DAYS)]


def text(time):
    return time.isoformat()


def a_day(day):
    begin = BEGIN + timedelta(days=day)
    return {"type": "day", "from": text(begin), "to": text(begin + timedelta(days=1))}


def a_month(month):
    return {"type": "month", "from": text(when(f"{month:02}-01 00:00")), "to": text(when(f"{month + 1:02}-01 00:00"))}


def decimal(steps, key):
    return str(steps * Decimal(POINTS[key]["step"]))


def entry(item, period, value, at):
    return {"at": text(at), "kind": "entry",
            "body": {"item": item, "period": period, "value": str(value), "input_type": 5, "evidence": "日报"}}


def entries():
    for item, values in (("diesel_used", diesel()), ("coal_purchased", coal_bought())):
        for day, value in enumerate(values):
            late = 3 if day % 11 == 5 else 1  # days after which somebody typed it in
            yield entry(item, a_day(day), value, BEGIN + timedelta(days=day + late, hours=8, minutes=30))
    for item, months in STOCK.items():
        for month, value in months.items():
            yield entry(item, a_month(month), value, when(f"{month + 1:02}-03 15:00"))


def replacement(flows):
    key = (REPLACEMENT["meter"], "energy_import")
    before, _ = removal(flows)
    removed = sum(flows[key][:boundary("09-20 09:30")]) + before + POINTS[key]["start"]
    registers = [{"point": "energy_import", "old_end": decimal(removed, key),
                  "new_start": decimal(REPLACEMENT["new_start"], key), "unmetered": REPLACEMENT["unmetered"]},
                 {"point": "energy_export", "old_end": "0.00", "new_start": "0.00", "unmetered": "0"}]
    return {"at": text(when(REPLACEMENT["known"])), "kind": "replacement",
            "body": {"meter": key[0], "removed_at": text(when(REPLACEMENT["removed"])),
                     "installed_at": text(when(REPLACEMENT["installed"])), "old_serial": "SN26999X",
                     "new_serial": REPLACEMENT["new_serial"], "multiplier": None, "rollover": None,
                     "registers": registers}}


def ratio_found():
    key = (RATIO["meter"], "energy_import")
    return {"at": text(when(RATIO["known"])), "kind": "multiplier",
            "body": {"meter": key[0], "at": text(BEGIN), "multiplier": {"ct": str(POINTS[key]["multiplier"]), "pt": "1"},
                     "registers": [{"point": "energy_import", "index": decimal(POINTS[key]["start"], key)},
                                   {"point": "energy_export", "index": "0.00"}]}}


def records(flows, locked):
    """In the order of time."""
    made = list(entries())
    made.append(replacement(flows))
    made.append(ratio_found())
    made.append({"at": text(when("10-04 16:00")), "kind": "production_stop",
                 "body": {"meters": KILN, "from": text(time_of(STOP[0])), "to": text(time_of(STOP[1]))}})
    made.append({"at": text(when("10-20 07:30")), "kind": "out_of_service",
                 "body": {"meter": "air_main", "from": text(time_of(AIR_OUT[0])), "to": text(time_of(AIR_OUT[1]))}})
    made.append({"at": text(when(COAL_TCE["known"])), "kind": "coefficient",
                 "body": {"name": "coal_tce", "value": COAL_TCE["after"], "unit": "tce/t",
                          "from": text(when(COAL_TCE["from"])), "source": "化验单 虚构-02", "year": "2026", "region": "本厂"}})
    if locked:
        made.append({"at": text(when(LOCK)), "kind": "lock", "body": {"period": a_month(9)}})
    return sorted(made, key=lambda record: record["at"])


def described(locked):
    """The plan as write_months reads it."""
    flows = plan()
    silences = []
    for each in SILENCES:
        silences.append({"meters": sorted({meter for meter, _ in POINTS}) if each["meters"] == "all" else each["meters"],
                         "from": boundary(each["from"]), "to": boundary(each["to"]), "as": each["as"],
                         "reason": each.get("reason", "no_reply"),
                         "came": text(when(each["came"])) if "came" in each else None})
    meters = {}
    for key in POINTS:
        meters.setdefault(key[0], {})[key[1]] = display(flows, key)
    return {"begin": text(BEGIN), "boundaries": QUARTERS + 1, "end": text(when("11-03 18:00")),
            "second_site_from": text(when("10-12 11:00")), "meters": meters, "silences": silences,
            "tardy": [{"meter": meter, "at": boundary(at), "seconds": seconds} for meter, at, seconds in TARDY],
            "records": records(flows, locked)}


def table(path, change):
    """Rewrites a CSV of the site; change(row) gets each row by its headings."""
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
    added = [more for row in rows for more in [*(change(row) or [])]]
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows + added)
    path.write_text(out.getvalue(), "utf-8-sig")


def write_site(example, folder, later):
    """The sample site; before the ratio was found meters.csv says a wrong one, and the old instrument."""
    folder.mkdir(parents=True)
    for file in Path(example).iterdir():
        if file.suffix in (".csv", ".toml"):
            (folder / file.name).write_bytes(file.read_bytes())

    def meter(row):
        if row["计量点编号"] in ("grid_in1", "grid_in2"):
            row["抄表日"] = "20"
        if row["计量点编号"] == RATIO["meter"] and not later:
            row["CT一次"], row["综合倍率"] = "200", str(RATIO["wrong"])
        if row["计量点编号"] == REPLACEMENT["meter"] and later:
            row["出厂编号"], row["安装日期"] = REPLACEMENT["new_serial"], "2026-09-20"

    def coefficient(row):
        if row["系数名称"] == "coal_pf_to_raw":
            return [row | {"数值": PF_TO_RAW["after"], "启用日期": "2026-" + PF_TO_RAW["from"][:5]}]
        return []

    table(folder / "meters.csv", meter)
    table(folder / "coefficients.csv", coefficient)
