#!/usr/bin/python3
"""Two months of the sample plant: what the books and the tables say against an independent truth.

Usage: check_months_test.py METERGATE FOLDER LOCKED_FOLDER [unittest arguments]

FOLDER was written by plan_months.py and write_months, and so was LOCKED_FOLDER, in which the first month was closed
before its ratio was corrected.
"""

import shutil
import sqlite3
import sys
import tempfile
import unittest
from fractions import Fraction
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import check_balance
import check_completeness
import check_records
from months_plan import MCC, RATIO, boundary
from months_truth import Truth, office_before_lock

METERGATE, FOLDER, LOCKED = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
SEPTEMBER = 30  # days


@cache
def truth(**options):
    made = Truth(**options)
    made.limit(check_records.limits_of(FOLDER / "site" / "items.csv"))
    return made


@cache
def records(folder):
    return check_records.stored(folder / "data" / "books.db")


class Books(unittest.TestCase):
    maxDiff = None

    def assert_none(self, differences):
        self.assertFalse(differences, f"{len(differences)} differences, the first:\n" + "\n".join(differences[:20]))


class Records(Books):
    def test_every_figure_is_the_true_one(self):
        self.assertGreater(len(truth().figures), 100_000)
        self.assert_none(check_records.differences(records(FOLDER), truth()))

    def test_a_corrected_ratio_says_what_stood_before_and_why(self):
        before = Truth(office=lambda k: RATIO["wrong"], only=("elec_aux",))
        before.limit(check_records.limits_of(FOLDER / "site" / "items.csv"))
        known = boundary("10-12 09:00")  # what was read when it was put on record
        self.assert_none(check_records.wrong_revisions(records(FOLDER), "multiplier", before, truth(), known))

    def test_what_came_late_says_what_stood_before_and_why(self):
        before = Truth(late=False, only=("elec_pv", "elec_purchased"))
        before.limit(check_records.limits_of(FOLDER / "site" / "items.csv"))
        self.assert_none(check_records.wrong_revisions(records(FOLDER), "late readings", before, truth(), 10**9))

    def test_a_replacement_corrects_what_stood_unconfirmed(self):
        revised = [key for key, revisions in records(FOLDER).items()
                   if key[:2] == ("elec_kiln", "quarter") and revisions[-1][2].startswith("replacement")]
        # From the last reading of the old instrument to what was read when the exchange was put on record.
        self.assertEqual(len(revised), boundary("09-21 12:00") - boundary("09-20 09:30"))


class ClosedMonth(Books):
    def test_a_closed_month_stays_and_what_follows_is_right(self):
        self.assert_none(check_records.differences(records(LOCKED), truth(office=office_before_lock)))

    def test_the_correction_is_asked_for(self):
        stands = check_records.due(truth(office=office_before_lock))
        end = check_records.milliseconds("day", SEPTEMBER)
        asked = {key: figure for key, figure in check_records.due(truth()).items()
                 if key[2] < end and figure.value != stands[key].value}
        found = check_records.requested(LOCKED / "data" / "books.db")
        self.assertEqual({name for name, _, _ in asked}, {"elec_aux"})
        # What the metering point itself measured is closed with the rest.
        self.assertEqual({name for name, _, _ in found if "." in name}, {"lv_office.energy_import"})
        self.assertEqual({key: figure.value for key, figure in asked.items()},
                         {key: value for key, value in found.items() if "." not in key[0]})


class Completeness(Books):
    def test_each_month_says_what_became_of_each_boundary_and_period(self):
        for month in (9, 10):
            shown = check_completeness.printed(METERGATE, FOLDER, "--month", f"2026-{month:02}")
            self.assert_none(check_completeness.differences(shown, truth(), month))

    def test_only_what_is_below_the_bar_is_shown(self):
        shown = check_completeness.printed(METERGATE, FOLDER, "--day", "2026-09-14", "--only-below")
        self.assertEqual({name for _, name in shown}, set(MCC))
        self.assertEqual(shown["meter", "lv_raw"]["share"], 1.04)  # one boundary of 96

    def test_what_cannot_be_answered_is_one_line(self):
        for options, code, words in ((("--month", "2026-13"), 64, "2026-13"), (("--day", "2026-09"), 64, "2026-09"),
                                     (("--month", "2199-01"), 64, "2199-01"), (("--rule", "nationl"), 64, "national")):
            with self.subTest(options=options):
                done = check_completeness.run(METERGATE, FOLDER, *options)
                self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (code, "", 1), done.stderr)
                self.assertIn(words, done.stderr)


