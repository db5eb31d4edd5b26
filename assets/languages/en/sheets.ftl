### Sheets over the window: preferences, keys, networks, model card, film, password.

preferences-language = Language
preferences-as-the-system = As the system
sheet-close = Close

## ui/states/film

film-title = Save film
film-of = Film of
film-every-slice = Every slice of the { $viewport } viewport, from the first to the last.
film-around = The slices within 25 mm of the selected nodule, or of the cursor.
film-turn = The 3D view as it is set, once around, in steps of four degrees.
film-over = Over it
film-overlays = Overlays as shown
film-alone = The picture alone
film-size = Size
film-pace = Frames in a second
film-nothing = Nothing of the patient is in it. A name that ends in .gif makes one file, one in .png a picture of each frame.
film-choose = Choose a file…

## ui/states/help

help-wheel = Wheel
help-wheel-does = One slice; with Shift ten
help-ctrl-wheel = Ctrl+wheel
help-ctrl-wheel-does = Zoom at the pointer
help-alt-wheel = Alt+wheel
help-alt-wheel-does = Slab, or size of the brush
help-left = Left drag
help-left-does = The active tool
help-middle = Middle drag
help-middle-does = Pan
help-right = Right drag
help-right-does = Zoom
help-double = Double-click
help-double-does = Maximise
help-shift = Shift+move
help-shift-does = The crosshair follows
help-click = Click, nodule tool
help-click-does = Ask the network there
help-drag = Drag a marked point
help-drag-does = Move it and ask again
help-tab = Tab
help-tab-does = Next control or viewport
help-title = Keys
help-continued = { $group }, continued
help-mouse = Mouse

## ui/states/locked

locked-title = Locked archive
locked-archive = The archive
locked-locked = { $name } is locked by a password.
locked-wrong = This was not its password. Try again.
locked-password = Password
locked-open = Open
locked-cancel = Cancel
locked-used = It is used to read this archive and written nowhere.

## ui/states/model_card

card-title = Model card of { $model }, { $weights }
card-not-told = not told by the file
card-temperature = temperature { $temperature }
card-network = Network
card-several = { $model }, { $count } of them
card-file = File
card-trained-on = Trained on
card-intended-use = Intended use
card-calibration = Calibration

## ui/states/networks

networks-title = Networks and weights
networks-installed = weights installed
networks-none = no weights
networks-compact = The published topology made narrow, for computers without a graphics processor. Its weights are never those of the paper.
networks-here = Weights here
networks-reading = Reading the file…
networks-not-used = The installed file is not used: { $fault }.
networks-parameters = Parameters
networks-several = , { $count } networks
networks-file = File
networks-not-installed = None are installed: this network cannot be asked.
networks-variant = Variant
networks-card = Model card
networks-reads = It reads { $what }.
networks-looked-for = Weights are looked for in { $place }, as NAME.safetensors.
networks-origin = Origin
networks-licence = Licence of the weights
networks-intended-use = Intended use
networks-trained-on = Trained on: { $data }.
networks-calibrated = Calibrated with temperature { $temperature }.
networks-not-calibrated = Not calibrated.
networks-measured = What was measured of weights stands in the model card that triscope evaluate writes.
networks-taught = Taught in mode { $mode }.
networks-imported-from = Imported from a file of SHA-256
networks-importing = Importing weights
networks-stop = Stop the import
networks-replace = Replace by a checkpoint…
networks-import = Import a checkpoint…
networks-import-tip = PyTorch or safetensors. Every key and shape is compared, nothing in the file is executed, and nothing is written unless all of it fits.
networks-path = Path of a checkpoint
networks-import-path = Import path
networks-source-installed = { $source } is installed.
networks-shape = { $name } is { $is }, { $needed } is needed
networks-loaded = { $count } tensors loaded
networks-missing = missing
networks-unexpected = unexpected
networks-another-shape = of another shape
networks-no-effect = without effect
networks-more = , and { $more } more
networks-publication = The publication
networks-copy = Copy BibTeX
networks-copied = BibTeX copied
networks-code = Code
networks-code-licence = Licence of that code: { $licence }.
networks-published = Published weights: { $weights }.
networks-reported = What its authors reported
networks-on = on { $data }
networks-not-theirs = Their data are not those of any weights here: no figure of this program may be set beside these without saying so.

