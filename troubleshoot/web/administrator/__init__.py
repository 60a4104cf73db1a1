"""Pages of administrators: people, computers, accounts, sites, health."""
