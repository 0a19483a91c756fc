"""The programs around the gateway, each on its own port and folder: plant, broker, recorder, gateway.

Every one ends with this process, also when that is killed.
"""

import ctypes
import json
import os
import pwd
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

_libc = ctypes.CDLL(None, use_errno=True)
PR_SET_PDEATHSIG = 1


class StageError(RuntimeError):
    """A program did not do what it was started for; the text is for people."""


def _end_with_parent():
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def spawn(command, log, stdout=None):
    """In a session of its own: Ctrl-C at the terminal is ours to pass on."""
    with open(log, "ab") as errors:
        return subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL,
                                stdout=errors if stdout is None else stdout, stderr=errors,
                                start_new_session=True, preexec_fn=_end_with_parent)


def wait_for(condition, what, seconds=10.0):
    deadline = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise StageError(f"{what}: not within {seconds:g} s")
        time.sleep(0.02)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), 0.2).close()
        return True
    except OSError:
        return False


def find_program(name):
    """mosquitto lies in a folder that is not in the path of ordinary users."""
    for folder in os.environ.get("PATH", "").split(":") + ["/usr/sbin", "/usr/bin"]:
        if folder and os.access(f"{folder}/{name}", os.X_OK):
            return f"{folder}/{name}"
    raise StageError(f"{name} is not installed")


class Program:
    def __init__(self, name, folder):
        self.name = name
        self.log = Path(folder) / f"{name}.log"
        self.process = None

    def start(self, command, stdout=None):
        try:
            self.process = spawn(command, self.log, stdout)
        except OSError as error:
            raise StageError(f"{self.name} cannot be started: {error}") from error

    @property
    def pid(self):
        return self.process.pid

    def running(self):
        return self.process is not None and self.process.poll() is None

    def last_words(self, lines=8):
        try:
            return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
        except OSError:
            return ""

    def must_run(self):
        if not self.running():
            raise StageError(f"{self.name} ended by itself:\n{self.last_words()}")

    def stop(self, how=signal.SIGTERM, seconds=10.0):
        """The exit code; a program that does not end in time is killed and None is returned."""
        if self.process is None:
            return 0
        if self.running():
            self.process.send_signal(how)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return None


class Simulator(Program):
    def __init__(self, program, folder, plant):
        super().__init__("plant", folder)
        self.plant = plant
        self.program = program
        self.folder = Path(folder)
        self.ready = None

    def begin(self):
        description = self.folder / "plant.json"
        description.write_text(json.dumps(self.plant, ensure_ascii=False), encoding="utf-8")
        self.start([self.program, description])
        path = Path(self.plant["ready_file"])

        def is_ready():
            self.must_run()
            return path.exists()

        wait_for(is_ready, "the simulated plant")
        self.ready = json.loads(path.read_text(encoding="utf-8"))
        return self.ready

    def command(self, text):
        with socket.create_connection(("127.0.0.1", self.ready["control_port"]), 5) as control:
            control.sendall(text.encode() + b"\n")
            reply = control.makefile().readline().strip()
        if reply.startswith("error"):
            raise StageError(f"plant: {text}: {reply}")
        return reply


class Broker(Program):
    """mosquitto with persistence: what it accepted before it is stopped reaches the recorder after it is back.
    With survives_kill it writes its store at every change, so that this holds for SIGKILL as well."""

    def __init__(self, folder, survives_kill=False):
        super().__init__("mosquitto", folder)
        self.folder = Path(folder)
        self.port = free_port()
        self.autosave = "autosave_interval 1\nautosave_on_changes true" if survives_kill else "autosave_interval 3600"

    def begin(self):
        config = self.folder / "mosquitto.conf"
        store = self.folder / "mosquitto"
        store.mkdir(exist_ok=True)
        # Started by root it would become another user, who may not write into our folder.
        config.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence true\n"
                          f"persistence_location {store}/\n{self.autosave}\nmax_queued_messages 0\n"
                          f"max_inflight_messages 0\nuser {pwd.getpwuid(os.getuid()).pw_name}\n"
                          f"log_dest stderr\nlog_type error\nlog_type warning\n", encoding="utf-8")
        self.start([find_program("mosquitto"), "-c", config])

        def is_up():
            self.must_run()
            return accepts(self.port)

        wait_for(is_up, "mosquitto")


class Platform(Program):
    """A provincial platform over TLS: metergate-platform-sim, national profile."""

    CODE = "91130000XXXXXXXX0Y"

    def __init__(self, folder, grid_seconds):
        super().__init__("platform", folder)
        self.folder = Path(folder)
        self.grid_seconds = grid_seconds
        self.addresses = None

    def begin(self):
        ready = self.folder / "platform.ready.json"
        self.start(["/usr/bin/python3", Path(__file__).resolve().parent / "metergate-platform-sim", "--profile", "p1", "--grid",
                    self.grid_seconds, "--tls-dir", self.folder / "platform-tls", "--ready-file", ready, "--require-items"])

        def is_ready():
            self.must_run()
            return ready.exists()

        wait_for(is_ready, "the simulated platform", 30)
        self.addresses = json.loads(ready.read_text(encoding="utf-8"))

    @property
    def register_url(self):
        return self.addresses["profiles"]["p1"]["register"]

    @property
    def ca_file(self):
        return self.addresses["tls"]["ca"]

    def ask(self, question, content=None):
        request = urllib.request.Request(f"{self.addresses['control']}/{question}",
                                         None if content is None else json.dumps(content).encode())
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read())

    def break_down(self, seconds):
        """It answers everything with 503 for so long."""
        self.ask("faults", {"fault": "status", "status": 503, "seconds": seconds})

    def behave(self):
        request = urllib.request.Request(f"{self.addresses['control']}/faults", method="DELETE")
        urllib.request.urlopen(request, timeout=10).close()

    def held(self):
        """How many records it holds."""
        return sum(kind["records"] for kind in self.ask("summary")["arrivals"])

    def arrivals(self):
        return self.ask("arrivals?profile=p1&limit=1000000")["arrivals"]


class Recorder(Program):
    """A subscriber that writes every message down. Its session outlives a restart of the broker."""

    def __init__(self, folder, topic, name="recorder", payload="%p"):
        super().__init__(name, folder)
        self.topic = topic
        self.name = name
        self.payload = payload
        self.received = Path(folder) / ("received.log" if name == "recorder" else f"received-{name}.log")

    def begin(self, port):
        with open(self.received, "ab") as output:
            self.start([find_program("mosquitto_sub"), "-V", "5", "-h", "127.0.0.1", "-p", port, "-q", "1", "-c",
                        "-x", "86400", "-i", self.name, "-k", "10", "-t", self.topic, "-F",
                        f"%U %t {self.payload}"],
                       stdout=output)


class Gateway(Program):
    def __init__(self, program, config, folder):
        super().__init__("gateway", folder)
        self.program = str(program)
        self.config = str(config)

    def begin(self):
        self.start([self.program, "run", "--config", self.config])

    def status(self):
        """What the daemon says about itself; None while it does not answer."""
        asked = subprocess.run([self.program, "status", "--config", self.config, "--points", "--json"], capture_output=True,
                               timeout=10, check=False)
        if asked.returncode != 0:
            return None
        try:
            return json.loads(asked.stdout)
        except json.JSONDecodeError:
            return None

    def wait_until_up(self, seconds=15.0):
        def answers():
            self.must_run()
            return self.status()

        return wait_for(answers, "the gateway", seconds)
