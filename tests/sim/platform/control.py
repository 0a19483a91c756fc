"""The control side: plain HTTP with JSON for tests and people, no part of any platform protocol."""

import asyncio
import json
from dataclasses import asdict

from aiohttp import web

import completeness
import faults as fault_kinds
import periods


class BadQuestion(Exception):
    pass


class Control:
    def __init__(self, listeners, arrivals, faults, log, rules, encrypted):
        """`encrypted`: whether the profiles are served over TLS."""
        self._encrypted = encrypted
        self._listeners = listeners
        self._profiles = {listener.profile.name: listener.profile for listener in listeners}
        self._arrivals = arrivals
        self._faults = faults
        self._log = log
        self._rules = rules
        self._endings = set()  # of faults that end by time; kept so that they are not forgotten
        self._renewing = asyncio.Lock()

    def application(self):
        application = web.Application(middlewares=[_errors_as_json])
        application.add_routes([
            web.get("/control/arrivals", self._show_arrivals), web.get("/control/summary", self._show_summary),
            web.get("/control/completeness", self._show_completeness), web.get("/control/requests", self._show_requests),
            web.get("/control/refusals", self._show_refusals), web.get("/control/enterprises", self._show_enterprises),
            web.get("/control/faults", self._show_faults), web.post("/control/faults", self._add_fault),
            web.delete("/control/faults", self._remove_faults), web.post("/control/forget", self._forget)])
        return application

    async def _show_arrivals(self, request):
        query = _Query(request)
        found = self._arrivals.periods(query.number("limit"), **query.filters())
        query.all_used()
        return _answer({"count": len(found), "arrivals": found})

    async def _show_summary(self, request):
        _Query(request).all_used()
        return _answer({"now": periods.text_of(self._rules.now()), **self._log.counts,
                        "versions": {name: profile.registry.versions for name, profile in self._profiles.items()},
                        "arrivals": self._arrivals.summary()})

    async def _show_completeness(self, request):
        query = _Query(request)
        profile = self._profile(query.text("profile"))
        enterprise = query.text("enterprise")
        if not enterprise:
            known = [one.code for one in profile.registry.enterprises()]
            if len(known) != 1:
                raise BadQuestion("enterprise is missing")
            enterprise = known[0]
        now = self._rules.now()
        first = query.day("from") or now.replace(hour=0, minute=0, second=0, microsecond=0)
        last = query.day("to") or first
        grid = query.number("interval")
        which = query.text("items")
        query.all_used()
        if last < first or (last - first).days > 400:
            raise BadQuestion("from and to are days, at most 400 of them")
        configured = set() if which == "seen" else profile.configured(enterprise)
        received = self._arrivals.newest(profile=profile.name, enterprise=enterprise, first=periods.text_of(first),
                                         before=periods.text_of(last + periods.ONE_DAY))
        return _answer({"profile": profile.name, "enterpriseCode": enterprise,
                        **completeness.score(configured, received, first, last, now, grid)})

    async def _show_requests(self, request):
        query = _Query(request)
        found = self._log.requests(query.number("n") or 20, query.text("profile"), query.text("path"))
        query.all_used()
        return _answer({"count": len(found), "requests": found})

    async def _show_refusals(self, request):
        query = _Query(request)
        found = self._log.refusals(query.number("n") or 100)
        query.all_used()
        return _answer({"count": len(found), "refusals": found})

    async def _show_enterprises(self, request):
        _Query(request).all_used()
        return _answer({"enterprises": [
            {"profile": name, **asdict(enterprise),
             "items": sorted(f"{code}/{'*' if stat_type is None else stat_type}"
                             for code, stat_type in profile.configured(enterprise.code)),
             "kept": profile.registry.of(enterprise.code)}
            for name, profile in self._profiles.items() for enterprise in profile.registry.enterprises()]})

    async def _show_faults(self, _request):
        return _answer({"faults": self._faults.listed()})

    async def _add_fault(self, request):
        try:
            asked = json.loads(await request.text())
        except ValueError:
            raise BadQuestion("the body is not JSON") from None
        if not isinstance(asked, dict):
            raise BadQuestion("the body is no JSON object")
        return _answer({"fault": (await self.add_fault(asked)).described()})

    async def add_fault(self, asked):
        if asked.get("profile") and asked["profile"] not in self._profiles:
            raise fault_kinds.BadFault(f"profile {asked['profile']} is not served")
        if not self._encrypted and fault_kinds.KINDS.get(asked.get("fault"), fault_kinds.Kind()).to == fault_kinds.CONNECTIONS:
            raise fault_kinds.BadFault("there is no TLS to spoil")
        fault = self._faults.add(asked)
        kind = fault_kinds.KINDS[fault.kind]
        if kind.to == fault_kinds.AT_ONCE:
            self._do_at_once(fault)
        elif kind.to == fault_kinds.CONNECTIONS:
            await self._renew_tls()
            if fault.until is not None:
                self._endings.add(asyncio.create_task(self._renew_after(float(asked["seconds"]))))
        return fault

    def _do_at_once(self, fault):
        for name, profile in self._profiles.items():
            if fault.profile not in ("", name):
                continue
            registry = profile.registry
            if fault.kind in ("new_reg_version", "new_dic_version"):
                version = "regVersion" if fault.kind == "new_reg_version" else "dicVersion"
                registry.set_version(version, fault.parameters["version"] or str(int(registry.versions[version]) + 1))
            elif fault.kind == "secret_key":
                registry.change_keys()
            else:
                registry.drop_tokens()

    async def _renew_after(self, seconds):
        await asyncio.sleep(seconds + 0.01)
        await self._renew_tls()

    async def _renew_tls(self):
        async with self._renewing:
            for listener in self._listeners:
                await listener.renew_tls()

    async def _remove_faults(self, request):
        query = _Query(request)
        self._faults.remove(query.number("number"))
        query.all_used()
        await self._renew_tls()
        return _answer({"faults": self._faults.listed()})

    async def _forget(self, _request):
        self._arrivals.forget()
        return _answer({})

    def _profile(self, name):
        if name:
            if name not in self._profiles:
                raise BadQuestion(f"profile {name} is not served")
            return self._profiles[name]
        if len(self._profiles) != 1:
            raise BadQuestion("profile is missing")
        return next(iter(self._profiles.values()))


