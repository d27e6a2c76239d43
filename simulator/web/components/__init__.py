"""The components that draw in the browser."""
