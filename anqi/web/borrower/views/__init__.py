"""Views of the borrower's site: each parses, calls, renders."""
