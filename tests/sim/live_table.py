"""The table that the demo shows: lines, meters with their last values, what is buffered and what is delivered."""

import sys
import unicodedata
from datetime import datetime, timedelta, timezone

SITE_TIME = timezone(timedelta(hours=8))

TEXTS = {
    "en": {"line": "line", "meter": "meter", "model": "model", "state": "state", "slot": "last slot",
           "index": "index", "momentary": "momentary", "buffered": "buffered", "delivered": "delivered",
           "broker": "broker", "on": "running", "off": "OUT", "meters": "meters", "missed": "missed",
           "received": "received by the subscriber", "platform": "records at the platform", "keys": "b: unplug or plug in the broker   q or Ctrl-C: end",
           "up": "up", "down": "down", "idle": "idle", "ok": "ok", "silent": "silent", "trouble": "trouble"},
    "zh": {"line": "线路", "meter": "计量点", "model": "采集模板", "state": "状态", "slot": "时刻",
           "index": "表底示数", "momentary": "瞬时值", "buffered": "待传", "delivered": "已送达",
           "broker": "服务器", "on": "运行", "off": "已断开", "meters": "块表", "missed": "缺",
           "received": "订阅端收到", "platform": "省平台已收记录", "keys": "b：断开/接回 MQTT 服务器   q 或 Ctrl-C：结束",
           "up": "正常", "down": "中断", "idle": "空闲", "ok": "正常", "silent": "无应答", "trouble": "异常"},
}


def width(text):
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def fitted(text, columns):
    text = str(text)
    while width(text) > columns:
        text = text[:-1]
    return text + " " * (columns - width(text))


def clock_time(utc):
    """The time of day at the site; the status speaks UTC."""
    if not utc:
        return "-"
    return datetime.fromisoformat(utc.replace("Z", "+00:00")).astimezone(SITE_TIME).strftime("%H:%M:%S")


def _value(points, wanted_index, index_ids):
    for point in points:
        if (point["id"] in index_ids) == wanted_index and point["with_multiplier"]:
            return f"{point['with_multiplier']} {point['unit']}".strip()
    return "-"


class LiveTable:
    """Redrawn in place on a terminal; elsewhere one line each time."""

    def __init__(self, language, plant):
        self.texts = TEXTS[language]
        self.on_terminal = sys.stdout.isatty()
        self.drawn = False
        self.index_ids = {name: {p["id"] for p in model["points"] if p["kind"] == "index"}
                          for name, model in plant["models"].items()}
        self.model_of = {point["id"]: point["model"] for point in plant["metering_points"]}

    def show(self, status, broker_up, received, records, seconds):
        """`received`: messages at the subscriber; `records`: at the provincial platform."""
        if self.on_terminal:
            lines = self._table(status, broker_up, received, records, seconds)
            home = "\x1b[H" if self.drawn else "\x1b[2J\x1b[H"
            sys.stdout.write(home + "".join(line + "\x1b[K\n" for line in lines) + "\x1b[J")
            self.drawn = True
        else:
            sys.stdout.write(self._one_line(status, broker_up, records, seconds) + "\n")
        sys.stdout.flush()

    def _counts(self, status):
        # Of samples: what is reported to platforms are records.
        uplinks = [uplink for uplink in status["uplinks"] if uplink["kind"] == "mqtt"]
        return (sum(uplink["backlog"] for uplink in uplinks),
                sum(uplink["delivered_samples"] for uplink in uplinks))

    def _one_line(self, status, broker_up, records, seconds):
        words = self.texts
        buffered, delivered = self._counts(status)
        lines = " ".join(f"{line['id']}={words.get(line['state'], line['state'])}" for line in status["lines"])
        answering = sum(meter["state"] == "ok" for meter in status["meters"])
        return (f"{seconds:5.0f} s  {lines}  {words['ok']} {answering}/{len(status['meters'])} {words['meters']}  "
                f"{words['buffered']} {buffered}  {words['delivered']} {delivered}  "
                f"{words['broker']} {words['on' if broker_up else 'off']}  {words['platform']} {records}")

    def _table(self, status, broker_up, received, records, seconds):
        words = self.texts
        buffered, delivered = self._counts(status)
        text = [f"metergate  {status['site']}  {seconds:.0f} s   {words['broker']}: "
                f"{words['on' if broker_up else 'off']}   {words['buffered']}: {buffered}   "
                f"{words['delivered']}: {delivered}   {words['received']}: {received}   "
                f"{words['platform']}: {records}", ""]
        for line in status["lines"]:
            text.append(fitted(f"{words['line']} {line['id']}", 20) + fitted(line["kind"], 14)
                        + fitted(words.get(line["state"], line["state"]), 10)
                        + f"{line['meters']} {words['meters']}   {words['missed']} {line['slots_missed']}")
        text += ["", "".join(fitted(words[key], columns) for key, columns in
                             (("meter", 16), ("line", 10), ("model", 20), ("state", 9), ("slot", 11), ("index", 22),
                              ("momentary", 20)))]
        text += [self._meter(meter) for meter in status["meters"]]
        return text + ["", words["keys"]]

    def _meter(self, meter):
        words = self.texts
        indexes = self.index_ids.get(self.model_of.get(meter["id"]), set())
        points = meter.get("points", [])
        slot = clock_time(meter["last_slot"])
        return (fitted(meter["id"], 16) + fitted(meter["line"] or "-", 10) + fitted(meter["model"], 20)
                + fitted(words.get(meter["state"], meter["state"]), 9) + fitted(slot, 11)
                + fitted(_value(points, True, indexes), 22) + fitted(_value(points, False, indexes), 20))
