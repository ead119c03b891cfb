"""Parts of requests, in bytes."""

QUERY_TYPE = b"Content-Type: application/sparql-query\r\n"
CLOSE = b"Connection: close\r\n"
GET = b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\n"
"""A question that is answered with true, without the line that ends it."""
FALSE = GET.replace(b"%7B%7D", b"%7B%3Curn%3Aa%3E%20%3Curn%3Ab%3E%201%7D")
"""One that is answered with false."""
POST = b"POST /sparql HTTP/1.1\r\nHost: x\r\n" + QUERY_TYPE
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n"
