#!/usr/bin/python3
"""The real program beside another master, over a serial server that hands on what passes on the pair.

usage: listening_program_test.py METERGATE [unittest arguments]
"""

import json
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

PROGRAM = sys.argv[1]


def with_checksum(body):
    crc = 0xFFFF
    for byte in body:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return body + struct.pack("<H", crc)


class Tap:
    """Another master reads 230.0 from the first registers of unit 1 ten times a second; counts what reaches it from the gateway."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.received = b""
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                stream, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.count, args=(stream,), daemon=True).start()
            self.talk(stream)

    def count(self, stream):
        try:
            while chunk := stream.recv(256):
                self.received += chunk
        except OSError:
            return

    @staticmethod
    def talk(stream):
        words = (0x4366, 0) * 12
        try:
            while True:
                stream.sendall(with_checksum(struct.pack(">BBHH", 1, 4, 0, 24)))
                time.sleep(0.05)
                stream.sendall(with_checksum(struct.pack(">BBB24H", 1, 4, 48, *words)))
                time.sleep(0.05)
        except OSError:
            return


def eventually(condition, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = condition()
        if answer:
            return answer
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s")


class Listening(unittest.TestCase):
    def setUp(self):
        # Not /tmp: a folder in memory is refused for data, and /tmp may be one.
        self.folder = Path(tempfile.mkdtemp(prefix="metergate-listen-", dir="/var/tmp"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.tap = Tap()
        self.addCleanup(self.tap.listener.close)
        self.site = self.folder / "site"
        self.site.mkdir()
        (self.site / "gateway.toml").write_text(
            f'[site]\nid = "listen"\n[storage]\npath = "{self.folder / "data"}"\n'
            f'[control]\nsocket = "{self.folder / "c.sock"}"\n'
            f'[[line]]\nid = "old_scada"\nkind = "rtu-over-tcp"\nmode = "listen"\nhost = "127.0.0.1"\n'
            f'port = {self.tap.port}\n', encoding="utf-8")
        (self.site / "meters.csv").write_text(
            "id,name,energy,line,address,model,every\nmain,main,电力,old_scada,1,eastron-sdm630,1s\n"
            "spare,spare,电力,old_scada,2,eastron-sdm630,1s\n", encoding="utf-8")

    def run_gateway(self):
        process = subprocess.Popen([PROGRAM, "run", "--config", self.site], stderr=subprocess.DEVNULL)

        def end():
            process.send_signal(signal.SIGTERM)
            process.wait(10)

        self.addCleanup(end)
        return eventually(self.heard)

    def heard(self):
        status = self.status()
        meters = status.get("meters", [])
        heard = meters and meters[0]["last_slot"] and status["lines"][0]["listening"]["answers"] > 0
        return status if heard else None

    def status(self):
        run = self.command("status", "--points", "--json")
        return json.loads(run.stdout) if run.returncode == 0 else {}

    def command(self, *words):
        return subprocess.run([PROGRAM, *words, "--config", self.site, "--lang", "en"], capture_output=True, text=True,
                              check=False, timeout=60)

    def test_what_is_heard_is_shown_and_what_the_other_master_never_asks_for(self):
        status = self.run_gateway()

        line = status["lines"][0]
        self.assertGreater(line["listening"]["answers"], 0)
        self.assertIsNone(line["load"])
        never = {each["meter"]: each for each in line["listening"]["never_asked"]}
        self.assertTrue(never["spare"]["everything"])
        self.assertFalse(never["main"]["everything"])
        read = {point["id"]: point["displayed"] for point in status["meters"][0]["points"] if point["quality"] == "good"}
        self.assertIn("230", set(read.values()), read)
        words = self.command("status").stdout
        self.assertIn("spare: not asked for by the other master so far: nothing at all", words)
        self.assertEqual(self.tap.received, b"")

    def test_nothing_is_ever_asked_on_the_line(self):
        orders = [("raw", "old_scada", "1", "04", "0", "2"), ("scan", "old_scada", "--addresses", "1-2"), ("read", "main")]
        for order in orders:
            self.refused(order)
        self.run_gateway()
        for order in orders:
            self.refused(order)
        self.assertEqual(self.tap.received, b"")

    def refused(self, order):
        run = self.command(*order)
        self.assertNotEqual(run.returncode, 0, order)
        self.assertIn("nothing is ever sent on it", run.stderr, order)
        self.assertEqual(run.stderr.strip().count("\n"), 0, run.stderr)

    def test_a_trace_shows_what_the_others_say(self):
        self.run_gateway()

        run = self.command("trace", "old_scada", "--for", "2s")

        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertRegex(run.stdout, r">  01 04 00 00 00 18 .* unit 1 function 04 0x0000\+24")
        self.assertRegex(run.stdout, r"<  01 04 30 .* unit 1 function 04: 17254 0 17254")
        self.assertEqual(self.tap.received, b"")

    def test_the_check_says_who_decides(self):
        run = self.command("check")

        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("line old_scada: only listened to: the other master decides what is read, and when", run.stdout)
        self.assertNotIn("boundary sweep", run.stdout)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
