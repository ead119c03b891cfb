"""Ontology, data and rules become the triples that follow from them, or the contradictions."""
