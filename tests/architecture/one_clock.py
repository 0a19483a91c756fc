#!/usr/bin/env python3
"""Only gateway/base/clock.cpp may name the time or sleep; nobody detaches a thread or adjusts a clock.

Prints one line per offence; exit 1 if there is any.
"""
import pathlib
import re
import sys

HOME = "gateway/base/clock.cpp"
FORBIDDEN = re.compile(
    r"\bnow\s*\(|\bsleep_(for|until)\b|\b(u|nano)?sleep\s*\(|\bclock_nanosleep\b|\badjtimex\b|\bgettimeofday\b"
    r"|\bclock_gettime\b|\btime\s*\(\s*(nullptr|NULL|0)\s*\)|\.detach\s*\("
)


def without_comments(text):
    text = re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group().count("\n"), text, flags=re.S)
    return re.sub(r"//[^\n]*", "", text)


def offences(root):
    root = pathlib.Path(root)
    for top in ("gateway", "drivers", "config"):
        for file in sorted((root / top).rglob("*")):
            path = file.relative_to(root).as_posix()
            if file.suffix not in (".h", ".cpp") or path == HOME:
                continue
            for number, line in enumerate(without_comments(file.read_text(encoding="utf-8")).splitlines(), 1):
                if FORBIDDEN.search(line):
                    yield f"{path}:{number}: {line.strip()}"


if __name__ == "__main__":
    found = list(offences(sys.argv[1]))
    print("\n".join(found) or "one clock: kept")
    sys.exit(1 if found else 0)
