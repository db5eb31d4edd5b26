### Names that rooms below the window give to things: id = kind-name, the English name word for word.

## Groups of commands

group-file = File
group-slices-and-series = Slices and series
group-tools-left-drag-or-click = Tools (left drag or click)
group-measuring = Measuring
group-segments = Segments
group-window-presets = Window presets
group-of-others-over-the-picture = Of others, over the picture
group-display = Display
group-3d-view = 3D view
group-nodules = Nodules
group-changes = Changes
group-interface = Interface

## Tools

tool-window = Window
tool-pan = Pan
tool-zoom = Zoom
tool-crosshair = Crosshair
tool-nodule = Nodule
tool-paint-away = Paint away
tool-leave-out = Leave out
tool-segment-brush = Segment brush
tool-segment-eraser = Segment eraser

## Kinds of measurement

kind-length = Length
kind-bidirectional = Bidirectional
kind-angle = Angle
kind-cobb-angle = Cobb angle
kind-ellipse = Ellipse
kind-rectangle = Rectangle
kind-polygon = Polygon
kind-probe = Probe
kind-arrow = Arrow
kind-note = Note

## Planes

plane-axial = Axial
plane-coronal = Coronal
plane-sagittal = Sagittal

## From where the volume is seen in 3D

side-front = Front
side-back = Back
side-left = Left
side-right = Right
side-above = Above
side-below = Below

## How viewports lie beside each other

arrangement-2-2 = 2 × 2
arrangement-1-3 = 1 + 3
arrangement-3-in-a-row = 3 in a row

## Text in corners

corner-full-text = Full text
corner-without-patient = Without patient
corner-no-text = No text

## Between voxels

interpolation-nearest = Nearest
interpolation-linear = Linear
interpolation-cubic = Cubic
sharpening-off = Off
sharpening-light = Light
sharpening-strong = Strong

## Windows

preset-soft-tissue = Soft tissue
preset-lung = Lung
preset-bone = Bone
preset-mediastinum = Mediastinum
preset-vessel = Vessel
preset-suv-0-to-6 = SUV 0 to 6
preset-suv-0-to-10 = SUV 0 to 10
preset-full-range = Full range

## Colours

colours-grey = Grey
colours-hot-iron = Hot iron
colours-inferno = Inferno
colours-diverging = Diverging

## Colours of the 3D view

volume-preset-lung = Lung
volume-preset-vessel = Vessel
volume-preset-bone = Bone
volume-preset-surface = Surface
volume-preset-nodule = Nodule
volume-preset-mip = MIP

## What a network reads

region-micro = micro
region-meso = meso
region-macro = macro
region-window = window
region-axial = axial
region-coronal = coronal
region-current = current
region-prior = prior
region-slice = slice

## Scales of a map

scale-micro = micro
scale-meso = meso
scale-macro = macro

## How an input is prepared

mode-paper = paper
mode-clinical = clinical

## Films

film-all-slices = All slices
film-around-the-nodule = Around the nodule
film-a-turn-in-3d = A turn in 3D

## What others drew

object-segmentation = Segmentation
object-contours = Contours
object-report = Report

## Clinical fields

field-sex = sex
field-age = age
field-weight = weight
field-t-stage = T stage
field-n-stage = N stage
field-m-stage = M stage
field-smoking = smoking
field-race = race
field-first-screening-result = first screening result
field-first-screening-result-read-by-itself = first screening result, read by itself

## Values of clinical fields

choice-female = female
choice-male = male
choice-never = never
choice-former = former
choice-current = current
choice-white = white
choice-black = black
choice-asian = asian
choice-american-indian = american_indian
choice-pacific-islander = pacific_islander
choice-several-races = several_races
choice-negative = negative
choice-minor-abnormality = minor_abnormality
choice-significant-abnormality = significant_abnormality
choice-positive = positive

## Measured values

quantity-length = Length
quantity-long-axis = Long axis
quantity-short-axis = Short axis
quantity-angle = Angle
quantity-cobb-angle = Cobb angle
quantity-value = Value
quantity-area = Area
quantity-mean = Mean
quantity-sd = SD
quantity-minimum = Minimum
quantity-maximum = Maximum
quantity-volume = Volume
quantity-longest-diameter = Longest diameter
quantity-longest-diameter-in-a-slice = Longest diameter in a slice

## Keys

key-ctrl = Ctrl
key-alt = Alt
key-shift = Shift
key-up = Up
key-down = Down
key-left = Left
key-right = Right
key-home = Home
key-end = End
key-pageup = PageUp
key-pagedown = PageDown
key-space = Space
key-escape = Escape
key-delete = Delete
key-plus = Plus
