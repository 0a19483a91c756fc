"""The HTTP edge of one profile: reads a request, asks the profile, sends the answer, or what a fault makes of it."""

import asyncio
import socket
import ssl
import time
import warnings

from aiohttp import web

import spoiled
from wire_profile import Call

LARGEST_BODY = 32 * 1024 * 1024
VERSIONS = {"1.0": ssl.TLSVersion.TLSv1, "1.1": ssl.TLSVersion.TLSv1_1, "1.2": ssl.TLSVersion.TLSv1_2,
            "1.3": ssl.TLSVersion.TLSv1_3}
JSON = "application/json;charset=UTF-8"


class Listener:
    """Serves one profile on one or two ports. `authority` None means plain HTTP."""

    def __init__(self, profile, log, faults, authority, require_client, tls_versions, keep_alive,
                 as_asked):
        """`tls_versions`: lowest and highest, e.g. ("1.2", "1.3"). `as_asked`: hands out addresses on the host and port that
        the request names, as behind a relay."""
        self._as_asked = as_asked
        self.profile = profile
        self._log = log
        self._faults = faults
        self._authority = authority
        self._tls_versions = tls_versions
        self._require_client = require_client
        self._shown = None  # certificate and versions of the newest connections
        self._server = web.Server(self._handle, access_log=None, keepalive_timeout=keep_alive)
        self._sockets, self._opened = [], []

    async def listen(self, bind, port, data_host):
        """`data_host`: HOST or HOST:PORT of the addresses that are handed out; a port means a second listener."""
        scheme = "https" if self._authority else "http"
        port = self._bound(bind, port)
        self.profile.base = self.profile.data_base = f"{scheme}://{bind}:{port}"
        if data_host:
            host, colon, other = data_host.rpartition(":") if ":" in data_host else (data_host, "", "")
            if colon:
                port = self._bound(bind, int(other))
            self.profile.data_base = f"{scheme}://{host}:{port}"
        await (self.renew_tls() if self._authority else self._open(None))

    def _bound(self, bind, port):
        self._sockets.append(socket.create_server((bind, port), backlog=128))
        return self._sockets[-1].getsockname()[1]

    async def _open(self, context):
        """Serves all sockets anew; what waits in their backlog stays there."""
        for opened in self._opened:
            opened.close()
        loop = asyncio.get_running_loop()
        self._opened = [await loop.create_server(self._server, sock=bound.dup(), ssl=context) for bound in self._sockets]

    async def renew_tls(self):
        """Lets certificate and versions follow the faults that are on; when they change, open connections end."""
        if not self._authority:
            return
        certificate, versions = self._authority.server_file, self._tls_versions
        for fault in self._faults.of_connections(self.profile.name):
            if fault.kind == "certificate":
                certificate = self._authority.bad_server_file(fault.parameters["mode"])
            else:
                versions = ("1.0", fault.parameters["version"])
        if self._shown == (certificate, versions):
            return
        self._shown = (certificate, versions)
        # A new context, not a new certificate in the old one: that would go on resuming sessions, which shows none.
        await self._open(self._context(certificate, versions))
        for connection in list(self._server.connections):
            if connection.transport:
                connection.transport.abort()

    def _context(self, certificate, versions):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if self._require_client:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self._authority.ca_file)
        context.load_cert_chain(certificate)
        if versions[0] < "1.2":  # they sign with SHA-1, which level 1 forbids
            context.set_ciphers("DEFAULT:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version, context.maximum_version = (VERSIONS[one] for one in versions)
        return context

    async def _handle(self, request):
        began = time.perf_counter()
        headers = request.headers
        if self._as_asked:
            self.profile.data_base = f"{'https' if self._authority else 'http'}://{headers.get('Host', '')}"
        call = Call(self._log.next_number(), request.method, request.path, headers.get("Content-Type", ""),
                    headers.get("Authorization", ""), await _body_of(request))
        profile = self.profile
        fault = self._faults.take(profile.name, call.path, profile.gives.get(call.path, ()), lambda: profile.codes_of(call))
        if fault is None:
            answer = profile.answer(call)
            response = _response(answer.status, spoiled.text_of(answer.content))
            sent = (answer.status, response.body)
        else:
            if fault.kind == "slow":
                await asyncio.sleep(fault.parameters["delay"])
            if fault.kind == "token_expired":
                lifetime, profile.token_lifetime = profile.token_lifetime, 0.0
            answer = profile.answer(call) if fault.stored else None
            if fault.kind == "token_expired":
                profile.token_lifetime = lifetime
            response, sent = self._spoil(fault, answer)
        self._log.note(profile.name, call, answer, fault, sent, _seen(request), time.perf_counter() - began)
        if response is None:
            response = await self._break_off(request, fault, answer)
        return response

    def _spoil(self, fault, answer):
        """(response or None, what was sent): None when the connection itself has to suffer."""
        kind, parameters = fault.kind, fault.parameters
        if kind in ("hang", "lose_answer", "cut", "huge"):
            return None, None
        status, body, content_type, headers = 200, b"", JSON, {}
        if kind == "refuse":
            body = spoiled.text_of(spoiled.refusal(fault, self.profile))
        elif kind == "unauthorized":
            status = 401 if parameters["http"] else 200
            body = spoiled.text_of(self.profile.refusal("AK无效或已过期", "401"))
        elif kind in ("status", "html"):
            status = parameters.get("status", 200)
            body, content_type = spoiled.html(status), "text/html"
        elif kind == "redirect":
            status, headers = parameters["status"], {"Location": parameters["location"] or "https://platform.example/"}
        elif kind == "not_json":
            body = parameters["body"].encode()
        elif answer is None:  # stored = false: nothing was carried out, so there is nothing to spoil
            body = spoiled.text_of(self.profile.refusal("平台维护中，请稍后再试", self.profile.refusal_code))
        else:
            status = answer.status
            body = spoiled.text_of(spoiled.mangled(fault, self.profile, answer.content))
            if kind == "truncated":
                body = body[:len(body) // 2]
        return _response(status, body, content_type, headers), (status, body)

    async def _break_off(self, request, fault, answer):
        if fault.kind == "hang":
            while request.transport and not request.transport.is_closing() and not fault.timed_out:
                await asyncio.sleep(0.05)
        elif fault.kind in ("cut", "huge"):
            body = spoiled.text_of(answer.content if answer else {})
            pieces = [body[:len(body) // 2]] if fault.kind == "cut" else spoiled.huge(fault.parameters["megabytes"])
            stream = web.StreamResponse(headers={"Content-Type": JSON})
            if fault.kind == "cut":
                stream.content_length = len(body)
            await stream.prepare(request)
            for piece in pieces:
                await stream.write(piece)
            if fault.kind == "huge":
                return stream
        if request.transport:
            if fault.parameters.get("reset"):
                request.transport.abort()
            else:
                request.transport.close()
        return web.Response()  # nobody hears it


async def _body_of(request):
    pieces, size = [], 0
    async for piece in request.content.iter_any():
        size += len(piece)
        if size > LARGEST_BODY:
            raise web.HTTPRequestEntityTooLarge(LARGEST_BODY, size)
        pieces.append(piece)
    return b"".join(pieces)


def _response(status, body, content_type=JSON, headers=None):
    return web.Response(status=status, body=body, headers={"Content-Type": content_type, **(headers or {})})


def _seen(request):
    transport = request.transport
    if transport is None:
        return {}
    seen = {"peer": transport.get_extra_info("peername")[1]}
    tls = transport.get_extra_info("ssl_object")
    if tls:
        seen["tls"] = tls.version()
        certificate = tls.getpeercert()
        if certificate:
            seen["clientCertificate"] = dict(pair[0] for pair in certificate["subject"]).get("commonName", "")
    return seen


