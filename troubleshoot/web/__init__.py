"""Pages: URLs, views and page models by reader, and forms."""
