#!/usr/bin/env python3
"""Every test that docs/failure-modes.md names exists. `Suite.*` stands for a suite with at least one test.

usage: named_tests_exist.py ROOT
"""
import pathlib
import re
import sys


def defined_tests(root):
    found = set()
    for file in (root / "tests").rglob("*_test.cpp"):
        for suite, name in re.findall(r"^\s*(?:TEST(?:_F|_P)?|RC_GTEST_PROP)\(\s*(\w+),\s*(\w+)", file.read_text(encoding="utf-8"), re.M):
            found.add(f"{suite}.{name}")
    for file in (root / "tests").rglob("*_test.py"):
        suite = ""
        for of, name in re.findall(r"^class (\w+)\(unittest|^    def (test_\w+)", file.read_text(encoding="utf-8"), re.M):
            suite = of or suite
            if name:
                found.add(f"{suite}.{name}")
    return found


def main(root):
    root = pathlib.Path(root)
    tests = defined_tests(root)
    suites = {test.split(".")[0] for test in tests}
    named = re.findall(r"`([A-Z]\w+)\.(\w+|\*)`", (root / "docs" / "failure-modes.md").read_text(encoding="utf-8"))
    missing = [f"{suite}.{name}" for suite, name in named
               if (suite not in suites if name == "*" else f"{suite}.{name}" not in tests)]
    for test in missing:
        print(f"docs/failure-modes.md names {test}, which does not exist")
    print(f"{len(named)} named tests, {len(missing)} missing")
    return 1 if missing or not named else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
