#!/usr/bin/python3
"""SM4, codes, periods and scores of the simulated platform against truths worked out by hand."""

import sys
import unittest
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

sys.path.insert(0, str(Path(__file__).resolve().parent))
import codes
import completeness
import periods
import sm4
from codes import DataCode

GRIDS = (900, 1800, 3600)
# The example key of GB/T 32907; the texts were encrypted with OpenSSL, whose own check is the standard's one block.
KEY = bytes.fromhex("0123456789abcdeffedcba9876543210")
ENCRYPTED = {
    "1": "b265308ec733dc5cd02ea745329dc5f9",
    "123.45": "8903e2e3f6b843f58fa45deaf1b6a32a",
    "2021-10-08 00:00:00": "6da2b87cda5636ea4b8ced40b818ad80479c00b3cae05c920a9ce19063aadb57",
    "00-00-0000-023300-11": "ef49d2a4d631f9fc3ae6db23a5998f23aafd0fd6242c37e636e90e8e5e5b967a",
}


class PlatformSm4(unittest.TestCase):
    def test_fields_agree_with_the_vectors(self):
        for text, encrypted in ENCRYPTED.items():
            self.assertEqual(sm4.encrypt_field(KEY, text), encrypted)
        self.assertEqual(sm4.decrypt_fields(KEY, list(ENCRYPTED.values())), list(ENCRYPTED))

    def test_an_empty_field_stays_empty(self):
        self.assertEqual(sm4.encrypt_field(KEY, ""), "")
        self.assertEqual(sm4.decrypt_fields(KEY, ["", ENCRYPTED["1"], ""]), ["", "1", ""])

    def test_what_this_key_did_not_encrypt_is_not_read(self):
        for text in ("1", ENCRYPTED["1"].upper(), ENCRYPTED["1"][:-2], ENCRYPTED["1"][:-1] + "0", 7, None):
            with self.assertRaises(sm4.NotDecrypted, msg=text):
                sm4.decrypt_fields(KEY, [text])

    def test_padding_is_checked_as_a_whole(self):
        encryptor = Cipher(algorithms.SM4(KEY), modes.ECB()).encryptor()
        for block in (b"0123456789abcd\x01\x02", b"0123456789abcde\x00", b"0123456789abcde\x11"):
            with self.assertRaises(sm4.NotDecrypted, msg=block):
                sm4.decrypt_fields(KEY, [encryptor.update(block).hex()])

    def test_the_password_block_agrees_with_the_vector(self):
        encrypted = "1c22fbe61b28a99f3ef2a4ec2c15742e"
        self.assertEqual(sm4.encrypt_password("0123456789ABCDEF", "91530000TESTCODE", "abcdef"), encrypted)
        self.assertEqual(sm4.decrypt_password("0123456789ABCDEF" + "0" * 16, "91530000TESTCODE99", encrypted), "abcdef")
        for key, text in (("F123456789ABCDEF", encrypted), ("0123456789ABCDEF", encrypted[:-2])):
            with self.assertRaises(sm4.NotDecrypted):
                sm4.decrypt_password(key, "91530000TESTCODE", text)


class PlatformCodes(unittest.TestCase):
    def test_a_scope_forbids_what_lies_below_it(self):
        allowed = {"0000000002330011": {1, 2, 3, 4}, "0400000002330021": {2, 3, 4}, "0401000002330021": {3, 4},
                   "0401010102330021": {4}, "0000000102330021": {4}}
        for code, scopes in allowed.items():
            self.assertEqual({scope for scope in range(1, 5) if DataCode.of(code).allows_scope(scope)}, scopes, code)

    def test_the_check_character_of_a_credit_code_counts(self):
        self.assertTrue(codes.is_credit_code("91130000XXXXXXXX0Y", True))
        self.assertFalse(codes.is_credit_code("91130000XXXXXXXX1Y", True))
        self.assertTrue(codes.is_credit_code("91130000XXXXXXXX1Y", False))
        for malformed in ("91130000XXXXXXXX0", "91130000XXXXXXXX0I", "91130000xxxxxxxx0Y", 91130000, None):
            self.assertFalse(codes.is_credit_code(malformed, False), malformed)

    def test_a_code_is_written_with_and_without_hyphens(self):
        self.assertEqual(codes.hyphened("0401000004020030"), "04-01-0000-040200-30")
        self.assertEqual(codes.plain("04-01-0000-040200-30"), "0401000004020030")


class PlatformPeriods(unittest.TestCase):
    def test_starts_of_periods(self):
        starts = {0: ("2026-03-02 10:15:00", "2026-03-02 00:00:00"), 1: ("2026-03-02 00:00:00",),
                  2: ("2026-03-01 00:00:00",), 3: ("2026-01-01 00:00:00",)}
        no_starts = {0: ("2026-03-02 10:15:01", "2026-03-02 10:10:00"), 1: ("2026-03-02 00:15:00",),
                     2: ("2026-03-02 00:00:00",), 3: ("2026-03-01 00:00:00",)}
        for stat_type in range(4):
            for text in starts[stat_type]:
                self.assertTrue(periods.is_start(stat_type, periods.date_time(text), GRIDS), text)
            for text in no_starts[stat_type]:
                self.assertFalse(periods.is_start(stat_type, periods.date_time(text), GRIDS), text)

    def test_ends_of_periods(self):
        for stat_type, start, end in ((0, "2026-03-02 23:45:00", "2026-03-03 00:00:00"),
                                      (1, "2024-02-29 00:00:00", "2024-03-01 00:00:00"),
                                      (2, "2025-12-01 00:00:00", "2026-01-01 00:00:00"),
                                      (2, "2026-02-01 00:00:00", "2026-03-01 00:00:00"),
                                      (3, "2024-01-01 00:00:00", "2025-01-01 00:00:00")):
            self.assertEqual(periods.text_of(periods.end_of(stat_type, periods.date_time(start), GRIDS)), end)

    def test_other_forms_of_a_date_are_none(self):
        for text in ("2026-3-2 10:15:00", "2026-03-02T10:15:00", "2026-02-30 00:00:00", "2026-03-02 24:00:00", "2026-03-02", 0):
            self.assertIsNone(periods.date_time(text), text)


