"""Which form of a document a request asks for."""

from __future__ import annotations

from starlette.requests import Request

from kg.serve.negotiate import Representation, choose
from kg.serve.pages.linked.write import DOCUMENTS
from kg.serve.problems import not_acceptable

VARY = "Accept, Accept-Language, Accept-Datetime"


def negotiated(request: Request, form: str | None = None) -> Representation:
    """Return the representation of a form, else that which a request asks for.

    Raises RequestError when it is none that there is.
    """
    parameters = request.query_params
    named = [form] if form else [*parameters.getlist("format"), *parameters.getlist("output")]
    accept = ", ".join(request.headers.getlist("accept"))
    found = choose(DOCUMENTS, accept, named)
    if found is None:
        raise not_acceptable(list(dict.fromkeys(DOCUMENTS.media_types)))
    return found
