"""Where a fault happened, without what it was about: messages of exceptions may quote what people wrote."""

import traceback
from pathlib import Path


def where(error: BaseException) -> str:
    """The kind of the fault and the line it came from, such as `ValueError meals.py:31 book`."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" {Path(frames[-1].filename).name}:{frames[-1].lineno} {frames[-1].name}" if frames else ""
    return f"{type(error).__name__}{place}"
