#!/usr/bin/python3
"""A simulated plant, a broker, a recorder, a provincial platform and the gateway, and a table to watch them. Started by demo.sh."""

import argparse
import contextlib
import os
import select
import shutil
import signal
import sys
import tempfile
import time
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import stage
from check_platform import Item
from live_table import LiveTable
from plant import MODELS, PlantBuilder
from scene import Scene

BOUNDARY_MS = 5000
OUTAGE_SECONDS = 4.0
PLATFORM_OUTAGE_SECONDS = 6.0  # its uplink looks every 5 s whether something is due
HERE = Path(__file__).resolve().parent

TEXTS = {
    "en": {"starting": "starting plant, broker, recorder, provincial platform and gateway in {}",
           "outage": "--- broker stopped, platform out of order for {:g} s ---", "back": "--- broker started again ---",
           "platform": "platform: {due} records due, {complete} arrived as measured, {repeats} repeats, {problems} problems",
           "settling": "waiting for the last samples …",
           "summary": "{verdict}: {meters} meters on {lines} lines, {seconds:.0f} s, {boundaries} boundaries, "
                      "{outages} broker outage(s); {due} samples due, {complete} arrived as served, {reason} with a "
                      "reason, {values} values compared, {duplicates} repeats, {problems} problems",
           "kept": "everything is kept in {}", "early": "too short: no boundary was crossed",
           "no_outage": "too short: there was no broker outage"},
    "zh": {"starting": "在 {} 启动模拟厂、MQTT 服务器、订阅端、模拟省平台和网关",
           "outage": "--- MQTT 服务器已停止，省平台故障 {:g} 秒 ---", "back": "--- MQTT 服务器已恢复 ---",
           "platform": "省平台：应到记录 {due} 条，与实测一致 {complete} 条，重复 {repeats} 条，问题 {problems} 个",
           "settling": "等待最后的采样 …",
           "summary": "{verdict}：{lines} 条线路 {meters} 块表，{seconds:.0f} 秒，跨过 {boundaries} 个边界时刻，"
                      "服务器中断 {outages} 次；应到采样 {due} 条，与表计送出一致 {complete} 条，有原因缺失 {reason} 条，"
                      "核对数值 {values} 个，重复 {duplicates} 条，问题 {problems} 个",
           "kept": "全部文件保留在 {}", "early": "时间太短：没有跨过边界时刻",
           "no_outage": "时间太短：没有经过服务器中断"},
}


def demo_plant(models):
    """22 meters of five models on three lines, one of them serial."""
    plant = PlantBuilder("demo", BOUNDARY_MS, models)
    plant.line("workshop", "modbus-tcp")
    for number in range(1, 7):
        plant.meter(f"press_{number}", "schneider-iem3000", 1000)
    for number in range(1, 3):
        plant.meter(f"oven_{number}", "eastron-sdm630", 5000)
    plant.line("feeders", "rtu-over-tcp")
    for number in range(1, 7):
        plant.meter(f"feeder_{number}", "acrel-dtsd1352", 1000 if number < 4 else 2000, ct=(300, 5), pt=(10000, 100))
    for number in range(1, 5):
        plant.meter(f"panel_{number}", "chint-dtsu666", 2000, ct=(150, 5))
    plant.line("heat", "serial-pty", device="")
    for number in range(1, 3):
        plant.meter(f"heat_{number}", "tuf-2000m", 2000, delay_ms=5)
    for number in range(1, 3):
        plant.meter(f"boiler_{number}", "acrel-dtsd1352", 5000, ct=(100, 5), delay_ms=5)
    return plant


def demo_items(plant):
    """What is reported: the energy of each electricity meter, and of the workshop as a whole."""
    factors = {"Wh": Decimal("0.001"), "kWh": Decimal(1)}
    items = []
    for point in plant["metering_points"]:
        index = next((p for p in plant["models"][point["model"]]["points"] if p["id"] == "energy_import"), None)
        if index and plant["site"]["boundary_ms"] % point["every_ms"] == 0:
            items.append(Item(f"el_{point['id']}", f"01-{len(items) + 1:02}-0000-023300-11",
                              [(point["id"], index["id"], factors[index["unit"]])], decimals=2))
    workshop = [item.points[0] for item in items if item.id.startswith(("el_press", "el_oven"))]
    return [*items, Item("el_workshop", "00-00-0000-023300-11", workshop, decimals=3)]


