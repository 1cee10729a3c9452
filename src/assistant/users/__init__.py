"""People: who they are, what they asked, what they thought of the answers."""
