#!/usr/bin/env python3
"""Computes figures again by hand, as an auditor would: from what `metergate explain --json` prints and nothing else.

usage: recompute_explanations.py PROGRAM [SCHEMA]      PROGRAM prints lines of {"scenario": …, "explanation": …}
       recompute_explanations.py - [SCHEMA]            explanations from stdin, one a line
SCHEMA: docs/control-socket.schema.json, which each has to keep to.
"""
import collections
import datetime
import fractions
import json
import re
import subprocess
import sys

F = fractions.Fraction


class Wrong(Exception):
    pass


def check(is_right, what):
    if not is_right:
        raise Wrong(what)


def time(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")


def value_of(expression, names):
    """Of a formula: names are looked up, numbers are exact."""

    def word(match):
        text = match.group(0)
        return f"F('{text}')" if text[0].isdigit() else f"names[{text!r}]"

    python = re.sub(r"\[\d+\]|[A-Za-z_][\w.]*|\d+(\.\d+)?", word, expression)
    return eval(python, {"F": F, "names": names})


def rounded(value, decimals):
    """Half to even, GB/T 8170."""
    scaled = value * 10**decimals
    return F(round(scaled), 10**decimals)


def digits(value, decimals):
    scaled = int(value * 10**decimals)
    sign = "-" if scaled < 0 else ""
    text = str(abs(scaled)).rjust(decimals + 1, "0")
    return sign + (f"{text[:-decimals]}.{text[-decimals:]}" if decimals else text)


class Explanation:
    def __init__(self, said):
        self.said = said
        self.records = {record["id"]: record for record in said["records"]}

    def body(self, record):
        check(record in self.records, f"record {record} is named and not given")
        return self.records[record]["body"]

    # ---- what the numbers rest on ----
    def check_end(self, end, point):
        if end["by"] == "reading":
            check(end["sequence"] > 0 and end["taken_at"] and end["quality"] == "good", f"no sample: {end}")
            # A register that fell by one step of itself stood still.
            check(abs(F(end["read"]) - F(end["index"])) <= F("0.01"), f"index is not what was read: {end}")
        elif end["by"] == "replacement":
            registers = [r for r in self.body(end["record"])["registers"] if r["point"] == point]
            check(F(end["index"]) in (F(registers[0]["old_end"]), F(registers[0]["new_start"])), f"{end}")
        elif end["by"] == "multiplier":
            registers = [r for r in self.body(end["record"])["registers"] if r["point"] == point]
            check(F(end["index"]) == F(registers[0]["index"]), f"{end}")
        else:
            check(end["by"] == "service", f"{end}")

    def check_added(self, span):
        added = F(span["added"])
        if span["kind"] == "measured":
            check(added == 0, f"added to a plain difference: {span}")
        elif span["kind"] == "ruled":
            ruling = self.body(span["record"])
            if ruling["verdict"] == "was_reset":
                before = F(ruling["before"]) if ruling["before"] else F(span["from"]["index"])
                check(added == before - F(ruling["after"] or 0), f"{span}")

    def span(self, span, point):
        self.check_end(span["from"], point)
        self.check_end(span["to"], point)
        if span["multiplier_record"]:
            said = self.body(span["multiplier_record"])["multiplier"]
            check(F(span["multiplier"]) == F(said["ct"]) * F(said["pt"]), f"multiplier: {span}")
        share = F((time(span["used_to"]) - time(span["used_from"])) // datetime.timedelta(milliseconds=1),
                  (time(span["to"]["at"]) - time(span["from"]["at"])) // datetime.timedelta(milliseconds=1))
        if span["kind"] in ("broken", "no_service"):
            amount = F(0)
        elif span["kind"] == "unmetered":
            registers = [r for r in self.body(span["record"])["registers"] if r["point"] == point]
            check(F(span["estimate"]) == F(registers[0]["unmetered"]), f"{span}")
            amount = F(span["estimate"]) * share
        else:
            self.check_added(span)
            moved = F(span["to"]["index"]) - F(span["from"]["index"]) + F(span["added"])
            amount = moved * F(span["multiplier"]) * share
        check(amount == F(span["amount"]), f"{amount} of span {span}")
        return amount

    def coefficients(self, coefficients):
        for one in coefficients:
            check(one["unit"], f"{one}")
            if one["record"]:
                check(F(self.body(one["record"])["value"]) == F(one["value"]), f"{one}")
        return {"coef." + one["name"]: F(one["value"]) for one in coefficients}

    def weight(self, of):
        if not of["weight"]:
            return F(1)
        return value_of(of["weight"], self.coefficients(of["coefficients"]))

    # ---- amounts ----
    def term(self, term, piece):
        if term["item"]:
            amount = self.amount(term["item"])
        elif term["spans"]:
            point = term["input"].split(".")[1]
            amount = sum((self.span(span, point) for span in term["spans"]), F(0))
            edges = [piece["from"]]
            for span in term["spans"]:
                check(span["used_from"] == edges[-1], f"a hole in {term}")
                edges.append(span["used_to"])
            check(edges[-1] == piece["to"], f"the end is missing in {term}")
        else:
            amount = F(term["amount"])  # asked for by itself
        check(amount == F(term["amount"]), f"{amount} of term {term}")
        return amount * F(term["numbers"]) * F(term["conversion"]) * self.weight(term)

    def amount(self, amount):
        if amount["entered"]:
            result = F(self.body(amount["entered"])["value"])
        else:
            result = F(0)
            for piece in amount["pieces"]:
                result += sum((self.term(term, piece) for term in piece["terms"]), F(0))
            for part in amount["parts"]:
                if part["type"] == "opening":
                    check(F(self.body(part["record"])["amount"]) == F(part["amount"]), f"{part}")
                result += F(part["amount"])
            for more in amount["more"]:
                result += (F(more["whole"]) - F(more["parts"])) * F(more["constant"]) * self.weight(more)
        check(result == F(amount["amount"]), f"{result} instead of {amount['amount']}")
        return result

    def sample(self, sample):
        return F(sample["read"]) * F(sample["multiplier"])

    def mean(self, mean):
        total, count = self.amount(mean["sum"]), self.amount(mean["count"])
        if mean["samples"]:
            check(sum(map(self.sample, mean["samples"])) == total, f"{mean}")
            check(len(mean["samples"]) == count, f"{mean}")
        return total / count * F(mean["numbers"]) * F(mean["conversion"]) * self.weight(mean)

    def value(self, value):
        if value["sample"]:
            check(self.sample(value["sample"]) == F(value["value"]), f"{value}")
        return F(value["value"])

    def exact(self):
        working = self.said["working"]
        if working["amount"]:
            return self.amount(working["amount"])
        if working["ratio"]:
            names = {}
            for number, place in enumerate(working["places"], 1):
                names[f"[{number}]"] = self.amount(place["amount"]) if place["amount"] else F(place["value"])
            return value_of(working["ratio"], names)
        if working["means"]:
            return sum(map(self.mean, working["means"]))
        names = {value["reference"]: self.value(value) for value in working["values"]}
        return value_of(working["last"], names) * F(working["last_conversion"])

    def figure(self):
        exact = self.exact()
        rounding = self.said["rounding"]
        decimals = rounding["decimals"]
        check(exact == F(rounding["exact"]), f"exact: {exact}")
        if "total_end" not in rounding:
            return digits(rounded(exact, decimals), decimals)
        begin, end = F(rounding["total_begin"]), F(rounding["total_end"])
        check(end - begin == exact, "totals")
        check(F(rounding["total_end_rounded"]) == rounded(end, decimals), "rounded total")
        return digits(rounded(end, decimals) - rounded(begin, decimals), decimals)


def check_parts(said, exacts):
    """The parts of a month are what is said of its days."""
    amount = said["working"]["amount"]
    for part in amount["parts"] if amount else []:
        other = exacts.get((said["item"], part["type"], part["from"]))
        check(other is None or other == part["amount"], f"{part} is said to be {other}")


def check_schema(explanations, file):
    import jsonschema

    with open(file, encoding="utf-8") as opened:
        definitions = json.load(opened)["$defs"]
    validator = jsonschema.Draft202012Validator({"$ref": "#/$defs/explanation", "$defs": definitions})
    for said in explanations:
        for error in validator.iter_errors(said):
            raise Wrong(f"{said['item']} {said['period']}: {error.json_path}: {error.message}"[:1500])


def main(program, schema=None):
    if program == "-":
        text = sys.stdin.read()
    else:
        text = subprocess.run([program], stdout=subprocess.PIPE, check=True, text=True).stdout
    lines = [json.loads(line) for line in text.splitlines()]
    if schema:  # a few of each scenario: the validator is slow
        check_schema([line.get("explanation", line) for line in lines[::11]], schema)
    wrong, done = 0, collections.Counter()
    exacts = collections.defaultdict(dict)
    for line in lines:
        said = line.get("explanation", line)
        exacts[line.get("scenario")][said["item"], said["type"], said["from"]] = said["rounding"]["exact"]
    for line in lines:
        said = line.get("explanation", line)
        try:
            check(said["working"]["why_not"] == "", f"not explained: {said['working']['why_not']}")
            figure = Explanation(said).figure()
            check(figure == said["value"], f"{figure} instead of {said['value']}")
            check_parts(said, exacts[line.get("scenario")])
            done[line.get("scenario"), said["type"]] += 1
        except (Wrong, ArithmeticError, LookupError, SyntaxError) as error:
            wrong += 1
            if wrong <= 20:
                print(f"{line.get('scenario')} {said['item']} {said['period']}: {error!r}"[:1500])
    for (scenario, kind), count in sorted(done.items(), key=str):
        print(f"{scenario} {kind}: {count} as printed")
    print(f"{sum(done.values())} right, {wrong} wrong")
    return 1 if wrong or not done else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
