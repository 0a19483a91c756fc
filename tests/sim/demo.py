#!/usr/bin/python3
"""A simulated plant, a broker, a recorder and the gateway, and a table to watch them. Started by demo.sh."""

import argparse
import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import site_config
import stage
from live_table import LiveTable
from plant import MODELS, PlantBuilder

BOUNDARY_MS = 5000
OUTAGE_SECONDS = 4.0
SITE_TIME = timezone(timedelta(hours=8))
HERE = Path(__file__).resolve().parent

TEXTS = {
    "en": {"starting": "starting plant, broker, recorder and gateway in {}",
           "outage": "--- broker stopped ---", "back": "--- broker started again ---",
           "settling": "waiting for the last samples …",
           "summary": "{verdict}: {meters} meters on {lines} lines, {seconds:.0f} s, {boundaries} boundaries, "
                      "{outages} broker outage(s); {due} samples due, {complete} arrived as served, {reason} with a "
                      "reason, {values} values compared, {duplicates} repeats, {problems} problems",
           "kept": "everything is kept in {}", "early": "too short: no boundary was crossed",
           "no_outage": "too short: there was no broker outage", "stopped_badly": "the gateway ended with code {}"},
    "zh": {"starting": "在 {} 启动模拟厂、MQTT 服务器、订阅端和网关",
           "outage": "--- MQTT 服务器已停止 ---", "back": "--- MQTT 服务器已恢复 ---",
           "settling": "等待最后的采样 …",
           "summary": "{verdict}：{lines} 条线路 {meters} 块表，{seconds:.0f} 秒，跨过 {boundaries} 个边界时刻，"
                      "服务器中断 {outages} 次；应到采样 {due} 条，与表计送出一致 {complete} 条，有原因缺失 {reason} 条，"
                      "核对数值 {values} 个，重复 {duplicates} 条，问题 {problems} 个",
           "kept": "全部文件保留在 {}", "early": "时间太短：没有跨过边界时刻",
           "no_outage": "时间太短：没有经过服务器中断", "stopped_badly": "网关以代码 {} 退出"},
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


def whole_second_after(moment):
    return moment.replace(microsecond=0) + timedelta(seconds=1)


class Demo:
    def __init__(self, arguments, folder):
        self.words = TEXTS[arguments.lang]
        self.language = arguments.lang
        self.folder = folder
        self.build = Path(arguments.build)
        builder = demo_plant(Path(arguments.models))
        for line in builder.lines:
            if line["kind"] == "serial-pty":
                line["device"] = f"{folder}/tty-{line['id']}"
        self.plant = builder.description(folder)
        simulator = shutil.which("metergate-sim", path=f"{self.build}/tests/sim")
        self.simulator = stage.Simulator(simulator or f"{self.build}/metergate-sim", folder, self.plant)
        self.broker = stage.Broker(folder)
        topic = f"{self.plant['site']['prefix']}/{self.plant['site']['id']}/samples"
        self.recorder = stage.Recorder(folder, topic)
        self.gateway = stage.Gateway(self.build / "metergate", f"{folder}/config", folder)
        self.outages = 0
        self.first_slot = None

    def begin(self):
        print(self.words["starting"].format(self.folder), flush=True)
        ready = self.simulator.begin()
        self.broker.begin()
        self.recorder.begin(self.broker.port)
        site_config.write(f"{self.folder}/config", self.plant, ready, self.broker.port, f"{self.folder}/data",
                          f"{self.folder}/control.sock")
        self.gateway.begin()
        self.gateway.wait_until_up()
        self.first_slot = whole_second_after(datetime.now(SITE_TIME))

    def stop_broker(self):
        self.broker.stop()
        self.outages += 1
        self._say(self.words["outage"])

    def start_broker(self):
        self.broker.begin()
        self._say(self.words["back"])

    def _say(self, text):
        if not sys.stdout.isatty():
            print(text, flush=True)

    def watch(self, seconds, interrupted):
        """Until `seconds` have passed (None: for ever) or somebody ends it."""
        table = LiveTable(self.language, self.plant)
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
            self.gateway.must_run()
            self.simulator.must_run()
            status = self.gateway.status()
            if status:
                table.show(status, self.broker.running(), self.received(), passed)
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
            self.stop_broker() if self.broker.running() else self.start_broker()
        return key == b"q"

    def received(self):
        try:
            with open(self.recorder.received, "rb") as file:
                return sum(1 for _ in file)
        except OSError:
            return 0

    def check(self, until):
        report = f"{self.folder}/report.json"
        checked = subprocess.run(
            [sys.executable, HERE / "check_delivery.py", "--plant", f"{self.folder}/plant.json", "--served",
             self.plant["served_log"], "--received", self.recorder.received, "--from", self.first_slot.isoformat(),
             "--to", until.isoformat(), "--report", report], capture_output=True, text=True, check=False)
        if checked.returncode not in (0, 1):
            raise stage.StageError(checked.stderr)
        return json.loads(Path(report).read_text(encoding="utf-8"))

    def finish(self, seconds):
        """Lets the last samples arrive, stops everything in order and has the delivery checked."""
        until = datetime.now(SITE_TIME)
        if not self.broker.running():
            self.start_broker()
        print(self.words["settling"], flush=True)
        deadline = time.monotonic() + 20
        time.sleep(1.5)
        while not self.check(until)["ok"] and time.monotonic() < deadline:
            time.sleep(1)
        code = self.gateway.stop()
        time.sleep(0.3)
        self.recorder.stop()
        self.broker.stop()
        self.simulator.stop()
        report = self.check(until)
        if code != 0:
            report["ok"] = False
            report["problems"].append(self.words["stopped_badly"].format(code))
        self._summary(report, until, seconds)
        return report

    def _summary(self, report, until, seconds):
        counts = report["counts"]
        step = timedelta(milliseconds=BOUNDARY_MS)
        first = self.first_slot + -(self.first_slot - datetime(1970, 1, 1, tzinfo=timezone.utc)) % step
        boundaries = max(0, -((first - until) // step)) if until > first else 0
        report["boundaries"] = boundaries
        for problem in report["problems"][:10]:
            print("  " + problem)
        problems = len(report["problems"])
        print(self.words["summary"].format(
            verdict="OK" if report["ok"] else "FAILED", meters=len(self.plant["metering_points"]),
            lines=len(self.plant["lines"]), seconds=seconds, boundaries=boundaries, outages=self.outages,
            due=counts.get("due", 0), complete=counts.get("complete", 0), reason=counts.get("with_reason", 0),
            values=counts.get("values", 0), duplicates=counts.get("duplicates", 0), problems=problems), flush=True)

    def end(self):
        for program in (self.gateway, self.recorder, self.broker, self.simulator):
            program.stop()


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
    folder = tempfile.mkdtemp(prefix="metergate-demo-")
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
        demo.end()
        if ok and not arguments.keep:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            print(demo.words["kept"].format(folder))
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
