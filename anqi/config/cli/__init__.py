"""The commands of `anqi`, one module each."""
