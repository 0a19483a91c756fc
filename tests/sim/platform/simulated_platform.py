"""Starts metergate-platform-sim and talks to it as a box would: for tests, the demo and the benchmark."""

import contextlib
import http.client
import json
import os
import select
import signal
import ssl
import subprocess
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import periods
import sm4

PROGRAM = Path(__file__).resolve().parents[1] / "metergate-platform-sim"
ENTERPRISE = "91130000XXXXXXXX0Y"
PASSWORD = "Pass2026"


class SimulatedPlatform:
    """One running program; a context manager. Everything it says beside its first line goes to `errors`."""

    def __init__(self, *arguments, program=PROGRAM, errors=subprocess.DEVNULL):
        self._clients = []
        self.process = subprocess.Popen([program, *arguments], stdout=subprocess.PIPE, stderr=errors)
        if not select.select([self.process.stdout], [], [], 30)[0]:
            self.stop()
            raise RuntimeError("the simulated platform does not start")
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the simulated platform ended with {self.process.wait()}")
        self.addresses = json.loads(line)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self, ending=signal.SIGTERM):
        """Its exit code."""
        for client in self._clients:
            client.close()
        if self.process.poll() is None:
            self.process.send_signal(ending)
        try:
            return self.process.wait(timeout=10)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            self.process.stdout.close()

    def url(self, profile):
        return self.addresses["profiles"][profile]["url"]

    def register_url(self, profile):
        return self.addresses["profiles"][profile]["register"]

    def client(self, context=None):
        """One of its own for whoever asks; closed together with the platform."""
        self._clients.append(Client(context or self.context()))
        return self._clients[-1]

    def context(self, with_certificate=False):
        tls = self.addresses.get("tls")
        if not tls:
            return None
        context = ssl.create_default_context(cafile=tls["ca"])
        if with_certificate:
            context.load_cert_chain(tls["clientCertificate"], tls["clientKey"])
        return context

    def control(self, question, content=None, method=None):
        """The answer of the control side; RuntimeError when it refuses."""
        asking = Client(None)
        status, body = asking.send(f"{self.addresses['control']}/{question}",
                                   None if content is None else json.dumps(content).encode(), {},
                                   method or ("GET" if content is None else "POST"))
        asking.close()
        answer = json.loads(body)
        if status != 200:
            raise RuntimeError(answer["error"])
        return answer

    def fault(self, kind, **parameters):
        return self.control("faults", {"fault": kind, **parameters})["fault"]

    def clear_faults(self):
        self.control("faults", method="DELETE")

    def arrivals(self, **filters):
        question = "&".join(f"{name}={value}".replace(" ", "%20") for name, value in filters.items())
        return self.control(f"arrivals?{question}")["arrivals"]


class Client:
    """Keeps its connections, one for each host."""

    def __init__(self, context, timeout=20):
        self._context = context
        self._timeout = timeout
        self._open = {}

    def send(self, url, body, headers, method="POST"):
        """(status, body) of the answer."""
        at = urlsplit(url)
        connection = self._open.get(at.netloc)
        if connection is None:
            kind = http.client.HTTPSConnection if at.scheme == "https" else http.client.HTTPConnection
            extra = {"context": self._context} if at.scheme == "https" else {}
            connection = self._open[at.netloc] = kind(at.hostname, at.port, timeout=self._timeout, **extra)
        try:
            connection.request(method, at.path + (f"?{at.query}" if at.query else ""), body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            del self._open[at.netloc]
            raise

    def post(self, url, content, token=""):
        """The answer's object."""
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return json.loads(self.send(url, json.dumps(content, ensure_ascii=False).encode(), headers)[1])

    def close(self):
        for connection in self._open.values():
            with contextlib.suppress(OSError):
                connection.close()
        self._open.clear()


class NationalBox:
    """A box registered with P1, or with P2 when the platform hands out a key."""

    def __init__(self, platform, profile="p1", client=None, enterprise=ENTERPRISE):
        self.platform, self.profile, self.enterprise = platform, profile, enterprise
        self.client = client or platform.client()
        self.encrypted = ("dataCode", "dataValue", "inputType", "statType", "statDate", "scope", "valid", "uploadDate")
        self.register()

    def register(self):
        self.registration = self.client.post(self.platform.register_url(self.profile),
                                             {"enterpriseCode": self.enterprise, "region": "130100"})
        return self.registration

    def post(self, address, content=(), **other):
        """`address`: a field of the registration, or a path."""
        url = self.registration.get(address) or self.platform.url(self.profile) + address
        return self.client.post(url, {"deviceId": self.registration["deviceId"], "enterpriseCode": self.enterprise,
                                      **dict(content), **other})

    def upload(self, *listed):
        return self.post("centerDataURL", data=[self.written(record) for record in listed])

    def written(self, record):
        if self.profile == "p1":
            return record
        key = bytes.fromhex(self.registration["secretKey"])
        return {name: sm4.encrypt_field(key, _as_text(value)) if name in self.encrypted else value
                for name, value in record.items()}


class YunnanBox:
    """A box that has applied for P3 and holds a token."""

    def __init__(self, platform, client=None, enterprise=ENTERPRISE):
        self.platform, self.enterprise = platform, enterprise
        self.client = client or platform.client()
        self.token = ""
        self.versions = {}
        self.key = self.call("/enterpriseInfo/rwk")["data"]["secretKey"]
        self.applied = self.call("/enterpriseInfo/apply", application(), password=self.password())
        self.renew_token()

    def password(self):
        return sm4.encrypt_password(self.key, self.enterprise, PASSWORD)

    def renew_token(self):
        answer = self.call("/requestAK", password=self.password())
        self.token = answer["data"]["token"]
        checked = self.call("/checkVersion")
        if checked["responseCode"] == 200:
            self.versions = {name: checked["data"][name] for name in ("regVersion", "dicVersion")}
        return answer

    def call(self, path, content=(), **other):
        return self.client.post(f"{self.platform.url('p3')}/YNEnergy{path}",
                                {"enterpriseCode": self.enterprise, **dict(content), **other}, self.token)

    def upload(self, record):
        return self.call("/dataEnterpriseEnergy", {**self.versions, **record})


def application():
    return {"isorg": "0", "cmpName": "样例水泥厂", "regionCode": "530100", "typeCode": "150", "industryCode": "C3011",
            "fieldCode": "100", "energyConsumeLevel": "4", "center": "0", "jgzh": "0", "latitude": "25.04",
            "longitude": "102.71", "phone": "0871-00000000", "registerDate": "2011-05-03"}


def national_record(**changes):
    """A quarter-hour of electricity, as P1 writes it."""
    return {"dataCode": "00-00-0000-023300-11", "dataValue": 0.0125, "inputType": 4, "statType": 0,
            "statDate": "2026-03-02 10:15:00", "uploadDate": "2026-03-02 10:30:05", "scope": 1, "valid": True, **changes}


def yunnan_record(**changes):
    return {"dataCode": "0000000002330011", "dataValue": "0.0125", "convertRation": "1.229", "inputType": "4", "statType": "0",
            "statDate": "2026-03-02 10:15:00", "uploadDate": "2026-03-02 10:30:05", "scope": "1", "valid": "1", **changes}


def in_the_future(seconds):
    return periods.text_of(periods.now() + timedelta(seconds=seconds))


def _as_text(value):
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value)


def program_from(arguments):
    """The program a test was called with; the one beside it otherwise."""
    return os.path.abspath(arguments.pop(1)) if len(arguments) > 1 and "/" in arguments[1] else PROGRAM
