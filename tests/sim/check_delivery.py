#!/usr/bin/python3
"""Counts whether every sample that fell due arrived at the broker with the values that the plant served.

Shares no code with the gateway. What it believes: the plant's description, the plant's own log of its answers, and
the lines that a subscriber wrote (`mosquitto_sub -F '%U %t %p'`, or with %x, as compressed messages need).

The law, for each meter and each slot in [from, to) at which it fell due:
  * it arrived, at least once, as a sample whose values are those that the meter served between slot and taken_at; or
  * it arrived as a sample with a reason, or lies in a gap, and that very meter had been told to misbehave (or the
    gateway to stop) at that time.
And for everything that arrived: no value the plant did not serve, no slot that never fell due, no slot both sampled
and in a gap, equal content where a sequence number comes twice, and per meter ascending sequence numbers in the order
of first arrival.

A misbehaving meter excuses nobody but itself: the slots whose time for asking touches the misbehaviour, and those
before the first boundary after it, because a meter that fell silent is only sure to be asked at boundaries. A line that
was down excuses all its meters, until so many seconds after it came back (--settle) as reopening may take. A stop of the
gateway excuses a slot that it left no time to ask for, and one that was asked for less than a commit interval
(--commit) before; a boundary less than 0.3 s before, because a sweep of boundaries is committed at once.
"""

import argparse
import bisect
import collections
import gzip
import json
import sys
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import register_codec
import served_log

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
LONGEST_WINDOW_US = 60_000_000
START_US = 200_000  # a gateway that answers `status` has asked its meters that much later
BOUNDARY_COMMIT_US = 300_000
STOP_US = 100_000  # a gateway that is asked to stop gives up a poll within this time
CLOCK_SLACK_US = 2_000  # taken_at has whole milliseconds, cut off or rounded
VALUE_QUALITIES = ("good", "clock_untrusted", "implausible")
# What a reader may believe. A late answer counts as told to nobody: whoever takes it takes it for the next one.
TELLING_FAULTS = ("none", "surplus", "noise", "dribble", "echo")


def micros(text):
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(microseconds=1)


class Point:
    def __init__(self, described, ct, pt):
        self.id = described["id"]
        self.function = described["function"]
        self.address = described["address"]
        self.type = described["type"]
        self.order = described.get("order", "abcd")
        self.words = register_codec.WORDS[self.type]
        self.scale = Decimal(described.get("scale", "1"))
        self.is_index = described.get("kind") == "index"
        self.invalid = {int(mark, 0) for mark in described.get("invalid", [])}
        self.exponent_point = described.get("exponent_point")
        self.exponent_offset = described.get("exponent_offset", 0)
        self.ratio = described.get("ratio", "none")
        self.multiplier = {"none": Decimal(1), "ct": ct, "pt": pt, "ct_pt": ct * pt}[self.ratio]


class Meter:
    """One metering point and where the plant keeps it."""

    def __init__(self, described, model, line_index):
        self.id = described["id"]
        self.address = (line_index, described["unit"])
        self.every_us = described["every_ms"] * 1000
        circuit = described.get("circuit", 0)
        ct, pt = Decimal(described.get("ct", "1")), Decimal(described.get("pt", "1"))
        mine = [p for p in model["points"] if p.get("circuit", 0) in (0, circuit)]
        self.points = {p["id"]: Point(p, ct, pt) for p in mine}


