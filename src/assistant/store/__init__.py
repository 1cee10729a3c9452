"""State: the database, its sessions and its migrations. Each room keeps tables of its own."""
