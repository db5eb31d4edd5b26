### Panels at the left and right, status bar.

## ui/panels/answer

answer-of-malignancy = probability of malignancy
answer-of-squamous = probability of adenocarcinoma, not squamous cell carcinoma
answer-of-granuloma = probability of adenocarcinoma, not granuloma
answer-of-slice = probability that the slice shows a nodule
answer-of-other = probability: { $other }
answer-disagree = The networks disagree: some lean towards { $yes }, some towards { $no }.
answer-mean-of = mean of { $count } networks: { $low } to { $high }
answer-first-of-running = first of { $count } networks; interval follows
answer-first-of = first of { $count } networks; others not asked
answer-scale = Scale from 0 to 1: { $probability } { $whose }
answer-readers-agree = Readers would agree
answer-readers-may-differ = Readers may differ
answer-readers-disagree = Readers would disagree
answer-rating = rating { $mean } ± { $sd } of 5
answer-whence = Where this comes from
answer-mean-logits = Mean logits
answer-logits = Logits
answer-each-network = Each network
answer-calibrated = Calibrated
answer-temperature = temperature { $temperature }
answer-network = Network
answer-model = { $model }{ $count }, { $mode } input
answer-variant = Variant
answer-weights = Weights
answer-trained-on = Trained on
answer-nothing = nothing: random values
answer-ran-on = Ran on
answer-answered-in = Answered in
answer-crops-network = Crops, network
answer-other-networks = Other networks
answer-intended-use = Intended use: { $use }.

## ui/panels/beside

beside-title = Side by side
beside-different-questions = Different questions: their numbers cannot be compared, and are not averaged.
beside-mark-in-prior = It compares two dates: mark the same nodule in the prior.
beside-one-date = It compares two dates, and there is one.
beside-show = Show this network's answer and maps
beside-asking = asking
beside-needs-prior = needs a prior
beside-no-answer = no answer
beside-untrained = untrained: it means nothing
beside-input = { $mode } input
beside-and = { " " }and{ " " }
beside-one-class = one class
beside-same-way = { $names } lean the same way: { $class }.
beside-different-ways = { $names } lean different ways ({ $asked }).

## ui/panels/compare

compare-title = Compared with
compare-nothing = nothing
compare-tip = Each map divided by its largest value, the first less the second: where one points and the other does not. Beside each name: rank correlation with the map above.
compare-left-right = Left { $this }, right { $that }
compare-in-turn = { $this } and { $that } in turn
compare-one-scale = on one scale of colours
compare-own-scales = each on the scale of its own largest value: their units differ
compare-two-networks = They may answer different questions, each about what it reads itself: where the maps lie can be compared, not how strong they are.
compare-colours = Orange: { $this } is stronger; blue: { $that } is.
compare-motion = { " " }Motion is reduced: hold { $key } for the other one.
compare-correlation = { " " }Rank correlation { $correlation }; of the strongest tenth of each { $share } % are the same, 10 % by chance.

## ui/panels/contribution

contribution-title = Contribution of each scale
contribution-class-asked = the class asked for
contribution-right = Right: towards { $class } (gradient × input).
contribution-first-network = In the first of the { $count } networks.

## ui/panels/counterfactual

counterfactual-title = Without this tissue
counterfactual-paint-away = Paint away
counterfactual-how = Paint tissue away and see what the network would say.
counterfactual-in-place = In its place
counterfactual-lung = Lung
counterfactual-air = Air
counterfactual-blur = Blur
counterfactual-brush = Brush
counterfactual-drag = Drag over the tissue in any plane: the brush is a ball.
counterfactual-edited = { $voxels } voxels are edited: not CT. No file, picture or measurement has them.
counterfactual-show-ct = Show the CT
counterfactual-show-edit = Show the edit
counterfactual-clear = Clear paint
counterfactual-being-asked = The network is being asked.
counterfactual-change = { $change } without it
counterfactual-both-first = both of the first of { $count } networks

## ui/panels/occluding

occluding-title = Without a block
occluding-button = Leave out
occluding-how = Move a block of lung over the tissue and see what the network would say.
occluding-side = Side
occluding-change = { $before } → { $after } ({ $change })
occluding-first-short = first of { $count }
occluding-first-of = first of { $count } networks
occluding-without = Without the block: { $moved }.
occluding-first-without = { $whose }, without the block: { $moved }.
occluding-move = Move the pointer over a view.
occluding-told = Lung stands in the place of the block. A click brings all planes to it. What two places say together is not seen.

## ui/panels/crops

