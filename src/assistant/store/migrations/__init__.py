"""Alembic environment: the migrations of every room."""
