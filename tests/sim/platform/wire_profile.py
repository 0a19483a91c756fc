"""What the three wire profiles share: a request goes in, an answer with a reason for the log comes out."""

from dataclasses import dataclass, field

import fields
import records
from fields import Refused


@dataclass
class Call:
    number: int
    method: str
    path: str
    content_type: str
    authorization: str
    body: bytes


@dataclass
class Answer:
    content: dict
    status: int = 200
    refused: str = ""      # why, for the log; empty when the request was granted
    enterprise: str = ""
    records: int = 0       # how many were stored
    headers: dict = field(default_factory=dict)


class Profile:
    """Subclasses give `name`, `register_path`, `calls` (path → method) and `refusal(words, code)`.

    `base` is the address the register path is reached at, `data_base` the one of all the addresses handed out.
    """

    name = ""
    register_path = ""
    refusal_code = "1"

    def __init__(self, registry, arrivals, rules, upload_time):
        self.registry = registry
        self.arrivals = arrivals
        self.rules = rules
        self.upload_time = upload_time
        self.base = self.data_base = ""
        self.calls = {}
        self.gives = {}  # path → what its answer hands out, for faults that need it
        self._configured = {}

    def answer(self, call):
        try:
            action = self.calls.get(call.path)
            if action is None:
                return Answer(self.refusal("路径不存在", "404"), 404, f"no such path: {call.path}")
            if call.method != "POST":
                return Answer(self.refusal("只接受POST", "405"), 405, f"{call.method} instead of POST")
            if call.content_type.partition(";")[0].strip().lower() != "application/json":
                return Answer(self.refusal("Content-Type应为application/json", "415"), 415,
                              f"content type {call.content_type!r}")
            return action(fields.parse(call.body), call)
        except Refused as refused:
            return Answer(self.refusal(refused.words, refused.code or self.refusal_code), self.status_of(refused),
                          refused.words)

    def refusal(self, words, code):
        return {"responseCode": code, "responseMessage": words}

    def status_of(self, _refused):
        return 200

    def codes_of(self, call):
        """The data codes a request is about, without hyphens; empty when it cannot be read."""
        try:
            return records.codes_in(fields.parse(call.body))
        except Refused:
            return set()

    def configured(self, enterprise):
        """{(code without hyphens, statType)} of the collection items; statType None stands for all."""
        raise NotImplementedError

    def is_configured(self, enterprise, code, stat_type):
        if enterprise not in self._configured:
            self._configured[enterprise] = self.configured(enterprise)
        known = self._configured[enterprise]
        return (code, stat_type) in known or (code, None) in known

    def configuration_changed(self, enterprise):
        self._configured.pop(enterprise, None)
