"""What pip installs beside camdigits; read by hatchling when a wheel is built.

OpenCV comes in distributions that overwrite each other's files: opencv-python (with windows),
opencv-python-headless (without) and the system's own python3-opencv, which pip does not see. The
first is the default; CAMDIGITS_OPENCV names another, or "none" for the system's:

    CAMDIGITS_OPENCV=opencv-python-headless pip install .
    CAMDIGITS_OPENCV=none pip install .
"""

import os

from hatchling.metadata.plugin.interface import MetadataHookInterface

FLAVOURS = ("opencv-python", "opencv-python-headless", "none")
DEPENDENCIES = [
    "numpy>=1.24",
    "ai-edge-litert>=1.2; platform_machine != 'armv7l' and platform_machine != 'armv6l'",
    # 32-bit: its wheel stops at Python 3.11, and with NumPy 2 its Interpreter dies at birth.
    "tflite-runtime>=2.14; platform_machine == 'armv7l'",
    "click>=8.1",
    "tqdm>=4.64",
]


class Dependencies(MetadataHookInterface):
    """Puts the chosen OpenCV in front of the fixed dependencies."""

    def update(self, metadata: dict) -> None:
        """Fill in `dependencies`, refusing a flavour nobody publishes."""
        flavour = os.environ.get("CAMDIGITS_OPENCV") or FLAVOURS[0]
        if flavour not in FLAVOURS:
            raise ValueError(f"CAMDIGITS_OPENCV: wanted one of {FLAVOURS}, got {flavour!r}")
        opencv = [] if flavour == "none" else [f"{flavour}>=4.6; platform_machine != 'armv7l'"]
        metadata["dependencies"] = opencv + DEPENDENCIES
