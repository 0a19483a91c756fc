#!/usr/bin/python3
"""The simulated plant itself, asked with frames made here. Usage: metergate_sim_test.py PATH/metergate-sim"""

import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest
from decimal import Decimal

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import register_codec
import served_log

SIMULATOR = sys.argv.pop(1) if len(sys.argv) > 1 else "metergate-sim"
POINTS = [
    {"id": "energy", "address": 0, "type": "u32", "order": "cdab", "scale": "0.01",
     "generator": {"kind": "index", "start": 1000, "rate": 10}},
    {"id": "voltage", "address": 2, "type": "f32", "generator": {"kind": "fixed", "start": 230.5}},
    {"id": "total", "address": 4, "type": "i32_f32", "order": "cdab", "generator": {"kind": "fixed", "start": 12.25}},
    {"id": "dead", "address": 8, "type": "u16", "generator": {"kind": "absent", "bits": "0xFFFF"}},
    {"id": "flow", "address": 10, "type": "bcd32", "scale": "0.001", "generator": {"kind": "fixed", "start": 12.345}},
]


def checksum(data):
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return struct.pack("<H", crc)


def read_request(unit, first, count, mbap):
    body = struct.pack(">BBHH", unit, 3, first, count)
    return struct.pack(">HHH", 7, 0, 6) + body if mbap else body + checksum(body)


def everything_within(source, seconds=0.3):
    """All bytes until nothing came for that long; None when the other side reset."""
    got = b""
    while select.select([source], [], [], seconds)[0]:
        try:
            more = os.read(source, 4096)
        except ConnectionResetError:
            return None
        if not more:
            break
        got += more
    return got


