"""What is wrong with a file that a person handed in, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from troubleshoot.pictures import MOST_PICTURE_BYTES, MOST_PIXELS

#: Fault → what is wrong, and what to do. Whatever it is, the number can be typed.
FILE_FAULTS: Final[Mapping[str, Promise]] = {
    "empty": gettext_lazy("This file is empty. Choose the picture, or the file that you connect with."),
    "too_large": gettext_lazy("This file is larger than %(mebibytes)s MB. Cut the picture down to the error window."),
    "not_a_picture": gettext_lazy(
        "We read pictures (PNG, JPEG, WebP) and saved connections (.rdp). This file is neither. "
        "Take a screenshot of the window, or type its number."
    ),
    "damaged": gettext_lazy("This picture is damaged. Take it again, or type the number of the window."),
    "too_many_pixels": gettext_lazy(
        "This picture has more than %(megapixels)s million points. Cut it down to the error window."
    ),
    "no_reader": gettext_lazy("Pictures cannot be read here. Type the text or the number of the window."),
    "busy": gettext_lazy("Other pictures are being read just now. Try again in a moment, or type the number."),
    "too_hard": gettext_lazy("Reading this picture takes too long. Cut it down to the window, or type the number."),
    "unreadable": gettext_lazy("This picture could not be read. Take it again, or type the number of the window."),
    "no_text": gettext_lazy(
        "We found no text in this picture. Take it straight from the front and closer, or type the number."
    ),
}


def file_fault(params: Mapping[str, Any]) -> str:
    """Say what is wrong with a file; `fault` is one of the table's, and of no other is anything known."""
    limits = {"mebibytes": MOST_PICTURE_BYTES // 1024**2, "megapixels": MOST_PIXELS // 10**6}
    words = FILE_FAULTS.get(str(params["fault"]))
    return str(words) % limits if words else _("This file could not be read.")