class _Query:
    """The parameters of a question; one that nobody asked for is a mistake worth telling."""

    def __init__(self, request):
        self._left = dict(request.query)

    def text(self, name):
        return self._left.pop(name, "")

    def number(self, name):
        text = self.text(name)
        if text and not text.isdigit():
            raise BadQuestion(f"{name} is no number")
        return int(text) if text else None

    def day(self, name):
        text = self.text(name)
        day = periods.date(text) if text else None
        if text and day is None:
            raise BadQuestion(f"{name} is no day yyyy-MM-dd")
        return day

    def filters(self):
        given = {"profile": self.text("profile"), "enterprise": self.text("enterprise"), "code": self.text("dataCode"),
                 "stat_type": self.number("statType"), "first": self.text("from"), "before": self.text("before")}
        return {name: value for name, value in given.items() if value not in ("", None)}

    def all_used(self):
        if self._left:
            raise BadQuestion(f"unknown: {', '.join(self._left)}")


def _answer(content, status=200):
    return web.Response(status=status, body=json.dumps(content, ensure_ascii=False).encode() + b"\n",
                        headers={"Content-Type": "application/json;charset=UTF-8"})


@web.middleware
async def _errors_as_json(request, handler):
    try:
        return await handler(request)
    except (BadQuestion, fault_kinds.BadFault) as problem:
        return _answer({"error": str(problem)}, 400)
    except web.HTTPException as problem:
        return _answer({"error": problem.reason}, problem.status)
