#!/usr/bin/python3
"""Looking at a line with the real program, while it polls and while it does not run.

usage: diagnosis_test.py METERGATE [unittest arguments]
"""

import json
import os
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import tty
import unittest
from pathlib import Path

PROGRAM = sys.argv[1]


class Meter:
    """A meter of Modbus TCP at an address of its own, with 230.0 (4366 0000) in all registers."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.functions = []
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                stream, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.answer, args=(stream,), daemon=True).start()

    def answer(self, stream):
        with stream:
            while request := stream.recv(12):
                if len(request) < 8:
                    return
                transaction, unit, function = struct.unpack(">H4xBB", request[:8])
                self.functions.append(function)
                if function not in (3, 4):
                    body = bytes((unit, function | 0x80, 1))
                else:
                    first, count = struct.unpack(">HH", request[8:12])
                    words = [0x4366 if (first + i) % 2 == 0 else 0 for i in range(count)]
                    body = struct.pack(f">BBB{count}H", unit, function, 2 * count, *words)
                stream.sendall(struct.pack(">HHH", transaction, 0, len(body)) + body)


def with_checksum(body):
    crc = 0xFFFF
    for byte in body:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return body + struct.pack("<H", crc)


def rtu_answer(frame):
    """What the units of a bus say: 1 has zeros in all registers, 5 refuses every one, the others are not there."""
    unit, function = frame[0], frame[1]
    if unit == 1 and function in (3, 4):
        count = struct.unpack(">H", frame[4:6])[0]
        return with_checksum(struct.pack(">BBB", unit, function, 2 * count) + bytes(2 * count))
    return with_checksum(bytes((unit, function | 0x80, 2))) if unit in (1, 5) else b""


class Modem:
    """A 4G modem that dials in, says who it is, and passes on what its bus says."""

    def __init__(self, port):
        self.stream = eventually(lambda: self.dial(port))
        self.stream.sendall(b"PUMP-01")
        threading.Thread(target=self.serve, daemon=True).start()

    @staticmethod
    def dial(port):
        try:
            return socket.create_connection(("127.0.0.1", port))
        except OSError:
            return None

    def serve(self):
        try:
            while frame := self.stream.recv(256):
                self.stream.sendall(rtu_answer(frame))
        except OSError:
            return


class SerialBus:
    """A pty whose far end counts what reaches it; `talk` is what another master says."""

    def __init__(self, talk=b""):
        self.far, self.near = os.openpty()
        tty.setraw(self.near)
        self.device = os.ttyname(self.near)
        self.talk = talk
        self.heard = b""
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        try:
            while True:
                ready, _, _ = select.select([self.far], [], [], 0.2)
                if self.talk:
                    os.write(self.far, self.talk)
                if not ready:
                    continue
                frame = os.read(self.far, 256)
                self.heard += frame
                os.write(self.far, rtu_answer(frame))
        except OSError:
            return

    def close(self):
        os.close(self.far)
        os.close(self.near)


def eventually(condition, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = condition()
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s")


class Diagnosis(unittest.TestCase):
    def setUp(self):
        # Not /tmp: a folder in memory is refused for data, and /tmp may be one.
        self.folder = Path(tempfile.mkdtemp(prefix="metergate-look-", dir="/var/tmp"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.meter = Meter()
        self.addCleanup(self.meter.listener.close)
        self.site = self.folder / "site"
        self.site.mkdir()
        (self.site / "gateway.toml").write_text(
            f'[site]\nid = "look"\n[storage]\npath = "{self.folder / "data"}"\n'
            f'[control]\nsocket = "{self.folder / "c.sock"}"\n'
            f'[[line]]\nid = "panel"\nkind = "modbus-tcp"\nhost = "127.0.0.1"\nport = {self.meter.port}\n', encoding="utf-8")
        (self.site / "meters.csv").write_text(
            "id,name,energy,line,address,model,every\nmain,main,电力,panel,1,eastron-sdm630,1s\n", encoding="utf-8")

    def run_gateway(self):
        process = subprocess.Popen([PROGRAM, "run", "--config", self.site], stderr=subprocess.DEVNULL)

        def end():
            process.send_signal(signal.SIGTERM)
            process.wait(10)

        self.addCleanup(end)
        eventually(lambda: self.line_status().get("answered", 0) > 0)

    def line_status(self):
        run = self.command("status", "--json")
        return json.loads(run.stdout)["lines"][0] if run.returncode == 0 else {}

    def command(self, *words):
        return subprocess.run([PROGRAM, *words, "--config", self.site, "--lang", "en"], capture_output=True, text=True,
                              check=False, timeout=60)

    def test_a_question_by_hand_is_asked_directly_while_no_gateway_runs(self):
        run = self.command("raw", "panel", "1", "04", "0x34", "2")

        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("01 04 00 34 00 02", run.stdout)
        self.assertIn("230", run.stdout)

    def test_a_question_by_hand_goes_through_the_gateway_and_costs_no_slot(self):
        self.run_gateway()

        for _ in range(10):
            run = self.command("raw", "panel", "1", "3", "100", "2", "--json")
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertEqual(json.loads(run.stdout)["registers"], [0x4366, 0])
        refused = self.command("raw", "panel", "1", "2B")

        self.assertEqual(refused.returncode, 1)
        self.assertIn("illegal function", refused.stdout)
        self.assertEqual(self.line_status()["slots_missed"], 0)

    def test_nothing_that_writes_ever_reaches_the_wire(self):
        for function in ("05", "06", "0F", "10", "16", "17", "08"):
            run = self.command("raw", "panel", "1", function, "0", "1")
            self.assertEqual(run.returncode, 64)
            self.assertEqual(run.stderr.count("\n"), 1, run.stderr)
        self.assertEqual(self.meter.functions, [])

    def test_a_trace_shows_the_frames_of_a_polled_line(self):
        self.run_gateway()

        run = self.command("trace", "panel", "--for", "3s")

        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertRegex(run.stdout, r"\d\d:\d\d:\d\d\.\d{3} >  00 .* unit 1 function 04 0x[0-9A-F]{4}\+\d+")
        self.assertRegex(run.stdout, r"<  00 .* unit 1 function 04: 17254 0 17254")
        self.assertRegex(run.stderr, r"\d+ frames, 0 lost")

    def test_a_trace_into_a_file_ends_after_so_many_frames(self):
        self.run_gateway()
        file = self.folder / "frames"

        run = self.command("trace", "panel", "--for", "1m", "--frames", "4", "--meter", "main", "--json", "-o", str(file))

        self.assertEqual(run.returncode, 0, run.stderr)
        frames = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        self.assertEqual([frame["fate"] for frame in frames], ["request", "answer", "request", "answer"])

    def test_a_scan_finds_who_answers_and_leaves_the_meters_of_the_table_alone(self):
        self.run_gateway()

        run = self.command("scan", "panel", "--addresses", "1-3", "--json")

        self.assertEqual(run.returncode, 0, run.stderr)
        report = json.loads(run.stdout)
        self.assertEqual([found["unit"] for found in report["found"]], [2, 3])
        self.assertEqual(report["found"][0]["models"][0]["id"], "eastron-sdm630")
        self.assertEqual(report["known"], [{"unit": 1, "meter": "main"}])
        self.assertEqual(self.line_status()["slots_missed"], 0)

    def serial_bus(self, talk=b""):
        bus = SerialBus(talk)
        self.addCleanup(bus.close)
        with (self.site / "gateway.toml").open("a", encoding="utf-8") as config:
            config.write(f'[[line]]\nid = "bus"\nkind = "serial"\ndevice = "{bus.device}"\nresponse_timeout = "200ms"\n')
        return bus

    def test_a_scan_of_a_serial_line_tries_other_settings_too(self):
        self.serial_bus()

        run = self.command("scan", "bus", "--addresses", "4-5", "--listen", "1", "--all-settings", "--json")

        self.assertEqual(run.returncode, 0, run.stderr)
        report = json.loads(run.stdout)
        self.assertEqual([(found["unit"], found["settings"], found["exception"]) for found in report["found"]],
                         [(5, "9600 8N1", 2)])
        self.assertGreaterEqual(report["asked"], 13, "unit 4 with each setting")

    def test_not_one_byte_goes_out_where_another_master_talks(self):
        bus = self.serial_bus(with_checksum(bytes((9, 3, 0, 0, 0, 2))))

        run = self.command("scan", "bus", "--listen", "3")

        self.assertEqual(run.returncode, 1)
        self.assertIn("another master", run.stderr)
        self.assertEqual(bus.heard, b"")

    def polled_bus(self):
        """A serial line with unit 1 in the table, asked each second; the gateway runs."""
        self.serial_bus()
        with (self.site / "meters.csv").open("a", encoding="utf-8") as table:
            table.write("pump,pump,电力,bus,1,eastron-sdm120,1s\n")
        self.run_gateway()
        self.wait_for_answers("bus", 0)

    def answers(self, line):
        run = self.command("status", "--json")
        lines = json.loads(run.stdout)["lines"] if run.returncode == 0 else []
        return next((each["answered"] for each in lines if each["id"] == line), 0)

    def wait_for_answers(self, line, more_than):
        return eventually(lambda: (now := self.answers(line)) > more_than and now)

    def test_polling_waits_for_other_settings_only_where_somebody_says_so_and_goes_on(self):
        self.polled_bus()
        words = ("scan", "bus", "--addresses", "4-8", "--listen", "0", "--all-settings")

        refused = self.command(*words)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("--pause-polling", refused.stderr)

        run = self.command(*words, "--pause-polling", "3s", "--json")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("3 s", run.stderr)
        report = json.loads(run.stdout)
        self.assertFalse(report["complete"])
        self.assertEqual([found["unit"] for found in report["found"]], [5])
        self.wait_for_answers("bus", self.answers("bus") + 2)

    def test_polling_goes_on_when_whoever_let_it_wait_goes_away(self):
        self.polled_bus()
        client = subprocess.Popen([PROGRAM, "scan", "bus", "--addresses", "40", "--listen", "0", "--all-settings",
                                   "--pause-polling", "1h", "--config", self.site], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
        self.addCleanup(client.stderr.close)
        eventually(lambda: b"19200" in client.stderr.readline())

        client.kill()
        client.wait(10)

        self.wait_for_answers("bus", self.answers("bus") + 2)

    def test_an_interrupted_trace_leaves_no_piece_of_its_file(self):
        self.run_gateway()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            file = self.folder / "frames"
            trace = subprocess.Popen([PROGRAM, "trace", "panel", "-o", file, "--config", self.site], stderr=subprocess.DEVNULL)
            eventually((self.folder / "frames.part").exists)

            trace.send_signal(number)

            self.assertEqual(trace.wait(10), -number)
            self.assertEqual([path.name for path in self.folder.glob("frames*")], [])

    def test_the_line_of_a_modem_is_looked_at_like_any_other(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        with (self.site / "gateway.toml").open("a", encoding="utf-8") as config:
            config.write(f'[[line]]\nid = "pump_house"\nkind = "dtu"\nport = {port}\nlisten = "127.0.0.1"\n'
                         'registration = "PUMP-01"\nresponse_timeout = "300ms"\n')
        with (self.site / "meters.csv").open("a", encoding="utf-8") as table:
            table.write("pump,pump,电力,pump_house,1,eastron-sdm120,1s\n")
        self.run_gateway()
        modem = Modem(port)
        self.addCleanup(modem.stream.close)
        self.wait_for_answers("pump_house", 0)

        question = self.command("raw", "pump_house", "1", "4", "0", "2", "--json")
        refusal = self.command("raw", "pump_house", "5", "4", "0", "2")
        silence = self.command("raw", "pump_house", "7", "4", "0", "2")
        scan = self.command("scan", "pump_house", "--addresses", "4-6", "--listen", "1", "--json")
        trace = self.command("trace", "pump_house", "--for", "2s")

        self.assertEqual(json.loads(question.stdout)["registers"], [0, 0])
        self.assertIn("illegal data address", refusal.stdout)
        self.assertEqual(silence.returncode, 1)
        self.assertEqual([found["unit"] for found in json.loads(scan.stdout)["found"]], [5], scan.stderr)
        self.assertRegex(trace.stdout, r"> {2}01 04 .* unit 1 function 04")
        self.wait_for_answers("pump_house", self.answers("pump_house") + 1)

    def test_a_trace_is_a_matter_of_the_running_gateway(self):
        self.assertEqual(self.command("trace", "panel").returncode, 3)

    def test_a_line_that_is_not_there_is_answered_with_the_nearest(self):
        self.run_gateway()

        for run in (self.command("trace", "pannel"), self.command("raw", "pannel", "1", "3", "0", "1")):
            self.assertEqual(run.returncode, 64)
            self.assertIn('"panel"', run.stderr)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
