#!/usr/bin/python3
"""The checker on hand-made logs: content with what is right, and red on each way of being wrong."""

import copy
import gzip
import json
import os
import struct
import subprocess
import sys
import tempfile
import unittest
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import check_delivery
import register_codec
import served_log
from served_log import Answer

T0 = check_delivery.micros("2026-11-22T08:15:00+08:00")
SECOND = 1_000_000

PLANT = {
    "site": {"id": "s", "prefix": "p", "boundary_ms": 5000, "utc_offset_minutes": 480},
    "models": {"simple": {"points": [
        {"id": "energy_import", "function": 3, "address": 0, "type": "u32", "scale": "0.01", "kind": "index",
         "ratio": "ct_pt"},
        {"id": "voltage_a", "function": 3, "address": 2, "type": "u16", "scale": "0.1", "ratio": "pt",
         "invalid": ["0xFFFF"]}]}},
    "lines": [{"id": "a", "kind": "modbus-tcp", "meters": [{"unit": 1, "model": "simple"},
                                                           {"unit": 2, "model": "simple"}]}],
    "metering_points": [{"id": "m1", "line": "a", "unit": 1, "model": "simple", "every_ms": 2000, "ct": "60"}],
}


def registers(second, voltage=2301):
    return struct.pack(">IH", 123450 + 7 * second, voltage)


def answer(second, unit=1, fault="none", data=None):
    return Answer(T0 + second * SECOND + 12_000, 0, unit, 3, 0, registers(second) if data is None else data, fault)


def iso(second, ms=0):
    return f"2026-11-22T08:15:{second:02d}{'.%03d' % ms if ms else ''}+08:00"


def sample(second, sequence, **changes):
    energy = Decimal(123450 + 7 * second) * Decimal("0.01") * 60
    made = {"seq": sequence, "rev": 0, "meter": "m1", "slot": iso(second), "taken_at": iso(second, 13), "epoch": 0,
            "boundary": second % 5 == 0,
            "points": {"energy_import": {"value": energy, "multiplier": 60, "quality": "good"},
                       "voltage_a": {"value": Decimal("230.1"), "multiplier": 1, "quality": "good"}}}
    made.update(changes)
    return made


def without_values(second, sequence, quality="no_reply"):
    made = sample(second, sequence)
    for reading in made["points"].values():
        reading.update(value=None, quality=quality)
    return made


DUE = (0, 2, 4, 5, 6, 8)  # every 2 s, and the boundary at 5 s, of [0, 10)


def run(samples, answers=None, gaps=(), plant=PLANT, stops=(), batches=None, selection=None):
    messages = batches or [{"samples": samples, "gaps": list(gaps)}]
    return check_delivery.check(plant, [answer(s) for s in DUE] if answers is None else answers, messages,
                                T0, T0 + 10 * SECOND, stops, settle_us=0, selection=selection)


def all_samples():
    return [sample(second, 10 + index) for index, second in enumerate(DUE)]


