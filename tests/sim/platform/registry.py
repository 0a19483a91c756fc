"""What a platform knows about its enterprises: registration, keys, tokens, configuration. Kept in the state file."""

import json
import secrets
from dataclasses import asdict, dataclass

from fields import Refused

SCHEMA = """
CREATE TABLE IF NOT EXISTS kept (profile TEXT, enterprise TEXT, kind TEXT, key TEXT, content TEXT,
                                 PRIMARY KEY (profile, enterprise, kind, key)) WITHOUT ROWID
"""
PUT = "INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?, ?)"
DROP = "DELETE FROM kept WHERE profile = ? AND enterprise = ? AND kind = ? AND key = ?"
ALL = "SELECT enterprise, kind, key, content FROM kept WHERE profile = ?"


@dataclass
class Enterprise:
    code: str
    name: str = ""
    device_id: str = ""    # P1, P2: 32 hexadecimal digits, from registration on
    secret_key: str = ""   # P2, P3
    password: str = ""     # P3, in clear
    data_index: str = ""   # P3: of the enterprise itself, from its application on


def new_id():
    return secrets.token_hex(16)


class Registry:
    """One profile's enterprises and everything configured for them. Every change is on disk when the call returns."""

    def __init__(self, connection, profile, listed, versions):
        """`listed`: code → name; when empty every well-formed code is welcome. `versions`: those of a new platform."""
        self._connection = connection
        self._profile = profile
        self._content = {}
        self._enterprises = {}
        self._by_device = {}
        self.listed = dict(listed)
        connection.execute(SCHEMA)
        for enterprise, kind, key, content in connection.execute(ALL, (profile,)):
            self._content.setdefault((enterprise, kind), {})[key] = json.loads(content)
        for code, content in self.all("", "enterprise").items():
            self._remember(Enterprise(**content))
        self.versions = {**versions, **self.all("", "version")}

    def keep(self, enterprise, kind, key, content):
        self._content.setdefault((enterprise, kind), {})[key] = content
        self._connection.execute(PUT, (self._profile, enterprise, kind, key, json.dumps(content, ensure_ascii=False)))
        self._connection.commit()

    def drop(self, enterprise, kind, key):
        self._content.get((enterprise, kind), {}).pop(key, None)
        self._connection.execute(DROP, (self._profile, enterprise, kind, key))
        self._connection.commit()

    def all(self, enterprise, kind):
        return self._content.get((enterprise, kind), {})

    def of(self, enterprise):
        """Everything configured for one enterprise: kind → key → content."""
        return {kind: kept for (of, kind), kept in self._content.items() if of == enterprise and kept}

    def admit(self, code):
        """The enterprise with this code, new if it may be; Refused when the platform does not know it."""
        known = self._enterprises.get(code)
        if known:
            return known
        if self.listed and code not in self.listed:
            raise Refused("企业不存在，请先在平台建档")
        enterprise = Enterprise(code, self.listed.get(code, ""))
        self.save(enterprise)
        return enterprise

    def find(self, code):
        return self._enterprises.get(code)

    def of_device(self, device_id):
        return self._by_device.get(device_id)

    def enterprises(self):
        return list(self._enterprises.values())

    def save(self, enterprise):
        self._remember(enterprise)
        self.keep("", "enterprise", enterprise.code, asdict(enterprise))

    def _remember(self, enterprise):
        self._enterprises[enterprise.code] = enterprise
        if enterprise.device_id:
            self._by_device[enterprise.device_id] = enterprise

    def change_keys(self):
        """From now on nothing that was encrypted with an old key is understood."""
        for enterprise in self.enterprises():
            if enterprise.secret_key:
                enterprise.secret_key = new_id().upper() if self._profile == "p3" else new_id()
                self.save(enterprise)

    def set_version(self, name, version):
        self.versions[name] = version
        self.keep("", "version", name, version)

    def drop_tokens(self):
        for token in list(self.all("", "token")):
            self.drop("", "token", token)
