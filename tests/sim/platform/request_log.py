"""The last requests with what was answered, and everything that was refused with its reason."""

import itertools
import sys
from collections import deque

import periods

KEPT_REQUESTS = 500
KEPT_REFUSALS = 2000
KEPT_BYTES = 64 * 1024


class RequestLog:
    def __init__(self, rules, quiet):
        self._rules = rules
        self._quiet = quiet
        self._numbers = itertools.count(1)
        self._requests = deque(maxlen=KEPT_REQUESTS)
        self._refusals = deque(maxlen=KEPT_REFUSALS)
        self.counts = {"requests": 0, "refused": 0, "faults": 0}

    def next_number(self):
        return next(self._numbers)

    def note(self, profile, call, answer, fault, sent, seen, seconds):
        """`answer`: the profile's, None when a fault kept the request from it; `sent`: (status, bytes), None for nothing.
        `seen`: what the connection tells (peer, TLS, client certificate)."""
        self.counts["requests"] += 1
        moment = self._rules.now()
        reason = answer.refused if answer else ""
        if reason:
            self.counts["refused"] += 1
            self._refuse({"request": call.number, "at": periods.text_of(moment), "profile": profile, "path": call.path,
                          "reason": reason})
        if fault:
            self.counts["faults"] += 1
        self._requests.append((profile, call, answer, fault, sent, seen, seconds, moment))

    def _refuse(self, entry):
        self._refusals.append(entry)
        if not self._quiet:
            print(f"{entry['at']} refused {entry['profile']} {entry['path']}: {entry['reason']}", file=sys.stderr, flush=True)

    def requests(self, last, profile="", path=""):
        chosen = [one for one in self._requests if (not profile or one[0] == profile) and one[1].path.endswith(path)]
        return [_described(*one) for one in chosen[-last:]]

    def refusals(self, last):
        return list(self._refusals)[-last:]


def _described(profile, call, answer, fault, sent, seen, seconds, moment):
    return {"request": call.number, "at": periods.text_of(moment), "profile": profile, "method": call.method,
            "path": call.path, "contentType": call.content_type, "authorization": call.authorization, **seen,
            "bytes": len(call.body), "body": call.body[:KEPT_BYTES].decode("utf-8", "replace"),
            "refused": answer.refused if answer else "", "enterpriseCode": answer.enterprise if answer else "",
            "records": answer.records if answer else 0, "fault": fault.kind if fault else "",
            "status": sent[0] if sent else None,
            "answer": sent[1][:KEPT_BYTES].decode("utf-8", "replace") if sent else None,
            "milliseconds": round(seconds * 1000, 2)}
