"""Questions that have a page: the answer about one thing as a table with its sources."""
