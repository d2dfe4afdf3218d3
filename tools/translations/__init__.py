"""Whether every text that a reader may meet has its English, without any program of gettext's."""
