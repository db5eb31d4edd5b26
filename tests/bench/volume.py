"""The 3D view beside VTK, by parallel rays, in the same colours and light: pace, and how close the pictures are.

    python volume.py VOL.npy --spacing X,Y,Z --triscope target/debug/triscope --rounds 3 --out FOLDER

VOL.npy is int16, (slices, rows, columns), HU. Each tool runs in turn, in a fresh process: Triscope's
`bench rays`, VTK's ray casting on the same software OpenGL (`gpu`) and on the processor (`fixed`). Both
turn the camera by three degrees a frame about the patient's long axis and take steps of the finest spacing.
One JSON line per tool with medians over the rounds; then the mean difference between Triscope's picture and
each of VTK's, in grey levels, over the pixels in which either shows anything.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

OPACITY = ((-1024, 0), (-500, 0), (-300, 0.04), (50, 0.1), (150, 0.25), (600, 0.7))
COLOUR = ((-1024, 0, 0, 0), (-300, 0.7, 0.4, 0.3), (50, 0.9, 0.6, 0.5), (400, 1, 1, 0.9))


def child(a):
    """One of VTK's mappers: frames for two seconds, and the first frame's picture."""
    import numpy as np
    import vtkmodules.vtkInteractionStyle  # noqa: F401
    import vtkmodules.vtkRenderingOpenGL2  # noqa: F401
    import vtkmodules.vtkRenderingVolumeOpenGL2  # noqa: F401
    from vtkmodules.util.numpy_support import numpy_to_vtk
    from vtkmodules.vtkCommonCore import VTK_SHORT, vtkMultiThreader
    from vtkmodules.vtkCommonDataModel import vtkImageData, vtkPiecewiseFunction
    from vtkmodules.vtkIOImage import vtkPNGWriter
    from vtkmodules.vtkRenderingCore import (
        vtkColorTransferFunction, vtkRenderer, vtkRenderWindow, vtkVolume, vtkVolumeProperty, vtkWindowToImageFilter)
    from vtkmodules.vtkRenderingVolume import vtkFixedPointVolumeRayCastMapper
    from vtkmodules.vtkRenderingVolumeOpenGL2 import vtkOpenGLGPUVolumeRayCastMapper

    vtkMultiThreader.SetGlobalMaximumNumberOfThreads(2)
    volume = np.load(a.volume)
    spacing = [float(x) for x in a.spacing.split(",")]
    image = vtkImageData()
    image.SetDimensions(*volume.shape[::-1])
    image.SetSpacing(*spacing)
    image.GetPointData().SetScalars(numpy_to_vtk(volume.ravel(), deep=False, array_type=VTK_SHORT))
    mapper = vtkOpenGLGPUVolumeRayCastMapper() if a.child == "gpu" else vtkFixedPointVolumeRayCastMapper()
    mapper.SetInputData(image)
    mapper.SetAutoAdjustSampleDistances(0)
    mapper.SetSampleDistance(min(spacing))
    mapper.SetImageSampleDistance(1.0)
    opacity, colour = vtkPiecewiseFunction(), vtkColorTransferFunction()
    for point in OPACITY:
        opacity.AddPoint(*point)
    for point in COLOUR:
        colour.AddRGBPoint(*point)
    look = vtkVolumeProperty()
    look.SetScalarOpacity(opacity)
    look.SetColor(colour)
    look.SetInterpolationTypeToLinear()
    look.ShadeOn()
    shown = vtkVolume()
    shown.SetMapper(mapper)
    shown.SetProperty(look)
    renderer, window = vtkRenderer(), vtkRenderWindow()
    window.SetOffScreenRendering(1)
    window.SetSize(a.size, a.size)
    window.SetMultiSamples(0)
    window.AddRenderer(renderer)
    renderer.AddVolume(shown)
    # As Triscope fits a volume: the largest side of any plane, six in a hundred more, then 1.4 times as large.
    extent = [n * s for n, s in zip(volume.shape[::-1], spacing)]
    middle = [(n - 1) * s / 2 for n, s in zip(volume.shape[::-1], spacing)]
    camera = renderer.GetActiveCamera()
    camera.ParallelProjectionOn()
    camera.SetParallelScale(max(extent) * 1.06 / 1.4 / 2)
    camera.SetFocalPoint(*middle)
    camera.SetPosition(middle[0], middle[1] - 700, middle[2] + 100)
    camera.SetViewUp(0, 0, 1)
    renderer.ResetCameraClippingRange()

    def frame():
        window.Render()
        window.WaitForCompletion()

    begun = time.perf_counter()
    frame()
    first_ms = (time.perf_counter() - begun) * 1e3
    grab = vtkWindowToImageFilter()
    grab.SetInput(window)
    writer = vtkPNGWriter()
    writer.SetFileName(a.png)
    writer.SetInputConnection(grab.GetOutputPort())
    writer.Write()
    times = []
    while len(times) < 5 or sum(times) < 2000:
        camera.Azimuth(3)
        renderer.ResetCameraClippingRange()
        begun = time.perf_counter()
        frame()
        times.append((time.perf_counter() - begun) * 1e3)
    print(json.dumps({"first_ms": first_ms, "frame_ms": statistics.median(times)}))


def difference(ours, theirs):
    """Mean over pixels in which either picture shows anything, of the mean over colours, grey levels."""
    import numpy as np
    from vtkmodules.util.numpy_support import vtk_to_numpy
    from vtkmodules.vtkIOImage import vtkPNGReader

    def read(path):
        reader = vtkPNGReader()
        reader.SetFileName(str(path))
        reader.Update()
        image = reader.GetOutput()
        pixels = vtk_to_numpy(image.GetPointData().GetScalars())
        return pixels.reshape(image.GetDimensions()[1], image.GetDimensions()[0], -1)[..., :3].astype(float)

    a, b = read(ours), read(theirs)
    either = (a.max(-1) > 8) | (b.max(-1) > 8)
    return {
        "mean_difference": round(float(np.abs(a - b).mean(-1)[either].mean()), 2),
        "mean_ours": round(float(a[either].mean()), 2),
        "mean_theirs": round(float(b[either].mean()), 2),
    }


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("volume", type=Path)
    p.add_argument("--spacing", default="0.703125,0.703125,1.0")
    p.add_argument("--triscope", type=Path, default=Path("target/debug/triscope"))
    p.add_argument("--size", type=int, default=512)
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--out", type=Path, default=Path("."))
    p.add_argument("--child", help=argparse.SUPPRESS)
    p.add_argument("--png", help=argparse.SUPPRESS)
    a = p.parse_args()
    if a.child:
        return child(a)
    a.out.mkdir(parents=True, exist_ok=True)
    pictures = {name: a.out / f"{name}.png" for name in ("triscope", "gpu", "fixed")}

    def command(name):
        if name == "triscope":
            return [str(a.triscope), "bench", "rays", str(a.volume), "--spacing", a.spacing, "--json",
                    "--size", f"{a.size}x{a.size}", "--png", str(pictures[name])]
        return [sys.executable, __file__, str(a.volume), "--spacing", a.spacing, "--size", str(a.size),
                "--child", name, "--png", str(pictures[name])]

    seen = {name: [] for name in pictures}
    for _ in range(a.rounds):
        for name in pictures:
            done = subprocess.run(command(name), capture_output=True, text=True, check=True)
            seen[name].append(json.loads(done.stdout.strip().splitlines()[-1]))
    for name, runs in seen.items():
        median = {key: round(statistics.median(run[key] for run in runs), 1)
                  for key in ("first_ms", "frame_ms", "turning_ms") if key in runs[0]}
        print(json.dumps({"tool": name, **median}))
    for name in ("gpu", "fixed"):
        print(json.dumps({"beside": name, **difference(pictures["triscope"], pictures[name])}))


if __name__ == "__main__":
    main()
