"""Figures of series as SimpleITK reads them, for tests/engine/simpleitk.rs.

    python tests/data/simpleitk/make.py FOLDER_OF_SHARED_DATA

Writes figures.json beside itself: for every well-formed series its size, spacing, origin and direction, sum,
lowest and highest value, and the SHA-256 of its values as little-endian int16, columns fastest, then rows, then
slices. No pixel of the data is written. Needs SimpleITK (made with 2.5.7) and NumPy.

Left out on purpose, because SimpleITK has no volume of them, or another one than their places say: folders
with gaps, doubled, tilted or cut-off slices, several phases, coloured pages.
"""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import SimpleITK as sitk

FOLDERS = [
    "ct/lidc-0314/dicom",
    "ct/lung1-001/dicom",
    "ct/lidc-partial/LIDC-IDRI-0001",
    "ct/lidc-partial/LIDC-IDRI-0002",
    "ct/lidc-partial/LIDC-IDRI-0003",
    "odd/derived/reference",
    "odd/derived/prone-orientation",
    "odd/derived/sagittal-stack",
    "odd/derived/non-square-pixels",
    "odd/derived/instance-number-shuffled",
    "odd/derived/rescale-per-slice",
    "odd/derived/no-rescale-tags",
    "odd/derived/padding-value",
    "odd/derived/junk-in-folder",
    "odd/derived/two-series-one-folder",
    "odd/orientation/rt-utils-oriented",
    "odd/seg/dcmqi-23x38x3",
    "odd/seg/dcmqi-ct-3slice",
]
FILES = [
    "odd/other-formats/lidc0001-cut.mhd",
    "odd/other-formats/lidc0001-cut-compressed.mha",
    "odd/other-formats/lidc0001-cut.nrrd",
    "odd/other-formats/lidc0001-cut.nii.gz",
    "odd/other-formats/breast1_image.nrrd",
    "odd/other-formats/prostate_phantom_subvolume.nrrd",
]
# One slice each: values alone.
SLICES = [
    "ct-1.2-implicit-le.dcm",
    "ct-1.2.1-explicit-le.dcm",
    "ct-1.2.2-explicit-be.dcm",
    "ct-1.2.1.99-deflated.dcm",
    "ct-1.2.5-rle.dcm",
    "ct-4.57-jpeg-lossless-p14.dcm",
    "ct-4.70-jpeg-lossless-sv1.dcm",
    "ct-4.80-jpegls-lossless.dcm",
    "ct-4.81-jpegls-near.dcm",
    "ct-4.90-j2k-lossless.dcm",
]


def figures(image):
    """Place, and values where they are whole numbers of 16 bits: others are rounded by the program."""
    values = sitk.GetArrayFromImage(image)
    whole = np.rint(values)
    fits = np.array_equal(whole, values) and whole.min() >= -32768 and whole.max() <= 32767
    whole = whole.astype("<i2")
    return {
        "size": list(image.GetSize()),
        "spacing": list(image.GetSpacing()),
        "origin": list(image.GetOrigin()),
        # Columns of the matrix: directions of columns, rows, slices.
        "direction": [list(image.GetDirection()[n::3]) for n in range(3)],
        "values": {
            "sum": int(whole.astype(np.int64).sum()),
            "range": [int(whole.min()), int(whole.max())],
            "sha256": hashlib.sha256(whole.tobytes()).hexdigest(),
        }
        if fits
        else None,
    }


def series(folder):
    found = {}
    reader = sitk.ImageSeriesReader()
    for uid in reader.GetGDCMSeriesIDs(str(folder)):
        names = reader.GetGDCMSeriesFileNames(str(folder), uid)
        if len(names) < 3:
            continue
        reader.SetFileNames(names)
        found[uid] = figures(reader.Execute())
    return found


def main(root):
    root = Path(root)
    out = {"folders": {}, "files": {}, "slices": {}}
    for name in FOLDERS:
        try:
            found = series(root / name)
        except RuntimeError as error:
            print(f"{name} left out: {str(error).splitlines()[-1]}", file=sys.stderr)
            continue
        # Series are told apart by their size and place in the test: identifiers are not written down.
        out["folders"][name] = list(found.values())
    for name in FILES:
        out["files"][name] = figures(sitk.ReadImage(str(root / name)))
    for name in SLICES:
        out["slices"][f"odd/transfer-syntax/{name}"] = figures(
            sitk.ReadImage(str(root / "odd/transfer-syntax" / name))
        )
    path = Path(__file__).with_name("figures.json")
    path.write_text(json.dumps(out, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
