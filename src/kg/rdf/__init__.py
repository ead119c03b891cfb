"""RDF itself: formats, reading with positions, canonical Turtle, a project's dataset."""