## ui/states/palette

palette-title = Commands
palette-what = What do you want to do?
palette-command = Command
palette-none = No command that can be carried out now has these letters.

## ui/states/sheet

card-no-more = More is not known of this file. `triscope evaluate` measures weights on cases with labels and writes a card with every figure.

## ui/states/preferences

preferences-automatic = Automatic
preferences-graphics = Graphics
preferences-processor = Processor
preferences-title = Preferences
preferences-appearance = Appearance
preferences-pictures = Pictures
preferences-devices = Devices
preferences-keys = Keys
preferences-theme = Theme
preferences-dark = Dark
preferences-light = Light
preferences-text-size = Text size
preferences-motion = Motion
preferences-as-it-is = As it is
preferences-reduced = Reduced
preferences-checks = Checks of maps
preferences-checks-idle = When idle
preferences-checks-asked = When asked
preferences-patient-on-pictures = Patient data on pictures
preferences-patient-data = Patient data
preferences-between-voxels = Between voxels
preferences-sharpening = Sharpening
preferences-slices-in-a-second = Slices in a second
preferences-pace-of-playing = Pace of playing
preferences-screen-dpi = Screen, dots per inch
preferences-dots-per-inch = Dots per inch
preferences-zero-dpi = 0 leaves it to the screen
preferences-dpi-by-screen = as the screen says
preferences-in-use = In use: { $dpi }
preferences-bar = This bar is 100 mm long where the figure in use is right. Where a ruler says otherwise, multiply that figure by 100 and divide it by what the ruler says.
preferences-bar-wide = The bar of 100 mm is wider than this sheet.
preferences-drawn-by = Pictures are drawn by
preferences-best = Whichever is best
preferences-used = , in use
preferences-runs-on = The network runs on
preferences-key-file = Keys can be changed in this file, too. docs/keys.md and the sheet of keys (?) name its commands.
preferences-nothing-kept = Nothing of yours is kept here, so that keys are the usual ones.
preferences-key-is-now = { $key } is { $is } now, and no longer { $was }
preferences-no-key-twice = No key is given twice.
preferences-read-again = Read keys again
preferences-all-keys = All keys

## ui/states/key_binding

binding-change = Change keys
binding-nothing-kept = Nothing is kept here: changed keys hold until the program ends.
binding-none = No command has these letters in its words or keys.
binding-how = Press a line, then the new key. Nothing is taken from another command without being asked about.
binding-find = Find a command or a key
binding-take-back = Take back
binding-take-back-tip = Takes the last change of keys back
binding-all-usual = All usual keys
binding-all-usual-tip = Takes every line of yours out; comments in the file stay
binding-no-key-yet = no key
binding-press = Press the new key for { $name }. Escape leaves it as it is.
binding-text-size = changes the size of text
binding-pasting = is kept by the system for pasting
binding-leaving = leaves whatever is open
binding-refused = { $key } { $why }. Press another one.
binding-beside = Keep { $keys } as well
binding-without = No key
binding-none-usual = none
binding-usual = Usual: { $usual }
binding-held = { $key } is the key of { $by }. Shall it be the key of { $name }?
binding-from = { $key } from { $by }
binding-take = Take { $what }
binding-leave = Leave it

## ui/states/attention