class CheckDelivery(unittest.TestCase):
    def red(self, result, kind):
        self.assertIn("problem_" + kind, result.counts, result.problems)

    def test_everything_delivered_is_content(self):
        result = run(all_samples())
        self.assertEqual(result.problems, [])
        self.assertEqual((result.counts["due"], result.counts["complete"]), (6, 6))

    def test_what_the_uplink_does_not_carry_is_counted_and_must_not_arrive(self):
        boundaries = check_delivery.Selection("boundary")
        only = [s for s in all_samples() if s["slot"] in (iso(0), iso(5))]
        result = run(only, selection=boundaries)
        self.assertEqual(result.problems, [])
        self.assertEqual(result.counts["complete"] + result.counts["not_selected"], result.counts["due"])
        self.red(run(all_samples(), selection=boundaries), "selection")
        self.red(run(only[:-1], selection=boundaries), "lost")

    def test_order_is_kept_in_each_lane(self):
        samples = all_samples()
        late = [{"lane": "live", "samples": samples[3:]}, {"lane": "backlog", "samples": samples[:3]}]
        self.assertEqual(run(None, batches=late).problems, [])
        self.red(run(None, batches=[{**late[0], "lane": "backlog"}, late[1]]), "order")

    def test_compressed_payloads_are_read(self):
        text = b'{"samples": []}'
        for payload in (text, text.hex().encode(), gzip.compress(text).hex().encode()):
            self.assertEqual(check_delivery.text_of(payload), text)

    def test_a_sample_that_never_arrived_is_lost(self):
        self.red(run(all_samples()[:-1]), "lost")

    def test_a_missing_boundary_sample_is_lost(self):
        self.red(run([s for s in all_samples() if s["slot"] != iso(5)]), "lost")

    def test_at_a_foreign_boundary_only_indexes_are_due(self):
        samples = all_samples()
        samples[3]["points"]["voltage_a"].update(value=None, quality="not_asked")
        self.assertEqual(run(samples).problems, [])
        samples[3]["points"]["energy_import"].update(value=None, quality="not_asked")
        self.red(run(samples), "unread")

    def test_a_value_the_meter_did_not_serve_is_found(self):
        samples = all_samples()
        samples[2]["points"]["energy_import"]["value"] += Decimal("0.6")
        self.red(run(samples), "value")

    def test_the_newest_answer_before_taken_at_decides(self):
        samples = all_samples()
        samples[2]["taken_at"] = iso(4, 313)
        again = Answer(T0 + 4_300_000, 0, 1, 3, 0, registers(40))
        self.red(run(samples, [answer(s) for s in DUE] + [again]), "value")

    def test_meters_and_points_that_the_plant_does_not_have_are_found(self):
        samples = all_samples()
        samples[1]["points"]["voltage_z"] = {"value": Decimal(1), "multiplier": 1, "quality": "good"}
        self.red(run(samples), "unknown")
        self.red(run(all_samples() + [sample(8, 93, meter="m9")]), "unknown")

    def test_a_wrong_mark_of_a_boundary_is_found(self):
        samples = all_samples()
        samples[1]["boundary"] = True
        self.red(run(samples), "boundary")

    def test_a_value_with_a_reason_for_none_is_found(self):
        samples = all_samples()
        samples[1]["points"]["voltage_a"]["quality"] = "no_reply"
        self.red(run(samples), "quality")

    def test_the_value_of_the_previous_slot_is_found(self):
        samples = all_samples()
        samples[2]["points"]["energy_import"]["value"] = samples[1]["points"]["energy_import"]["value"]
        self.red(run(samples), "value")

    def test_the_next_slots_poll_may_follow_within_a_millisecond(self):
        samples = all_samples()
        samples[2]["taken_at"] = iso(4, 999)
        early = Answer(T0 + 4_999_400, 0, 1, 3, 0, registers(4))
        next_slot = Answer(T0 + 5_000_100, 0, 1, 3, 0, registers(5))
        answers = [answer(s) for s in DUE if s not in (4, 5)] + [early, next_slot]
        self.assertEqual(run(samples, answers).problems, [])
        samples[2]["points"]["energy_import"]["value"] = samples[1]["points"]["energy_import"]["value"]
        self.red(run(samples, answers), "value")

    def test_a_value_while_the_meter_was_silent_is_an_invention(self):
        answers = [answer(s) for s in DUE if s != 4] + [answer(4, fault="silent", data=b"")]
        self.red(run(all_samples(), answers), "invented")

    def test_a_value_from_a_broken_frame_is_an_invention(self):
        answers = [answer(s, fault="wrong_crc" if s == 4 else "none") for s in DUE]
        self.red(run(all_samples(), answers), "invented")

    def test_a_reason_needs_an_excuse(self):
        samples = all_samples()
        samples[2] = without_values(4, samples[2]["seq"])
        self.red(run(samples), "unread")
        silent = [Answer(T0 + 3_500_000, 0, 1, 0, 0, b"", "silent"), Answer(T0 + 5 * SECOND, 0, 1, 0, 0, b"")]
        result = run(samples, [answer(s) for s in DUE if s != 4] + silent)
        self.assertEqual(result.problems, [])
        self.assertEqual(result.counts["with_reason"], 1)

    def test_a_fault_excuses_nothing_after_it_ended(self):
        samples = all_samples()
        samples[5] = without_values(8, samples[5]["seq"])
        silent = [Answer(T0 + SECOND, 0, 1, 0, 0, b"", "silent"), Answer(T0 + 2 * SECOND, 0, 1, 0, 0, b"")]
        self.red(run(samples, [answer(s) for s in DUE] + silent), "unread")

    def test_a_neighbour_that_is_silent_excuses_nobody(self):
        samples = all_samples()
        samples[2] = without_values(4, samples[2]["seq"], "not_asked")
        plant = copy.deepcopy(PLANT)
        plant["lines"][0]["meters"][1]["fault"] = {"kind": "silent"}
        self.red(run(samples, plant=plant), "unread")

    def test_a_line_that_is_down_excuses_its_meters(self):
        samples = all_samples()
        samples[2] = without_values(4, samples[2]["seq"], "line_down")
        answers = [answer(s) for s in DUE if s != 4]
        down = [Answer(T0 + 4_500_000, 0, 0, 0, 0, b"", "down"), Answer(T0 + 4_800_000, 0, 0, 0, 0, b"")]
        self.assertEqual(run(samples, answers + down).problems, [])
        samples[4] = without_values(6, samples[4]["seq"], "line_down")
        self.red(run(samples, answers + down), "unread")

    def test_a_meter_that_was_silent_must_be_back_at_the_next_boundary(self):
        samples = all_samples()
        samples[2] = without_values(4, samples[2]["seq"], "not_asked")
        silent = [Answer(T0 + 2_500_000, 0, 1, 0, 0, b"", "silent"), Answer(T0 + 3 * SECOND, 0, 1, 0, 0, b"")]
        self.assertEqual(run(samples, [answer(s) for s in DUE if s != 4] + silent).problems, [])
        samples[3] = without_values(5, samples[3]["seq"], "not_asked")
        self.red(run(samples, [answer(s) for s in DUE if s != 4] + silent), "unread")

    def test_a_gap_needs_a_stop(self):
        gaps = [{"seq": 50, "meter": "m1", "from": iso(4), "to": iso(6), "reason": "stopped", "epoch": 0}]
        samples = [s for s in all_samples() if s["slot"] not in (iso(4), iso(5))]
        answers = [answer(s) for s in DUE if s not in (4, 5)]
        self.red(run(samples, answers, gaps=gaps), "unread")
        result = run(samples, answers, gaps=gaps, stops=[(T0 + 4_100_000, T0 + 6 * SECOND)])
        self.assertEqual(result.problems, [])
        self.assertEqual(result.counts["in_gap"], 2)

    def test_a_stop_needs_a_gap(self):
        samples = [s for s in all_samples() if s["slot"] != iso(4)]
        self.red(run(samples, [answer(s) for s in DUE if s != 4], stops=[(T0 + 4 * SECOND, T0 + 5 * SECOND)]), "lost")

    def test_a_stop_excuses_no_slot_that_left_time_to_ask(self):
        gaps = [{"seq": 50, "meter": "m1", "from": iso(4), "to": iso(5), "reason": "stopped", "epoch": 0}]
        samples = [s for s in all_samples() if s["slot"] != iso(4)]
        answers = [answer(s) for s in DUE if s != 4]
        self.red(run(samples, answers, gaps=gaps, stops=[(T0 + 4_300_000, T0 + 6 * SECOND)]), "unread")
        self.red(run(samples, answers, gaps=gaps, stops=[(T0 + 3 * SECOND, T0 + 4_700_000)]), "unread")
        many = [(T0 + 3 * SECOND, T0 + 4_400_000), (T0 + 4_500_000, T0 + 4_900_000)]
        self.assertEqual(run(samples, answers, gaps=gaps, stops=many).problems, [])

    def test_a_kill_excuses_what_was_read_within_a_commit_interval_before_it(self):
        gaps = [{"seq": 50, "meter": "m1", "from": iso(4), "to": iso(5), "reason": "stopped", "epoch": 0}]
        samples = [s for s in all_samples() if s["slot"] != iso(4)]
        self.assertEqual(run(samples, gaps=gaps, stops=[(T0 + 4_900_000, T0 + 5 * SECOND)]).problems, [])
        self.red(run(samples, gaps=gaps, stops=[(T0 + 5_300_000, T0 + 5_400_000)]), "unread")

    def test_a_boundary_is_committed_at_once(self):
        gaps = [{"seq": 50, "meter": "m1", "from": iso(5), "to": iso(6), "reason": "stopped", "epoch": 0}]
        samples = [s for s in all_samples() if s["slot"] != iso(5)]
        self.assertEqual(run(samples, gaps=gaps, stops=[(T0 + 5_300_000, T0 + 5_400_000)]).problems, [])
        self.red(run(samples, gaps=gaps, stops=[(T0 + 5_400_000, T0 + 5_500_000)]), "unread")

    def test_a_slot_with_a_sample_and_a_gap_is_a_contradiction(self):
        gaps = [{"seq": 50, "meter": "m1", "from": iso(4), "to": iso(5), "reason": "stopped", "epoch": 0}]
        self.red(run(all_samples(), gaps=gaps), "contradiction")

    def test_equal_duplicates_are_fine_and_altered_ones_are_not(self):
        first, again = all_samples(), all_samples()[2:4]
        result = run(None, batches=[{"samples": first}, {"samples": again}])
        self.assertEqual((result.problems, result.counts["duplicates"]), ([], 2))
        again[0]["points"]["voltage_a"]["value"] = Decimal("1")
        self.red(run(None, batches=[{"samples": first}, {"samples": again}]), "altered")

    def test_a_sample_that_first_arrives_after_a_newer_one_breaks_the_order(self):
        samples = all_samples()
        self.red(run(None, batches=[{"samples": samples[:2] + samples[3:]}, {"samples": samples[2:3]}]), "order")

    def test_a_value_may_supersede_a_missing_one_with_a_new_revision(self):
        samples = all_samples()
        late = sample(4, 90, rev=1)
        samples[2] = without_values(4, samples[2]["seq"])
        result = run(samples + [late])
        self.assertEqual((result.problems, result.counts["complete"]), ([], 6))

    def test_one_revision_under_two_sequences_is_found(self):
        self.red(run(all_samples() + [sample(4, 91)]), "repeated")

    def test_a_slot_that_never_fell_due_is_an_invention(self):
        self.red(run(all_samples() + [sample(7, 92)], [answer(s) for s in (*DUE, 7)]), "invented")

    def test_a_wrong_multiplier_is_found(self):
        samples = all_samples()
        samples[1]["points"]["energy_import"]["multiplier"] = 1
        self.red(run(samples), "multiplier")

    def test_a_point_that_is_left_out_is_found(self):
        samples = all_samples()
        del samples[1]["points"]["voltage_a"]
        self.red(run(samples), "unread")

    def test_the_meters_mark_for_no_value_is_a_delivery(self):
        samples = all_samples()
        samples[1]["points"]["voltage_a"].update(value=None, quality="not_available")
        self.red(run(samples), "unread")
        answers = [answer(s, data=registers(s, 0xFFFF) if s == 2 else None) for s in DUE]
        self.assertEqual(run(samples, answers).problems, [])

    def test_the_served_log_reads_back(self):
        with tempfile.NamedTemporaryFile() as file:
            file.write(served_log.MAGIC + served_log.pack(answer(4)) + served_log.pack(answer(6))[:-1])
            file.flush()
            (only,) = served_log.read(file.name)
        self.assertEqual((only.time_us, only.registers), (T0 + 4_012_000, registers(4)))


