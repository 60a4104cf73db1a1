"""Content that an administrator may extend (codes, guides, actions, resources), and its loader."""

from troubleshoot.catalog.loader import SHIPPED_CATALOG, read_catalog_files
from troubleshoot.catalog.registry import all_facts, installed_catalog, parse_stored_guide, probed_facts

__all__ = [
    "SHIPPED_CATALOG",
    "all_facts",
    "installed_catalog",
    "parse_stored_guide",
    "probed_facts",
    "read_catalog_files",
]
