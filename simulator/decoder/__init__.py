"""From an error message to its causes."""