attention-title = Who attends to whom in { $model }
attention-single = This network brings its picture and its table together as one token each, as published: a softmax over one token is 1 whatever is asked, so that there is nothing to see. Its gates are among the maps. Weights that were taught with more tokens are not shown here.
attention-mean = mean
attention-head = head { $head }
attention-heads = Head
attention-head-of = head { $head } of { $count }
attention-mean-of = mean over { $count } heads
attention-told = Shares of 100 % that each token gives those that it asks. They say where values are taken from, not what they do to the answer: the maps of derivatives, and tissue that is left out, tell of that.
attention-how = Rows ask, columns are asked. Point at a cell, or click to keep its row.
attention-point = Point at a patch to see its share; click a patch to let it ask.
attention-asks = Who asks
attention-asks-who = Who asks: { $who }
attention-matrix = Matrix of shares
attention-picture = What was read, with what one token attends to
attention-cell = From { $asks } to { $asked }: { $share }
attention-most = From { $asks } most to { $most }
attention-class = class token
attention-register = register { $number }
attention-patch = patch in row { $row }, column { $column }

## ui/states/features

features-title = What the layers of { $model } computed
features-crop = What was read
features-layer = Layer
features-layer-of = { $name }, layer { $number } of { $count }
features-slice = Slice of the features
features-told = { $channels ->
    [one] { $channels } channel
   *[other] { $channels } channels
} of { $columns } × { $rows } cells, slice { $slice } of { $depth }; each from its smallest (black) to its largest value (white) of all slices
features-told-flat = { $channels ->
    [one] { $channels } channel
   *[other] { $channels } channels
} of { $columns } × { $rows } cells, each from its smallest (black) to its largest value (white)
features-all = All channels
features-channel = Channel { $channel }: { $low } to { $high }
features-none = The network could not be asked for this layer; the notice says why.
features-coming = The network is being asked.
features-read-short = read, slice { $slice }
features-read = What was read, slice { $slice }

## ui/states/alike

alike-title = Cases that { $model } sees as alike
alike-which = Cases
alike-of-program = Of the program
alike-own = Own
alike-told = { $cases } cases by the { $features } numbers in which the encoders of the first network end. Near is what the network sees as alike, which need not be alike to a pathologist. The plane shows { $share } % of what the cases differ in.
alike-usual = The nearest case is { $times } times as far from this nodule as cases usually are from their nearest one.
alike-far = No case is like this nodule: the nearest is { $times } times as far from it as cases usually are from their nearest one.
alike-nearest = Nearest cases
alike-map = Map of { $cases } cases by what the network sees; the nearest ones are listed beside it
alike-case = Case { $number }
alike-undecided = undecided
alike-rated = rated { $rating } of 5
alike-said = the first network said { $probability }
alike-distance = distance { $times }
alike-here = this nodule
alike-others = other nodules of this series
alike-simulated = Simulated surroundings: { $cases } cut-out nodules.
alike-clinical = Known cases were asked about with the published input (paper); this answer is to another one and cannot be laid among them.
alike-none = No cases are known that these weights were asked about. Make a file of your own cases with triscope embed --out cases.safetensors, and add it here.
alike-read = Read
alike-add = Add own cases
alike-add-tip = A file that triscope embed --out cases.safetensors wrote with these weights
alike-path = Path of the file
alike-other-weights = The added cases were seen by other weights than these and cannot be compared with this nodule

## ui/states/two_nodules

two-title = Nodules { $first } and { $second } side by side
two-nodule = Nodule { $number }
two-beside = Beside it
two-crop = Crop
two-slice = Slices from the points
two-through-points = slices through both points
two-from-points = { $slices } slices from the points
two-picture = What the network saw of nodule { $number }
two-minus = { $first } minus { $second }
two-no-map = It has no map by this method: select it and choose the method.
two-no-difference = Maps of both nodules by one method are needed to show where they differ.
two-heatmap-off = Switch the heatmap on to see where the maps differ.
two-range = networks { $low } to { $high }
two-probability = Probability
two-features = Apart in features
two-features-told = As a multiple of how far cases usually are from their nearest one.
two-colours = Each map is divided by its largest value and laid with its point on the other; nothing else is registered. Orange: more of { $first }, blue: more of { $second }.
two-hold = Hold the button on a picture to see the other one in its place.
two-scale = { $method }: the colours of both maps end at { $end } { $unit }.
