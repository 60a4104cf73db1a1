"""Pictures of an error: their headers, the child that reads them, and files that mean harm."""
