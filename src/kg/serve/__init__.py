"""A published version is served over HTTP: SPARQL, a page that says what is here, health."""
