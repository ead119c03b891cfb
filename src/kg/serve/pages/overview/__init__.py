"""What is in the graph: contents, documents, quality, changes, texts."""
