"""Stage 3 of 4: question → ranked hits."""
