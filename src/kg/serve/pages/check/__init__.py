"""The page that checks a contribution."""
