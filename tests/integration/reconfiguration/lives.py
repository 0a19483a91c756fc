"""One gateway, one data folder, several configurations one after the other, and the conservation law over all of them.

A `Life` is what one configuration says, and when it was in force. The plant is the same all the time: it has more
instruments than any life reads. What arrives is judged by the life in which it was *taken* (address, model, interval,
boundary) and by the life in which it was *published* (multiplier).
"""

import copy
import csv
import json
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "sim"))
import check_delivery
import plant
import served_log
import site_config
import stage
from scene import now

LINE_KEYS = ('response_timeout = "500ms"', "retries = 1")
TCP_KEYS = ('connect_timeout = "500ms"',)
MODEL = "load"
SITE = "changing"


def micros(moment):
    return check_delivery.micros(moment.isoformat())


def load_model():
    model = plant.load_plant_model(6)
    for point in model["points"]:
        point["ratio"] = "ct_pt"
    return model


def other_model():
    """The same registers read as something else: other points, other wire types, other scales."""
    model = load_model()
    first, second, third, fourth = copy.deepcopy(model["points"][:4])
    first.update(type="i32", scale="0.001")
    second.update(id="energy_high", type="u16", scale="1", ratio="none")
    third.update(type="u64", unit="")  # two neighbouring registers pairs as one number
    fourth.update(id="current", address=10, unit="A", ratio="ct")
    return {**model, "points": [first, second, third, fourth]}


class Uplink:
    def __init__(self, identity, broker, *settings):
        self.id = identity
        self.broker = broker
        self.settings = settings  # lines of its section


class Life:
    """One configuration. `meters`: the rows of meters.csv as the plant describes metering points."""

    def __init__(self, site, meters, uplinks, data, model):
        self.site = site
        self.meters = {row["id"]: row for row in meters}
        self.ledger_only = set()
        self.uplinks = uplinks
        self.data = data
        self.model = model
        self.began = self.up = self.ended = None

    def successor(self):
        after = copy.copy(self)
        after.site, after.meters = copy.deepcopy((self.site, self.meters))
        after.ledger_only, after.uplinks = set(self.ledger_only), list(self.uplinks)
        after.began = after.up = after.ended = None
        return after

    def described(self, physical):
        return {**physical, "site": self.site, "models": {**physical["models"], MODEL: self.model},
                "metering_points": [row for row in self.meters.values() if row["id"] not in self.ledger_only]}


