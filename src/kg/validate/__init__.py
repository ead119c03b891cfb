"""Shapes and a dataset become a Report: what is wrong, where, and what is expected."""
