"""The doors: command, web. They show; they decide nothing."""
