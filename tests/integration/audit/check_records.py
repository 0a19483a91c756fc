"""The records in books.db against the truth, figure for figure."""

import csv
import io
import sqlite3
from datetime import datetime, timezone
from decimal import Decimal
from fractions import Fraction

from months_truth import begins

TYPES = {0: "quarter", 1: "day", 2: "month", 3: "year"}


def limits_of(items_csv):
    def number(cell):
        return Fraction(cell) if cell else None

    rows = csv.DictReader(io.StringIO(items_csv.read_text("utf-8-sig")))
    return {row["采集项编号"]: (number(row["日下限"]), number(row["日上限"])) for row in rows}


def stored(books):
    """{(item, type, begin in ms): [(value, marks, cause), …]}, revision by revision."""
    file = sqlite3.connect(f"file:{books}?mode=ro", uri=True)
    rows = file.execute("SELECT name, type, start, value, marks, cause FROM records JOIN items ON items.number = item "
                        "ORDER BY name, type, start, revision")
    records = {}
    for name, type_, start, value, marks, cause in rows:
        records.setdefault((name, TYPES[type_], start), []).append((value, marks, cause))
    file.close()
    return records


def milliseconds(type_, begin):
    return int(begins(type_, begin).timestamp() * 1000)


def due(truth):
    return {(name, type_, milliseconds(type_, begin)): figure
            for (name, type_, begin), figure in truth.figures.items()}


def says(stored_figure, figure):
    """Whether a stored (value, marks, …) is this figure."""
    value, marks = stored_figure[:2]
    number = None if value is None else Fraction(Decimal(value))
    return number == figure.value and marks == figure.marks


def requested(books):
    """What closed periods would be: {(item, type, begin in ms): value}."""
    file = sqlite3.connect(f"file:{books}?mode=ro", uri=True)
    rows = file.execute("SELECT name, type, start, value FROM requests JOIN items ON items.number = item").fetchall()
    file.close()
    return {(name, TYPES[type_], start): Fraction(Decimal(value)) for name, type_, start, value in rows}


def wrong_revisions(records, cause, before, after, known):
    """Each figure of `before` that ended up to the boundary `known` and is another one in `after` has to be in the books,
    right before a revision of that cause which says what is true; none else has such a revision."""
    found = []
    later = due(after)
    horizon = begins("quarter", 0).timestamp() * 1000 + known * 900_000
    for key, figure in due(before).items():
        length = {"quarter": 900_000, "day": 86_400_000, "month": 0}[key[1]]
        if key[1] == "month":
            length = (30 if key[2] == milliseconds("day", 0) else 31) * 86_400_000
        revisions = records[key]
        places = [place for place, (_, _, why) in enumerate(revisions) if why.startswith(cause)]
        changed = key[2] + length <= horizon and (figure.value, figure.marks) != (later[key].value, later[key].marks)
        if not changed and places:
            found.append(f"{key}: a revision that changes nothing")
        elif changed and len(places) != 1:
            found.append(f"{key}: {len(places)} revisions for {cause}")
        elif changed and not (says(revisions[places[0] - 1], figure) and says(revisions[places[0]], later[key])):
            found.append(f"{key}: {revisions} instead of {figure} and then {later[key]}")
    return found


def differences(records, truth):
    """In words; empty: the books say what is true."""
    found = []
    wanted = due(truth)

    def note(key, words):
        at = datetime.fromtimestamp(key[2] / 1000, timezone.utc).astimezone(begins("day", 0).tzinfo)
        found.append(f"{key[0]} {key[1]} {at:%m-%d %H:%M}: {words}")

    for key, figure in wanted.items():
        if key not in records:
            note(key, "no record")
            continue
        value, marks, _ = records[key][-1]
        is_same = figure.value is None if value is None else figure.value == Fraction(Decimal(value))
        if not is_same:
            note(key, f"{value} instead of {None if figure.value is None else float(figure.value)}")
        if marks != figure.marks:
            note(key, f"marks {marks} instead of {figure.marks}")
    names = {name for name, _, _ in wanted}
    types = {(name, type_) for name, type_, _ in wanted}
    for key in records:
        # The flow below an item of days is kept by quarter-hours as well; nobody is shown those.
        of_parts = key[0] not in names or (key[1] == "quarter" and (key[0], "quarter") not in types)
        if key not in wanted and not of_parts:
            note(key, "a record that is not due")
    return found
