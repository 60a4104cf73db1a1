"""What is installed: the catalogue as this process read it at start, with the facts of probes and of content."""

import functools
import importlib
import itertools
import pkgutil
import threading

from django.conf import settings

from troubleshoot import probes
from troubleshoot.catalog import loader
from troubleshoot.engine import Catalog, FactList, Guide, parse_guide, values_by_name


@functools.cache
def probed_facts() -> FactList:
    """Return the union of what every probe module declares as WORDS; modules are found by scanning, not listed."""
    modules = [
        importlib.import_module(f"{probes.__name__}.{found.name}") for found in pkgutil.iter_modules(probes.__path__)
    ]
    declared = [module.WORDS for module in modules if hasattr(module, "WORDS")]
    return FactList(*map(values_by_name, declared), words=itertools.chain(*declared))


_LOADING = threading.Lock()


def installed_catalog() -> Catalog:
    """Return the catalogue, read once. Raises CatalogError with every problem, by file, line and key.

    That takes a second or two: what serves people or jobs asks for it before the first of them comes.
    """
    with _LOADING:
        return _installed()


@functools.cache
def _installed() -> Catalog:
    return loader.load_catalog(settings.CATALOG_DIRS, probed_facts())


def all_facts() -> FactList:
    """Return every fact: what probes declare, and what readings of the catalogue add."""
    return installed_catalog().facts


def parse_stored_guide(name: str, source: str) -> Guide:
    """Return a guide from its stored text, so that a case finishes on the version it began with."""
    return parse_guide(name, source.encode(), None)
