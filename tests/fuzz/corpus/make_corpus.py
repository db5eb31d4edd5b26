#!/usr/bin/env python3
"""Writes the fuzz corpus: one synthetic 16 x 12 slice in every transfer syntax that is read, and in
the odd dress in which slices come.  Needs numpy, pydicom, pylibjpeg, pylibjpeg-openjpeg, pyjpegls and
python-gdcm.  jpeg-ls-damaged.dcm, one of them as fuzzing left it, is not written.  Beside OUT, in npy/,
an array of int16.  The same bytes every time: make_corpus.py OUT
"""
import sys
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence

out = Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
j, i = np.mgrid[0:12, 0:16]
HU = (np.hypot(i - 7.5, j - 5.5) < 4) * 900 - 1000 + 3 * i + 5 * j


def slice_(bits=16, signed=1, intercept=-1024):
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID = "2.25.4711.1"
    ds.file_meta.ImplementationClassUID = "2.25.4711"
    ds.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1"
    ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    ds.Modality, ds.SeriesInstanceUID, ds.InstanceNumber = "CT", "2.25.4711", 1
    ds.ImagePositionPatient, ds.ImageOrientationPatient = [-5, -4, 3], [1, 0, 0, 0, 1, 0]
    ds.PixelSpacing = [0.7, 0.7]
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.Rows, ds.Columns = HU.shape
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, bits, bits - 1, signed
    ds.RescaleSlope, ds.RescaleIntercept = 1, intercept
    ds.PixelData = (HU - intercept).astype("<i2").tobytes()
    ds["PixelData"].VR = "OW"
    return ds


def save(ds, name, **kw):
    pydicom.dcmwrite(out / name, ds, enforce_file_format=True, **kw)


save(slice_(), "explicit-le.dcm")
ds = slice_()
ds.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2"
save(ds, "implicit-le.dcm", implicit_vr=True, little_endian=True)
pydicom.dcmwrite(out / "no-preamble-no-meta.dcm", ds, implicit_vr=True, little_endian=True, enforce_file_format=False)
ds = slice_()
ds.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.2"
ds.PixelData = (HU + 1024).astype(">i2").tobytes()
save(ds, "explicit-be.dcm", implicit_vr=False, little_endian=False)
ds = slice_()
ds.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1.99"
save(ds, "deflated.dcm")
ds = slice_(12, 0)
ds.PixelData = ((HU + 1024).astype("<u2") | 0xA000).tobytes()
save(ds, "dirty-high-bits.dcm")
ds = slice_()
ds.PixelPaddingValue = -2000
ds.WindowWidth, ds.WindowCenter = [1500, 400], [-600, 40]
inner = Dataset()
inner.ReferencedSOPInstanceUID = "2.25.1"
inner.PurposeOfReferenceCodeSequence = Sequence([Dataset()])
inner.PurposeOfReferenceCodeSequence[0].CodeValue = "1"
inner.is_undefined_length_sequence_item = True
ds.ReferencedImageSequence = Sequence([inner])
ds["ReferencedImageSequence"].is_undefined_length = True
save(ds, "nested-sequences.dcm")
for name, uid in [("rle", "1.2.840.10008.1.2.5"), ("jpeg-ls", "1.2.840.10008.1.2.4.80")]:
    ds = slice_(12, 0)
    ds.PixelData = (HU + 1024).astype("<u2").tobytes()
    ds.compress(uid, generate_instance_uid=False)
    save(ds, f"{name}.dcm")
import gdcm  # noqa: E402

r = gdcm.ImageReader()
r.SetFileName(str(out / "explicit-le.dcm"))
assert r.Read()
for name, syntax in [("jpeg-lossless", gdcm.TransferSyntax.JPEGLosslessProcess14_1), ("j2k", gdcm.TransferSyntax.JPEG2000Lossless)]:
    c = gdcm.ImageChangeTransferSyntax()
    c.SetTransferSyntax(gdcm.TransferSyntax(syntax))
    c.SetInput(r.GetImage())
    assert c.Change()
    w = gdcm.ImageWriter()
    w.SetFileName(str(out / f"{name}.dcm"))
    w.SetFile(r.GetFile())
    w.SetImage(c.GetOutput())
    assert w.Write()
from PIL import Image  # noqa: E402
import io  # noqa: E402

buf = io.BytesIO()
Image.fromarray(((HU + 1000) // 8).clip(0, 255).astype("u1")).save(buf, "JPEG", quality=90)
ds = slice_(8, 0)
ds.BitsAllocated = 8
ds.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.50"
ds.PixelData = pydicom.encaps.encapsulate([buf.getvalue()])
ds["PixelData"].VR = "OB"
ds["PixelData"].is_undefined_length = True
save(ds, "jpeg-baseline.dcm")

# Letters that are no VR: a reader that takes the length for one of 32 bits asks for 800 MB.
bytes_ = (out / "explicit-be.dcm").read_bytes()
(out / "unknown-vr-be.dcm").write_bytes(bytes_.replace(b"\0\x28\0\x30DS", b"\0\x28\0\x30DI"))

(out.parent / "npy").mkdir(exist_ok=True)
np.save(out.parent / "npy" / "int16.npy", np.arange(24, dtype="<i2").reshape(2, 3, 4) * 37 - 400)
