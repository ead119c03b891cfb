"""Requests that would change something: who sends them, what they ask, what came of it."""