class AsAProgram(unittest.TestCase):
    def check(self, samples, end=10, tail=""):
        """Its exit code, and what it counted."""
        with tempfile.TemporaryDirectory() as folder:
            at = Path(folder)
            (at / "plant.json").write_text(json.dumps(PLANT))
            (at / "served").write_bytes(served_log.MAGIC + b"".join(served_log.pack(answer(s)) for s in DUE))
            foreign = json.dumps({"samples": [sample(6, 1, meter="nobody")]}, default=float)
            own = json.dumps({"samples": samples}, default=float)
            (at / "received").write_text(f"1.0 p/s/other {foreign}\n1.0 p/s/samples {own}\n{tail}")
            ran = subprocess.run([sys.executable, check_delivery.__file__, "--plant", at / "plant.json", "--served",
                                  at / "served", "--received", at / "received", "--from", iso(0), "--to", iso(end),
                                  "--report", at / "report"], capture_output=True, text=True, check=False)
            return ran.returncode, json.loads((at / "report").read_text())["counts"]

    def test_ends_with_0_when_all_arrived_and_reads_no_half_line_nor_other_topics(self):
        code, counts = self.check(all_samples(), tail='1.0 p/s/samples {"samples": [')
        self.assertEqual((code, counts["complete"]), (0, 6))

    def test_ends_with_1_when_something_is_lost(self):
        code, counts = self.check(all_samples()[:-1])
        self.assertEqual((code, counts["problem_lost"]), (1, 1))

    def test_ends_with_1_when_nothing_fell_due(self):
        self.assertEqual(self.check(all_samples(), end=0)[0], 1)


