"""``python -m assistant`` is the command ``assistant``."""

from assistant.interfaces.cli import main

main()
