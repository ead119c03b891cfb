"""The search on pages: the index of a version and what commits have changed since."""
