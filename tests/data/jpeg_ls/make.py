"""Coloured JPEG-LS pictures in every order of their components, as CharLS writes them.

Written with Python 3.11.7, numpy 2.4.6 and pyjpegls 1.5.1 (CharLS 2.4): `python make.py` beside this file. The picture has even
stretches, slopes and leaps; `NAME.bin` holds its stored numbers, those of a pixel together, little-endian
words; `NAME-ORDER.jls` the picture by planes (0), by rows (1) and by pixels (2). Made for these tests; no data of anybody.
"""

import pathlib

import jpeg_ls
import numpy as np

HERE = pathlib.Path(__file__).parent
ROWS, COLUMNS = 21, 37


def picture(most):
    y, x, c = np.meshgrid(np.arange(ROWS), np.arange(COLUMNS), np.arange(3), indexing="ij")
    slope = (5 * x + 3 * y * (c + 1)) % (most // 2)
    even = np.where((x // 9 + y // 5) % 3 == 0, most // 3, slope)
    leaps = np.where((x * 7 + y * 13 + c) % 17 == 0, most - 2 * c, even)
    # One component alone ends a run here.
    return np.where((y == 2) & (x == 3) & (c == 1), 1, leaps)


def write(name, most, near=0):
    values = picture(most).astype("u1" if most < 256 else "<u2")
    for order in range(3):
        # By planes the planes are given one after the other, else pixels: the encoder makes rows of them.
        stored = values.transpose(2, 0, 1) if order == 0 else values
        bits = 8 if most < 256 else 12
        coded = jpeg_ls.encode_buffer(stored.tobytes(), ROWS, COLUMNS, 3, bits, near, order)
        (HERE / f"{name}-{order}.jls").write_bytes(bytes(coded))
    (HERE / f"{name}.bin").write_bytes(values.astype("<u2").tobytes())


write("bytes", 255)
write("near", 255, 3)
write("words", 4095)
