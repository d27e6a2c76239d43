"""What docker prints."""
