"""Map and network."""
