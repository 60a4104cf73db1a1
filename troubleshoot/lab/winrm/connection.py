"""One TCP connection to the simulated WinRM service: requests in, authentication, message encryption, replies out."""

import contextlib
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus

import spnego

from troubleshoot.lab.winrm import sealing, soap
from troubleshoot.lab.winrm.auth import Gate
from troubleshoot.lab.winrm.http import BadRequestError, Closed, Request, Response, Wire
from troubleshoot.lab.winrm.limits import Limits
from troubleshoot.lab.winrm.service import Caller, Service

PATH = "/wsman"
ANONYMOUS_PATH = "/wsman-anon/identify"


@dataclass(frozen=True)
class Endpoint:
    """What all connections of one host share."""

    service: Service
    limits: Limits
    user: str
    tls: bool
    gate: Callable[[], Gate]
    pause: Callable[[], None]  # the simulated latency, before each reply
    now: Callable[[], datetime]  # the host's own clock


class Connection:
    """One accepted connection, from its first request to its end."""

    def __init__(self, endpoint: Endpoint, sock: socket.socket) -> None:
        self._endpoint = endpoint
        self._gate = endpoint.gate()
        self._wire = Wire(sock, endpoint.limits, endpoint.now)
        self._client = ""

    def serve(self) -> None:
        """Answer requests until either side closes."""
        with contextlib.suppress(Closed):
            self._client = self._wire.peer()
            while True:
                response = self._next()
                self._endpoint.pause()
                self._send(response)
                if response.close:
                    return

    def _send(self, response: Response) -> None:
        """Write one response, and say whether it has left."""
        arrived = False
        try:
            self._wire.write(response)
            arrived = True
        finally:
            response.settle(arrived)

    def _next(self) -> Response:
        try:
            return self._answer(self._wire.read())
        except BadRequestError as bad:
            return Response(bad.status, close=True)

    def _answer(self, request: Request) -> Response:
        path = request.path.partition("?")[0].rstrip("/").lower()
        if path not in {PATH, ANONYMOUS_PATH}:
            return Response(HTTPStatus.NOT_FOUND)
        if request.method != "POST":
            return Response(HTTPStatus.METHOD_NOT_ALLOWED, headers=(("Allow", "POST"),))
        if path == ANONYMOUS_PATH or request.headers.get("wsmanidentify", "").lower() == "unauthenticated":
            # Whoever has not signed in does not learn the version.
            return Response(200, soap.identity("OS: 0.0.0 SP: 0.0 Stack: 3.0"), soap.CONTENT_TYPE)
        admission = self._gate.admit(request.headers.get("authorization", ""))
        if not admission.admitted:
            return Response(HTTPStatus.UNAUTHORIZED, headers=admission.headers)
        response = self._operate(request)
        return replace(response, headers=admission.headers)

    def _operate(self, request: Request) -> Response:
        """Answer a request of a signed-in client."""
        if not request.body:
            return Response(200)  # how clients set up the security context before they seal anything
        context: spnego.ContextProxy | None = None
        envelope = request.body
        if sealing.is_sealed(request.headers.get("content-type", "")):
            context = self._gate.context
            try:
                envelope = sealing.unseal(request.body, context)
            except sealing.SealError:
                return Response(HTTPStatus.BAD_REQUEST, close=True)
        elif not self._endpoint.tls:
            return Response(HTTPStatus.INTERNAL_SERVER_ERROR)  # AllowUnencrypted is false
        if len(envelope) > self._endpoint.limits.envelope_bytes:
            return Response(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        reply = self._endpoint.service.answer(envelope, self._caller(request))
        if context is None:
            return Response(reply.status, reply.envelope, soap.CONTENT_TYPE, settle=reply.settle)
        sealed = sealing.seal(reply.envelope, context)
        return Response(reply.status, sealed, sealing.CONTENT_TYPE, settle=reply.settle)

    def _caller(self, request: Request) -> Caller:
        machine = re.sub(r":\d*$", "", request.headers.get("host", ""))
        return Caller(self._endpoint.user, self._client, machine)