class Lives:
    """Runs them. Everything lies in `folder`."""

    def __init__(self, folder, gateway, simulator):
        self.folder = Path(folder)
        builder = plant.PlantBuilder(SITE, 5000)
        builder.add_model(MODEL, load_model())
        for line, kind, meters in (("tcp", "modbus-tcp", 5), ("rtu", "rtu-over-tcp", 5)):
            builder.line(line, kind)
            for number in range(1, meters + 1):
                builder.meter(f"{line}_{number}", MODEL, 1000, ct=(300, 5))
        self.physical = builder.description(folder)
        self.rows = {row["id"]: row for row in self.physical["metering_points"]}
        self.simulator = stage.Simulator(simulator, folder, self.physical)
        self.gateway = stage.Gateway(gateway, f"{folder}/config", folder)
        self.brokers = {}
        self.recorders = {}
        self.past = []

    def first(self, uplinks=("broker",)):
        """tcp_1 … tcp_4 and rtu_1 … rtu_4; the fifth of each line is not configured yet."""
        self.simulator.begin()
        meters = [copy.deepcopy(row) for name, row in self.rows.items() if not name.endswith("_5")]
        return Life(copy.deepcopy(self.physical["site"]), meters, [Uplink(name, name) for name in uplinks],
                    self.folder / "data", load_model())

    def broker(self, name):
        if name not in self.brokers:
            (self.folder / name).mkdir()
            self.brokers[name] = stage.Broker(self.folder / name)
            self.recorders[name] = stage.Recorder(self.folder / name, f"metergate/{SITE}/samples")
        return self.brokers[name]

    def open_broker(self, name):
        broker = self.broker(name)
        broker.begin()
        recorder = self.recorders[name]
        if not recorder.running():
            recorder.begin(broker.port)

    def write(self, life):
        config = self.folder / "config"
        site_config.write(config, life.described(self.physical), self.simulator.ready, 1, life.data,
                          self.folder / "control.sock", {MODEL: plant.model_toml(life.model)}, LINE_KEYS, TCP_KEYS)
        settings = (config / "gateway.toml").read_text(encoding="utf-8").split("[[uplink]]")[0]
        minutes = life.site["utc_offset_minutes"]
        offset = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
        settings = settings.replace("[site]\n", f'[site]\nutc_offset = "{offset}"\n')
        for uplink in life.uplinks:
            settings += (f'[[uplink]]\nid = "{uplink.id}"\nkind = "mqtt"\nkeep_alive = "5s"\n'
                         f'url = "mqtt://127.0.0.1:{self.broker(uplink.broker).port}"\n' +
                         "".join(f"{line}\n" for line in uplink.settings) + "\n")
        (config / "gateway.toml").write_text(settings, encoding="utf-8")
        if life.ledger_only:
            self._add_ledger_rows(config / "meters.csv", life)

    @staticmethod
    def _add_ledger_rows(table, life):
        with open(table, encoding="utf-8-sig", newline="") as file:
            headings = next(csv.reader(file))
        with open(table, "a", encoding="utf-8", newline="") as file:
            for name in sorted(life.ledger_only):
                row = life.meters[name]
                cells = {"id": name, "name": row["name"], "energy": "电力", "ct_primary": row["ct_plate"][0],
                         "ct_secondary": row["ct_plate"][1], "reading_side": "二次", "multiplier": row["ct"]}
                csv.writer(file).writerow(cells.get(heading, "") for heading in headings)

    def begin(self, life):
        self.write(life)
        life.began = now()
        self.gateway.begin()
        self.gateway.wait_until_up()
        life.up = now()
        self.past.append(life)

    def end(self):
        life = self.past[-1]
        life.ended = now()
        code = self.gateway.stop()
        if code != 0:
            raise AssertionError(f"the gateway ended with code {code}: {self.gateway.last_words()}")

    def deliver_some_then_pile_up(self, name="broker"):
        """Some seconds with the broker, two or more without."""
        stage.wait_for(lambda: self.uplink_status(name)["delivered_samples"] > 32, "the first deliveries")
        self.brokers[name].stop()
        time.sleep(2.2)
        stage.wait_for(lambda: self.uplink_status(name)["backlog"] >= 8, "a backlog")

    def uplink_status(self, name):
        status = self.gateway.status()
        return next(uplink for uplink in status["uplinks"] if uplink["id"] == name)

    def drained(self, names=("broker",)):
        def all_sent():
            return all(self.uplink_status(name)["backlog"] <= 16 for name in names)

        stage.wait_for(all_sent, "the backlog to drain", 20)

    def descriptions(self, name="broker"):
        """The retained descriptions of metering points at a broker."""
        heard = subprocess.run(
            [stage.find_program("mosquitto_sub"), "-V", "5", "-h", "127.0.0.1", "-p", str(self.brokers[name].port),
             "-t", f"metergate/{SITE}/meters/+", "-W", "1", "-F", "%p"], capture_output=True, text=True, check=False)
        return {told["meter"]: told for told in map(json.loads, heard.stdout.splitlines())}

    def close(self):
        for program in (self.gateway, *self.recorders.values(), *self.brokers.values(), self.simulator):
            program.stop()

    def received(self, *names):
        """(when, message) of these brokers' recorders, in order of arrival."""
        heard = []
        for name in names:
            with open(self.recorders[name].received, "rb") as file:
                for line in file:
                    if line.endswith(b"\n"):
                        when, _, payload = line.split(b" ", 2)
                        message = json.loads(payload, parse_float=Decimal)
                        heard.append((int(Decimal(when.decode()) * 1_000_000), message))
        return sorted(heard, key=lambda each: each[0])


class LifeCheck(check_delivery.Check):
    """What was taken in one life, published in whichever."""

    def __init__(self, described, witness, stops, published_as):
        super().__init__(check_delivery.Plant(described), witness, stops, 6_000_000, 1_200_000)
        self.published_as = published_as  # (meter, sample) → the meter with the multiplier of that time, or None
        self.plant.faulty_from_start = set()

    def _check_values(self, meter, slot, sample, where):
        meter = self.published_as(meter, sample)
        super()._check_values(meter, slot, sample, where)


