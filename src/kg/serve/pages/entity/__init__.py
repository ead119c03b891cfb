"""The page about one resource."""
