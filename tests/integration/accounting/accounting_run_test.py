#!/usr/bin/python3
"""The whole program with items: what the books say is what the broker's boundary samples say, also when the gateway
is killed in between.

Usage: accounting_run_test.py METERGATE METERGATE_SIM [unittest arguments]

The figures are checked against the samples that arrived at the broker, by arithmetic of its own.
"""

import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "sim"))
import plant
import site_config
import stage
from scene import Scene, now

GATEWAY, SIMULATOR = sys.argv[1:3]
MODEL = "accounting-load"
BOUNDARY_SECONDS = 2
METERS = ("a_1", "a_2", "b_1")
BRIDGED = 0b11  # the marks begin_bridged and end_bridged, see gateway/accounting/item_record.h
ITEMS = """id,name,energy,periods,source,method,formula,unit,decimals,in_total
elec,全厂用电,电力,实时 日,现场仪表,累计差,a_1.energy_0 + a_2.energy_0 + b_1.energy_0,万kWh,4,不计
part,分项,电力,实时 日,现场仪表,累计差,elec - b_1.energy_0,万kWh,4,不计
"""
FORMULAS = {"elec": {"a_1": 1, "a_2": 1, "b_1": 1}, "part": {"a_1": 1, "a_2": 1}}


def small_plant():
    builder = plant.PlantBuilder("books", BOUNDARY_SECONDS * 1000)
    model = plant.load_plant_model(4)
    for point in model["points"]:
        point["ratio"] = "ct_pt"
    builder.add_model(MODEL, model)
    builder.line("a", "modbus-tcp")
    builder.meter("a_1", MODEL, 1000, ct=(300, 5), pt=(10_000, 100))
    builder.meter("a_2", MODEL, 1000)
    builder.line("b", "serial-pty")
    builder.meter("b_1", MODEL, 1000)
    return builder, {MODEL: plant.model_toml(model)}


class AccountingRun(unittest.TestCase):
    def setUp(self):
        # Not /tmp: a tmpfs there is refused as a data folder, and rightly.
        self.folder = tempfile.mkdtemp(prefix="metergate-books-", dir="/var/tmp")
        builder, models = small_plant()
        self.scene = Scene(self.folder, builder, GATEWAY, SIMULATOR, models=models)
        write = site_config.write

        def write_with_items(folder, *arguments, **named):
            write(folder, *arguments, **named)
            (Path(folder) / "items.csv").write_text(ITEMS, encoding="utf-8")

        site_config.write = write_with_items
        try:
            self.scene.begin()
        finally:
            site_config.write = write

    def tearDown(self):
        self.scene.end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def indexes(self):
        """(meter, instant) → primary kWh, of the boundary samples at the broker."""
        known = {}
        with open(self.scene.recorder.received, encoding="utf-8") as file:
            for line in file:
                for sample in json.loads(line[line.index("{"):], parse_float=str, parse_int=str)["samples"]:
                    value = sample["points"]["energy_0"]["value"]
                    if sample["boundary"] and value is not None:
                        at = datetime.fromisoformat(sample["slot"])
                        known[sample["meter"], int(at.timestamp() * 1000)] = Fraction(value)
        return known

    def records(self):
        """item → {(begin, end): (exact amount, value, marks)}, real-time, newest revisions."""
        books = sqlite3.connect(f"{self.folder}/data/books.db")
        rows = books.execute("SELECT name, start, length, exact, value, marks FROM records JOIN items ON item = number"
                             " WHERE type = 0 ORDER BY start, revision").fetchall()
        books.close()
        found = {}
        for name, start, length, exact, value, marks in rows:
            found.setdefault(name, {})[start, start + length] = (Fraction(exact), value, marks)
        return found

    def check(self, least, bridged=False):
        indexes = self.indexes()
        records = self.records()
        self.assertEqual(set(records), set(FORMULAS))
        for item, weights in FORMULAS.items():
            periods = sorted(records[item])
            self.assertGreaterEqual(len(periods), least)
            # No period is skipped, none overlaps another.
            self.assertEqual([end for _, end in periods[:-1]], [begin for begin, _ in periods[1:]])
            checked = 0
            for begin, end in periods:
                exact, value, marks = records[item][begin, end]
                if any((meter, at) not in indexes for meter in weights for at in (begin, end)):
                    self.assertTrue(bridged and marks & BRIDGED, (item, begin))
                    continue
                expected = sum(weight * (indexes[meter, end] - indexes[meter, begin])
                               for meter, weight in weights.items()) / 10_000
                self.assertEqual(exact, expected, (item, begin))
                checked += 1
            self.assertGreaterEqual(checked, least - 1)
            total = sum(Fraction(value) for _, value, _ in records[item].values())
            whole = sum(exact for exact, _, _ in records[item].values())
            # Rounded so that they add up: half a digit at each end, however many they are.
            self.assertLessEqual(abs(total - whole), Fraction(1, 10_000))

    def test_records_are_what_the_samples_say(self):
        time.sleep(12)
        report = self.scene.finish()
        self.assertTrue(report["ok"], "\n".join(report["problems"]))
        self.check(4)

    def metergate(self, *arguments):
        done = subprocess.run([GATEWAY, *arguments, "--socket", f"{self.folder}/control.sock", "--json"],
                              capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def wait_for_cause(self, cause):
        def is_there():
            records = self.metergate("records", "elec", "--from", "2020", "--to", "2200", "--type", "real-time")
            return any(record["cause"] == cause for record in records["records"])
        stage.wait_for(is_there, f"a revision by {cause}", 15)

    def test_what_people_put_on_record_counts_at_once_and_can_be_revoked(self):
        time.sleep(9)
        since = now() - timedelta(seconds=6)
        since = since.replace(microsecond=0) - timedelta(seconds=since.second % BOUNDARY_SECONDS)
        answer = self.metergate("set-multiplier", "a_2", "3", "--at", since.strftime("%Y-%m-%d %H:%M:%S"), "--by", "li")
        number = answer["record"]["id"]
        # What the meter itself measured is computed again as well
        self.assertEqual(answer["again"]["items"], ["a_2.energy_0", "elec", "part"])
        self.wait_for_cause(f"multiplier {number}")
        indexes = self.indexes()
        checked = 0
        for (begin, end), (exact, _, _) in self.records()["part"].items():
            if begin < since.timestamp() * 1000 or any((m, at) not in indexes for m in FORMULAS["part"] for at in (begin, end)):
                continue
            flowed = {meter: indexes[meter, end] - indexes[meter, begin] for meter in FORMULAS["part"]}
            self.assertEqual(exact, (flowed["a_1"] + 3 * flowed["a_2"]) / 10_000)
            checked += 1
        self.assertGreaterEqual(checked, 2)

        self.metergate("dated", "revoke", str(number), "--remark", "wrong plate", "--by", "wang")
        self.wait_for_cause(f"multiplier {number} revoked")
        books = self.scene.gateway.status()["accounting"]
        self.assertIsNotNone(books["figures_until"])
        self.assertEqual((books["breaks"], books["unconfirmed"], books["requests"], books["trouble"]), (0, 0, 0, ""))
        report = self.scene.finish()
        self.assertTrue(report["ok"], "\n".join(report["problems"]))
        self.check(4)

    def test_a_kill_neither_skips_nor_doubles_a_period(self):
        for _ in range(3):
            time.sleep(5)
            begin = now()
            self.scene.gateway.stop(signal.SIGKILL)
            self.scene.gateway.begin()
            self.scene.gateway.wait_until_up()
            self.scene.stops.append((begin, now()))
        time.sleep(6)
        self.scene.finish()
        self.check(8, bridged=True)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
