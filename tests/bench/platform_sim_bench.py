#!/usr/bin/python3
"""How much the simulated platform takes: P3 calls over kept-alive TLS connections, P1 and P2 records in large POSTs.

Says calls a second of wall time and of the platform's own CPU time: the second is what one core would do alone.
usage: platform_sim_bench.py [SECONDS]
"""

import json
import os
import ssl
import socket
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "sim" / "platform"))
from simulated_platform import NationalBox, SimulatedPlatform, YunnanBox, national_record, yunnan_record

CONNECTIONS = 8
RECORDS = 500
FIRST = datetime(2026, 1, 1)


class Connection:
    """One request on its way at a time; prepared bytes out, a counted answer in."""

    def __init__(self, url, context):
        at = urlsplit(url)
        self._socket = context.wrap_socket(socket.create_connection((at.hostname, at.port)), server_hostname=at.hostname)
        self._head = f"POST {at.path} HTTP/1.1\r\nHost: {at.netloc}\r\nContent-Type: application/json\r\n"

    def send(self, body, token=""):
        bearer = f"Authorization: Bearer {token}\r\n" if token else ""
        self._socket.sendall(f"{self._head}{bearer}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    def receive(self):
        got = b""
        while b"\r\n\r\n" not in got:
            got += self._socket.recv(65536)
        head, _, body = got.partition(b"\r\n\r\n")
        size = int(head.lower().partition(b"content-length:")[2].split()[0])
        while len(body) < size:
            body += self._socket.recv(65536)
        return json.loads(body)


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measured(platform, url, bodies, seconds, token="", success="0"):
    """(calls, wall seconds, CPU seconds of the platform)."""
    connections = [Connection(url, platform.context()) for _ in range(CONNECTIONS)]
    calls, cpu, began = 0, cpu_seconds(platform.process.pid), time.monotonic()
    for connection in connections:
        connection.send(next(bodies), token)
    while time.monotonic() - began < seconds:
        for connection in connections:
            answer = connection.receive()
            if str(answer["responseCode"]) != success:
                raise SystemExit(f"refused: {answer}")
            calls += 1
            connection.send(next(bodies), token)
    wall = time.monotonic() - began
    for connection in connections:
        connection.receive()
    return calls, wall, cpu_seconds(platform.process.pid) - cpu


def starts():
    """The quarter-hours of a month, again and again."""
    while True:
        for number in range(30 * 96):
            start = FIRST + timedelta(minutes=15 * number)
            yield {"statDate": str(start), "uploadDate": str(start + timedelta(minutes=16))}


def yunnan_bodies(box):
    for times in starts():
        yield json.dumps({"enterpriseCode": box.enterprise, **box.versions, **yunnan_record(**times)}).encode()


def national_bodies(box):
    times = starts()
    posts = [json.dumps({"deviceId": box.registration["deviceId"], "enterpriseCode": box.enterprise,
                         "data": [box.written(national_record(**next(times))) for _ in range(RECORDS)]}).encode()
             for _ in range(6)]
    while True:
        yield from posts


def show(what, calls, wall, cpu, records_a_call=1):
    print(f"{what}: {calls / wall:8.0f} calls/s, {calls / cpu:8.0f} a CPU second"
          + (f"; {records_a_call * calls / wall:8.0f} records/s, {records_a_call * calls / cpu:8.0f} a CPU second"
             if records_a_call > 1 else ""))


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10
    for state in ("in memory", "with --state"):
        with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
            more = ("--state", f"{folder}/state.db") if state == "with --state" else ()
            with SimulatedPlatform("--profile", "p1,p2,p3", *more) as platform:
                yunnan = YunnanBox(platform)
                show(f"P3, one record a call, {CONNECTIONS} connections, {state}", *measured(
                    platform, f"{platform.url('p3')}/YNEnergy/dataEnterpriseEnergy", yunnan_bodies(yunnan), seconds,
                    yunnan.token, "200"))
                for profile in ("p1", "p2"):
                    box = NationalBox(platform, profile)
                    show(f"{profile.upper()}, {RECORDS} records a call, {CONNECTIONS} connections, {state}", *measured(
                        platform, box.registration["centerDataURL"], national_bodies(box), seconds), RECORDS)


if __name__ == "__main__":
    main()