class Law:
    """Judges the stream of one destination (several brokers that had the same uplink's samples one after the other)."""

    def __init__(self, lives, *names):
        self.lives = lives.past
        self.problems = []
        self.duplicates = 0
        self.shared = {}  # sequence → item, of the first arrival
        self.unknown_multiplier = 0
        self.by_meter = {}
        answers = list(served_log.read(lives.physical["served_log"]))
        stops = [(micros(before.ended), micros(after.up))
                 for before, after in zip(self.lives, self.lives[1:])]
        self.checks = []
        for life in self.lives:
            described = life.described(lives.physical)
            witness = check_delivery.Witness(check_delivery.Plant(described), answers)
            self.checks.append(LifeCheck(described, witness, stops, self._as_published))
        self.newest = {}  # by lane
        for when, message in lives.received(*names):
            self._receive(when, message, message.get("lane", "live"))

    def _life_at(self, when_us):
        return max(i for i, life in enumerate(self.lives) if i == 0 or when_us >= micros(life.began))

    def _receive(self, when, message, lane):
        items = [*message["samples"], *message["gaps"]]
        for item in sorted(items, key=lambda each: each["seq"]):
            if item["seq"] in self.shared:
                self.duplicates += 1
                continue
            newest = self.newest.get(lane, 0)
            if item["seq"] < newest:
                self.problems.append(f"order: {item['seq']} first came after {newest} ({lane})")
            self.newest[lane] = max(newest, item["seq"])
            self.shared[item["seq"]] = item
            self.by_meter.setdefault(item["meter"], []).append(item)
            item["published"] = self._life_at(when)
            self._route(item, lane)

    def _route(self, item, lane):
        if "from" in item:  # a gap: of the life that found it, and of the one whose last slots it covers
            known = [check for check in self.checks if item["meter"] in check.plant.meters]
            for check in known:
                check._receive_item(item["seq"], "gap", item, lane)
        else:
            check = self.checks[self._life_at(check_delivery.micros(item["taken_at"] or item["slot"]))]
            known = [check]
            check._receive_item(item["seq"], "sample", item, lane)
        if not known:
            self.problems.append(f"unknown: {item['meter']}")

    def _as_published(self, meter, sample):
        """The meter with the multiplier of the life that published it; with null, `value` is as displayed."""
        row = self.lives[sample["published"]].meters.get(meter.id)
        if row is not None:
            factors = {"ct": Decimal(row["ct"]), "pt": Decimal(row["pt"])}
        else:
            factors = {"ct": Decimal(1), "pt": Decimal(1)}
        as_published = copy.copy(meter)
        as_published.points = {}
        for name, point in meter.points.items():
            changed = copy.copy(point)
            if point.ratio != "none":
                changed.multiplier = {"ct": factors["ct"], "pt": factors["pt"],
                                      "ct_pt": factors["ct"] * factors["pt"]}[point.ratio]
                if row is None:
                    self._expect_unknown_multiplier(sample, name)
            as_published.points[name] = changed
        return as_published

    def _expect_unknown_multiplier(self, sample, name):
        reading = sample["points"].get(name)
        if reading is None:
            return
        self.unknown_multiplier += 1
        if reading["multiplier"] is not None:
            self.problems.append(f"multiplier: {sample['meter']} is not configured, and has {reading['multiplier']}")
        reading["multiplier"] = Decimal(1)

    def settle(self, until, excused_end=None):
        """Every slot that fell due is there or in a gap. The stop between two lives belongs to the later one, with its
        intervals. `excused_end`: meters whose slots of the last second before a stop need not be named."""
        excused_end = excused_end or {}
        for at, (life, check) in enumerate(zip(self.lives, self.checks)):
            last = at == len(self.lives) - 1
            for meter in check.plant.meters.values():
                before = self.lives[at - 1] if at else None
                old = before is not None and meter.id in before.meters and meter.id not in before.ledger_only
                begin = micros(before.ended) if old else micros(life.up) + 2_000_000
                end = micros(until if last else life.ended)
                if not last and meter.id in excused_end:
                    end -= excused_end[meter.id]
                for slot in sorted(check.plant.due_slots(meter, begin, end)):
                    check.counts["due"] += 1
                    check._settle(meter, slot)
            self.problems += [f"life {at + 1}: {problem}" for problem in check.problems]

    def count(self, kind, life):
        return self.checks[life].counts[kind]