class Plant(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        path = self.folder.name
        meters = [{"unit": unit, "model": "m", "seed": unit} for unit in (1, 2)]
        description = {
            "ready_file": f"{path}/ready.json", "served_log": f"{path}/served.log", "models": {"m": {"points": POINTS}},
            "lines": [{"id": "tcp", "kind": "modbus-tcp", "meters": meters},
                      {"id": "rtu", "kind": "rtu-over-tcp", "meters": meters},
                      {"id": "pty", "kind": "serial-pty", "device": f"{path}/ttyS0", "meters": meters}]}
        with open(f"{path}/plant.json", "w", encoding="utf-8") as file:
            json.dump(description, file)
        self.simulator = subprocess.Popen([SIMULATOR, f"{path}/plant.json"])
        deadline = time.monotonic() + 10
        while not os.path.exists(f"{path}/ready.json"):
            self.assertLess(time.monotonic(), deadline, "not ready in time")
            time.sleep(0.01)
        with open(f"{path}/ready.json", encoding="utf-8") as file:
            self.ready = json.load(file)
        self.open_files = []

    def tearDown(self):
        for file in self.open_files:
            file.close()
        self.simulator.send_signal(signal.SIGTERM)
        self.assertEqual(self.simulator.wait(5), 0)
        self.folder.cleanup()

    def open(self, line):
        if line == "pty":
            opened = open(self.ready["lines"]["pty"]["device"], "r+b", buffering=0)
        else:
            opened = socket.create_connection(("127.0.0.1", self.ready["lines"][line]["port"]), 5)
        self.open_files.append(opened)
        return opened

    def ask(self, opened, line, unit=1, first=0, count=12):
        os.write(opened.fileno(), read_request(unit, first, count, line == "tcp"))
        return everything_within(opened.fileno())

    def command(self, text):
        with socket.create_connection(("127.0.0.1", self.ready["control_port"]), 5) as control:
            control.sendall(text.encode() + b"\n")
            return control.makefile().readline().strip()

    def log(self):
        time.sleep(0.6)  # the plant writes its log five times a second
        return served_log.read(f"{self.folder.name}/served.log")

    def test_each_kind_of_line_answers_and_logs_the_same_registers(self):
        for index, line in enumerate(("tcp", "rtu", "pty")):
            with self.subTest(line):
                frame = self.ask(self.open(line), line)
                body = frame[6:] if line == "tcp" else frame
                self.assertEqual(body[:3], bytes([1, 3, 24]))
                if line != "tcp":
                    self.assertEqual(frame[-2:], checksum(frame[:-2]))
                registers = body[3:27]
                self.assertEqual(register_codec.decode(registers[4:8], "f32", "abcd"), Decimal("230.5"))
                self.assertEqual(register_codec.decode(registers[8:16], "i32_f32", "cdab"), Decimal("12.25"))
                self.assertEqual(registers[16:18], b"\xff\xff")
                self.assertEqual(registers[20:24], bytes.fromhex("00012345"))
                told = [a for a in self.log() if a.line == index]
                self.assertEqual([a.registers for a in told], [registers])

    def test_an_index_rises_with_time(self):
        opened = self.open("tcp")
        first = register_codec.decode(self.ask(opened, "tcp", count=2)[9:13], "u32", "cdab")
        second = register_codec.decode(self.ask(opened, "tcp", count=2)[9:13], "u32", "cdab")
        self.assertGreater(second, first)

    def test_registers_beyond_the_model_are_refused(self):
        self.assertEqual(self.ask(self.open("rtu"), "rtu", first=11, count=2)[1:3], b"\x83\x02")

    def test_nobody_answers_at_a_free_address(self):
        self.assertEqual(self.ask(self.open("rtu"), "rtu", unit=9), b"")

    def test_faults_do_what_they_say_until_cleared(self):
        opened = self.open("rtu")
        good = len(self.ask(opened, "rtu"))
        lengths = {"silent": 0, "late_ms 100": good, "surplus": 2 * good, "truncated": good // 2, "wrong_unit": good,
                   "wrong_crc": good, "exception 6": 5, "dribble 2": good, "echo": good + 8}
        for fault, length in lengths.items():
            with self.subTest(fault):
                self.assertEqual(self.command(f"fault rtu/1 {fault}"), "ok")
                frame = self.ask(opened, "rtu")
                self.assertEqual(len(frame), length)
                if fault == "wrong_crc":
                    self.assertNotEqual(frame[-2:], checksum(frame[:-2]))
                if fault == "wrong_unit":
                    self.assertEqual(frame[0], 2)
                self.assertEqual(len(self.ask(opened, "rtu", unit=2)), good)
        self.assertEqual(self.command("clear rtu/1"), "ok")
        self.assertEqual(len(self.ask(opened, "rtu")), good)
        told = [a.fault for a in self.log() if not a.is_switch and a.unit == 1]
        self.assertEqual(told, ["none"] + [fault.split()[0] for fault in lengths] + ["none"])

    def test_only_true_registers_are_logged(self):
        opened = self.open("rtu")
        for fault in ("wrong_unit", "wrong_crc", "truncated", "silent"):
            self.command(f"fault rtu/1 {fault}")
            self.ask(opened, "rtu")
        told = [a for a in self.log() if not a.is_switch]
        self.assertEqual([len(a.registers) for a in told], [0, 0, 0, 0])

    def test_a_reset_tears_the_connection(self):
        self.command("fault tcp/1 reset")
        self.assertIn(self.ask(self.open("tcp"), "tcp"), (None, b""))

    def test_a_line_can_go_down_and_come_back_at_the_same_place(self):
        for line in ("tcp", "pty"):
            with self.subTest(line):
                self.command(f"fault {line}/* down")
                with self.assertRaises(OSError):
                    self.open(line)
                self.command(f"clear {line}/*")
                self.assertNotEqual(self.ask(self.open(line), line), b"")

    def test_wrong_commands_are_named(self):
        for command in ("fault tcp/9 silent", "fault nowhere/1 silent", "fault tcp/1 sulk", "fault tcp/1 down", "x"):
            with self.subTest(command):
                self.assertIn("error:", self.command(command))
        self.assertEqual(json.loads(self.command("stats"))["lines"]["tcp"]["asked"], 0)


if __name__ == "__main__":
    unittest.main()
