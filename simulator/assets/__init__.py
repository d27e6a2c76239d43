"""Static files without Python: scripts, styles, pages and pictures of the components."""