crops-own-range = Each crop runs from its own darkest to its own brightest voxel, as the network's input does. Columns run right and rows down, as in the CT; the network itself reads them transposed.
crops-resampled = Each crop was resampled to 1 mm; −1000 HU is black and 400 HU white, as the network's input has it. Columns run right and rows down, as in the CT; the network itself reads them transposed.
crops-features = Feature maps
crops-attention = Attention
crops-cases = Cases alike
crops-title = What the network saw
crops-slice = slice { $slice } / { $depth }
crops-slice-of-crops = Slice of the crops
crops-saw-slice = What the network saw, slice { $slice } of { $depth }
crops-asking = Asking the network
crops-let-go = Let go to ask the network
crops-compares = This network compares two dates
crops-choose-prior = Choose a prior
crops-press = Press { $key } over a nodule
crops-in-3d = { $key }: the volume in 3D, here
crops-empty = empty

## ui/panels/explanation

explanation-title = Explanation
explanation-heatmap-on = Heatmap on
explanation-heatmap-off = Heatmap off
explanation-coming = The maps are being computed.
explanation-none = There are no maps. Ask again.
explanation-combined = Combined
explanation-map = Map
explanation-drawn-as = Drawn as
explanation-area = Area
explanation-lines = Lines
explanation-lines-opaque = lines are opaque
explanation-opacity = Opacity
explanation-of-largest = { $share } of the largest
explanation-threshold = Threshold
explanation-first-network = Maps explain the first of the { $count } networks.
explanation-zero = This map is zero everywhere.
explanation-hold = Hold { $key } to see the CT alone.
explanation-pieces = One value for each of { $pieces } pieces of tissue, from { $coalitions } coalitions of them.
explanation-added-up = What the three crops say of a voxel is added up: no interpolation.
explanation-each-voxel = One value for each voxel of this crop: no interpolation.
explanation-own-cells = The network's own map has { $d } × { $h } × { $w } cells; finer detail is interpolation.
explanation-weighted = Each scale's map, weighted by its contribution. Finer detail is interpolation.
explanation-sum = Sum of the three scales' maps; choose one to see its cells. Finer detail is interpolation.
explanation-signed = { " " }Orange speaks for the class asked about, blue against it.
explanation-adds-up = { " " }The map adds up to { $sum } logits where { $difference } are to be explained.
explanation-checking = This map is being checked.
explanation-check-tip = Compares it with the maps of networks whose layers are random one after the other, and covers the places that it points at. Takes from some seconds to minutes.
explanation-check = Check this map
explanation-alike = rank { $rank }, structure { $structure }
explanation-another = The map of random weights is another one ({ $alike }).
explanation-like = The map of random weights is like this one ({ $alike }): it says little of what the network learned.
explanation-curves = Mean probability while what it points at is covered first: { $first }, in a random order { $random }; put back first: { $back }, in a random order { $back_random }.
explanation-method = Method
explanation-computing = Computing maps
explanation-stop = Stop computing

## ui/panels/fields

fields-unknown = unknown
fields-title = Clinical fields
fields-from-files = As the files tell
fields-known = What is known comes from the files.
fields-number-needed = A number from { $low } to { $high } is needed.

## ui/panels/findings

findings-empty = Nodules that you ask about are listed here.
findings-two = Side by side
findings-press = Press { $key } over a nodule to ask about it.
findings-running = running
findings-failed = failed
findings-cancelled = cancelled
findings-needs-prior = needs a prior
findings-no-nodule = no nodule
findings-too-large = too large
findings-untrained = untrained
findings-prior = prior { $value }
findings-asked-of = asked of { $model }
findings-row = Nodule { $number }, { $place }, { $value }{ $there }
findings-nodule = Nodule { $number }
findings-show = { $place }
    Click to show it in all three planes

## ui/panels/histogram

histogram-black = Black from
histogram-centre = Centre of the window
histogram-white = White from
histogram-waiting = The values are counted when all slices are there.
histogram-width = Window width
histogram-window-centre = Window centre

## ui/panels/left

left-series = Series
left-findings = Findings
left-measurements = Measurements

## ui/panels/measurements

measurements-press = Press { $key } and drag to measure a length.
measurements-copy = Copy
measurements-export = Export
measurements-show = { $name }
    Click to show it in all three planes
measurements-voxels = Voxels
measurements-positions = Positions
measurements-one-slice = These values are read off one slice, and not off the slab that is shown.
measurements-remove = Remove
measurements-name = Name of the measurement
measurements-text = Text
measurements-histogram = Histogram of the values

## ui/panels/mode

mode-input = Input

## ui/panels/neighbourhood

