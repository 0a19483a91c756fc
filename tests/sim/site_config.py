"""Writes the configuration by which the gateway reads a simulated plant, as an installer would write it."""

import csv
from pathlib import Path

COLUMNS = ("id", "name", "energy", "line", "address", "model", "every", "ct_primary", "ct_secondary", "pt_primary",
           "pt_secondary", "reading_side", "multiplier", "level", "instrument_code")
# 电能表 and 流量计 of the platform's table of instruments.
INSTRUMENT_CODES = {"tuf-2000m": "12181000"}
ELECTRONIC_METER = "15261000"


def duration(milliseconds):
    return f"{milliseconds // 1000}s" if milliseconds % 1000 == 0 else f"{milliseconds}ms"


def write(folder, plant, ready, broker_port, data, socket, models=None, line_keys=(), tcp_keys=(), storage_keys=()):
    """gateway.toml, meters.csv and, for made-up models, models/NAME.toml (`models`: name → text)."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "gateway.toml").write_text(
        _gateway(plant, ready, broker_port, data, socket, line_keys, tcp_keys, storage_keys), encoding="utf-8")
    with open(folder / "meters.csv", "w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        table.writerows(_row(point) for point in plant["metering_points"])
    for name, text in (models or {}).items():
        (folder / "models").mkdir(exist_ok=True)
        (folder / "models" / f"{name}.toml").write_text(text, encoding="utf-8")


def add_platform(folder, platform, items):
    """Reporting to a provincial platform: enterprise, items, and the way there."""
    folder = Path(folder)
    with open(folder / "gateway.toml", "a", encoding="utf-8") as file:
        file.write("\n".join(["", "[[enterprise]]", 'id = "plant"', 'name = "样例工厂"', f'code = "{platform.CODE}"',
                              'region_code = "130100"', 'industry_code = "C3011"', 'type_code = "170"',
                              'type_name = "私营企业"', "consumption_level = 3", "latitude = 38.04", "longitude = 114.51",
                              'phone = "0311-00000000"', "",
                              "[[uplink]]", 'id = "province"', 'kind = "provincial"', 'profile = "national"',
                              f'url = "{platform.register_url}"', f'ca_file = "{platform.ca_file}"', ""]))
    with open(folder / "units.csv", "w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(("kind", "code", "name", "parent", "industry"))
        table.writerows([("全厂", "", "样例工厂", "", "C3011"), ("工序", "01", "机加工", "", "C3011")])
        units = sorted({item.code[3:5] for item in items if item.code.startswith("01-")})
        table.writerows(("单元", unit, f"{int(unit)} 号单元", "01", "") for unit in units)
    with open(folder / "items.csv", "w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(("id", "name", "code", "periods", "source", "method", "formula", "unit", "decimals",
                        "valid_from"))
        for item in items:
            formula = " + ".join(f"{meter}.{point}" for meter, point, _ in item.points)
            table.writerow((item.id, item.id, item.code, "实时 日 月 年", "现场仪表", "累计差",
                            formula, item.unit, item.decimals, "2026-01-01"))


def _gateway(plant, ready, broker_port, data, socket, line_keys, tcp_keys, storage_keys):
    site = plant["site"]
    text = ["[site]", f'id = "{site["id"]}"', f'boundary = "{duration(site["boundary_ms"])}"', "",
            "[storage]", f'path = "{data}"', *storage_keys, "", "[control]", f'socket = "{socket}"', ""]
    for line in plant["lines"]:
        text += ["[[line]]", f'id = "{line["id"]}"']
        if line["kind"] == "serial-pty":
            text += ['kind = "serial"', f'device = "{line["device"]}"', "baud = 9600"]
        else:
            text += [f'kind = "{line["kind"]}"', f'host = "{line["host"]}"', f'port = {ready["lines"][line["id"]]["port"]}',
                     *tcp_keys]
        text += [*line_keys, ""]
    text += ["[[uplink]]", 'id = "broker"', 'kind = "mqtt"', f'url = "mqtt://127.0.0.1:{broker_port}"',
             f'topic_prefix = "{site["prefix"]}"', ""]
    return "\n".join(text)


def _row(point):
    ct, pt = point["ct_plate"], point["pt_plate"]
    multiplier = float(point["ct"]) * float(point["pt"])
    side = "二次" if ct or pt else ""
    return (point["id"], point["name"], "电力", point["line"], point["unit"], point["model"],
            duration(point["every_ms"]), *(ct or ("", "")), *(pt or ("", "")), side,
            f"{multiplier:g}" if side else "", 3, INSTRUMENT_CODES.get(point["model"], ELECTRONIC_METER))
