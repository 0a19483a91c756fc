#!/usr/bin/python3
"""The life of the real program: start without network, broker or meter; signs of life; refusals; an end in time.

usage: daemon_life_test.py METERGATE [unittest arguments]
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path

PROGRAM = sys.argv[1]
STOP_LIMIT = 5.0
METERS = "id,name,energy,line,address,model,every\n"


def eventually(condition, seconds=15):
    """The first true answer of `condition`; fails after the time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = condition()
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s")


def port_nobody_listens_on():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class DaemonLife(unittest.TestCase):
    def setUp(self):
        # Not /tmp: a folder in memory is refused for data, and /tmp may be one.
        self.folder = Path(tempfile.mkdtemp(prefix="metergate-life-", dir="/var/tmp"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.running = []
        self.addCleanup(self.end_all)

    def end_all(self):
        for process in self.running:
            if process.poll() is None:
                process.kill()
            process.wait()
            process.stderr.close()

    def site(self, name="site", broker_port=None, data=None, lines=None):
        config = self.folder / name
        config.mkdir()
        broker_port = broker_port or port_nobody_listens_on()
        lines = lines or f'[[line]]\nid = "panel"\nkind = "modbus-tcp"\nhost = "127.0.0.1"\nport = {port_nobody_listens_on()}\n'
        (config / "gateway.toml").write_text(
            f'[site]\nid = "life"\nboundary = "5s"\n[storage]\npath = "{data or self.folder / "data"}"\n'
            f'[control]\nsocket = "{self.folder / name}.sock"\n{lines}'
            f'[[uplink]]\nid = "broker"\nkind = "mqtt"\nurl = "mqtt://127.0.0.1:{broker_port}"\n', encoding="utf-8")
        (config / "meters.csv").write_text(METERS + "main,main,电力,panel,1,eastron-sdm630,1s\n", encoding="utf-8")
        return config

    def start(self, config, **environment):
        process = subprocess.Popen([PROGRAM, "run", "--config", config, "--lang", "en"], stderr=subprocess.PIPE,
                                   text=True, env={**os.environ, **environment})
        self.running.append(process)
        return process

    def status(self, config):
        run = subprocess.run([PROGRAM, "status", "--config", config, "--json"], capture_output=True, text=True, check=False)
        return json.loads(run.stdout) if run.returncode == 0 else None

    def stop(self, process):
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        code = process.wait(timeout=20)
        self.assertLess(time.monotonic() - began, STOP_LIMIT)
        return code

    def said(self, process, word):
        """The first line of its log that has the word."""
        return next(line for line in process.stderr if word in line)

    def test_collects_without_meter_broker_or_network(self):
        config = self.site()
        daemon = self.start(config)
        status = eventually(lambda: (s := self.status(config)) and s["buffer"]["committed"] >= 2 and s)
        self.assertEqual(status["lines"][0]["state"], "down")
        self.assertIn(status["uplinks"][0]["state"], ("connecting", "waiting"))
        self.assertGreaterEqual(status["uplinks"][0]["backlog"], 2)
        self.assertEqual(self.stop(daemon), 0)

    def test_tells_the_service_manager_how_it_is(self):
        manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(manager.close)
        path = str(self.folder / "notify")
        manager.bind(path)
        manager.settimeout(15)
        daemon = self.start(self.site(), NOTIFY_SOCKET=path, WATCHDOG_USEC="400000")
        heard = [manager.recv(4096).decode() for _ in range(4)]
        self.assertIn("READY=1", heard[0])
        self.assertGreaterEqual(sum("WATCHDOG=1" in message for message in heard), 3)
        daemon.send_signal(signal.SIGTERM)
        self.assertTrue(eventually(lambda: "STOPPING=1" in manager.recv(4096).decode()))
        self.assertEqual(daemon.wait(timeout=STOP_LIMIT), 0)

    def test_ends_in_time_when_the_broker_accepts_and_says_nothing(self):
        with socket.create_server(("127.0.0.1", 0)) as mute:
            config = self.site(broker_port=mute.getsockname()[1])
            daemon = self.start(config)
            eventually(lambda: (s := self.status(config)) and s["buffer"]["committed"] >= 1)
            self.assertEqual(self.stop(daemon), 0)

    def test_what_was_committed_is_still_there_after_a_stop(self):
        config = self.site()
        daemon = self.start(config)
        before = eventually(lambda: (s := self.status(config)) and s["buffer"]["newest"] >= 3 and s["buffer"]["newest"])
        self.stop(daemon)
        self.start(config)
        status = eventually(lambda: self.status(config))
        self.assertGreaterEqual(status["buffer"]["newest"], before)
        self.assertGreaterEqual(status["uplinks"][0]["backlog"], before)

    def test_a_log_that_nobody_reads_any_more_does_not_end_it(self):
        config = self.site()
        settings = config / "gateway.toml"  # without an uplink: the MQTT library ignores SIGPIPE for us otherwise
        settings.write_text(settings.read_text(encoding="utf-8").split("[[uplink]]")[0], encoding="utf-8")
        daemon = self.start(config)
        eventually(lambda: self.status(config))
        daemon.stderr.close()
        self.assertEqual(self.stop(daemon), 0)  # which it says, into the closed pipe

    def clock(self, config, *arguments):
        return subprocess.run([PROGRAM, "clock", *arguments, "--config", config, "--lang", "en"], capture_output=True,
                              text=True, check=False)

    def test_a_person_compares_the_clock_and_that_outlives_a_restart(self):
        config = self.site()
        daemon = self.start(config)
        status = eventually(lambda: (s := self.status(config)) and s["buffer"]["committed"] >= 1 and s)
        if status["clock"]["reason"] == "ntp":
            self.skipTest("this machine has NTP, which is believed before any person")
        self.assertIn("metergate clock confirm", self.said(daemon, "vouches"))

        site_time = timezone(timedelta(hours=8))
        wrong = datetime.now(site_time) - timedelta(minutes=2)
        refused = self.clock(config, "confirm", "--time", f"{wrong:%Y-%m-%d %H:%M:%S}", "--by", "李工")
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("ahead", refused.stderr)
        self.assertEqual(self.status(config)["clock"]["vouched_by"], "")

        confirmed = self.clock(config, "confirm", "--time", f"{datetime.now(site_time):%Y-%m-%d %H:%M:%S}", "--by", "李工")
        self.assertEqual(confirmed.returncode, 0, confirmed.stderr)
        self.assertIn("李工", confirmed.stdout)
        eventually(lambda: json.loads(self.clock(config, "--json").stdout)["notes"][0]["reason"] == "confirmed")

        self.stop(daemon)
        self.start(config)
        status = eventually(lambda: self.status(config))
        self.assertEqual((status["clock"]["reason"], status["clock"]["vouched_by"]), ("confirmed", "李工"))

    def test_a_second_instance_on_the_same_data_is_refused(self):
        first = self.site("first")
        daemon = self.start(first)
        eventually(lambda: self.status(first))
        second = self.start(self.site("second"))
        self.assertEqual(second.wait(timeout=15), 2)
        self.assertIn(str(daemon.pid), second.stderr.read())
        self.assertIsNotNone(self.status(first))

    def test_a_data_folder_that_cannot_be_made_is_one_clear_line(self):
        daemon = self.start(self.site(data="/proc/metergate"))
        self.assertEqual(daemon.wait(timeout=15), 2)
        self.assertIn("/proc/metergate", daemon.stderr.read())

    def test_a_wrong_configuration_starts_nothing(self):
        config = self.site()
        (config / "meters.csv").write_text(METERS + "main,main,电力,pannel,1,eastron-sdm630,1s\n", encoding="utf-8")
        daemon = self.start(config)
        self.assertEqual(daemon.wait(timeout=15), 2)
        said = daemon.stderr.read()
        self.assertIn("meters.csv:2:", said)
        self.assertIn("panel", said)
        self.assertFalse((self.folder / "data").exists())

    def test_a_control_socket_that_cannot_be_made_leaves_the_collection_alone(self):
        config = self.site()
        (self.folder / "site.sock").write_text("not a socket", encoding="utf-8")
        daemon = self.start(config)
        time.sleep(2.5)
        self.assertEqual(self.stop(daemon), 0)
        self.assertIn("site.sock", daemon.stderr.read())
        (self.folder / "site.sock").unlink()
        self.start(config)
        status = eventually(lambda: self.status(config))
        self.assertGreaterEqual(status["buffer"]["newest"], 2)

    def test_a_serial_device_that_is_not_there_leaves_the_rest_alone(self):
        lines = (f'[[line]]\nid = "panel"\nkind = "modbus-tcp"\nhost = "127.0.0.1"\nport = {port_nobody_listens_on()}\n'
                 '[[line]]\nid = "hv"\nkind = "serial"\ndevice = "/dev/ttyUSB-nobody"\n')
        config = self.site(lines=lines)
        with (config / "meters.csv").open("a", encoding="utf-8") as table:
            table.write("feeder,feeder,电力,hv,3,eastron-sdm630,1s\n")
        self.start(config)
        status = eventually(lambda: (s := self.status(config)) and s["buffer"]["committed"] >= 4 and s)
        hv = next(line for line in status["lines"] if line["id"] == "hv")
        self.assertEqual(hv["state"], "down")
        self.assertIn("/dev/ttyUSB-nobody", hv["last_error"])

    def test_more_lines_than_threads_allowed_are_refused_with_the_limit(self):
        lines = "".join(f'[[line]]\nid = "l{n}"\nkind = "modbus-tcp"\nhost = "127.0.0.1"\nport = {n + 1000}\n' for n in range(257))
        config = self.site(lines=lines)
        (config / "meters.csv").write_text(METERS + "main,main,电力,l0,1,eastron-sdm630,1s\n", encoding="utf-8")
        run = subprocess.run([PROGRAM, "check", "--config", config], capture_output=True, text=True, check=False)
        self.assertEqual(run.returncode, 2)
        self.assertIn("256", run.stderr)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
