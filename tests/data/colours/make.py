"""Figures of coloured pictures as pydicom has them, for tests/engine/colours.rs.

    python tests/data/colours/make.py FOLDER_OF_ODD_FILES

FOLDER is that of the odd files that the tests read. Writes colours.json beside itself: size, SHA-256 of red,
green and blue of all pixels where nothing was lost, and else the mean of each colour and some pixels. Needs
pydicom with pylibjpeg or GDCM, and NumPy.
"""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import pydicom
from pydicom.pixels import apply_color_lut

FILES = [
    "colour/TestPattern_RGB.dcm",
    "colour/TestPattern_Palette_16.dcm",
    "colour/SC_rgb_small_odd.dcm",
    "colour/FreezePattern.dcm",
    "colour/TestPattern_JPEG-Baseline_YBR422.dcm",
    "colour/SC_rgb_jpeg_dcmtk.dcm",
    "transfer-syntax/HTJ2KLossless_08_RGB.dcm",
]


def rgb(path):
    data = pydicom.dcmread(path, force=True)
    pixels = data.pixel_array
    if data.PhotometricInterpretation == "PALETTE COLOR":
        colours = apply_color_lut(pixels, data)
        return (colours >> 8).astype(np.uint8) if colours.dtype == np.uint16 else colours
    return pixels


def main(folder):
    found = {}
    for name in FILES:
        try:
            pixels = rgb(Path(folder) / name)
        except Exception as error:  # a decoder that is not installed
            print(f"{name} left out: {error}", file=sys.stderr)
            continue
        rows, columns, _ = pixels.shape
        places = [[int(x), int(y)] for x, y in [(0, 0), (columns // 3, rows // 4), (columns - 1, rows - 1)]]
        lossy = any(word in name for word in ("JPEG", "jpeg"))
        found[name] = {
            "size": [columns, rows],
            "sha256": None if lossy else hashlib.sha256(np.ascontiguousarray(pixels).tobytes()).hexdigest(),
            "mean": [round(float(pixels[..., n].mean()), 4) for n in range(3)],
            "pixels": [[x, y, pixels[y, x].tolist()] for x, y in places],
        }
    path = Path(__file__).with_name("colours.json")
    path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
