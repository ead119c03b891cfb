"""What the commands do, apart from options and terminals: each returns its exit code."""
