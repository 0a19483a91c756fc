#!/usr/bin/python3
"""Values that come from other systems, with the whole program: by command, drop folder and network.

usage: inbound_run_test.py METERGATE [unittest arguments]
"""

import http.client
import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import jsonschema

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = sys.argv[1]
SCHEMA = json.loads((ROOT / "docs" / "inbound.schema.json").read_text(encoding="utf-8"))
TOKEN = "0123456789abcdef0123456789abcdef"
ITEMS = """id,name,energy,periods,source,method,unit,decimals,in_total,day_min,day_max
coal_bought,一般烟煤购进,一般烟煤,日 月 年,手工填报,手工,t,2,不计,0,3000
diesel_used,柴油消费,柴油,日 月 年,手工填报,手工,t,3,不计,0,5
"""
HEADINGS = "item,period,value,evidence\n"


def eventually(condition, seconds=30):
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


def validate(what, definition):
    wanted = {"$ref": f"#/$defs/{definition}", "$defs": SCHEMA["$defs"]}
    jsonschema.Draft202012Validator(wanted).validate(what)


class InboundRun(unittest.TestCase):
    def setUp(self):
        # Not /tmp: a folder in memory is refused for data, and /tmp may be one.
        self.folder = Path(tempfile.mkdtemp(prefix="metergate-inbound-", dir="/var/tmp"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.config = self.folder / "site"
        self.config.mkdir()
        self.drop = self.folder / "drop"
        self.drop.mkdir()
        self.port = port_nobody_listens_on()
        tokens = self.folder / "tokens"
        tokens.write_text(f"weighbridge = {TOKEN}\n", encoding="utf-8")
        tokens.chmod(0o600)
        (self.config / "gateway.toml").write_text(
            f'[storage]\npath = "{self.folder / "data"}"\n[control]\nsocket = "{self.folder / "control.sock"}"\n'
            f'[[line]]\nid = "panel"\nkind = "modbus-tcp"\nhost = "127.0.0.1"\nport = {port_nobody_listens_on()}\n'
            f'[inbound]\nfolder = "{self.drop}"\nsource = "汽车衡"\ninput_type = "MIS"\nsettle = "100ms"\n'
            f'[inbound.http]\nlisten = "127.0.0.1:{self.port}"\ncredentials = "{tokens}"\ninput_type = "DCS"\n',
            encoding="utf-8")
        (self.config / "meters.csv").write_text("id,name,energy,line,address,model,every\n"
                                                "main,main,电力,panel,1,eastron-sdm630,60s\n", encoding="utf-8")
        (self.config / "items.csv").write_text(ITEMS, encoding="utf-8")
        self.log = open(self.folder / "log", "ab")
        self.addCleanup(self.log.close)
        self.daemon = None
        self.addCleanup(self.end)

    def begin(self, wait=True):
        self.daemon = subprocess.Popen([PROGRAM, "run", "--config", self.config, "--lang", "en"], stderr=self.log)
        if wait:
            eventually(lambda: self.answers())

    def end(self, how=signal.SIGTERM):
        if self.daemon is None:
            return None
        if self.daemon.poll() is None:
            self.daemon.send_signal(how)
        try:
            return self.daemon.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.daemon.kill()
            self.daemon.wait()
            raise
        finally:
            self.daemon = None

    def answers(self):
        try:
            return self.ask("GET", "/v1/health", None, token=None)[0] == 200
        except OSError:
            return False

    def log_text(self):
        return (self.folder / "log").read_text(encoding="utf-8")

    def run_command(self, *words):
        return subprocess.run([PROGRAM, *words, "--config", self.config, "--lang", "en"], capture_output=True, text=True,
                              check=False, timeout=60)

    def ask(self, method, path, body, token=TOKEN, content_type="application/json", language="en", **headers):
        """(status, answer as JSON), checked against the schema."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if content_type is not None:
            headers["Content-Type"] = content_type
        headers["Accept-Language"] = language
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode("utf-8")
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            answer = json.loads(response.read())
        finally:
            connection.close()
        validate(answer, "health" if path == "/v1/health" and response.status == 200
                 else "answer" if response.status in (200, 422) else "error")
        return response.status, answer

    def raw(self, *pieces, pause=0.0):
        """What comes back to these bytes, up to the end of the connection."""
        with socket.create_connection(("127.0.0.1", self.port), 30) as client:
            for piece in pieces:
                try:
                    client.sendall(piece)
                except OSError:
                    break
                time.sleep(pause)
            received = b""
            try:
                while chunk := client.recv(65536):
                    received += chunk
            except ConnectionResetError:
                pass
            return received

    def entries(self):
        """(item, begin, value) of every entry in the books."""
        books = sqlite3.connect(f"file:{self.folder}/data/books.db?mode=ro", uri=True)
        try:
            rows = books.execute("SELECT body, author FROM dated WHERE kind = 'entry' ORDER BY id").fetchall()
        finally:
            books.close()
        return [(json.loads(body), author) for body, author in rows]

    def put(self, name, rows):
        """By atomic rename, as a careful system does it."""
        part = self.drop / f"{name}.part"
        part.write_text(HEADINGS + "".join(f"{','.join(row)}\n" for row in rows), encoding="utf-8")
        part.rename(self.drop / name)

    def waiting(self):
        return [each.name for each in self.drop.iterdir() if each.suffix == ".csv"]

    def test_values_come_by_command_folder_and_network(self):
        self.begin()
        table = self.folder / "october.csv"
        table.write_bytes("采集项编号,统计周期,周期,数值,依据\ncoal_bought,月,2026/10/1,15360.5,盘库单\n"
                          "diesel_used,,2026年10月,61.25,加油台账\n".encode("gb18030"))

        checked = self.run_command("enter", "--file", str(table), "--by", "zhang", "--check")
        self.assertEqual(checked.returncode, 0, checked.stderr)
        self.assertEqual(self.entries(), [])
        entered = self.run_command("enter", "--file", str(table), "--by", "zhang")
        self.assertEqual(entered.stdout, "2 values entered, 0 were there already\n", entered.stderr)
        again = self.run_command("enter", "--file", str(table), "--by", "zhang", "--json")
        validate(json.loads(again.stdout), "answer")
        self.assertEqual(json.loads(again.stdout)["already"], 2)
        self.put("weighed.csv", [("coal_bought", "2026-11-20", "512.4", "磅单 20"), ("coal_bought", "2026-11-21", "498", "磅单 21")])
        body = {"values": [{"item": "diesel_used", "period": "2026-11-20", "value": 1.25, "evidence": "罐 3"},
                           {"item": "diesel_used", "period": "2026-11-21", "value": "25000", "evidence": "罐 3"}]}
        validate(body, "request")
        status, answer = self.ask("POST", "/v1/values", body)
        self.assertEqual((status, answer["accepted"]), (200, 2))
        self.assertIn("not plausible", answer["values"][1]["doubt"]["text"])
        self.assertEqual(self.ask("POST", "/v1/values", body)[1]["already"], 2)
        eventually(lambda: not self.waiting())

        self.assertEqual(Counter((entry["item"], author) for entry, author in self.entries()),
                         {("coal_bought", "zhang"): 1, ("diesel_used", "zhang"): 1, ("coal_bought", "汽车衡"): 2,
                          ("diesel_used", "weighbridge"): 2})

        def figures():
            shown = self.run_command("records", "--from", "2026-10", "--to", "2026-11-22", "--type", "day", "--json")
            return {(each["item"], each["period"]): (each["value"], each["input_type"])
                    for each in json.loads(shown.stdout)["records"] if each["value"]}

        wanted = {("coal_bought", "2026-11-20"): ("512.40", 1), ("coal_bought", "2026-11-21"): ("498.00", 1),
                  ("diesel_used", "2026-11-20"): ("1.250", 3), ("diesel_used", "2026-11-21"): ("25000.000", 3)}
        eventually(lambda: wanted.items() <= figures().items())
        self.assertEqual(len(list((self.drop / "done").iterdir())), 1)

        wrong = self.folder / "wrong.csv"
        wrong.write_text(HEADINGS + "coal_bought,2026-11-19,500,磅单\ncoal,2026-11-19,x,\n", encoding="utf-8")
        refused = self.run_command("enter", "--file", str(wrong))
        self.assertEqual(refused.returncode, 64)
        self.assertIn(f"{wrong}:3:3: value: not a decimal number", refused.stderr)
        self.assertIn("nothing was entered", refused.stderr)
        self.assertEqual(len(self.entries()), 6)
        self.assertEqual(self.end(), 0)

    def test_every_bad_request_gets_one_clear_answer(self):
        self.begin()
        good = {"item": "coal_bought", "period": "2026-11-20", "value": "1", "evidence": "x"}
        for status, method, path, body, more in [
                (401, "POST", "/v1/values", good, {"token": None}),
                (401, "POST", "/v1/values", good, {"token": TOKEN[:-1]}),
                (401, "POST", "/v1/values", "x" * 900_000, {"token": "wrong"}),
                (413, "POST", "/v1/values", "x" * 3_000_000, {"token": "wrong"}),
                (404, "POST", "/v2/values", good, {}),
                (404, "GET", "/", None, {}),
                (405, "GET", "/v1/values", None, {}),
                (405, "DELETE", "/v1/values", good, {}),
                (405, "POST", "/v1/health", good, {}),
                (415, "POST", "/v1/values", good, {"content_type": "text/plain"}),
                (415, "POST", "/v1/values", good, {"content_type": None}),
                (413, "POST", "/v1/values", "[" + " " * 2_000_000 + "]", {}),
                (400, "POST", "/v1/values", [good] * 1001, {}),
                (400, "POST", "/v1/values", "", {}),
                (400, "POST", "/v1/values", "coal_bought=1", {}),
                (400, "POST", "/v1/values", b"\xff\xfe\x00", {}),
                (400, "POST", "/v1/values", "[" * 100_000, {}),
                (400, "POST", "/v1/values", [{**good, "value": True}], {}),
                (400, "POST", "/v1/values", {**good, "valve": 1}, {}),
                (422, "POST", "/v1/values", {**good, "value": "NaN"}, {}),
                (422, "POST", "/v1/values", {**good, "input_type": 5}, {}),
                (422, "POST", "/v1/values", {**good, "input_type": 4}, {}),
                (422, "POST", "/v1/values", {**good, "period": "2999-01-01"}, {})]:
            with self.subTest(status=status, method=method, path=path, body=str(body)[:60], **more):
                self.assertEqual(self.ask(method, path, body, **more)[0], status)

        for status, pieces in [(b"400", [b"hello\r\n\r\n"]), (b"400", [b"GET / HTTP/9.9\r\n\r\n"]),
                               (b"400", [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"]),
                               (b"431", [b"GET / HTTP/1.1\r\n", b"X: " + b"y" * 20_000 + b"\r\n\r\n"]),
                               (b"400", [b"POST /v1/values HTTP/1.1\r\nContent-Length: -1\r\n\r\n"])]:
            with self.subTest(status=status, pieces=pieces[0]):
                received = self.raw(*pieces)
                self.assertEqual(received.split()[1:2], [status], received)
                validate(json.loads(received.split(b"\r\n\r\n", 1)[1]), "error")
        self.assertEqual(self.entries(), [])
        _, chinese = self.ask("POST", "/v1/values", {**good, "item": "coal"}, language="zh-CN,zh;q=0.9")
        self.assertIn("没有这个采集项", chinese["values"][0]["faults"][0]["text"])
        self.assertEqual(self.ask("POST", "/v1/values", good)[1]["accepted"], 1)
        self.assertNotIn(TOKEN, self.log_text())

    def test_slow_and_many_clients_do_no_harm(self):
        self.begin()
        head = (f"POST /v1/values HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n"
                "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n").encode()
        crowd = [socket.create_connection(("127.0.0.1", self.port), 30) for _ in range(12)]
        slow = socket.create_connection(("127.0.0.1", self.port), 30)
        slow.sendall(head + b"[")
        good = {"item": "coal_bought", "period": "2026-11-20", "value": "1", "evidence": "x"}
        self.assertEqual(self.ask("POST", "/v1/values", good)[0], 200)
        crowd += [socket.create_connection(("127.0.0.1", self.port), 30) for _ in range(8)]
        self.assertEqual(self.ask("GET", "/v1/health", None)[0], 503)
        self.assertIn(b"408 ", slow.recv(65536))
        for client in [slow, *crowd]:
            client.close()
        eventually(self.answers)
        expecting = self.raw(head.replace(b"Content-Length: 1000", b"Content-Length: 2\r\nConnection: close\r\n"
                                          b"Expect: 100-continue"), b"[]", pause=0.3)
        self.assertTrue(expecting.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400 "), expecting)
        self.assertEqual(self.end(), 0)

    def test_a_kill_while_files_are_taken_in_neither_loses_nor_doubles_a_value(self):
        days = [date(2024, 1, 1) + timedelta(days=n) for n in range(900)]
        wanted = {("coal_bought", str(day)): str(100 + n) for n, day in enumerate(days)}
        files = [days[n:n + 9] for n in range(0, len(days), 9)]
        chance = random.Random(20261122)
        kills = 0
        for n, some in enumerate(files):
            self.put(f"{n:03}.csv", [("coal_bought", str(day), wanted["coal_bought", str(day)], f"磅单 {n}") for day in some])
        while self.waiting() and kills < 40:
            self.begin(wait=False)
            before = len(self.waiting())
            eventually(lambda: len(self.waiting()) < before or not self.waiting())
            time.sleep(chance.random() * 0.05)
            self.end(signal.SIGKILL)
            kills += 1
        self.begin()
        eventually(lambda: not self.waiting())
        self.end()

        self.assertGreater(kills, 1)  # a quick machine needs few lives for all of them
        kept = [(entry["item"], json.dumps(entry["period"]), entry["value"]) for entry, _ in self.entries()]
        self.assertEqual(len(kept), len(wanted), f"after {kills} kills")
        self.assertEqual(Counter(kept).most_common(1)[0][1], 1)
        self.assertEqual(sorted(value for _, _, value in kept), sorted(wanted.values()))
        self.assertEqual(len(list((self.drop / "done").iterdir())), len(files))
        self.assertEqual(list((self.drop / "refused").iterdir()), [])

    def test_a_folder_that_is_missing_is_said_once_and_taken_up_when_it_comes(self):
        self.drop.rmdir()
        self.begin()
        eventually(lambda: "drop folder" in self.log_text())
        time.sleep(1)
        self.assertEqual(self.log_text().count("drop folder"), 1)

        self.drop.mkdir()
        self.put("bad.csv", [("coal", "2026-11-20", "1", "x")])
        self.put("good.csv", [("coal_bought", "2026-11-20", "1", "x")])
        eventually(lambda: not self.waiting())

        self.assertEqual(len(self.entries()), 1)
        self.assertEqual(len(list((self.drop / "refused").iterdir())), 2)
        self.assertIn("usable again", self.log_text())


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
