"""What keeps Mendpoint running: worker, keeper, health, connection test, first steps."""
