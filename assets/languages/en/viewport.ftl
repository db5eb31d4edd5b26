### Marks on pictures, and what is said of places, sizes and times.

## ui/words

words-oblique = Oblique
words-oblique-from = Oblique, { $degrees }° from { $plane }
words-from-middle = { $mm } mm from the middle
words-slice = { $plane } slice { $index } of { $total }, { $position } mm
words-plane = { $plane } plane
words-volume = 3D, { $preset }, seen from { $from }
words-place = { $what } at { $place }, { $value } { $unit }
words-no-value = { $what } at { $place }, no value
words-axial = Axial
words-coronal = Coronal
words-sagittal = Sagittal
words-maximum = Maximum
words-minimum = Minimum
words-mean = Mean
words-voxels = { $x } × { $y } × { $z } vox
words-shifted = shifted { $most } vox
words-padded = padded { $what }
words-and = { " " }and{ " " }
words-badge-uneven-mended = Uneven spacing, resampled
words-badge-tilt-mended = Gantry tilt, resampled
words-badge-lossy = Lossy compression
words-badge-doubled = Doubled slices
words-badge-hu-assumed = HU assumed
words-badge-kernels = Several kernels
words-badge-padding = Padding
words-badge-no-window = No window in file
words-badge-uneven = Uneven spacing
words-badge-missing = Missing slices
words-badge-tilt = Gantry tilt
words-badge-conflicting = Conflicting slices
words-badge-sizes = Mixed slice sizes
words-badge-truncated = Truncated slices
words-badge-orientations = Several orientations
words-badge-phases = Several phases
words-badge-single = Single slice
words-badge-one-position = One position
words-badge-no-position = No position
words-badge-not-ct = Not a CT
words-badge-no-hu = No Hounsfield units
words-badge-no-rescale = No rescale
words-badge-compression = Compression not supported
words-badge-unread = Cannot be read
words-badge-no-pixels = No pixel data
words-just-now = just now
words-true-size = true size ({ $dpi })
words-calibrated = calibrated
words-screen-says = the screen says
words-assumed = assumed
words-dpi = { $dpi } dpi, { $source }
words-turned = turned { $degrees }°
words-from-other-side = from the other side
words-malignancy = Malignant or benign
words-squamous = Adenocarcinoma or squamous cell carcinoma
words-granuloma = Adenocarcinoma or granuloma
words-slice-nodule = Nodule in the slice or none
words-another-question = Another question
words-own-gate = Its own gate
words-own-attention = Its attention
words-for-and-against = For and against
words-difference = Difference of two methods
words-map = Map
pair-picture-network = Network { $network }; weights { $weights }.
pair-picture-point = Point asked about: { $place }.
words-beside = Beside
words-beside-of = { $modality } beside
words-prior = Prior
words-minus = { $first } minus { $second }
words-combined = { $method }, combined
words-linked-frame = linked: same frame of reference
words-linked-by-hand = linked by hand: { $x }, { $y }, { $z } mm

## ui/viewport/canvas

canvas-second = { $pane }, second map
canvas-pointer = pointer
canvas-cursor = cursor
canvas-map = ; map: { $name }

## ui/viewport/compose

compose-pet-another-frame = PET of another frame of reference

## ui/viewport/overlay/colour_bar

bar-untrained-map = untrained weights: this map means nothing
bar-untrained = untrained weights
bar-caution-long = Guided backpropagation fails randomisation tests: such maps hardly depend on what the network learned
bar-caution = this method fails randomisation tests
bar-caution-short = fails randomisation tests
bar-both = both maps

## ui/viewport/overlay/corners

corner-prior = Prior, { $plane }
corner-zoom = zoom { $zoom }
corner-one-to-one = 1:1, a pixel a voxel
corner-nearest = nearest voxel
corner-cubic = cubic (Catmull-Rom)
corner-sharpened-light = sharpened, light
corner-sharpened-strong = sharpened, strong
corner-inverted = inverted
corner-reduced = { $icon } Shown at 1/{ $share } resolution
corner-oblique-acquisition = { $icon } Oblique acquisition, { $degrees }°
corner-strip = Only { $slices } slices: a strip in this plane
corner-lossy = Lossy
corner-loading = Loading the first slice

## ui/viewport/overlay/painted

painted-edited = edited: not CT
painted-edited-slab = edited: not CT; the slab shows the CT

## ui/viewport/overlay/volume

volume-waiting = 3D when all slices are there
volume-zoom = zoom { $zoom }
volume-moved = Colours moved by { $by } HU
volume-no-skin = Without skin and table
volume-no-table = Without table
volume-cut = Cut: { $cuts }
volume-around = { $mm } mm around the cursor
volume-crop-box = Crop box
volume-averaged = Every { $voxels } voxels averaged

## ui/viewport/pair

pair-ct-alone = CT alone



## ui/viewport/prior

prior-view-cursor = cursor
prior-view-pointer = pointer
prior-view-said = { $name }, { $plane }{ $linked }; { $place }

## ui/viewport/scores

scores-title = Slice scores{ $said }
scores-not-asked = not asked yet
scores-slice = Slice { $slice }: { $score }

## ui/viewport/volume

volume-menu = 3D menu
words-columns = { $n ->
    [one] { $n } column
   *[other] { $n } columns
}
words-rows = { $n ->
    [one] { $n } row
   *[other] { $n } rows
}
words-slices = { $n ->
    [one] { $n } slice
   *[other] { $n } slices
}
words-minutes-ago = { $n ->
    [one] { $n } minute ago
   *[other] { $n } minutes ago
}
words-hours-ago = { $n ->
    [one] { $n } hour ago
   *[other] { $n } hours ago
}
words-days-ago = { $n ->
    [one] { $n } day ago
   *[other] { $n } days ago
}
words-count = { $n ->
    [0] no
    [1] one
    [2] two
    [3] three
    [4] four
    [5] five
    [6] six
    [7] seven
    [8] eight
    [9] nine
    [10] ten
   *[other] { $n }
}
words-segment = Segment

## ui/viewport/prior

prior-view-before-first = beyond its first slice
prior-view-after-last = beyond its last slice
