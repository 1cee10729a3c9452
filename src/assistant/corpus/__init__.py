"""Stage 1 of 4: published text → documents, articles, passages."""
