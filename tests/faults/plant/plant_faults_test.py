#!/usr/bin/python3
"""The conservation law on the whole program while something misbehaves.

Usage: plant_faults_test.py METERGATE METERGATE_SIM METERGATE_SLOW_NAMES [unittest arguments]

Every test ends with the independent checker: each due (meter, slot) arrived with the values that the plant served, or
with a reason while this meter (or the gateway's absence) gave one; nothing was invented, altered or out of order.
Neighbours on the line of a meter that misbehaves owe every slot.
"""

import json
import shutil
import signal
import sys
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "sim"))
import plant
import stage
from check_platform import Item
from scene import OtherUplink, Scene, now

GATEWAY, SIMULATOR, GATEWAY_WITH_SLOW_NAMES = sys.argv[1:4]
MODEL = "fault-load"
# Late answers and silent meters must be noticed well within the second that a slot lasts.
LINE_KEYS = ('response_timeout = "200ms"', "retries = 1")
TCP_KEYS = ('connect_timeout = "500ms"',)
BOUNDARY_SECONDS = 5
# The commit interval, and a little for the commit; boundary sweeps are committed at once.
COMMIT_SECONDS = 1.2
STOP_LIMIT_SECONDS = 5
# A line is reopened 5 s after it came back at the latest (the longest pause between two tries), and a meter that was
# silent is asked at the next boundary at the latest.
SETTLE_SECONDS = BOUNDARY_SECONDS + 1


def small_plant():
    """17 meters on three kinds of line, each second; a boundary every five. Every second one is behind transformers.
    One is alone on its line: what it says too late or too much meets its own next question."""
    builder = plant.PlantBuilder("faults", BOUNDARY_SECONDS * 1000)
    model = plant.load_plant_model(8)
    for point in model["points"]:
        point["ratio"] = "ct_pt"
    builder.add_model(MODEL, model)
    for line, kind, meters in (("tcp", "modbus-tcp", 6), ("rtu", "rtu-over-tcp", 6), ("pty", "serial-pty", 4),
                               ("alone", "serial-pty", 1)):
        builder.line(line, kind)
        for number in range(1, meters + 1):
            transformers = {"ct": (300, 5), "pt": (10_000, 100)} if number % 2 == 0 else {}
            builder.meter(f"{line}_{number}", MODEL, 1000, **transformers)
    return builder, {MODEL: plant.model_toml(model)}


def reported_items():
    """One behind transformers, one without, and a sum over three lines, rounded so that the rounding shows."""
    return [Item("one", "01-01-0000-023300-11", [("tcp_1", "energy_0", 1)], decimals=2),
            Item("behind_transformers", "01-02-0000-023300-11", [("rtu_2", "energy_0", 1)], decimals=0),
            Item("together", "00-00-0000-023300-11",
                 [(meter, "energy_1", 1) for meter in ("tcp_2", "rtu_1", "pty_3")], decimals=1)]


