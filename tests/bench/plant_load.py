#!/usr/bin/python3
"""Measures the gateway (or the bare baseline program) at the plant load: 32 lines × 16 meters × 20 points a second.

Prints a table in Markdown: CPU-seconds per million readings, memory, bytes written to the device per reading, and how
long the backlog of a broker outage lasts after the connection is back. check_delivery.py then says whether anything
was lost or altered. The exit code is 0 only if nothing was.
"""

import argparse
import json
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "sim"))
import plant
import site_config
import stage

SITE_TIME = timezone(timedelta(hours=8))
TICKS = os.sysconf("SC_CLK_TCK")
MODEL = "plant-load"


class Usage:
    """What /proc says about a program at one moment."""

    def __init__(self, pid):
        self.taken = time.monotonic()
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        self.cpu = (int(fields[11]) + int(fields[12])) / TICKS
        status = dict(line.split(":", 1) for line in
                      Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines())
        self.rss_mib = int(status["VmRSS"].split()[0]) / 1024
        self.peak_mib = int(status["VmHWM"].split()[0]) / 1024
        self.threads = int(status["Threads"])
        try:
            written = dict(line.split(": ") for line in Path(f"/proc/{pid}/io").read_text(encoding="ascii").splitlines())
            self.written = int(written["write_bytes"])
        except OSError:
            self.written = None


class ControlSocket:
    """Asks the daemon without starting a program for each question."""

    def __init__(self, path):
        self.connection = socket.socket(socket.AF_UNIX)
        self.connection.settimeout(10)
        self.connection.connect(path)
        self.answers = self.connection.makefile()

    def uplink(self):
        """State, since (seconds since 1970), backlog of the one uplink."""
        self.connection.sendall(b'{"id":1,"command":"status","detail":"summary"}\n')
        answer = json.loads(self.answers.readline())
        uplink = answer["result"]["uplinks"][0]
        since = datetime.fromisoformat(uplink["since"].replace("Z", "+00:00")).timestamp() if uplink["since"] else 0
        return uplink["state"], since, uplink["backlog"]


class Baseline(stage.Program):
    def __init__(self, program, folder):
        super().__init__("baseline", folder)
        self.program = program

    def begin(self, broker_port, folder, meters, registers, ready):
        ports = [line["port"] for line in ready["lines"].values()]
        self.start([self.program, broker_port, f"{folder}/baseline.sqlite", meters, registers, *ports])


def load_plant(given):
    builder = plant.PlantBuilder("load", given.boundary * 1000)
    builder.add_model(MODEL, plant.load_plant_model(given.points))
    for line in range(given.lines):
        builder.line(f"line_{line:02}", "modbus-tcp")
        for meter in range(given.meters):
            builder.meter(f"m_{line:02}_{meter:02}", MODEL, given.every_ms)
    return builder


