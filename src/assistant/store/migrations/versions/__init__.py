"""The migrations, one line of descent for each room."""
