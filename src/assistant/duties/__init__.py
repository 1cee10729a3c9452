"""Who must do what, when, and by which article: duties read from the text by rule."""
