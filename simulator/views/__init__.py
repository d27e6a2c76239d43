"""Pure functions of a trace: rows, messages explained, timing, predictions."""
