"""Makes plant descriptions: which meters are on which lines, and what their registers show.

The model files (config/models/*.toml) say where an instrument keeps what; this file only gives the values.
"""

import re
import tomllib
from decimal import Decimal
from pathlib import Path

import register_codec

MODELS = Path(__file__).resolve().parents[2] / "config" / "models"

# Around which value a momentary point moves, and how far: by the unit on the display.
USUAL = {"V": (230, 2), "kV": (10, 0.05), "A": (4, 0.5), "kW": (40, 4), "W": (4000, 300), "kvar": (8, 1),
         "var": (800, 60), "kVA": (42, 4), "VA": (4200, 300), "Hz": (50, 0.05), "": (0.95, 0.02), "°C": (62, 1),
         "m3/h": (12, 1), "m³/h": (12, 1), "GJ/h": (1.5, 0.1), "m/s": (1.2, 0.1), "MPa": (0.6, 0.02)}
# Where the name says more than the unit.
NAMED = {"voltage_ab": (398, 3), "voltage_bc": (398, 3), "voltage_ca": (398, 3), "return_temperature": (44, 1)}
LARGEST = {"u16": 0xFFFF, "i16": 0x7FFF, "sm16": 0x7FFF, "bcd16": 9999, "bcd32": 99_999_999}


def load_model(name, folder=MODELS):
    """One model file as the plant describes it. Scales stay text: the checker needs them exactly."""
    with open(Path(folder) / f"{name}.toml", encoding="utf-8") as file:
        content = tomllib.loads(file.read(), parse_float=Decimal)
    head = content["model"]
    points = [_point(point) for point in head.get("point") or content["point"]]
    for point in points:
        point["generator"] = _generator(point, points)
    return {"max_registers": head.get("max_registers", 60), "points": points}


def _point(written):
    table, address = written["at"].split(":")
    point = {"id": written["id"], "function": {"holding": 3, "input": 4}[table], "address": int(address, 0),
             "type": written["as"], "order": written.get("order", "abcd"), "scale": str(written.get("scale", 1)),
             "unit": written.get("unit", ""), "kind": written.get("kind", "momentary"),
             "ratio": re.sub(r"\W+", "_", written.get("ratio", "none")),
             "invalid": [str(mark) for mark in written.get("invalid", [])], "circuit": written.get("circuit", 0)}
    if "exponent_point" in written:
        point["exponent_point"] = written["exponent_point"]
        point["exponent_offset"] = written.get("exponent_offset", 0)
    return point


def _generator(point, points):
    of_others = [other for other in points if other.get("exponent_point") == point["id"]]
    if of_others:  # this register holds a power of ten: let the factor be 1
        return {"kind": "fixed", "start": -of_others[0]["exponent_offset"]}
    scale = float(point["scale"])
    if point["kind"] == "index":
        # It must have moved between any two polls, else an old value would pass for a new one.
        return {"kind": "index", "start": 1000 + 250 * (point["address"] % 40), "rate": max(0.5, 8 * scale)}
    if point["kind"] == "state":
        return {"kind": "fixed", "start": 0}
    middle, spread = NAMED.get(point["id"]) or USUAL.get(point["unit"], (100, 5))
    largest = LARGEST.get(point["type"], float("inf")) * abs(scale) * 0.9
    return {"kind": "noise", "start": min(middle, largest - spread) if largest > spread else largest / 2,
            "spread": min(spread, largest / 4)}


class PlantBuilder:
    """Collects lines and meters; description() is what metergate-sim and check_delivery.py read."""

    def __init__(self, site, boundary_ms, models=MODELS):
        self.model_folder = models
        self.models = {}
        self.lines = []
        self.points = []
        self.site = {"id": site, "prefix": "metergate", "boundary_ms": boundary_ms, "utc_offset_minutes": 480}

    def add_model(self, name, model):
        self.models[name] = model

    def line(self, identity, kind, device="", host="127.0.0.1"):
        """`host`: how the gateway is told to call it."""
        self.lines.append({"id": identity, "kind": kind, "device": device, "host": host, "meters": []})
        return self

    def meter(self, identity, model, every_ms, name="", ct=None, pt=None, delay_ms=0, fault="none"):
        """On the line added last, at its next free unit. ct, pt: (primary, secondary)."""
        if model not in self.models:
            self.models[model] = load_model(model, self.model_folder)
        line = self.lines[-1]
        unit = len(line["meters"]) + 1
        line["meters"].append({"unit": unit, "model": model, "seed": 97 * len(self.lines) + unit,
                               "delay_ms": delay_ms, "fault": {"kind": fault}})
        self.points.append({"id": identity, "name": name or identity, "line": line["id"], "unit": unit,
                            "model": model, "every_ms": every_ms, "ct": _ratio(ct), "pt": _ratio(pt),
                            "ct_plate": ct, "pt_plate": pt})
        return self

    def description(self, folder):
        return {"ready_file": f"{folder}/plant.ready.json", "served_log": f"{folder}/served.log", "site": self.site,
                "models": self.models, "lines": self.lines, "metering_points": self.points}


def _ratio(plate):
    if plate is None:
        return "1"
    return format((Decimal(plate[0]) / Decimal(plate[1])).normalize(), "f")


def registers_of(model):
    """How many registers the points of a model fill."""
    return sum(register_codec.WORDS[point["type"]] for point in model["points"])


def load_plant_model(points=20):
    """A made-up instrument for measuring: `points` values in 2 × `points` neighbouring registers, one answer."""
    made = []
    for number in range(points):
        index = number < 2
        point = {"id": f"energy_{number}" if index else f"power_{number}", "function": 3, "address": 2 * number,
                 "type": "u32" if index else "f32", "order": "abcd", "scale": "0.01" if index else "1",
                 "unit": "kWh" if index else "kW", "kind": "index" if index else "momentary", "ratio": "none"}
        point["generator"] = _generator(point, [])
        made.append(point)
    return {"max_registers": 125, "points": made}


def model_toml(model):
    """A made-up model as a file for the gateway's models folder."""
    lines = ["[model]", 'name = "load"', 'maker = "none"', 'source = "made for measuring"',
             f'max_registers = {model["max_registers"]}', ""]
    for point in model["points"]:
        table = {3: "holding", 4: "input"}[point["function"]]
        lines += ["[[point]]", f'id = "{point["id"]}"', f'name = {{ zh = "{point["id"]}", en = "{point["id"]}" }}',
                  f'at = "{table}:{point["address"]}"', f'as = "{point["type"]}"', f'order = "{point["order"]}"',
                  f'scale = {point["scale"]}', f'ratio = "{point["ratio"].replace("_", "*")}"', f'unit = "{point["unit"]}"', f'kind = "{point["kind"]}"', ""]
    return "\n".join(lines)
