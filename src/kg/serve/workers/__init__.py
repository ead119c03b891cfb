"""Processes that answer queries: forked ahead, limited, killed at their limits, replaced."""
