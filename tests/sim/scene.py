"""A plant, a broker, a recorder and the gateway as one: started, watched, and in the end checked for delivery."""

import json
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import check_delivery
import check_platform
import site_config
import stage

SITE_TIME = timezone(timedelta(hours=8))
HERE = Path(__file__).resolve().parent


def now():
    return datetime.now(SITE_TIME)


class OtherUplink:
    """A second way to the same broker under a topic prefix of its own: `keys` are its lines of gateway.toml, `check` the
    arguments of check_delivery.py that say the same."""

    def __init__(self, name, keys=(), check=()):
        self.name = name
        self.keys = keys
        self.check = list(check)
        self.recorder = None

    def toml(self, port):
        return "\n".join(["", "[[uplink]]", f'id = "{self.name}"', f'url = "mqtt://127.0.0.1:{port}"',
                          f'topic_prefix = "{self.name}"', *self.keys, ""])


class Scene:
    """`builder`: a plant.PlantBuilder; serial lines without a device get one in `folder`."""

    def __init__(self, folder, builder, gateway, simulator, broker=None, line_keys=(), tcp_keys=(), models=None,
                 other_uplinks=(), platform=None, items=()):
        """`platform`: a stage.Platform that `items` (check_platform.Item) are reported to."""
        self.folder = folder
        self.platform = platform
        self.items = items
        self.other_uplinks = other_uplinks
        for line in builder.lines:
            if line["kind"] == "serial-pty" and not line["device"]:
                line["device"] = f"{folder}/tty-{line['id']}"
        self.plant = builder.description(folder)
        self.line_keys = line_keys
        self.tcp_keys = tcp_keys
        self.models = models
        self.simulator = stage.Simulator(simulator, folder, self.plant)
        self.broker = broker or stage.Broker(folder)
        site = self.plant["site"]
        self.recorder = stage.Recorder(folder, f"{site['prefix']}/{site['id']}/samples")
        for other in other_uplinks:
            # Hexadecimal: a compressed payload may have any byte.
            other.recorder = stage.Recorder(folder, f"{other.name}/{site['id']}/samples", other.name, "%x")
        self.gateway = stage.Gateway(gateway, f"{folder}/config", folder)
        self.first_slot = None
        self.stops = []
        self.stopped_within = None  # seconds from SIGTERM to the gateway's end
        self.commit = None  # seconds between an answer and its commit; None: as check_delivery.py has it

    def begin(self):
        ready = self.simulator.begin()
        self.broker.begin()
        self.recorder.begin(self.broker.port)
        site_config.write(f"{self.folder}/config", self.plant, ready, self.broker.port, f"{self.folder}/data",
                          f"{self.folder}/control.sock", self.models, self.line_keys, self.tcp_keys)
        for other in self.other_uplinks:
            other.recorder.begin(self.broker.port)
            with open(f"{self.folder}/config/gateway.toml", "a", encoding="utf-8") as file:
                file.write(other.toml(self.broker.port))
        if self.platform:
            self.platform.begin()
            site_config.add_platform(f"{self.folder}/config", self.platform, self.items)
        self.gateway.begin()
        self.gateway.wait_until_up()
        # The slot under way at the start may be half over; the next whole second after the coming one counts.
        self.first_slot = now().replace(microsecond=0) + timedelta(seconds=2)

    def received(self):
        try:
            with open(self.recorder.received, "rb") as file:
                return sum(1 for _ in file)
        except OSError:
            return 0

    def check(self, until, other=None):
        """What check_delivery.py says about the slots from the start up to `until`, as the first uplink brought them, or
        `other`."""
        report = f"{self.folder}/report.json" if other is None else f"{self.folder}/report-{other.name}.json"
        recorder = self.recorder if other is None else other.recorder
        selected = [] if other is None else ["--prefix", other.name, *other.check]
        commit = [] if self.commit is None else ["--commit", str(self.commit)]
        stops = [word for begin, end in self.stops for word in ("--stop", begin.isoformat(), end.isoformat())]
        checked = subprocess.run(
            [sys.executable, HERE / "check_delivery.py", "--plant", f"{self.folder}/plant.json", "--served",
             self.plant["served_log"], "--received", recorder.received, "--from", self.first_slot.isoformat(),
             "--to", until.isoformat(), "--report", report, *commit, *stops, *selected],
            capture_output=True, text=True, check=False)
        if checked.returncode not in (0, 1):
            raise stage.StageError(checked.stderr)
        return json.loads(Path(report).read_text(encoding="utf-8"))

    def check_platform(self, until):
        """What check_platform.py says about the intervals that ended before `until`."""
        site = self.plant["site"]
        messages = check_delivery.read_messages(self.recorder.received, f"{site['prefix']}/{site['id']}/samples")
        return check_platform.check(self.items, messages, self.platform.arrivals(),
                                    timedelta(milliseconds=site["boundary_ms"]), until)

    def all_ok(self, until):
        return (self.check(until)["ok"] and all(self.check(until, other)["ok"] for other in self.other_uplinks)
                and (self.platform is None or self.check_platform(until)["ok"]))

    def finish(self, patience=20.0):
        """Lets the last samples arrive, stops everything in order; the report of the last check."""
        until = now()
        deadline = time.monotonic() + patience
        time.sleep(1.5)
        while not self.all_ok(until) and time.monotonic() < deadline:
            time.sleep(1)
        asked = time.monotonic()
        code = self.gateway.stop()
        self.stopped_within = time.monotonic() - asked
        time.sleep(0.3)
        self.recorder.stop()
        for other in self.other_uplinks:
            other.recorder.stop()
        self.broker.stop()
        self.simulator.stop()
        report = self.check(until)
        report["until"] = until
        if self.platform:
            report["platform"] = self.check_platform(until)
            report["ok"] = report["ok"] and report["platform"]["ok"]
            report["problems"] += report["platform"]["problems"]
            self.platform.stop()
        if code != 0:
            report["ok"] = False
            report["problems"].append(f"the gateway ended with code {code}")
        return report

    def end(self):
        recorders = [other.recorder for other in self.other_uplinks]
        platforms = [self.platform] if self.platform else []
        for program in (self.gateway, self.recorder, *recorders, self.broker, *platforms, self.simulator):
            program.stop()
