"""Stage 4 of 4: question and hits → a verified answer, or a refusal."""
