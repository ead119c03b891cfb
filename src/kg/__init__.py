"""kg: a folder of ontology, shapes, data and queries becomes a served knowledge graph."""

__version__ = "0.1.0"
