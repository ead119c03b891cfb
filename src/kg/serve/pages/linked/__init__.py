"""Linked data: documents about resources, the ontology, the shapes, what is missing."""