ELECTRICITY, GAS = "0000000002330011", "0000000001150011"
DAY = datetime(2026, 3, 2)
LATER = datetime(2026, 4, 20)


def quarters(code, day, numbers, minutes=15, valid=True):
    return [(code, 0, periods.text_of(day + timedelta(minutes=minutes * number)), "1", valid) for number in numbers]


def days(code, first, values):
    return [(code, 1, periods.text_of(first + timedelta(days=number)), value, True) for number, value in enumerate(values)]


class PlatformCompleteness(unittest.TestCase):
    def test_96_are_due_a_day_and_the_bar_is_90_percent(self):
        for received, percent, ok in ((96, 100.0, True), (87, 90.62, True), (86, 89.58, False)):
            scored = completeness.score({(ELECTRICITY, 0)}, quarters(ELECTRICITY, DAY, range(received)), DAY, DAY, LATER)
            self.assertEqual((scored["due"], scored["received"], scored["percent"], scored["ok"]), (96, received, percent, ok))

    def test_exactly_90_percent_is_enough(self):
        first = datetime(2026, 3, 1)
        scored = completeness.score({(ELECTRICITY, 1)}, days(ELECTRICITY, first, ["1"] * 9), first, datetime(2026, 3, 10), LATER)
        self.assertEqual((scored["due"], scored["received"], scored["percent"], scored["ok"]), (10, 9, 90.0, True))

    def test_the_grid_is_seen_or_given(self):
        for minutes, due in ((15, 96), (30, 48), (60, 24)):
            received = quarters(ELECTRICITY, DAY, range(4, 8), minutes)
            self.assertEqual(completeness.score({(ELECTRICITY, 0)}, received, DAY, DAY, LATER)["due"], due)
            self.assertEqual(completeness.score({(ELECTRICITY, 0)}, received, DAY, DAY, LATER, 900)["due"], 96)
        self.assertEqual(completeness.score({(ELECTRICITY, 0)}, [], DAY, DAY, LATER)["due"], 96)

    def test_only_what_has_ended_is_due(self):
        at_ten = DAY + timedelta(hours=10, minutes=14)
        scored = completeness.score({(ELECTRICITY, 0), (ELECTRICITY, 1)}, quarters(ELECTRICITY, DAY, range(38)), DAY, DAY, at_ten)
        self.assertEqual([(item["statType"], item["due"], item["received"]) for item in scored["items"]], [(0, 40, 38), (1, 0, 0)])

    def test_items_are_counted_one_by_one_and_day_by_day(self):
        received = (quarters(ELECTRICITY, DAY, range(96)) + quarters(ELECTRICITY, DAY + timedelta(days=1), range(48), valid=False)
                    + quarters(GAS, DAY, range(24), 60))
        scored = completeness.score({(ELECTRICITY, 0), (GAS, 0)}, received, DAY, DAY + timedelta(days=1), LATER)
        gas, electricity = scored["items"]
        self.assertEqual([(day["due"], day["received"], day["valid"]) for day in electricity["days"]], [(96, 96, 96), (96, 48, 0)])
        self.assertEqual([(day["due"], day["received"]) for day in gas["days"]], [(24, 24), (24, 0)])
        self.assertEqual((scored["due"], scored["received"], scored["percent"]), (240, 168, 70.0))

    def test_without_configuration_what_was_received_stands_for_it(self):
        received = quarters(GAS, DAY, range(96))
        self.assertEqual(completeness.score(set(), received, DAY, DAY, LATER)["received"], 96)
        scored = completeness.score({(ELECTRICITY, None)}, received, DAY, DAY, LATER)
        self.assertEqual((scored["received"], scored["unconfigured"]), (0, ["00-00-0000-011500-11/0"]))
        self.assertEqual([item["statType"] for item in scored["items"]], [0, 1])

    def test_day_sums_stay_within_5_percent_of_the_month(self):
        first = datetime(2026, 3, 1)
        for month, deviation, ok in (("31.0", 0.0, True), ("32.63", 4.9954, True), ("32.64", 5.0245, False), ("0", None, False)):
            received = days(GAS, first, ["1.0"] * 31) + [(GAS, 2, "2026-03-01 00:00:00", month, True)]
            (compared,) = completeness.score({(GAS, 1), (GAS, 2)}, received, first, datetime(2026, 3, 31), LATER)["months"]
            self.assertEqual((compared["daySum"], compared["days"], compared["deviationPercent"], compared["ok"]),
                             ("31.0", 31, deviation, ok), month)
        self.assertEqual(completeness.score({(GAS, 2)}, received, first, datetime(2026, 3, 30), LATER)["months"], [])


if __name__ == "__main__":
    unittest.main()
