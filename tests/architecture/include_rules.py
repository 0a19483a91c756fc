#!/usr/bin/env python3
"""Checks the #include lines of every source against the include rules of ARCHITECTURE.md.

Prints one line per broken rule; exit 1 if there is any.
"""
import pathlib
import re
import sys

# folder -> what it may include: a folder ("gateway/base/") or a single header.
BASE = ["gateway/base/"]
READING = BASE + ["gateway/reading/"]
OPTIONS = READING + ["config/options.h", "config/coal_basis.h"]
STORE = OPTIONS + ["gateway/buffer/sample_store.h", "gateway/buffer/clock_book.h"]
DATED = ["gateway/accounting/dated_record.h", "gateway/accounting/dated_record_json.h"]
# What the auditor's tables are computed from: the books and what stands in them, the stored samples, the tables of the site.
AUDIT = OPTIONS + DATED + ["config/item_code.h", "gateway/buffer/history.h", "gateway/accounting/books.h", "gateway/accounting/day_strip.h",
                           "gateway/accounting/item_record.h", "gateway/accounting/outbox.h",
                           "gateway/accounting/period_locks.h", "gateway/accounting/span_amounts.h",
                           "gateway/accounting/time_mask.h", "gateway/accounting/units.h",
                           "gateway/accounting/unit_words.h", "gateway/accounting/exact.h",
                           "gateway/accounting/instruments_on_record.h", "gateway/accounting/metered_items.h",
                           "gateway/document/"]
