"""Pages for people, made of queries by Jinja2: they are complete without JavaScript."""