class Plant:
    def __init__(self, description):
        self.site = description["site"]
        lines = {line["id"]: index for index, line in enumerate(description["lines"])}
        self.meters = {m["id"]: Meter(m, description["models"][m["model"]], lines[m["line"]])
                       for m in description["metering_points"]}
        self.boundary_us = self.site["boundary_ms"] * 1000
        self.offset_us = self.site.get("utc_offset_minutes", 480) * 60_000_000
        self.faulty_from_start = {(index, meter["unit"]) for index, line in enumerate(description["lines"])
                                  for meter in line["meters"] if meter.get("fault", {}).get("kind", "none") != "none"}

    def is_boundary(self, slot_us):
        return (slot_us + self.offset_us) % self.boundary_us == 0

    def is_due(self, meter, slot_us):
        return (slot_us + self.offset_us) % meter.every_us == 0 or self.is_boundary(slot_us)

    def window_end(self, meter, slot_us):
        """A slot may be read until the meter's next one, for a minute at most."""
        ends = [slot_us + step - (slot_us + self.offset_us) % step for step in (meter.every_us, self.boundary_us)]
        return min(*ends, slot_us + LONGEST_WINDOW_US)

    def boundary_after(self, time_us):
        return time_us + self.boundary_us - (time_us + self.offset_us) % self.boundary_us

    def due_slots(self, meter, from_us, to_us):
        slots = set()
        for step in (meter.every_us, self.boundary_us):
            first = from_us + -(from_us + self.offset_us) % step
            slots.update(range(first, to_us, step))
        return slots


class Witness:
    """What the plant says it did."""

    def __init__(self, plant, answers):
        self.answers = collections.defaultdict(list)
        self.misbehaved = collections.defaultdict(list)
        self.faults = collections.defaultdict(list)  # (line, unit) → [from, to)
        begun = {address: 0 for address in plant.faulty_from_start}
        for answer in answers:
            address = (answer.line, answer.unit)
            if answer.is_switch:
                self._switch(begun, address, answer)
            else:
                self.answers[address].append(answer)
                if answer.fault != "none":
                    self.misbehaved[address].append(answer.time_us)
        for address, start in begun.items():
            self.faults[address].append((start, 1 << 62))
        for known in self.answers.values():
            known.sort(key=lambda answer: answer.time_us)
        self.times = {address: [answer.time_us for answer in known] for address, known in self.answers.items()}

    def _switch(self, begun, address, answer):
        line, unit = address
        ended = [a for a in begun if a == address or (unit == 0 and a[0] == line)]
        for each in ended:
            self.faults[each].append((begun.pop(each), answer.time_us))
        if answer.fault != "none":
            begun[address] = answer.time_us

    def told_between(self, address, from_us, to_us):
        times = self.times.get(address, [])
        begin, end = bisect.bisect_left(times, from_us), bisect.bisect_right(times, to_us)
        return self.answers[address][begin:end]

    def faults_of(self, meter):
        return self.faults.get(meter.address, ())

    def faults_of_line(self, meter):
        return self.faults.get((meter.address[0], 0), ())


def value_in(point, meter, answer, told):
    """The published value of `point` by one answer: (known, Decimal or None for "not available")."""
    begin = 2 * (point.address - answer.first)
    end = begin + 2 * point.words
    if answer.function != point.function or begin < 0 or end > len(answer.registers):
        return False, None
    registers = answer.registers[begin:end]
    if point.invalid and register_codec.bits(registers, point.type, point.order) in point.invalid:
        return True, None
    try:
        value = register_codec.decode(registers, point.type, point.order)
    except register_codec.BadDigits:
        value = None
    if value is None:
        return True, None
    exact = register_codec.EXACT
    value = exact.multiply(exact.multiply(value, point.scale), point.multiplier)
    if point.exponent_point:
        exponent_point = meter.points[point.exponent_point]
        for other in reversed(told):
            known, exponent = value_in(exponent_point, meter, other, told)
            if known:
                return True, None if exponent is None else exact.scaleb(value, int(exponent) + point.exponent_offset)
        return False, None
    return True, value


def published_values(point, meter, told, taken_us):
    """What may be published: the newest answer up to taken_at decides, or one within the slack after it (the next
    slot's poll may follow in the same millisecond)."""
    values = []
    for answer in reversed(told):
        known, value = value_in(point, meter, answer, told)
        if known:
            values.append(value)
            if answer.time_us <= taken_us:
                break
    return values