class RegisterCodec(unittest.TestCase):
    def test_every_order_reads_123456(self):
        for order, wire in (("abcd", "47F12000"), ("cdab", "200047F1"), ("badc", "F1470020"), ("dcba", "0020F147")):
            with self.subTest(order):
                self.assertEqual(register_codec.decode(bytes.fromhex(wire), "f32", order), 123456)

    def test_every_type(self):
        cases = (("u16", "FFFE", "65534"), ("i16", "FFFE", "-2"), ("u32", "0001E240", "123456"),
                 ("i32", "FFFFFFFF", "-1"), ("u64", "00000001000000FF", "4294967551"),
                 ("i64", "FFFFFFFFFFFFFFFE", "-2"), ("f32", "3DCCCCCD", "0.1"), ("f64", "3FB999999999999A", "0.1"),
                 ("bcd16", "1234", "1234"), ("bcd32", "00123456", "123456"), ("bcd64", "1234567890123456",
                 "1234567890123456"), ("sm16", "8005", "-5"), ("sm32", "80000007", "-7"),
                 ("i32_f32", "0000000A3F000000", "10.5"), ("f32_hundreds", "4140000042280000", "1242"))
        for kind, wire, value in cases:
            with self.subTest(kind):
                self.assertEqual(register_codec.decode(bytes.fromhex(wire), kind, "abcd"), Decimal(value))

    def test_a_split_total_has_the_order_in_each_half(self):
        self.assertEqual(register_codec.decode(bytes.fromhex("000A000000003F00"), "i32_f32", "cdab"), Decimal("10.5"))

    def test_no_number_is_no_value(self):
        self.assertIsNone(register_codec.decode(bytes.fromhex("7FC00000"), "f32", "abcd"))
        with self.assertRaises(register_codec.BadDigits):
            register_codec.decode(bytes.fromhex("12AF"), "bcd16", "abcd")


if __name__ == "__main__":
    unittest.main()
