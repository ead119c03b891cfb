"""Who sends a request, and whether they may write: bearer tokens, RFC 6750, by header only."""

from __future__ import annotations

import re
from dataclasses import dataclass

from starlette.requests import Request

from kg.errors import KgError, Text
from kg.serve.problems import BAD_REQUEST, Details, Kind, RequestError
from kg.write.options import WriteOptions
from kg.write.rate import Buckets, Rate
from kg.write.tokens import Scope, Token, Tokens

UNAUTHORISED = Kind("unauthorised", 401, Text("Nicht ausgewiesen", "Not authorised"))
FORBIDDEN = Kind("forbidden", 403, Text("Nicht erlaubt", "Not allowed"))
OFF = Kind("writing-off", 403, Text("Schreiben ausgeschaltet", "Writing is off"))
TOO_OFTEN = Kind("too-many-requests", 429, Text("Zu viele Anfragen", "Too many requests"))

WRONG = Rate(300, 300)
"""So many wrong tokens may come from one address: a minute, and at once."""
_BEARER = re.compile(r"Bearer[ \t]+(\S+)[ \t]*\Z", re.IGNORECASE)
_SMALL = 1 << 16


@dataclass(frozen=True)
class Caller:
    """Who sends a request: the name of the token, its scope, and the client's address."""

    token: Token
    client: str

    def may(self, scope: Scope) -> bool:
        """Return whether the caller has at least `scope`."""
        return self.token.may(scope)


class Gatekeeper:
    """Lets through who has a token of the scope that is needed, and not too often."""

    def __init__(self, tokens: Tokens, options: WriteOptions) -> None:
        """Know `tokens`; each of them is used within the rate of `options`."""
        self._tokens = tokens
        self._used = Buckets(options.rate)
        self._wrong = Buckets(WRONG)

    @property
    def is_on(self) -> bool:
        """Whether there is any token that can be read."""
        try:
            return bool(self._tokens.known())
        except KgError:
            return False

    def check_on(self, request: Request) -> None:
        """Raise RequestError if there is no token, StageError when their file is damaged."""
        if not self._tokens.known():
            raise RequestError(OFF, _OFF, _closing(request))

    def recognise(self, request: Request) -> Caller | None:
        """Return who sends a request, None for one without a token or with one that is not valid.

        Nothing is counted and nothing refused: for what anybody may do.
        """
        try:
            text = _bearer(request)
            token = self._tokens.find(text) if text else None
        except KgError:
            return None
        if token is None or token.is_expired():
            return None
        return Caller(token, client_of(request))

    def admit(self, request: Request, scope: Scope = "contribute") -> Caller:
        """Return who sends a request that needs `scope`, and count it.

        Raises RequestError: 403 when writing is off or the scope too small, 401 without a valid
        token, 429 when this was too often; StageError when the tokens cannot be read.
        """
        self.check_on(request)
        text = _bearer(request)
        if text is None:
            raise _unknown(request, _MISSING)
        token = self._tokens.find(text)
        if token is None or token.is_expired():
            wait = self._wrong.take(client_of(request))
            if wait:
                raise _too_often(request, wait)
            raise _unknown(request, _EXPIRED if token else _WRONG, error="invalid_token")
        caller = Caller(token, client_of(request))
        if not token.may(scope):
            raise too_small(request, caller, scope)
        wait = 0 if token.scope == "admin" else self._used.take(token.sha256)
        if wait:
            raise _too_often(request, wait)
        return caller


def client_of(request: Request) -> str:
    """Return the address of who sends a request, "" if it is not known."""
    return request.client.host if request.client else ""


def too_small(request: Request, caller: Caller, scope: Scope) -> RequestError:
    """Return the error for a token whose scope does not do."""
    realm = f'Bearer realm="kg", error="insufficient_scope", scope="{scope}"'
    details = _closing(request)
    return RequestError(
        FORBIDDEN,
        Text(
            de=f"Das Token „{caller.token.name}“ hat den Umfang {caller.token.scope}; hierfür "
            f"braucht es {scope}.",
            en=f"The token “{caller.token.name}” has the scope {caller.token.scope}; this needs "
            f"{scope}.",
        ),
        Details({"scope": scope}, {**details.headers, "WWW-Authenticate": realm}),
    )


def _bearer(request: Request) -> str | None:
    """Return the text of the token, None without one; raises RequestError for several."""
    values = request.headers.getlist("authorization")
    if len(values) > 1:
        raise RequestError(BAD_REQUEST, _SEVERAL)
    match = _BEARER.match(values[0]) if values else None
    return match[1] if match else None


def _unknown(request: Request, text: Text, *, error: str = "") -> RequestError:
    realm = f'Bearer realm="kg", error="{error}"' if error else 'Bearer realm="kg"'
    headers = {**_closing(request).headers, "WWW-Authenticate": realm}
    return RequestError(UNAUTHORISED, text, Details(headers=headers))


def _too_often(request: Request, wait: int) -> RequestError:
    headers = {**_closing(request).headers, "Retry-After": str(wait)}
    text = Text(
        de=f"Das waren zu viele Anfragen. Versuchen Sie es in {wait} Sekunden wieder.",
        en=f"These were too many requests. Try again in {wait} seconds.",
    )
    return RequestError(TOO_OFTEN, text, Details(headers=headers))


def _closing(request: Request) -> Details:
    """Return the header that ends the connection of who is still sending a large body."""
    length = request.headers.get("content-length", "0")
    small = length.isdecimal() and len(length) < 10 and int(length) <= _SMALL
    known = small and "transfer-encoding" not in request.headers
    return Details() if known else Details(headers={"Connection": "close"})


_OFF = Text(
    de="Hier wird nichts geändert: Das Schreiben ist ausgeschaltet, solange es kein Token gibt. "
    "Ein Token erstellt auf dem Server: kg token create NAME --scope contribute",
    en="Nothing is changed here: writing is off as long as there is no token. A token is made on "
    "the server by: kg token create NAME --scope contribute",
)
_MISSING = Text(
    de="Schreiben darf nur, wer ein Token hat. Senden Sie es im Kopf „Authorization: Bearer …“.",
    en="Only who has a token may write. Send it in the header “Authorization: Bearer …”.",
)
_WRONG = Text(
    de="Dieses Token gilt hier nicht. Es wurde widerrufen, oder es ist falsch geschrieben.",
    en="This token is not valid here. It was revoked, or it is misspelt.",
)
_EXPIRED = Text(
    de="Dieses Token ist abgelaufen. Lassen Sie sich ein neues geben.",
    en="This token has expired. Ask for a new one.",
)
_SEVERAL = Text(
    de="Der Kopf Authorization darf nur einmal da sein.",
    en="There may be only one Authorization header.",
)
