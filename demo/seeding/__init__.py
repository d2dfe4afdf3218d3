"""Believable books of any size, for measuring and for analysts: written as rows, by what the engine says of them."""
