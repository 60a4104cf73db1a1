"""Pictures of an error: what they are by their first bytes, and the text in them, read by a child process."""

from troubleshoot.pictures.header import (
    LONGEST_SIDE,
    MOST_PICTURE_BYTES,
    MOST_PIXELS,
    BadPicture,
    Picture,
    is_picture,
    measure_picture,
)
from troubleshoot.pictures.reading import ENOUGH, PictureState, picture_state, read_picture, reads_pictures

__all__ = [
    "ENOUGH",
    "LONGEST_SIDE",
    "MOST_PICTURE_BYTES",
    "MOST_PIXELS",
    "BadPicture",
    "Picture",
    "PictureState",
    "is_picture",
    "measure_picture",
    "picture_state",
    "read_picture",
    "reads_pictures",
]
