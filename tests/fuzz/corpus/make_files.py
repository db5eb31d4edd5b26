#!/usr/bin/env python3
"""Writes the corpus of the target `file`: what is opened by itself and is not one slice.  Archives of
three slices, an enhanced CT, an index of a disc, volume files.  Needs numpy, pydicom and the program zstd.
The same bytes every time: make_files.py OUT
"""
import bz2
import gzip
import io
import lzma
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence

out = Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
K, J, I = np.mgrid[0:3, 0:4, 0:5]
HU = (10 * I + 100 * J - 20 * K - 200).astype("<i2")


def basis(sop_class):
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID = sop_class
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID = "2.25.4712.1"
    ds.file_meta.ImplementationClassUID = "2.25.4711"
    ds.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1"
    return ds


def image(sop_class, pixels):
    ds = basis(sop_class)
    ds.Modality, ds.SeriesInstanceUID = "CT", "2.25.4712"
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.Rows, ds.Columns = 4, 5
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 1
    ds.PixelData = pixels.tobytes()
    ds["PixelData"].VR = "OW"
    return ds


def saved(ds, **kw):
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, ds, enforce_file_format=True, **kw)
    return buffer.getvalue()


def items(**values):
    ds = Dataset()
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return Sequence([ds])


slices = []
for k in range(3):
    ds = image("1.2.840.10008.5.1.4.1.1.2", HU[k])
    ds.ImagePositionPatient, ds.ImageOrientationPatient = [-5, -4, 2 * k], [1, 0, 0, 0, 1, 0]
    ds.PixelSpacing, ds.RescaleSlope, ds.RescaleIntercept = [0.7, 0.7], 1, 0
    slices.append((f"ct/{k}", saved(ds)))

buffer = io.BytesIO()
with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
    for name, data in slices:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))
tar = buffer.getvalue()
(out / "slices.tar").write_bytes(tar)
(out / "slices.tar.gz").write_bytes(gzip.compress(tar, mtime=0))
packed = subprocess.run(["zstd", "-c"], input=tar, capture_output=True, check=True).stdout
(out / "slices.tar.zst").write_bytes(packed)
with zipfile.ZipFile(out / "slices.zip", "w", zipfile.ZIP_DEFLATED) as archive:
    for name, data in slices:
        archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)

(out / "slices.tar.bz2").write_bytes(bz2.compress(tar))
(out / "slices.tar.xz").write_bytes(lzma.compress(tar))
for name, method in [("slices-bzip2.zip", zipfile.ZIP_BZIP2), ("slices-lzma.zip", zipfile.ZIP_LZMA)]:
    with zipfile.ZipFile(out / name, "w", method) as archive:
        for inside, data in slices:
            archive.writestr(zipfile.ZipInfo(inside), data, method)

for name, implicit in [("enhanced.dcm", False), ("enhanced-implicit.dcm", True)]:
    ds = image("1.2.840.10008.5.1.4.1.1.2.1", HU)
    ds.NumberOfFrames = 3
    shared = Dataset()
    shared.PlaneOrientationSequence = items(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])
    shared.PixelMeasuresSequence = items(PixelSpacing=[0.7, 0.7], SliceThickness=2)
    shared.PixelValueTransformationSequence = items(RescaleIntercept=0, RescaleSlope=1, RescaleType="HU")
    ds.SharedFunctionalGroupsSequence = Sequence([shared])
    frames = []
    for k in range(3):
        frame = Dataset()
        frame.FrameContentSequence = items(TemporalPositionIndex=1, StackID="1", InStackPositionNumber=k + 1)
        frame.PlanePositionSequence = items(ImagePositionPatient=[-5, -4, 2 * k])
        frames.append(frame)
    ds.PerFrameFunctionalGroupsSequence = Sequence(frames)
    if implicit:
        ds.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2"
    else:
        ds["PerFrameFunctionalGroupsSequence"].is_undefined_length = True
    (out / name).write_bytes(saved(ds, implicit_vr=implicit, little_endian=True))

nrrd = """NRRD0004
type: short
dimension: 3
space: left-posterior-superior
sizes: 5 4 3
space directions: (0.7,0,0) (0,0.7,0) (0,0,2)
endian: little
encoding: {}
space origin: (-5,-4,0)

"""
(out / "volume.nrrd").write_bytes(nrrd.format("raw").encode() + HU.tobytes())
(out / "volume-gzip.nrrd").write_bytes(nrrd.format("gzip").encode() + gzip.compress(HU.tobytes(), mtime=0))
(out / "volume-bzip2.nrrd").write_bytes(nrrd.format("bzip2").encode() + bz2.compress(HU.tobytes()))
# Voxels in a member for each slice.
with zipfile.ZipFile(out / "volume-parts.zip", "w", zipfile.ZIP_DEFLATED) as archive:
    header = nrrd.format("raw")[:-1] + "data file: %d.raw 0 2 1\n\n"
    members = [("ct.nhdr", header.encode())] + [(f"{k}.raw", HU[k].tobytes()) for k in range(3)]
    for inside, data in members:
        archive.writestr(zipfile.ZipInfo(inside), data, zipfile.ZIP_DEFLATED)
text = " ".join(str(v) for v in HU.ravel())
(out / "volume-text.nrrd").write_bytes(nrrd.format("ascii").encode() + text.encode())

header = bytearray(544)
header[0:16] = (540).to_bytes(4, "little") + b"n+2\0\r\n\x1a\n" + (4).to_bytes(2, "little") + (16).to_bytes(2, "little")
header[16:80] = np.array([3, 5, 4, 3, 1, 1, 1, 1], "<i8").tobytes()
header[104:168] = np.array([1, 0.7, 0.7, 2, 0, 0, 0, 0], "<f8").tobytes()
header[168:176] = (544).to_bytes(8, "little")
header[348:352] = (1).to_bytes(4, "little")
header[400:496] = np.array([[-0.7, 0, 0, 5], [0, -0.7, 0, 4], [0, 0, 2, 0]], "<f8").tobytes()
header[500:504] = (2).to_bytes(4, "little")
(out / "volume.nii").write_bytes(bytes(header) + HU.tobytes())

ds = basis("1.2.840.10008.1.3.10")
ds.FileSetID = "DISC"
record = Dataset()
record.DirectoryRecordType, record.ReferencedFileID = "IMAGE", ["CT", "0"]
ds.DirectoryRecordSequence = Sequence([record])
(out / "DICOMDIR").write_bytes(saved(ds))
