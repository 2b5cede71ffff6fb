"""Plain functions on text: normalisation with offsets, sentences, terms, values. No settings, no files but its own."""
