"""The shop's pages: views that parse, call and render."""
