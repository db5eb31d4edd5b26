#!/usr/bin/env python3
"""Compares a phantom with real chests: figures, and slices side by side.

    python3 tests/phantom/compare.py --pictures OUT PHANTOM REAL...      (numpy, scipy, pydicom, pillow)

PHANTOM and REAL are folders with one axial CT series each. Prints for every one of them

- percentiles of HU in the lungs (two millimetres and more off their surface), ventral and dorsal;
- bright spots per square centimetre of lung in axial slices, by contrast;
- how thick the lung's vessels are: share of the voxels above -500 HU that an opening by a ball of a
  given radius leaves;
- the noise: standard deviation and power spectrum (as its mean frequency and its peak, in line pairs
  per cm) of the most homogeneous soft tissue.

`docs/phantom.md` holds the figures that were seen. Pictures of real chests stay where they are made.
"""
import argparse
import pathlib

import numpy as np
import pydicom
from PIL import Image
from scipy import ndimage

LUNG, MEDIASTINUM = (1500, -600), (350, 50)


def read(folder):
    """HU as [slice, row, column] and spacing in mm in the same order."""
    files = [pydicom.dcmread(path) for path in pathlib.Path(folder).glob("*.dcm")]
    files = [file for file in files if file.get("Modality") == "CT"]
    files.sort(key=lambda file: float(file.ImagePositionPatient[2]))
    slices = [f.pixel_array * float(f.RescaleSlope) + float(f.RescaleIntercept) for f in files]
    step = abs(float(files[1].ImagePositionPatient[2]) - float(files[0].ImagePositionPatient[2]))
    return np.stack(slices).astype(np.int16), np.array([step, *map(float, files[0].PixelSpacing)])


def lungs(volume, spacing):
    """Mask of the lungs with their vessels, off their surface."""
    step = np.maximum(1, np.round(2.6 / spacing)).astype(int)
    air = volume[:: step[0], :: step[1], :: step[2]] < -450
    labels, _ = ndimage.label(air)
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    for side in (labels[:, 0], labels[:, -1], labels[:, :, 0], labels[:, :, -1]):
        sizes[np.unique(side)] = 0
    largest = [n for n in np.argsort(sizes)[-2:] if sizes[n] * 2.6**3 > 2e5]
    mask = ndimage.binary_closing(np.isin(labels, largest), iterations=3)
    mask = ndimage.binary_erosion(mask, iterations=2)
    for axis in range(3):
        mask = np.repeat(mask, step[axis], axis)
    return mask[tuple(slice(0, n) for n in volume.shape)]


def tissue(volume, mask):
    volume = volume[tuple(slice(0, n) for n in mask.shape)]
    values = volume[mask]
    marks = [1, 5, 25, 50, 75, 95, 99]
    print("  HU at", dict(zip(marks, np.percentile(values, marks).round().astype(int).tolist())))
    rows = np.nonzero(mask.any(axis=(0, 2)))[0]
    third = (rows[-1] - rows[0]) // 3
    for name, part in (("ventral", slice(rows[0], rows[0] + third)), ("dorsal", slice(rows[-1] - third, rows[-1]))):
        print(f"  median of the {name} third {np.median(volume[:, part][mask[:, part]]):.0f} HU")


