"""Forms made from shapes, and how to contribute."""