class Demo:
    def __init__(self, arguments, folder):
        self.words = TEXTS[arguments.lang]
        self.language = arguments.lang
        build = Path(arguments.build)
        builder = demo_plant(Path(arguments.models))
        self.scene = Scene(folder, builder, build / "metergate", build / "tests/sim/metergate-sim",
                           platform=stage.Platform(folder, BOUNDARY_MS // 1000),
                           items=demo_items(builder.description(folder)))
        self.outages = 0

    def begin(self):
        print(self.words["starting"].format(self.scene.folder), flush=True)
        self.scene.begin()

    def stop_broker(self):
        self.scene.broker.stop()
        self.scene.platform.break_down(PLATFORM_OUTAGE_SECONDS)
        self.outages += 1
        self._say(self.words["outage"].format(PLATFORM_OUTAGE_SECONDS))

    def start_broker(self):
        self.scene.broker.begin()
        self._say(self.words["back"])

    def _say(self, text):
        if not sys.stdout.isatty():
            print(text, flush=True)

    def watch(self, seconds, interrupted):
        """Until `seconds` have passed (None: for ever) or somebody ends it."""
        table = LiveTable(self.language, self.scene.plant)
        began = time.monotonic()
        outage_at = seconds * 0.4 if seconds else None
        back_at = None
        while not interrupted.is_set:
            passed = time.monotonic() - began
            if seconds and passed >= seconds:
                return passed
            if outage_at and passed >= outage_at:
                self.stop_broker()
                outage_at, back_at = None, passed + OUTAGE_SECONDS
            if back_at and passed >= back_at:
                self.start_broker()
                back_at = None
            self.scene.gateway.must_run()
            self.scene.simulator.must_run()
            status = self.scene.gateway.status()
            if status:
                table.show(status, self.scene.broker.running(), self.scene.received(),
                           self.scene.platform.held(), passed)
            if self._key_within(1.0 - (time.monotonic() - began) % 1.0):
                interrupted.is_set = True
        return time.monotonic() - began

    def _key_within(self, seconds):
        """True when somebody wants to end; `b` turns the broker off and on."""
        if not sys.stdin.isatty():
            time.sleep(seconds)
            return False
        if not select.select([sys.stdin], [], [], seconds)[0]:
            return False
        key = os.read(sys.stdin.fileno(), 1)
        if key == b"b":
            self.stop_broker() if self.scene.broker.running() else self.start_broker()
        return key == b"q"

    def finish(self, seconds):
        if not self.scene.broker.running():
            self.start_broker()
        print(self.words["settling"], flush=True)
        report = self.scene.finish()
        self._summary(report, seconds)
        return report

    def boundaries_before(self, until):
        step = timedelta(milliseconds=BOUNDARY_MS)
        first = self.scene.first_slot
        first += -(first - datetime(1970, 1, 1, tzinfo=timezone.utc)) % step
        return max(0, -((first - until) // step))

    def _summary(self, report, seconds):
        counts = report["counts"]
        report["boundaries"] = self.boundaries_before(report["until"])
        for problem in report["problems"][:10]:
            print("  " + problem)
        problems = len(report["problems"])
        print(self.words["summary"].format(
            verdict="OK" if report["ok"] else "FAILED", meters=len(self.scene.plant["metering_points"]),
            lines=len(self.scene.plant["lines"]), seconds=seconds, boundaries=report["boundaries"], outages=self.outages,
            due=counts.get("due", 0), complete=counts.get("complete", 0), reason=counts.get("with_reason", 0),
            values=counts.get("values", 0), duplicates=counts.get("duplicates", 0), problems=problems), flush=True)
        counts = report["platform"]["counts"]
        print(self.words["platform"].format(due=counts.get("due", 0), complete=counts.get("complete", 0),
                                            repeats=counts.get("repeats", 0),
                                            problems=len(report["platform"]["problems"])), flush=True)


class Interruption:
    is_set = False

    def __call__(self, *_):
        self.is_set = True


@contextlib.contextmanager
def single_keys():
    """Keys reach us without Enter, while standard input is a terminal."""
    if not sys.stdin.isatty():
        yield
        return
    import termios
    import tty
    before = termios.tcgetattr(sys.stdin)
    try:
        tty.setcbreak(sys.stdin)
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def seconds_of(text):
    factors = {"s": 1, "m": 60, "h": 3600}
    return float(text[:-1]) * factors[text[-1]] if text[-1] in factors else float(text)


def language_of_environment():
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return "zh" if os.environ[name].startswith("zh") else "en"
    return "en"


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--for", dest="seconds", type=seconds_of, help="end after this time, e.g. 20s")
    options.add_argument("--lang", choices=("zh", "en"), default=language_of_environment())
    options.add_argument("--build", default=HERE.parents[1] / "build" / "release", help="the build folder")
    options.add_argument("--models", default=MODELS, help="the folder of model files")
    options.add_argument("--keep", action="store_true", help="keep the folder with configuration, logs and data")
    arguments = options.parse_args()

    interruption = Interruption()
    signal.signal(signal.SIGINT, interruption)
    signal.signal(signal.SIGTERM, interruption)
    # Not /tmp: where that is a tmpfs the gateway refuses to keep its data there.
    folder = tempfile.mkdtemp(prefix="metergate-demo-", dir="/var/tmp")
    demo = Demo(arguments, folder)
    ok = False
    try:
        demo.begin()
        with single_keys():
            seconds = demo.watch(arguments.seconds, interruption)
        report = demo.finish(seconds)
        ok = report["ok"]
        if arguments.seconds and not interruption.is_set:
            if report["boundaries"] == 0:
                ok = False
                print(demo.words["early"])
            if demo.outages == 0:
                ok = False
                print(demo.words["no_outage"])
    except stage.StageError as error:
        print(error, file=sys.stderr)
    finally:
        demo.scene.end()
        if ok and not arguments.keep:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            print(demo.words["kept"].format(folder))
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