around-asking = Asking around the point
around-stop = Stop asking
around-again = Ask around again
around-ask = Ask around
around-how-many = How many places along each axis, and how far from each other
around-places = { $centres } × { $centres } × { $centres } places
around-apart = { $step_mm } mm apart
around-title = If the click were off
around-dots-on = Dots on
around-dots-off = Dots off
around-by = By { $voxels } voxels
around-mean = mean { $mean }, { $low } to { $high }
around-same-side = Same side of 0.5
around-changes = Changes under 0.1
around-so-far-first = So far by the first of { $count } networks.
around-so-far = So far by { $members } of { $count } networks.
around-outside = { $places } places lie outside the volume.
around-at-least = { " " }at least
around-not-even = not even at the nearest place
around-within = within { $radius } mm{ $least }
around-colours = Colours of the dots: blue 0, dark 0.5, orange 1

## ui/panels/network

network-title = Network
network-asked = The network that is asked about nodules
network-weights = Networks and weights
network-answer-of = This answer is of { $model }.
network-others = Ask others beside it
network-also = also { $others }
network-cannot = cannot be asked
network-asked-weights = { $asked }; weights { $weights }
crops-crop = { $name } crop, { $voxels }, { $mm }{ $moved }
answer-undecided = The network does not decide here.
answer-all-undecided = The networks do not decide here.
answer-leans = The network leans towards { $class }.
answer-all-lean = The networks lean towards { $class }.
answer-readers-tip = Radiologists rate malignancy from 1, highly unlikely, to 5, highly suspicious. Mean and spread of their ratings are the network's own prediction: nobody has rated this nodule.

## ui/panels/pet

pet-loading = It is being loaded.
pet-lay = Lay over the series
pet-another-frame = Of another frame of reference: whether it fits is not known.
pet-on = PET on
pet-off = PET off
pet-close = Close
pet-opacity = Opacity
pet-from = From
pet-to = To

## ui/panels/prior

prior-choose = Choose a prior…
prior-title = Prior
prior-close = Close the prior
prior-close-beside = Close the series beside
prior-needs = { $network } compares two dates: it needs an earlier series of the same patient, and the same nodule marked in it.
prior-input = Input
prior-lower-left = Lower left
prior-slices = { $slices } slices
prior-loading = Loading the prior
prior-stop = Stop loading the prior
prior-mark-first = Mark the nodule in the current series first, then in the prior.
prior-now = Now
prior-remove-mark = Remove the mark in the prior
prior-click-same = Click the same nodule in the prior, or point at it there and press { $key }.
prior-click-with-tool = Click the same nodule in the prior with the nodule tool, or point at it there and press { $key }.
prior-elsewhere = It is marked in another prior, which is not open.
prior-unlinked = Unlinked
prior-by-frame = By frame
prior-by-hand = By hand
prior-linked-by-hand = Linked by hand
prior-slices-and-zoom = Slices and zoom
prior-bring = Bring both to the same place, then { $key } links them. Nothing is registered.
prior-of-this-case = A series of this case
prior-on-screen = on the screen
prior-no-volume = no CT volume
prior-of = Prior: { $name }
prior-path = Path of the prior
prior-load = Load prior

## ui/panels/right

right-empty = What the network says about a nodule appears here.
right-none-selected = No nodule is selected
right-press = Point at a nodule and press { $key }, or take the nodule tool and click in it.
right-preparing = The network is being made ready.
right-let-go = Let go to ask the network here.
right-stopped = Stopped before there was an answer.
right-model-card = Model card
right-nodule = Nodule { $number }
right-remove = Remove nodule
right-again = Ask again
right-again-tip = Ask the network again at this point
right-asking = Asking the network
right-cancel = Cancel

## ui/panels/seen

seen-window = 12 slices, row by row
seen-axial = axial: answered about
seen-coronal = coronal: not read for this answer
seen-prior = prior: 16 slices of 1 mm
seen-current = current: the same place
seen-title = What the network saw
seen-forest = Its forest answers
seen-head = Its detection head answers
seen-whole-slice = { $by }, from what the transformer makes of it.
seen-box = The head gives one box for every slice, whatever it says of it: { $score } here.
seen-slice = slice { $slice }
seen-attended = Slices attended to most
seen-share = % of its attention
seen-unknown = { $field } (unknown)
seen-each-field = Contribution of each clinical field
seen-class-asked = the class asked for
seen-right = Right: towards { $class }.
seen-whole = the whole axial slice

## ui/panels/segments

