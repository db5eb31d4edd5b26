"""Reference crops of M3Net's clinical mode: the whole volume resampled with SciPy, then cut.

Writes crops.json beside itself, which src/inference/m3net/sampling/tests.rs compares with. Needs NumPy and
SciPy (made with 2.x and 1.17.1):

    python tests/data/m3net_clinical/make.py

Unlike the program it samples all of the volume and cuts afterwards, with map_coordinates and slices.
"""

import json
from pathlib import Path

import numpy as np
from scipy.ndimage import map_coordinates

SIDES = {"micro": 32, "meso": 64, "macro": 96}


def pattern(size):
    """HU [k, j, i]: smooth enough that a sample half a millimetre off is seen, rough enough that order is."""
    i, j, k = np.meshgrid(*(np.arange(n) for n in size), indexing="ij")
    hu = (37 * i + 91 * j + 53 * k) % 257 * 7 - 1150 + (i * j * 3 + k * 11) % 97
    return hu.transpose(2, 1, 0).astype(np.int16)


def resampled(volume, spacing):
    """float64 [k, j, i] at every whole millimetre from the first voxel's centre."""
    counts = [int(np.floor(round((n - 1) * mm, 5))) + 1 for n, mm in zip(volume.shape[::-1], spacing)]
    axes = [np.arange(n) / mm for n, mm in zip(counts, spacing)]
    k, j, i = np.meshgrid(axes[2], axes[1], axes[0], indexing="ij")
    out = map_coordinates(volume.astype(np.float64), [k, j, i], order=1, mode="nearest")
    return out, counts


def crop(whole, counts, centre_mm, side):
    starts, padding, cut = [], [], []
    for n, c in zip(counts, centre_mm):
        if n >= side:
            start = int(min(max(c - side / 2, 0), n - side))
            starts.append(start)
            padding.append((0, 0))
            cut.append(slice(start, start + side))
        else:
            before = (side - n) // 2
            starts.append(-before)
            padding.append((before, side - n - before))
            cut.append(slice(0, n))
    part = whole[cut[2], cut[1], cut[0]]
    part = np.pad(part, [padding[2], padding[1], padding[0]], constant_values=-1000.0)
    values = (np.clip(part, -1000, 400) + 1000) / 1400
    # The network's axes: slice, column, row.
    return starts, np.ascontiguousarray(values.transpose(0, 2, 1))


def main():
    cases = [
        # Columns, rows, slices; spacing; point in voxels.
        ("inside", [160, 150, 60], [0.7, 0.8, 2.0], [81.3, 74.6, 29.25]),
        ("at two edges", [160, 150, 60], [0.7, 0.8, 2.0], [3.0, 148.0, 58.5]),
        ("thin and anisotropic", [80, 70, 12], [0.7, 0.9, 5.0], [40.0, 33.3, 6.0]),
        ("finer than the samples", [240, 240, 150], [0.45, 0.45, 0.75], [119.0, 121.5, 70.0]),
    ]
    found = []
    for name, size, spacing, at in cases:
        whole, counts = resampled(pattern(size), spacing)
        centre = [round(a * mm, 9) for a, mm in zip(at, spacing)]
        case = {"name": name, "size": size, "spacing": spacing, "at": at, "samples": counts, "crops": {}}
        for scale, side in SIDES.items():
            starts, values = crop(whole, counts, centre, side)
            flat = values.ravel()
            weights = np.arange(flat.size) % 1009
            places = [(flat.size * n) // 7 + 3 * n for n in range(7)]
            case["crops"][scale] = {
                "starts": starts,
                "sum": float(flat.sum()),
                "weighed": float((flat * weights).sum()),
                "places": [[int(p), float(flat[p])] for p in places],
            }
        found.append(case)
    path = Path(__file__).with_name("crops.json")
    path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
