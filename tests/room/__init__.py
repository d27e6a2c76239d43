"""A class that votes."""
