"""The SPARQL editor for browsers."""
