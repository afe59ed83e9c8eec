"""What schemathesis cannot know: pictures that OpenCV reads. Loaded by its command line."""

import numpy as np
import schemathesis
from hypothesis import strategies as st

from camdigits.image import cv2

PAGE = np.full((40, 60, 3), 255, np.uint8)
PAGE[8:32, 20:24] = 0
for suffix in ("jpeg", "png", "webp", "bmp", "tiff"):
    data = bytes(cv2.imencode(f".{suffix}", PAGE)[1])
    schemathesis.openapi.media_type(f"image/{suffix}", st.just(data))
