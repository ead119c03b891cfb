"""A checked dataset becomes an immutable version on disk; readers open it read-only."""
