"""Stage 2 of 4: passages → something searchable."""