class Balance(Books):
    def test_each_month_says_what_flowed_where(self):
        for month in (9, 10):
            shown = check_balance.printed(METERGATE, FOLDER, month)
            self.assertEqual(len(shown["电力"]["nodes"]), 2)
            self.assert_none(check_balance.differences(shown, truth(), FOLDER, month))

    def test_what_cannot_be_answered_is_one_line(self):
        for options, words in ((("--month", "2026-13"), "2026-13"), (("--day", "2026-09"), "2026-09"),
                               (("--month", "2199-01"), "2199-01"), (("--energy", "电厂"), "电力")):
            with self.subTest(options=options):
                done = check_balance.run(METERGATE, FOLDER, *options)
                self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (64, "", 1), done.stderr)
                self.assertIn(words, done.stderr)

    def test_the_picture_has_a_band_for_each_metering_point(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "flow.svg"
            done = check_balance.run(METERGATE, FOLDER, "--month", "2026-10", "--energy", "电力", "--svg", file)
            self.assertEqual(done.returncode, 0, done.stderr)
            drawn = ElementTree.parse(file).getroot()
        texts = {each.text.split()[0] for each in drawn.iter("{http://www.w3.org/2000/svg}text")}
        edges = check_balance.edges(truth(), FOLDER, 30, 61)["电力"]
        self.assertEqual(len(edges), 19)
        self.assertLessEqual(set(edges) | {"10kV母线"}, texts)


class Checker(Books):
    """It notices."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.books = Path(folder.name) / "books.db"
        shutil.copy(FOLDER / "data" / "books.db", self.books)

    def after(self, statement):
        file = sqlite3.connect(self.books)
        with file:
            self.assertEqual(file.execute(statement).rowcount, 1)
        file.close()
        return check_records.differences(check_records.stored(self.books), truth())

    def test_one_digit_of_one_quarter_hour_is_noticed(self):
        place = ("item = (SELECT number FROM items WHERE name = 'elec_kiln') AND type = 0 AND start = "
                 f"{check_records.milliseconds('quarter', 1000)}")
        differences = self.after(f"UPDATE records SET value = value + 0.0001 WHERE {place}")
        self.assertEqual(len(differences), 1)
        self.assertIn("elec_kiln quarter 09-11 10:00", differences[0])

    def test_a_lost_mark_is_noticed(self):
        place = ("item = (SELECT number FROM items WHERE name = 'elec_kiln') AND type = 1 AND start = "
                 f"{check_records.milliseconds('day', 19)} AND revision = 1")
        differences = self.after(f"UPDATE records SET marks = 0 WHERE {place}")
        self.assertEqual(differences, ["elec_kiln day 09-20 00:00: marks 0 instead of 32"])

    def test_a_lost_record_is_noticed(self):
        place = ("item = (SELECT number FROM items WHERE name = 'tce_total') AND type = 2 AND start = "
                 f"{check_records.milliseconds('day', 0)}")
        self.assertEqual(self.after(f"DELETE FROM records WHERE {place}"), ["tce_total month 09-01 00:00: no record"])

    def test_one_step_of_the_plan_is_noticed(self):
        other = Truth(only=("elec_coalmill",), more={("hv_coal", "energy_import"): {2000: 1}})
        other.limit(check_records.limits_of(FOLDER / "site" / "items.csv"))
        differences = check_records.differences(records(FOLDER), other)
        step = Fraction(1500, 100) / 10_000
        self.assertEqual(step, Fraction("0.0015"))
        # That quarter-hour, its day and its month, and only they.
        self.assertEqual([each.split(":")[0] for each in sorted(differences)],
                         ["elec_coalmill day 09-21 00", "elec_coalmill month 09-01 00", "elec_coalmill quarter 09-21 20"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:])
