"""Documents to statements and their versions."""