ALLOWED = {
    "gateway/base": BASE,
    "gateway/reading": READING,
    "config": READING + ["config/"],
    "drivers": OPTIONS + ["drivers/"],
    "gateway/buffer": OPTIONS + ["gateway/buffer/"],
    "gateway/polling": STORE + ["gateway/polling/", "drivers/driver.h", "drivers/wire_tap.h"],
    "gateway/accounting": STORE + ["gateway/accounting/"],
    "gateway/uplink": STORE + ["gateway/uplink/", "gateway/accounting/books.h"],
    "gateway/uplink/provincial": OPTIONS + ["gateway/uplink/provincial/", "gateway/uplink/json_text.h",
                                            "gateway/uplink/forwarder_status.h", "gateway/uplink/trouble_log.h",
                                            "gateway/accounting/books.h", "gateway/accounting/dated_record.h",
                                            "gateway/accounting/item_record.h", "gateway/accounting/outbox.h"],
    "gateway/document": READING + ["gateway/document/"],
    "gateway/completeness": AUDIT + ["gateway/completeness/", "config/problem.h", "config/shipped_files.h", "config/text_file.h",
                                     "config/toml_tree.h"],
    "gateway/balance": AUDIT + ["gateway/balance/", "config/balance_rules.h"],
    "gateway/ledger": AUDIT + ["gateway/ledger/"],
    "gateway/reconcile": AUDIT + ["gateway/reconcile/"],
    "gateway/report": AUDIT + ["gateway/report/", "gateway/completeness/", "gateway/balance/", "gateway/ledger/",
                               "config/balance_rules.h",
                               "gateway/reconcile/"],
    "gateway/acceptance": OPTIONS + ["gateway/acceptance/", "gateway/document/html.h", "gateway/uplink/provincial/", "gateway/accounting/books.h",
                                     "gateway/accounting/dated_record.h", "gateway/accounting/item_record.h",
                                     "gateway/accounting/outbox.h"],
    "gateway/acceptance_file": AUDIT + ["gateway/acceptance_file/", "gateway/ledger/", "config/fields.h", "config/problem.h", "config/shipped_files.h",
                                        "config/table.h", "config/toml_tree.h"],
    "gateway/control": STORE + DATED + ["gateway/control/", "drivers/driver.h"],
    "gateway/diagnosis": OPTIONS + ["gateway/diagnosis/", "drivers/", "gateway/polling/errand.h",
                                    "gateway/control/raw_report.h", "gateway/control/scan_report.h",
                                    "gateway/control/trace_report.h"],
    "gateway/web": STORE + ["gateway/web/", "gateway/control/", "drivers/driver.h"],
    "gateway/health": OPTIONS + ["gateway/health/"],
    "gateway/inbound": READING + ["config/", "gateway/accounting/books.h", "gateway/accounting/dated_record.h",
                                  "gateway/accounting/item_limits.h", "gateway/inbound/"],
    "gateway/daemon": ["gateway/", "drivers/", "config/"],
    "gateway/commands": ["gateway/", "drivers/", "config/"],
    "gateway/main.cpp": ["gateway/"],
}
# Libraries that do I/O: only in .cpp files of these places, never in a header of ours.
LIBRARY_HOMES = {
    r"modbus(/modbus)?\.h": ["drivers/modbus/exchange.cpp"],
    r"sqlite3\.h": ["gateway/base/sqlite.cpp"],
    r"mqtt/.*|MQTT.*\.h": ["gateway/uplink/mqtt/"],
    r"openssl/.*": ["gateway/uplink/", "gateway/base/"],
    r"toml\+\+/.*|toml\.hpp": ["config/"],
    r"nlohmann/.*": ["gateway/control/", "gateway/uplink/", "gateway/buffer/", "gateway/accounting/",
                      "gateway/commands/", "gateway/inbound/", "gateway/acceptance/", "gateway/completeness/",
                      "gateway/balance/", "gateway/ledger/", "gateway/reconcile/", "gateway/report/", "config/"],
    r"CLI/.*": ["gateway/commands/"],
    r"spdlog/.*": ["gateway/base/log.cpp"],
    r"boost/multiprecision/.*": ["gateway/accounting/exact.h", "gateway/accounting/exact.cpp"],
    r"boost/(?!multiprecision/).*": ["gateway/control/", "gateway/daemon/", "gateway/inbound/", "gateway/web/",
                                "drivers/channel/dtu_acceptor.cpp"],
    r"curl/.*": ["gateway/uplink/"],
    r"xlsxwriter\.h": ["gateway/document/xlsx_file.cpp"],
    r"zstd\.h": ["gateway/buffer/zstd_frames.cpp"],
}
# One header may show a library to its own folder only, and to nobody else.
LIBRARY_HEADERS = {"gateway/control/json_fields.h", "gateway/accounting/exact.h"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def folder_of(path):
    known = [folder for folder in ALLOWED if path == folder or path.startswith(folder + "/")]
    return max(known, key=len) if known else None


def broken_rules(root):
    root = pathlib.Path(root)
    for top in ("gateway", "drivers", "config"):
        for file in sorted((root / top).rglob("*")):
            if file.suffix not in (".h", ".cpp", ".in"):
                continue
            path = file.relative_to(root).as_posix()
            folder = folder_of(path)
            if folder is None:
                yield f"{path}: its folder has no include rule"
                continue
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
                match = INCLUDE.match(line)
                if not match:
                    continue
                quote, name = match.groups()
                if quote == '"' and not any(name == a or (a.endswith("/") and name.startswith(a)) for a in ALLOWED[folder]):
                    yield f'{path}:{number}: {folder} may not include "{name}"'
                if quote == "<":
                    yield from broken_library_rules(path, number, name)


def broken_library_rules(path, number, name):
    for pattern, homes in LIBRARY_HOMES.items():
        if not re.fullmatch(pattern, name):
            continue
        if not any(path.startswith(home) for home in homes):
            yield f"{path}:{number}: <{name}> belongs to {', '.join(homes)}"
        elif path.endswith(".h") and path not in LIBRARY_HEADERS:
            yield f"{path}:{number}: <{name}> may not appear in a header"


if __name__ == "__main__":
    problems = list(broken_rules(sys.argv[1]))
    print("\n".join(problems) or "include rules: kept")
    sys.exit(1 if problems else 0)
