"""Patterns of many branches are tried only where they can begin: at most letters of a sentence one step is enough."""

import re


def begins(letters: str, pattern: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    """A pattern with the letters it can begin with; a test sees to it that none is missing."""
    return re.compile(f"(?=[{letters}])(?:{pattern})", flags)