class Run:
    def __init__(self, given, folder):
        self.given = given
        self.folder = folder
        builder = load_plant(given)
        self.plant = builder.description(folder)
        self.build = Path(given.build)
        self.simulator = stage.Simulator(self.build / "tests/sim/metergate-sim", folder, self.plant)
        self.broker = stage.Broker(folder)
        topic = "baseline/samples" if given.baseline else f"{builder.site['prefix']}/load/samples"
        self.recorder = stage.Recorder(folder, topic)
        self.rows = []
        self.first_slot = None
        if given.baseline:
            self.subject = Baseline(self.build / "tests/bench/plant_load_baseline", folder)
        else:
            self.subject = stage.Gateway(self.build / "metergate", f"{folder}/config", folder)

    def begin(self):
        ready = self.simulator.begin()
        self.broker.begin()
        self.recorder.begin(self.broker.port)
        if self.given.baseline:
            self.subject.begin(self.broker.port, self.folder, self.given.meters, 2 * self.given.points, ready)
            time.sleep(1)
        else:
            site_config.write(f"{self.folder}/config", self.plant, ready, self.broker.port, f"{self.folder}/data",
                              f"{self.folder}/control.sock",
                              {MODEL: plant.model_toml(self.plant["models"][MODEL])})
            self.subject.begin()
            self.subject.wait_until_up(30)
        now = datetime.now(SITE_TIME)
        self.first_slot = now.replace(microsecond=0) + timedelta(seconds=2)
        time.sleep(self.given.warm_up)

    def answered(self):
        lines = json.loads(self.simulator.command("stats"))["lines"]
        return sum(line["answered"] for line in lines.values())

    def row(self, name, value, target=""):
        self.rows.append((name, value, target))

    def measure_steady(self):
        before, answered = Usage(self.subject.pid), self.answered()
        others = {program.name: Usage(program.pid).cpu for program in (self.broker, self.simulator, self.recorder)}
        time.sleep(self.given.seconds)
        self.subject.must_run()
        after = Usage(self.subject.pid)
        readings = (self.answered() - answered) * self.given.points
        seconds = after.taken - before.taken
        million = readings / 1e6
        self.row("readings per second", f"{readings / seconds:,.0f}")
        self.row("CPU-seconds per million readings", f"{(after.cpu - before.cpu) / million:.2f}", "≤ 4")
        self.row("CPU of one core", f"{100 * (after.cpu - before.cpu) / seconds:.1f} %")
        self.row("RSS now / peak", f"{after.rss_mib:.1f} / {after.peak_mib:.1f} MiB", "≤ 32 MiB")
        self.row("threads", after.threads)
        if after.written is not None:
            self.row("bytes written to the device per reading",
                     f"{(after.written - before.written) / max(1, readings):.1f}", "≤ 40")
        for program in (self.broker, self.simulator, self.recorder):
            self.row(f"{program.name}: CPU-seconds per million readings",
                     f"{(Usage(program.pid).cpu - others[program.name]) / million:.2f}")

    def measure_outage(self):
        if not self.given.outage:
            return
        self.broker.stop(seconds=60)
        time.sleep(self.given.outage)
        if self.given.baseline:
            self.broker.begin()
            time.sleep(15)
            return
        control = ControlSocket(f"{self.folder}/control.sock")
        _, _, backlog = control.uplink()
        usual = self.given.lines * self.given.meters * 1000 * 2 / self.given.every_ms
        before = Usage(self.subject.pid)
        self.broker.begin()
        restarted = time.time()
        highest = backlog
        while True:
            state, since, left = control.uplink()
            highest = max(highest, left)
            if state == "connected" and since >= restarted - 1 and left <= usual:
                gone = time.time()
                break
            if time.time() - restarted > self.given.outage + 120:
                raise stage.StageError(f"the backlog is still {left} samples, uplink {state}")
            time.sleep(0.02)
        spent = Usage(self.subject.pid)
        took = max(gone - since, 1e-3)
        self.row(f"backlog after {self.given.outage:g} s without broker", f"{highest:,} samples")
        self.row("reconnected after", f"{since - restarted:.1f} s")
        self.row("backlog gone after the connection", f"{took:.2f} s", "≤ 2 s")
        self.row("readings per second while catching up", f"{(highest - left) * self.given.points / took:,.0f}",
                 "≥ 300,000")
        self.row("RSS peak with the outage", f"{spent.peak_mib:.1f} MiB", "≤ 32 MiB")

    def finish(self):
        """True when all is delivered; for the baseline only messages are counted."""
        until = datetime.now(SITE_TIME)
        time.sleep(4)
        answered = self.answered()
        self.subject.stop()
        self.quiet_recorder()
        for program in (self.recorder, self.broker, self.simulator):
            program.stop(seconds=60)
        if self.given.baseline:
            with open(self.recorder.received, "rb") as file:
                received = sum(1 for _ in file)
            self.row("samples answered / received", f"{answered:,} / {received:,}")
            return True
        checked = subprocess.run(
            [sys.executable, ROOT / "tests/sim/check_delivery.py", "--plant", f"{self.folder}/plant.json", "--served",
             self.plant["served_log"], "--received", self.recorder.received, "--from", self.first_slot.isoformat(),
             "--to", until.isoformat()], capture_output=True, text=True, check=False)
        self.row("delivery", checked.stdout.strip() or checked.stderr.strip(), "nothing lost")
        if checked.returncode != 0:
            print(checked.stderr, file=sys.stderr)
        return checked.returncode == 0

    def quiet_recorder(self, seconds=30):
        deadline = time.monotonic() + seconds
        size = -1
        while time.monotonic() < deadline and size != os.path.getsize(self.recorder.received):
            size = os.path.getsize(self.recorder.received)
            time.sleep(1)

    def end(self):
        for program in (self.subject, self.recorder, self.broker, self.simulator):
            program.stop()

    def table(self):
        given = self.given
        lines = [f"{'baseline' if given.baseline else 'metergate'}: {given.lines} lines × {given.meters} meters × "
                 f"{given.points} points, every {given.every_ms} ms, {given.seconds:g} s measured", "",
                 "| | measured | target |", "|---|---|---|"]
        return "\n".join(lines + [f"| {name} | {value} | {target} |" for name, value, target in self.rows])


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--build", default=ROOT / "build" / "release")
    options.add_argument("--baseline", action="store_true", help="measure the bare program instead")
    options.add_argument("--lines", type=int, default=32)
    options.add_argument("--meters", type=int, default=16, help="on each line")
    options.add_argument("--points", type=int, default=20, help="of each meter")
    options.add_argument("--every-ms", type=int, default=1000)
    options.add_argument("--boundary", type=int, default=900, help="seconds")
    options.add_argument("--seconds", type=float, default=60, help="of the steady measurement")
    options.add_argument("--warm-up", type=float, default=5)
    options.add_argument("--outage", type=float, default=30, help="seconds without broker; 0: none")
    options.add_argument("--work", default="/var/tmp", help="where the folder for data and logs is made")
    options.add_argument("--keep", action="store_true")
    given = options.parse_args()

    # The simulator and the broker hold a descriptor for each connection.
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
    folder = tempfile.mkdtemp(prefix="metergate-load-", dir=given.work)
    run = Run(given, folder)
    ok = False
    try:
        run.begin()
        run.measure_steady()
        run.measure_outage()
        ok = run.finish()
        print(run.table())
    except stage.StageError as error:
        print(error, file=sys.stderr)
    finally:
        run.end()
        if ok and not given.keep:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            print(f"kept: {folder}")
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
