#!/usr/bin/python3
"""A backlog waits, the gateway is stopped, the configuration changes, the gateway starts again: what was stored arrives,
all of it, in order, each value as it was served.

usage: reconfiguration_test.py METERGATE METERGATE_SIM [unittest arguments]

Each test delivers some, lets a backlog pile up without a broker, stops, changes one thing, and ends with the
conservation law over both lives (lives.py).
"""

import shutil
import sys
import tempfile
import time
import unittest
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

from lives import Law, Lives, Uplink, now, other_model, stage

GATEWAY, SIMULATOR = sys.argv[1:3]
STOP_SECONDS = 2.2  # at least one slot of a second passes unread
UNDER_WAY = 16  # items that may be unacknowledged when a broker goes: a second of eight meters, and a boundary


def reaches(item):
    """The slot of a sample; the last instant of a gap."""
    if "slot" in item:
        return datetime.fromisoformat(item["slot"])
    return datetime.fromisoformat(item["to"]) - timedelta(milliseconds=1)


class Reconfiguration(unittest.TestCase):
    def setUp(self):
        # Not /tmp: a tmpfs there is refused as a data folder, and rightly.
        self.folder = tempfile.mkdtemp(prefix="metergate-reconf-", dir="/var/tmp")
        self.lives = Lives(self.folder, GATEWAY, SIMULATOR)
        self.addCleanup(self.tidy)

    def tidy(self):
        self.lives.close()
        result = self._outcome.result
        if any(test is self for test, _ in result.failures + result.errors):
            print(f"kept: {self.folder}", file=sys.stderr)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    def a_backlog_waits(self):
        """The life that left it; its successor is to be changed and handed to goes_on()."""
        first = self.lives.first()
        self.lives.open_broker("broker")
        self.lives.begin(first)
        self.lives.deliver_some_then_pile_up()
        self.lives.end()
        time.sleep(STOP_SECONDS)
        return first.successor()

    def goes_on(self, life, seconds=3.5):
        """Runs the next life, at first without a broker, so that samples of both lives wait together, until they have
        gone out."""
        self.lives.begin(life)
        time.sleep(1.8)
        for uplink in life.uplinks:
            if not self.lives.broker(uplink.broker).running():
                self.lives.open_broker(uplink.broker)
        time.sleep(seconds)
        self.lives.drained([uplink.id for uplink in life.uplinks])
        self.polled_as_configured(life)

    def polled_as_configured(self, life):
        status = self.lives.gateway.status()
        self.assertEqual({meter["id"] for meter in status["meters"]}, set(life.meters))
        self.assertEqual({uplink["id"] for uplink in status["uplinks"]}, {uplink.id for uplink in life.uplinks})
        for uplink in status["uplinks"]:
            self.assertEqual(uplink["set_aside"], 0)
        for meter in status["meters"]:
            if meter["id"] not in life.ledger_only:
                self.assertEqual(meter["state"], "ok", meter)
        self.assertEqual(status["buffer"]["state"], "ok")

    def conserved(self, *names, most_twice=UNDER_WAY, excused_end=None):
        until = now()
        time.sleep(1.8)
        self.lives.end()
        time.sleep(0.3)
        law = Law(self.lives, *(names or ("broker",)))
        law.settle(until, excused_end)
        self.assertEqual(law.problems, [])
        for at in range(len(self.lives.past)):
            self.assertGreater(law.count("complete", at), 0, f"life {at + 1}")
            self.assertGreater(law.count("due", at), 0)
        self.assertLessEqual(law.duplicates, most_twice)
        self.assertEqual(list(Path(self.folder).rglob("*.corrupt*")), [])
        return law

    def same_items(self, law, other):
        """But for the last second: what the end of the gateway left to one of them only waits for the other."""
        shared = min(max(law.shared), max(other.shared))
        self.assertEqual([s for s in sorted(law.shared) if s <= shared], [s for s in sorted(other.shared) if s <= shared])
        self.assertLessEqual(len(set(law.shared) ^ set(other.shared)), UNDER_WAY)

    def test_a_meter_is_added(self):
        life = self.a_backlog_waits()
        life.meters["rtu_5"] = dict(self.lives.rows["rtu_5"])
        self.goes_on(life)
        law = self.conserved()
        self.assertIn("rtu_5", law.by_meter)
        self.assertIn("before_start", {item.get("reason") for item in law.by_meter["rtu_5"]})

    def test_a_meter_is_removed_and_its_samples_still_go_out(self):
        life = self.a_backlog_waits()
        del life.meters["tcp_2"]
        self.goes_on(life)
        told = self.lives.descriptions()
        law = self.conserved()
        late = [item for item in law.by_meter["tcp_2"] if item["published"] == 1 and "points" in item]
        self.assertGreaterEqual(len(late), 2)
        self.assertGreater(law.unknown_multiplier, 0)
        self.assertIn("tcp_2", told)  # what the broker retains still says what it was

    def test_a_meter_becomes_ledger_only_and_its_samples_keep_their_multiplier(self):
        life = self.a_backlog_waits()
        life.ledger_only.add("tcp_2")
        self.goes_on(life)
        law = self.conserved()
        late = [item for item in law.by_meter["tcp_2"] if item["published"] == 1 and "points" in item]
        self.assertGreaterEqual(len(late), 2)
        self.assertEqual({reading["multiplier"] for item in late for reading in item["points"].values()}, {Decimal(60)})

    def test_a_meter_is_renamed(self):
        life = self.a_backlog_waits()
        life.meters["tcp_2"]["name"] = "二号配电柜"
        self.goes_on(life)
        told = self.lives.descriptions()
        self.conserved()
        self.assertEqual(told["tcp_2"]["name"], "二号配电柜")
        self.assertEqual(len(told), 8)

    def test_a_meter_is_moved_to_another_line(self):
        life = self.a_backlog_waits()
        life.meters["tcp_2"].update(line="rtu", unit=5)
        self.goes_on(life)
        told = self.lives.descriptions()
        law = self.conserved()
        self.assertEqual(told["tcp_2"]["line"], "rtu")
        self.assertEqual([item["reason"] for item in law.by_meter["tcp_2"] if "from" in item],
                         ["before_start", "stopped"])  # known from before: nothing begins anew

    def test_a_model_changes_at_noon(self):
        life = self.a_backlog_waits()
        life.model = other_model()
        self.goes_on(life)
        points = {point["id"] for meter in self.lives.gateway.status()["meters"] for point in meter["points"]}
        law = self.conserved()
        old = [item for item in law.by_meter["tcp_1"] if "points" in item and "power_5" in item["points"]]
        new = [item for item in law.by_meter["tcp_1"] if "points" in item and "current" in item["points"]]
        self.assertTrue(any(item["published"] == 1 for item in old))
        self.assertGreater(len(new), 0)
        self.assertEqual(points, {point["id"] for point in other_model()["points"]})

    def test_a_multiplier_changes_and_holds_for_what_still_waits(self):
        life = self.a_backlog_waits()
        life.meters["tcp_2"].update(ct="120", ct_plate=(600, 5))
        self.goes_on(life)
        law = self.conserved()
        used = {(item["published"], reading["multiplier"]) for item in law.by_meter["tcp_2"] if "points" in item
                for reading in item["points"].values()}
        self.assertEqual(used, {(0, Decimal(60)), (1, Decimal(120))})

    def test_an_interval_becomes_longer(self):
        life = self.a_backlog_waits()
        life.meters["tcp_2"]["every_ms"] = 5000
        life.meters["rtu_3"]["every_ms"] = 2000
        self.goes_on(life, seconds=5)
        # Between the last reading and the stop there may be one more slot of the old interval.
        self.conserved(excused_end={"tcp_2": 1_100_000, "rtu_3": 1_100_000})

    def test_an_interval_becomes_shorter(self):
        first = self.lives.first()
        first.meters["tcp_2"]["every_ms"] = 5000
        first.meters["rtu_3"]["every_ms"] = 2000
        self.lives.open_broker("broker")
        self.lives.begin(first)
        time.sleep(3)  # two boundaries at least
        self.lives.deliver_some_then_pile_up()
        self.lives.end()
        time.sleep(STOP_SECONDS)
        life = first.successor()
        for name in ("tcp_2", "rtu_3"):
            life.meters[name]["every_ms"] = 1000
        self.goes_on(life)
        self.conserved()

    def test_the_boundaries_change(self):
        life = self.a_backlog_waits()
        life.site["boundary_ms"] = 2000
        life.meters["rtu_3"]["every_ms"] = 10_000  # read at the new boundaries
        self.goes_on(life, seconds=5)
        law = self.conserved(excused_end={"rtu_3": 1_100_000})
        late = [item for item in law.by_meter["tcp_1"] if item["published"] == 1 and "points" in item]
        self.assertGreater(len({item["boundary"] for item in late}), 1)

    def test_the_broker_moves_to_another_address(self):
        life = self.a_backlog_waits()
        life.uplinks = [Uplink("broker", "elsewhere")]
        self.goes_on(life)
        law = self.conserved("broker", "elsewhere")
        alone = Law(self.lives, "elsewhere")
        self.assertGreater(len(alone.shared), 0)
        self.assertLess(len(alone.shared), len(law.shared))  # it did not begin at the oldest

    def test_an_uplink_is_added_and_gets_all_that_is_stored(self):
        life = self.a_backlog_waits()
        life.uplinks.append(Uplink("second", "second"))
        self.goes_on(life)
        law = self.conserved("broker")
        other = Law(self.lives, "second")
        self.same_items(law, other)
        self.assertEqual(other.duplicates, 0)
        self.assertEqual(other.problems, [])

    def begins_late(self, life, *settings):
        """An uplink `second` is added, delivers, meets an outage and a restart, and delivers the rest. Its stream, and
        that of the uplink that was there before."""
        life.uplinks.append(Uplink("second", "second", *settings))
        self.goes_on(life)
        self.lives.brokers["second"].stop()
        stage.wait_for(lambda: self.lives.uplink_status("second")["backlog"] >= 32, "a backlog of the second uplink")
        self.lives.end()
        time.sleep(STOP_SECONDS)
        self.goes_on(life.successor())
        law = self.conserved("broker")
        return law, Law(self.lives, "second")

    def everything_from(self, law, late, begin):
        """`late` has every item of `law` from sequence `begin` on, and none before."""
        self.assertEqual(late.problems, [])
        self.assertEqual(min(late.shared), begin)
        shared = min(max(law.shared), max(late.shared))
        self.assertEqual([s for s in sorted(law.shared) if begin <= s <= shared],
                         [s for s in sorted(late.shared) if s <= shared])
        self.assertGreater(len(late.shared), 0)

    def test_an_uplink_is_added_and_begins_now(self):
        law, late = self.begins_late(self.a_backlog_waits(), 'start = "now"')
        before, after = self.lives.past[0].ended, self.lives.past[1].up
        read_before = {sequence for sequence, item in law.shared.items() if reaches(item) <= before}
        self.assertGreater(len(read_before), 32)
        self.assertFalse(read_before & set(late.shared))
        begin = min(late.shared)
        self.assertLessEqual(begin, min(s for s, item in law.shared.items() if reaches(item) >= after))
        self.everything_from(law, late, begin)

    def test_an_uplink_is_added_and_begins_at_a_time(self):
        life = self.a_backlog_waits()
        begin = datetime.fromtimestamp(int(self.lives.past[0].ended.timestamp()) - 1, timezone(timedelta(hours=8)))
        law, late = self.begins_late(life, f'start = "{begin:%Y-%m-%d %H:%M:%S}"', 'order = "live-first"')
        self.everything_from(law, late, min(s for s, item in law.shared.items() if reaches(item) >= begin))

    def test_an_uplink_is_removed_and_added_again_later(self):
        first = self.lives.first(("broker", "second"))
        for name in ("broker", "second"):
            self.lives.open_broker(name)
        self.lives.begin(first)
        time.sleep(3)
        self.lives.end()
        without = first.successor()
        without.uplinks = [Uplink("broker", "broker")]
        time.sleep(STOP_SECONDS)
        self.goes_on(without)
        self.lives.end()
        time.sleep(STOP_SECONDS)
        again = without.successor()
        again.uplinks = [Uplink("broker", "broker"), Uplink("second", "second")]
        self.goes_on(again)
        law = self.conserved("second", most_twice=0)  # it was stopped in good order: nothing comes twice
        self.same_items(law, Law(self.lives, "broker"))

    def test_the_data_folder_is_moved(self):
        life = self.a_backlog_waits()
        life.data = Path(self.folder) / "elsewhere" / "data"
        life.data.parent.mkdir()
        (Path(self.folder) / "data").rename(life.data)
        self.goes_on(life)
        self.conserved()
        self.assertFalse((Path(self.folder) / "data").exists())

    def test_the_offset_of_the_site_changes_so_that_the_day_does(self):
        life = self.a_backlog_waits()
        # The calendar day of the files goes back by one, or where that is not possible on.
        at_home = datetime.now(timezone(timedelta(hours=8))).hour
        life.site["utc_offset_minutes"] = -12 * 60 if at_home < 20 else 14 * 60
        self.goes_on(life)
        self.lives.end()
        days = {path.name.split("-")[1] for path in life.data.glob("other-*.db")}
        self.assertEqual(len(days), 2, days)
        time.sleep(STOP_SECONDS)
        back = life.successor()
        back.site["utc_offset_minutes"] = 8 * 60
        self.goes_on(back)
        law = self.conserved()
        self.assertEqual({item["slot"][-6:] for item in law.by_meter["tcp_1"] if item["published"] == 1 and "slot" in item},
                         {"-12:00" if at_home < 20 else "+14:00"})


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=2)
