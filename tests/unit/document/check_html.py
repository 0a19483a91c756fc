#!/usr/bin/env python3
"""A page for people must be whole: well-formed, without scripts, without anything from elsewhere.

usage: check_html.py FILE
"""
import re
import sys
import xml.etree.ElementTree as ElementTree

NAMESPACES = re.compile(r'xmlns(:\w+)?="[^"]*"')


def problems(text):
    doctype, body = text.split("\n", 1)
    if doctype != "<!DOCTYPE html>":
        yield "no doctype"
    page = ElementTree.fromstring(body)
    for element in page.iter():
        if element.tag in ("script", "link", "iframe", "object", "img"):
            yield f"<{element.tag}>"
        for name, value in element.attrib.items():
            if name.startswith("on") or name in ("src", "href") and not value.startswith("#"):
                yield f"{name}={value}"
    if not page.get("lang"):
        yield "no language"
    if re.search(r"https?://|url\(|@import", NAMESPACES.sub("", body)):
        yield "something from elsewhere"


if __name__ == "__main__":
    found = list(problems(open(sys.argv[1], encoding="utf-8").read()))
    print("\n".join(found))
    sys.exit(1 if found else 0)
