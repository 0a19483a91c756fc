#!/usr/bin/env python3
"""Two types of one name in namespace mg are one type for the linker: it keeps either's functions. The compiler only sees it
where both headers meet.

usage: one_definition.py ROOT
"""
import collections
import pathlib
import re
import sys

TYPE = re.compile(r"^(?:struct|class|enum class|enum)\s+(\w+)\b(?!::)[^;]*[{:]")


def types_of(text):
    """Names of the types that are defined at namespace level, outside anonymous namespaces."""
    hidden = False
    for line in text.splitlines():
        if line.startswith("namespace {"):
            hidden = True
        elif line.startswith("}  // namespace") and not line.startswith("}  // namespace mg"):
            hidden = False
        match = TYPE.match(line)
        if match and not hidden:
            yield match.group(1)


def duplicates(root):
    places = collections.defaultdict(set)
    for top in ("gateway", "drivers", "config"):
        for file in sorted((pathlib.Path(root) / top).rglob("*")):
            if file.suffix in (".h", ".cpp"):
                for name in types_of(file.read_text(encoding="utf-8")):
                    places[name].add(file.relative_to(root).as_posix())
    return {name: sorted(files) for name, files in sorted(places.items()) if len(files) > 1}


if __name__ == "__main__":
    found = duplicates(sys.argv[1])
    for name, files in found.items():
        print(f"mg::{name} is defined in {' and '.join(files)}")
    print(f"one definition: {'broken' if found else 'kept'}")
    sys.exit(1 if found else 0)