class PlantFaults(unittest.TestCase):
    def setUp(self):
        # Not /tmp: a tmpfs there is refused as a data folder, and rightly.
        self.folder = tempfile.mkdtemp(prefix="metergate-faults-", dir="/var/tmp")
        self.scene = None

    def tearDown(self):
        if self.scene:
            self.scene.end()
        if self._outcome_is_good():
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            print(f"kept: {self.folder}", file=sys.stderr)

    def _outcome_is_good(self):
        result = self._outcome.result
        return not any(test is self for test, _ in result.failures + result.errors)

    def begin(self, survives_kill=False, plant_and_models=None, gateway=GATEWAY, other_uplinks=(), reports=False):
        """`reports`: what flowed, to a provincial platform as well."""
        builder, models = plant_and_models or small_plant()
        broker = stage.Broker(self.folder, survives_kill)
        platform = stage.Platform(self.folder, BOUNDARY_SECONDS) if reports else None
        self.scene = Scene(self.folder, builder, gateway, SIMULATOR, broker, LINE_KEYS, TCP_KEYS, models,
                           other_uplinks, platform, reported_items() if reports else ())
        self.scene.begin()
        return self.scene

    def during(self, seconds, *faults):
        """Switches `faults` on for so long, between two healthy spells."""
        time.sleep(3)
        for fault in faults:
            self.scene.simulator.command("fault " + fault)
        time.sleep(seconds)
        for fault in faults:
            self.scene.simulator.command("clear " + fault.split()[0])
        time.sleep(SETTLE_SECONDS + 2)

    def misbehaved(self):
        stats = json.loads(self.scene.simulator.command("stats"))
        return sum(line["misbehaved"] for line in stats["lines"].values())

    def conserved(self, *reasons, commit=COMMIT_SECONDS):
        """The law holds, and what is missing is missing for one of these reasons."""
        self.scene.commit = commit
        report = self.scene.finish()
        self.assertTrue(report["ok"], "\n".join(report["problems"]))
        for other in self.scene.other_uplinks:
            checked = self.scene.check(report["until"], other)
            self.assertTrue(checked["ok"], other.name + "\n" + "\n".join(checked["problems"]))
        counts = report["counts"]
        settled = sum(counts.get(kind, 0) for kind in ("complete", "with_reason", "in_gap"))
        self.assertEqual(settled, counts["due"])
        given = {count.removeprefix("reason_") for count in counts if count.startswith("reason_")}
        self.assertLessEqual(given, set(reasons))
        self.report = report
        return counts

    def complete(self):
        counts = self.conserved()
        self.assertEqual(counts["complete"], counts["due"])
        return self.report

    def test_nothing_is_wrong(self):
        self.begin()
        time.sleep(7)
        self.complete()

    def test_a_broker_is_stopped_and_comes_back(self):
        scene = self.begin()
        time.sleep(3)
        for _ in range(2):
            scene.broker.stop()
            time.sleep(3)
            scene.broker.begin()
            time.sleep(4)
        self.complete()

    def test_uplinks_that_carry_different_things_through_outages(self):
        others = (OtherUplink("accounts", ('class = "boundary"', 'compression = "gzip"'), ("--class", "boundary")),
                  OtherUplink("overview", ('every = "2s"', 'order = "live-first"', 'meters = ["tcp_1", "rtu_2"]',
                                           'compression = "gzip"'),
                              ("--every", "2", "--meter", "tcp_1", "--meter", "rtu_2")))
        scene = self.begin(other_uplinks=others)
        time.sleep(3)
        for _ in range(2):
            scene.broker.stop()
            time.sleep(4)
            scene.broker.begin()
            time.sleep(4)
        report = self.complete()
        for other in others:
            counts = scene.check(report["until"], other)["counts"]
            self.assertEqual(counts["complete"] + counts["not_selected"], counts["due"])
            self.assertGreater(counts["complete"], 0)
            self.assertGreater(counts["not_selected"], 0)
        self.assertGreater(scene.check(report["until"], others[1])["counts"].get("lane_backlog", 0), 0)

    def test_a_broker_is_killed_and_comes_back(self):
        scene = self.begin(survives_kill=True)
        time.sleep(3)
        for _ in range(2):
            scene.broker.stop(signal.SIGKILL)
            time.sleep(2)
            scene.broker.begin()
            time.sleep(4)
        self.complete()

    def test_a_meter_is_silent(self):
        self.begin()
        # Long enough for a pause between two tries (10 s) that goes beyond the next boundary.
        self.during(12, "tcp/2 silent", "rtu/3 silent", "pty/1 silent")
        self.assertGreater(self.misbehaved(), 0)
        counts = self.conserved("no_reply", "not_asked")
        self.assertGreater(counts["reason_no_reply"], 0)

    def test_a_meter_answers_late(self):
        # 320 ms is past the time-out of 200 ms and the 47 ms of question and answer on a wire of 9600 baud.
        self.begin()
        self.during(5, "tcp/2 late_ms 320", "rtu/3 late_ms 320", "pty/1 late_ms 320", "alone/1 late_ms 320")
        self.assertGreater(self.misbehaved(), 0)
        self.conserved("no_reply", "not_asked")

    def test_a_meter_sends_surplus_frames(self):
        self.begin()
        self.during(5, "tcp/2 surplus", "rtu/3 surplus", "pty/1 surplus", "alone/1 surplus")
        self.assertGreater(self.misbehaved(), 0)
        self.complete()

    def test_frames_are_damaged(self):
        self.begin()
        for fault in ("truncated", "wrong_unit", "wrong_crc", "noise"):
            self.during(2, f"tcp/2 {fault}", f"rtu/3 {fault} 0 2", f"pty/1 {fault} 0 2")
        self.assertGreater(self.misbehaved(), 0)
        self.conserved("no_reply", "corrupt_reply", "not_asked")

    def test_a_meter_refuses(self):
        self.begin()
        self.during(3, "tcp/2 exception 4", "rtu/3 exception 6", "pty/1 exception 11")
        self.assertGreater(self.misbehaved(), 0)
        counts = self.conserved("refused", "no_reply", "not_asked")
        self.assertGreater(counts["reason_refused"], 0)

    def test_connections_are_reset(self):
        self.begin()
        self.during(4, "tcp/2 reset 0 2", "rtu/3 reset 0 2")
        self.assertGreater(self.misbehaved(), 0)
        self.conserved("line_down", "not_asked")

    def test_a_line_is_down(self):
        self.begin()
        self.during(5, "tcp/* down", "pty/* down")
        counts = self.conserved("line_down", "no_reply", "not_asked")
        self.assertGreater(counts["reason_line_down"], 0)

    def test_a_meter_dribbles_within_the_time_out(self):
        # 37 bytes at 3 ms are 111 of the 200 ms.
        self.begin()
        self.during(4, "tcp/2 dribble 3", "rtu/3 dribble 3", "pty/1 dribble 3")
        self.assertGreater(self.misbehaved(), 0)
        self.complete()

    def test_a_meter_dribbles_beyond_the_time_out(self):
        self.begin()
        self.during(4, "tcp/2 dribble 20", "rtu/3 dribble 20", "pty/1 dribble 20")
        self.assertGreater(self.misbehaved(), 0)
        self.conserved("no_reply", "corrupt_reply", "not_asked")

    def test_a_name_server_hangs(self):
        builder, models = small_plant()
        for line in ("far", "farther"):
            builder.line(line, "modbus-tcp", host=f"{line}.hang.test").meter(f"{line}_1", MODEL, 1000, fault="silent")
        scene = self.begin(plant_and_models=(builder, models), gateway=GATEWAY_WITH_SLOW_NAMES)
        time.sleep(7)
        lines = {line["id"]: line for line in scene.gateway.status()["lines"]}
        self.assertEqual({name for name, line in lines.items() if line["state"] == "down"}, {"far", "farther"})
        self.assertIn("far.hang.test", lines["far"]["last_error"])
        counts = self.conserved("line_down", "not_asked")
        of_far = counts["due"] * 2 // len(builder.points)
        self.assertEqual(counts["complete"], counts["due"] - of_far)
        self.assertLess(scene.stopped_within, STOP_LIMIT_SECONDS)

    def test_the_gateway_is_stopped_and_started(self):
        scene = self.begin()
        time.sleep(2.5)
        for _ in range(3):
            stopped = now()
            self.assertEqual(scene.gateway.stop(), 0)
            time.sleep(1.5)
            scene.gateway.begin()
            scene.gateway.wait_until_up()
            scene.stops.append((stopped, now()))
            time.sleep(2.3)
        counts = self.conserved("not_asked", commit=0.02)
        self.assertNotIn("duplicates", counts)

    def test_the_gateway_is_stopped_while_the_broker_hangs(self):
        scene = self.begin()
        time.sleep(2.5)
        scene.broker.process.send_signal(signal.SIGSTOP)
        time.sleep(2)  # messages are under way now, and nobody acknowledges them
        stopped = now()
        self.assertEqual(scene.gateway.stop(), 0)
        self.assertLess((now() - stopped).total_seconds(), STOP_LIMIT_SECONDS)
        scene.broker.process.send_signal(signal.SIGCONT)
        scene.gateway.begin()
        scene.gateway.wait_until_up()
        scene.stops.append((stopped, now()))
        time.sleep(3)
        self.conserved("not_asked", commit=0.02)

    def test_a_platform_loses_answers_and_breaks_down_and_the_gateway_is_killed(self):
        scene = self.begin(reports=True)
        time.sleep(3)
        scene.platform.ask("faults", {"fault": "lose_answer", "path": "/uploadEnergyData"})
        held = scene.platform.held()
        stage.wait_for(lambda: scene.platform.held() > held, "records at the platform", 20)
        # Taken, and nobody knows: they are sent again.
        killed = now()
        scene.gateway.stop(signal.SIGKILL)
        scene.platform.behave()
        scene.platform.break_down(8)  # over the next boundary
        scene.gateway.begin()
        scene.gateway.wait_until_up()
        scene.stops.append((killed, now()))
        time.sleep(14)
        self.conserved("not_asked")
        records = self.report["platform"]["counts"]
        self.assertEqual(records["complete"], records["due"])
        self.assertGreater(records["repeats"], 0)

    def test_the_gateway_is_killed_twenty_times(self):
        scene = self.begin()
        time.sleep(3)  # something must be stored: before that nobody can know what fell due
        for life in range(20):
            time.sleep(0.2 + 0.1 * life)  # some do not live to see their first commit
            killed = now()
            scene.gateway.stop(signal.SIGKILL)
            scene.gateway.begin()
            scene.gateway.wait_until_up()
            scene.stops.append((killed, now()))
        time.sleep(4)
        self.conserved("not_asked")  # a start within the last milliseconds of a window


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]], verbosity=2)
