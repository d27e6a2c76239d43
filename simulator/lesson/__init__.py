"""A lesson as data: document, chapters, challenges, project."""
