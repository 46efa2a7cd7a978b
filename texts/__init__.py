"""What the bot says: catalogs by language and the one function that puts facts into words."""

from texts.catalogs import Catalogs, load
from texts.rendering import Words

__all__ = ["Catalogs", "Words", "load"]