class Selection:
    """What the uplink carries, by the rules of docs/mqtt.md: what else arrives is wrong, too."""

    def __init__(self, carries="all", every_us=0, meters=()):
        self.carries = carries
        self.every_us = every_us
        self.meters = frozenset(meters)

    def takes(self, plant, meter, slot):
        if self.meters and meter.id not in self.meters:
            return False
        boundary = plant.is_boundary(slot)
        if self.carries != "all" and boundary != (self.carries == "boundary"):
            return False
        # Whole hours of offset do not move the multiples of anything that divides an hour.
        return boundary or self.every_us == 0 or slot % self.every_us == 0


class Check:
    def __init__(self, plant, witness, stops, settle_us, commit_us, selection=None):
        self.plant = plant
        self.selection = selection or Selection()
        self.witness = witness
        self.stops = sorted(stops)
        self.commit_us = commit_us
        self.settle_us = settle_us
        self.problems = []
        self.counts = collections.Counter()
        self.by_sequence = {}
        self.newest_sequence = collections.defaultdict(int)
        self.samples = collections.defaultdict(dict)  # meter → slot → revision → sample
        self.gaps = collections.defaultdict(list)

    def problem(self, kind, text):
        self.counts["problem_" + kind] += 1
        if len(self.problems) < 100:
            self.problems.append(f"{kind}: {text}")

    def receive(self, message):
        self.counts["messages"] += 1
        items = [(sample["seq"], "sample", sample) for sample in message.get("samples", [])]
        items += [(gap["seq"], "gap", gap) for gap in message.get("gaps", [])]
        lane = message.get("lane", "live")
        self.counts["lane_" + lane] += 1
        for sequence, kind, item in sorted(items, key=lambda each: each[0]):
            self._receive_item(sequence, kind, item, lane)

    def _receive_item(self, sequence, kind, item, lane):
        if sequence in self.by_sequence:
            self.counts["duplicates"] += 1
            if self.by_sequence[sequence] != item:
                self.problem("altered", f"sequence {sequence} came again with other content")
            return
        self.by_sequence[sequence] = item
        meter = self.plant.meters.get(item["meter"])
        if meter is None:
            self.problem("unknown", f"meter {item['meter']} is not in the plant")
            return
        newest = self.newest_sequence[meter.id, lane]
        if sequence <= newest:
            self.problem("order", f"{meter.id}: {sequence} first came after {newest} ({lane})")
        self.newest_sequence[meter.id, lane] = max(sequence, newest)
        if kind == "gap":
            self.counts["gaps"] += 1
            self.gaps[meter.id].append((micros(item["from"]), micros(item["to"])))
        else:
            self.counts["samples"] += 1
            self._receive_sample(meter, item)

    def _receive_sample(self, meter, sample):
        slot = micros(sample["slot"])
        where = f"{meter.id} {sample['slot']}"
        revisions = self.samples[meter.id].setdefault(slot, {})
        revision = sample.get("rev", 0)
        if revision in revisions:
            self.problem("repeated", f"{where}: revision {revision} has two sequence numbers")
        revisions[revision] = sample
        if not self.plant.is_due(meter, slot):
            self.problem("invented", f"{where}: never fell due")
        if not self.selection.takes(self.plant, meter, slot):
            self.problem("selection", f"{where}: arrived, and this uplink does not carry it")
        if sample["boundary"] != self.plant.is_boundary(slot):
            self.problem("boundary", f"{where}: boundary is {sample['boundary']}")
        self._check_values(meter, slot, sample, where)

    def _check_values(self, meter, slot, sample, where):
        taken = micros(sample["taken_at"])
        told = [answer for answer in self.witness.told_between(meter.address, slot, taken + CLOCK_SLACK_US)
                if answer.fault in TELLING_FAULTS]
        for name, reading in sample["points"].items():
            point = meter.points.get(name)
            if point is None:
                self.problem("unknown", f"{where}: point {name} is not in the model")
                continue
            if reading["value"] is None:
                continue
            self.counts["values"] += 1
            values = published_values(point, meter, told, taken)
            if not values or values == [None]:
                self.problem("invented", f"{where} {name}: {reading['value']}, and the plant served none")
            elif reading["value"] not in values:
                self.problem("value", f"{where} {name}: {reading['value']} arrived, {values[-1]} was served")
            if reading["multiplier"] != point.multiplier:
                self.problem("multiplier", f"{where} {name}: {reading['multiplier']} is not {point.multiplier}")
            if reading["quality"] not in VALUE_QUALITIES:
                self.problem("quality", f"{where} {name}: a value that is {reading['quality']}")

    def finish(self, from_us, to_us):
        for meter in self.plant.meters.values():
            for slot in sorted(self.plant.due_slots(meter, from_us, to_us)):
                self.counts["due"] += 1
                if self.selection.takes(self.plant, meter, slot):
                    self._settle(meter, slot)
                else:
                    self.counts["not_selected"] += 1

    def _settle(self, meter, slot):
        where = f"{meter.id} {(EPOCH + timedelta(microseconds=slot)).isoformat()}"
        excuse = self._excuse(meter, slot)
        revisions = self.samples[meter.id].get(slot)
        in_gap = any(start <= slot < end for start, end in self.gaps[meter.id])
        if revisions and in_gap:
            self.problem("contradiction", f"{where}: a sample and a gap")
        if not revisions:
            if not in_gap:
                self.problem("lost", f"{where}: never arrived")
            elif excuse:
                self.counts["in_gap"] += 1
            else:
                self.problem("unread", f"{where}: in a gap, and the plant was well")
            return
        sample = revisions[max(revisions)]
        missing = self._missing_points(meter, slot, sample)
        if not missing:
            self.counts["complete"] += 1
        elif excuse:
            self.counts["with_reason"] += 1
            for quality in {r["quality"] for r in sample["points"].values() if r["value"] is None}:
                self.counts["reason_" + quality] += 1
        else:
            self.problem("unread", f"{where}: {', '.join(missing[:4])} missing, and the plant was well")

    def _missing_points(self, meter, slot, sample):
        own_slot = (slot + self.plant.offset_us) % meter.every_us == 0
        missing = []
        for point in meter.points.values():
            if not own_slot and not point.is_index:
                continue  # at a foreign boundary only the indexes fall due
            reading = sample["points"].get(point.id)
            if reading is None:
                missing.append(f"{point.id} (left out)")
            elif reading["value"] is None and not self._plant_said_none(meter, point, slot, sample, reading):
                missing.append(f"{point.id} ({reading['quality']})")
        return missing

    def _plant_said_none(self, meter, point, slot, sample, reading):
        if reading["quality"] != "not_available":
            return False
        taken = micros(sample["taken_at"])
        told = self.witness.told_between(meter.address, slot, taken + CLOCK_SLACK_US)
        return None in published_values(point, meter, told, taken)

    def _excuse(self, meter, slot):
        until = self.plant.window_end(meter, slot)
        return (self._lost_to_a_stop(meter, slot, until)
                or any(start < until and slot < self.plant.boundary_after(end)
                       for start, end in self.witness.faults_of(meter))
                or any(start < until and slot < end + self.settle_us
                       for start, end in self.witness.faults_of_line(meter)))

    def _lost_to_a_stop(self, meter, slot, until):
        asked = [answer.time_us for answer in self.witness.told_between(meter.address, slot, until - 1)]
        if asked:
            commit_us = min(self.commit_us, BOUNDARY_COMMIT_US) if self.plant.is_boundary(slot) else self.commit_us
            return all(any(begin - commit_us <= time <= begin + STOP_US for begin, _ in self.stops) for time in asked)
        up_since, longest_up = slot, 0
        for begin, end in self.stops:
            if end > slot and begin < until:
                longest_up = max(longest_up, begin - up_since)
                up_since = end
        return max(longest_up, until - up_since) <= START_US

    def counters(self):
        return dict(sorted(self.counts.items()))


