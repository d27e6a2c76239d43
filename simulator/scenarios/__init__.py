"""Situations: a world, and the commands typed in it."""