def spots(volume, mask, spacing):
    counts, area = np.zeros(3), 0.0
    for k in range(5, len(mask) - 5, max(1, len(mask) // 24)):
        if mask[k].sum() * spacing[1] * spacing[2] < 1500:
            continue
        plane = volume[k][: mask.shape[1], : mask.shape[2]].astype(np.float32)
        high = ndimage.gaussian_filter(plane, 0.7 / spacing[1]) - ndimage.gaussian_filter(plane, 4 / spacing[1])
        area += mask[k].sum() * spacing[1] * spacing[2] / 100
        counts += [ndimage.label((high > t) & mask[k])[1] for t in (60, 120, 240)]
    print("  spots per cm2 that stand out by 60, 120, 240 HU", (counts / area).round(2).tolist())


def thickness(volume, mask, spacing):
    middle = len(mask) // 2
    half = int(30 / spacing[0])
    part = slice(max(0, middle - half), middle + half)
    vessel = (volume[: len(mask)][part][:, : mask.shape[1], : mask.shape[2]] > -500) & mask[part]
    inside = ndimage.distance_transform_edt(vessel, sampling=spacing)
    left = {}
    for radius in (1.0, 1.5, 2.0, 3.0, 4.0):
        core = inside >= radius
        opened = ndimage.distance_transform_edt(~core, sampling=spacing) < radius if core.any() else core
        left[radius] = round(float((opened & vessel).sum() / vessel.sum()), 2)
    print("  vessels: share of their volume at least so thick (radius, mm)", left)


def noise(volume, spacing):
    side = int(28 / spacing[1])
    found = []
    for k in range(2, len(volume) - 2, 3):
        for j in range(0, volume.shape[1] - side, side // 2):
            for i in range(0, volume.shape[2] - side, side // 2):
                patch = volume[k, j : j + side, i : i + side].astype(np.float32)
                if 0 < patch.mean() < 220:
                    rough = ndimage.gaussian_filter(patch, 4 / spacing[1]).std()
                    found.append((rough, patch))
    found.sort(key=lambda pair: pair[0])
    y, x = np.mgrid[0:side, 0:side] - side / 2
    power = np.zeros((side, side))
    patches = [patch for _, patch in found[:24]]
    deviation = []
    for patch in patches:
        # Without its plane and bow, so that what remains is noise.
        terms = np.column_stack([t.ravel() for t in (np.ones_like(x), x, y, x * x, y * y, x * y)])
        rest = patch.ravel() - terms @ np.linalg.lstsq(terms, patch.ravel(), rcond=None)[0]
        deviation.append(rest.std())
        power += np.abs(np.fft.fft2(rest.reshape(side, side))) ** 2
    frequency = np.hypot(*np.meshgrid(*(np.fft.fftfreq(side, spacing[n] / 10) for n in (1, 2)), indexing="ij"))
    # Up to where the pixels carry all directions.
    edges = np.arange(0.25, min(7.3, 5 / spacing[1] - 0.5), 0.5)
    radial = np.array([power[(frequency >= a) & (frequency < a + 0.5)].mean() for a in edges])
    centres = edges + 0.25
    print(f"  noise {np.median(deviation):.1f} HU, mean frequency {(centres * radial).sum() / radial.sum():.2f}, "
          f"peak {centres[radial.argmax()]:.1f} per cm; spectrum {(radial / radial.max()).round(2).tolist()}")


def grey(values, window):
    width, centre = window
    return (np.clip((values.astype(np.float32) - (centre - width / 2)) / width, 0, 1) * 255).astype(np.uint8)


def picture(out, phantom, real, name):
    rows = []
    for share in (0.3, 0.5, 0.68, 0.85):
        row = []
        for volume, spacing in (phantom, real):
            plane = Image.fromarray(volume[int(share * (len(volume) - 1))].astype(np.float32))
            side = int(plane.width * spacing[1] / 0.75)
            plane = np.array(plane.resize((side, side), Image.BILINEAR))
            canvas = np.full((520, 520), -1000, np.float32)
            take = min(side, 520)
            start = (side - take) // 2
            canvas[:take, :take] = plane[start : start + take, start : start + take]
            row += [grey(canvas, LUNG), grey(canvas, MEDIASTINUM)]
        rows.append(np.concatenate(row, 1))
    Image.fromarray(np.concatenate(rows, 0)).save(out / f"phantom_and_{name}.png")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pictures", type=pathlib.Path)
    parser.add_argument("folders", nargs="+")
    options = parser.parse_args()
    first = None
    for folder in options.folders:
        volume, spacing = read(folder)
        print(f"{folder}: {volume.shape[::-1]} at {spacing[::-1].round(2).tolist()} mm")
        mask = lungs(volume, spacing)
        tissue(volume, mask)
        spots(volume, mask, spacing)
        thickness(volume, mask, spacing)
        noise(volume, spacing)
        if first is None:
            first = (volume, spacing)
        elif options.pictures:
            options.pictures.mkdir(parents=True, exist_ok=True)
            name = "_".join(pathlib.Path(folder).parts[-2:])
            picture(options.pictures, first, (volume, spacing), name)


if __name__ == "__main__":
    main()