def text_of(payload):
    """A payload as it was written down: JSON, or the hexadecimal digits (%x) of JSON or of a gzip file with it."""
    if payload.startswith(b"{"):
        return payload
    data = bytes.fromhex(payload.decode())
    return gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data


def read_messages(path, topic):
    """Lines `time topic payload`; a last line without its end was cut off and is left out."""
    with open(path, "rb") as file:
        for line in file:
            if not line.endswith(b"\n"):
                return
            _, found, payload = line.split(b" ", 2)
            if found.decode() == topic:
                yield json.loads(text_of(payload), parse_float=Decimal)


def check(description, answers, messages, from_us, to_us, stops=(), settle_us=6_000_000,
          commit_us=1_200_000, selection=None):
    plant = Plant(description)
    result = Check(plant, Witness(plant, answers), list(stops), settle_us, commit_us, selection)
    for message in messages:
        result.receive(message)
    result.finish(from_us, to_us)
    return result


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--plant", required=True, help="the JSON description that metergate-sim runs")
    arguments.add_argument("--served", required=True, help="the log that metergate-sim wrote")
    arguments.add_argument("--received", required=True, help="what the subscriber wrote")
    arguments.add_argument("--from", dest="begin", required=True, help="ISO time; slots from here on count")
    arguments.add_argument("--to", dest="end", required=True, help="ISO time; slots before it count")
    arguments.add_argument("--stop", nargs=2, action="append", default=[], metavar=("FROM", "TO"),
                           help="the gateway did not run in this time")
    arguments.add_argument("--commit", type=float, default=1.2,
                           help="seconds between an answer and its commit, at most")
    arguments.add_argument("--settle", type=float, default=6.0,
                           help="seconds that reopening a line may take after it was down")
    arguments.add_argument("--class", dest="carries", choices=("all", "boundary", "other"), default="all",
                           help="what the uplink carries")
    arguments.add_argument("--every", type=float, default=0, help="seconds: it carries multiples and boundaries only")
    arguments.add_argument("--meter", action="append", default=[], help="it carries only this one (and further ones)")
    arguments.add_argument("--prefix", help="topic prefix of the uplink; else the plant's")
    arguments.add_argument("--report", help="write counts and problems there as JSON")
    given = arguments.parse_args()

    with open(given.plant, encoding="utf-8") as file:
        description = json.load(file)
    site = description["site"]
    messages = read_messages(given.received, f"{given.prefix or site['prefix']}/{site['id']}/samples")
    selection = Selection(given.carries, int(given.every * 1e6), given.meter)
    result = check(description, served_log.read(given.served), messages, micros(given.begin), micros(given.end),
                   [(micros(start), micros(end)) for start, end in given.stop], int(given.settle * 1e6), int(given.commit * 1e6),
                   selection)
    counts = result.counters()
    problems = sum(count for name, count in counts.items() if name.startswith("problem_"))
    if counts.get("due", 0) == 0:
        problems += 1
        result.problems.append("nothing fell due in this time: nothing was shown")
    report = {"ok": problems == 0, "counts": counts, "problems": result.problems}
    if given.report:
        with open(given.report, "w", encoding="utf-8") as file:
            json.dump(report, file, indent=1)
    print(f"{'ok' if report['ok'] else 'FAILED'}: {counts.get('due', 0)} due, {counts.get('complete', 0)} complete, "
          f"{counts.get('with_reason', 0)} with a reason, {counts.get('in_gap', 0)} in gaps, "
          f"{counts.get('not_selected', 0)} not selected, "
          f"{counts.get('values', 0)} values compared, {counts.get('duplicates', 0)} duplicates, {problems} problems")
    for problem in result.problems[:20]:
        print("  " + problem, file=sys.stderr)
    return 0 if report["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
