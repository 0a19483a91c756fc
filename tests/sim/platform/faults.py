"""Misbehaviour on request: which fault applies to which request, for how long."""

import itertools
import time
from dataclasses import dataclass, field

import codes

ADDRESSES = "addresses"   # applies only to answers that hand out addresses
TOKENS = "tokens"         # applies only to answers that hand out a token
CONNECTIONS = "connections"
AT_ONCE = "at once"


@dataclass(frozen=True)
class Kind:
    """`stored`: whether the request is carried out before the answer goes wrong; a fault may say otherwise."""

    stored: bool = False
    to: str = ""
    parameters: dict = field(default_factory=dict)


KINDS = {
    "refuse": Kind(parameters={"code": "", "message": ""}),
    "status": Kind(parameters={"status": 500}),
    "html": Kind(),
    "unauthorized": Kind(parameters={"http": False}),
    "slow": Kind(True, parameters={"delay": 2.0}),
    "hang": Kind(),
    "redirect": Kind(parameters={"status": 307, "location": ""}),
    "lose_answer": Kind(True, parameters={"reset": False}),
    "cut": Kind(True),
    "truncated": Kind(True),
    "not_json": Kind(True, parameters={"body": "OK"}),
    "wrong_types": Kind(True),
    "code_type": Kind(True),
    "huge": Kind(True, parameters={"megabytes": 64}),
    "urls": Kind(True, ADDRESSES, {"mode": "missing", "field": "", "url": ""}),
    "other_device": Kind(True, ADDRESSES),
    "token_expired": Kind(True, TOKENS),
    "certificate": Kind(to=CONNECTIONS, parameters={"mode": "expired"}),
    "tls": Kind(to=CONNECTIONS, parameters={"version": "1.1"}),
    "new_reg_version": Kind(to=AT_ONCE, parameters={"version": ""}),
    "new_dic_version": Kind(to=AT_ONCE, parameters={"version": ""}),
    "secret_key": Kind(to=AT_ONCE),
    "drop_tokens": Kind(to=AT_ONCE),
}
CHOICES = {"mode": {"urls": ("missing", "duplicate", "localhost", "other_host", "garbage"),
                    "certificate": ("expired", "not_yet", "other_host", "other_ca", "self_signed")},
           "version": {"tls": ("1.0", "1.1")}}
COMMON = {"fault": str, "profile": str, "path": str, "dataCode": str, "requests": int, "seconds": float, "skip": int,
          "stored": bool}


class BadFault(Exception):
    """A person asked for something that is no fault."""


@dataclass
class Fault:
    number: int
    kind: str
    profile: str = ""
    path: str = ""          # the end of the path, e.g. /uploadEnergyData
    data_code: str = ""     # without hyphens
    requests: int | None = None  # how many are still to be hit
    until: float | None = None   # monotonic
    skip: int = 0           # so many matching requests pass first
    stored: bool = False
    parameters: dict = field(default_factory=dict)
    hits: int = 0
    removed: bool = False

    @property
    def timed_out(self):
        """Nobody wants it any more, not even for a request that it has in its hands."""
        return self.removed or (self.until is not None and time.monotonic() >= self.until)

    @property
    def over(self):
        return self.requests == 0 or self.timed_out

    def described(self):
        left = None if self.until is None else max(0.0, self.until - time.monotonic())
        return {"number": self.number, "fault": self.kind, "profile": self.profile, "path": self.path,
                "dataCode": self.data_code, "requests": self.requests, "secondsLeft": left, "skip": self.skip,
                "stored": self.stored, **self.parameters, "hits": self.hits, "active": not self.over}


def written(text):
    """A fault as the command line gives it: refuse,requests=2,path=/uploadEnergyData."""
    kind, *pairs = text.split(",")
    asked = {"fault": kind}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise BadFault(f"{pair!r} is not name=value")
        asked[name] = value
    return asked


def _converted(name, value, like):
    if like is bool:
        if value in (True, False):
            return bool(value)
        if value in ("true", "false"):
            return value == "true"
        raise BadFault(f"{name} is true or false")
    try:
        return like(value)
    except (TypeError, ValueError):
        raise BadFault(f"{name}: {value!r} is no {like.__name__}") from None


class Faults:
    def __init__(self):
        self._numbers = itertools.count(1)
        self._faults = []

    def add(self, asked):
        """The fault for a request like {"fault": "status", "status": 502, "requests": 3}."""
        kind = KINDS.get(asked.get("fault"))
        if kind is None:
            raise BadFault(f"no such fault; there are {', '.join(KINDS)}")
        parameters = dict(kind.parameters)
        common = {}
        for name, value in asked.items():
            if name in parameters:
                parameters[name] = _converted(name, value, type(kind.parameters[name]))
                allowed = CHOICES.get(name, {}).get(asked["fault"])
                if allowed and parameters[name] not in allowed:
                    raise BadFault(f"{name} of {asked['fault']} is one of {', '.join(allowed)}")
            elif name in COMMON:
                common[name] = _converted(name, value, COMMON[name])
            else:
                raise BadFault(f"{asked['fault']} has no {name}")
        seconds = common.get("seconds")
        fault = Fault(next(self._numbers), asked["fault"], common.get("profile", ""), common.get("path", ""),
                      codes.plain(common.get("dataCode", "")), common.get("requests"),
                      None if seconds is None else time.monotonic() + seconds, common.get("skip", 0),
                      common.get("stored", kind.stored), parameters)
        if kind.to != AT_ONCE:
            self._faults.append(fault)
        return fault

    def take(self, profile, path, gives, codes_of):
        """The fault for this request, or None. `gives`: what its answer hands out; `codes_of()`: its data codes."""
        for fault in self._faults:
            to = KINDS[fault.kind].to
            if fault.over or to == CONNECTIONS or (to and to not in gives):
                continue
            if (fault.profile and fault.profile != profile) or not path.endswith(fault.path):
                continue
            if fault.data_code and fault.data_code not in codes_of():
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            if fault.requests is not None:
                fault.requests -= 1
            fault.hits += 1
            return fault
        return None

    def of_connections(self, profile):
        """Faults of the connections themselves that are switched on."""
        return [fault for fault in self._faults
                if KINDS[fault.kind].to == CONNECTIONS and not fault.over and fault.profile in ("", profile)]

    def listed(self):
        return [fault.described() for fault in self._faults]

    def remove(self, number=None):
        """All of them without a number."""
        for fault in self._faults:
            fault.removed = fault.removed or number in (None, fault.number)
        self._faults = [fault for fault in self._faults if not fault.removed]
