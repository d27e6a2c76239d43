"""Proving and building lessons."""