segments-title = Segments
segments-shown = Shown
segments-hidden = Hidden
segments-filled = Filled
segments-filled-tip = Filled, besides their outlines
segments-export = Export
segments-brush = Brush
segments-eraser = Eraser
segments-new = New
segments-across = { $size } mm across
segments-size = Size
segments-wheel = The wheel with Alt changes it, and so do [ and ]
segments-shape = Shape of the brush
segments-ball = Ball
segments-in-plane = In the plane
segments-values = Values
segments-all-values = All values
segments-in-range = In a range
segments-from = From
segments-highest = Highest value that is painted
segments-to = to
segments-lowest = Lowest value that is painted
segments-takes = { $here } over tissue takes its values.
segments-empty = empty
segments-show = Show { $name }
segments-hide = Hide it
segments-show-it = Show it
segments-draw-in = { $name }
    Click to draw in it, and to show it in all three planes
segments-name = Name of the segment
segments-drag = { $key }, and drag in a plane to draw it.
segments-voxels = Voxels
segments-unknown = { $unknown } voxels without a known value are left out of the values.
segments-remove = Remove segment

## ui/panels/series

series-empty = The series of a folder are listed here.
series-no-patient = No patient named
series-study = Study { $number }
series-one-passed = 1 file passed over
series-passed = { $n } files passed over
series-more = and { $more } more
series-report = A report, not an image: Triscope lists it and does not show it.
series-of-another = Drawn on another series: it shows over that, and over series of its frame of reference.
series-over = It shows over the series that it refers to.
series-number = Series { $number }
series-no-name = Series without a name
series-beside = Beside: { $name }
series-lay-beside = Show it beside the series on the screen
series-leave-beside = Take it away from beside this one

## ui/panels/slice_scan

scan-title = Slice scan
scan-stop = Stop the scan
scan-one-in = One slice in
scan-go-on = Go on scanning
scan-again = Scan again
scan-scan = Scan slices
scan-forget = Forget the scan
scan-from = Candidates from
scan-none = No slice reaches this score.
scan-more = and { $more } more, less sure
scan-partial = Partial: { $known } of { $total } slices were asked about.
scan-every = One slice in { $every }: what lies between was not asked.
scan-compact = Detections of a compact network, { $model }: not those of the published one.
scan-forest = Its forest says of whole slices: candidates have no box.
scan-slice = slice { $first }
scan-slices = slices { $first } to { $last }
scan-candidate = Candidate { $number }, { $slices }, { $score }
scan-show = { $place }
    Click to show it in all three planes

## ui/panels/status

status-outside = outside the volume
status-point = Point at a picture for position and value
status-voxel = voxel { $i }, { $j }, { $k }
status-not-now = { $name }: not possible here now
status-cancel = Cancel
status-cancel-what = Cancel: { $what }
status-more = { " " }(and { $more } more)
status-looking = Looking for series
status-example = Making the example
status-slices = Loading slices
status-asking = Asking the network
status-writing = Writing the file
status-cutting = Cutting pictures
status-prior-loading = Loading the prior
status-checking = Checking the map
status-maps = Computing maps
status-same-again = Asking the same again
status-around = Asking around the point
status-scanning = Scanning slices
status-structures = Reading what others drew
status-pet = Loading the PET
status-weights = Reading weights
status-importing = Importing weights
status-memory = Memory { $bytes }
status-textures = textures

## ui/panels/structures

structures-title = Structures
structures-on = Outlines on
structures-off = Outlines off
structures-no-name = without a name
structures-another-series = Drawn on another series of the same frame of reference.
structures-being-read = It is being read.
structures-not-read = It could not be read.
structures-structure = Structure { $number }
structures-show = Show { $name }
structures-go = Go to { $name }
structures-hide = Hide its outline
structures-show-it = Show its outline
structures-click = Click to show it in all three planes

## ui/panels/take_away

take-tip = A figure for print, or the maps as DICOM files.
take-save = Save maps

## ui/panels/uncertainty

otherwise-turned-tip = Turned and mirrored: what was read in its other positions, which should make no difference.
otherwise-dropout-tip = Dropout on: the fusion with random values left out, as while it learned; how much hangs on single values.
otherwise-no-interval = No confidence intervals: either can be narrow around a wrong answer.
otherwise-asking = Asking the same again
otherwise-stop = Stop asking again
otherwise-ask = Ask otherwise
otherwise-title = The same, asked otherwise
otherwise-mean = mean { $mean }, { $low } to { $high }
otherwise-turned = Turned
otherwise-dropout = Dropout on
series-pictures = { $n ->
    [one] { $n } picture
   *[other] { $n } pictures
}
series-slices = { $n ->
    [one] { $n } slice
   *[other] { $n } slices
}
explanation-compute-about = compute, about { $seconds } s
explanation-compute = compute
explanation-no-map = None

## ui/panels/prior_marks

prior-marks-title = In the prior
prior-marks-empty = empty
prior-marks-show = Show { $name } of the prior
prior-marks-draw = Click to draw in it
prior-marks-remove = Remove from the prior
