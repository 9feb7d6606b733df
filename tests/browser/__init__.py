"""A real browser looks at the pages."""
