### Bars, menus, the centre, notices and states of the window.

## ui/panels/open_menu

open-open = Open
open-path-of = Path of a folder or file
open-open-path = Open path
open-type-path = Type or paste a path
open-recent = Recent

## ui/panels/slab_menu

slab-off = Slab off
slab-off-short = Off
slab-tip = Thickness of the slab: type, drag, or turn the wheel over a picture with Alt
slab-thickness-of = Thickness of the slab
slab-thickness = Thickness

## ui/panels/top

top-heatmap = Heatmap
top-boxes = Boxes
top-report = Report
top-research = Research use. Not a medical device.
top-research-lines = Research use.
    Not a medical device.
top-keys = Keys

## ui/panels/top_menus

menu-measure = Measure
menu-measure-tip = Measure: lengths, angles, values in regions, arrows; draw segments
menu-single = Single
menu-dates = Dates
menu-maps = Maps
menu-layout-tip = Layout: how the viewports lie beside each other
menu-view = View
menu-view-tip = View: text, panels, theme, picture, undo
menu-pace = Slices in a second
menu-interpolation = Interpolation
menu-sharpening = Sharpening
menu-pictures = Pictures and films
menu-no-graphics = No graphics device
menu-devices = Devices in use
menu-drawing = Drawing
menu-software = No graphics processor is in use: pictures are drawn by the main processor. Everything works, more slowly.
menu-cannot-use = { $wanted } was chosen, but cannot be used here.
menu-network = Network
menu-not-asked = Not asked yet
menu-starting = Starting
menu-runs-on = Runs on
menu-through = Backend
menu-device = Device: { $name }

## ui/panels/volume_menu

volume-menu-tip = 3D view: colours, sides, cuts. Drag turns, Ctrl+drag rolls
volume-menu-cut = Cut
volume-menu-moved = Colours moved by
volume-menu-cube = Side of the cube
volume-menu-from = Seen from

## ui/panels/window_menu

window-menu-of-file = Of the file
window-menu-window = Window
window-menu-tip = Window: width / centre, in the unit of the volume; presets, histogram, colours
window-menu-colours-tip = Colours, for other modalities than CT
window-menu-colours = Colours
window-menu-kept = Window { $number }
window-menu-file-window = Of the file: { $name }, { $numbers }
window-menu-file-tip = Recommended by the files of the series
window-menu-forget = Forget { $name }
window-menu-name = Name for this window
window-menu-keep = Keep

## scene

keys-or = { " or " }

## ui/centre

centre-left-right = Divider between left and right
centre-top-bottom = Divider between top and bottom

## ui/report/mod

report-back = Back to the CT
report-leave = Leave
report-training = Training
report-evaluation = Evaluation
report-last-epoch = Last epoch
report-written = Written
report-unfinished = This run is not finished. Its folder is looked at every three seconds.

## ui/report/sheet

report-false-positives = False positives
report-false-positives-are = labelled negative, answered positive
report-false-negatives = False negatives
report-false-negatives-are = labelled positive, answered negative
report-case = { $case }: probability { $probability }, { $facts }
report-not-in-manifest = Not in the manifest
report-waiting = Waiting for its picture
report-case-tip = { $case }
    Probability { $probability } as answered
    { $facts }
report-click = { "" }
    Click to open it with the cursor on the nodule
report-no-ratings = no ratings
report-rated = rated { $ratings }

## ui/states/notices

notices-dismiss = Dismiss
notices-take-away = Take this away
notices-does-not-fit = This volume does not fit into the graphics memory, not even reduced.
    Choose another device in the top bar.

## ui/states/opening

opening-title = Opening
opening-starting = Starting
opening-cancel = Cancel

## ui/states/trouble

trouble-not-opened = This could not be opened
trouble-passed = { $skipped } files were looked at and passed over.
trouble-coloured-pictures = These are coloured pictures
trouble-coloured-picture = This is a coloured picture
trouble-not-in-planes = This series cannot be shown in three planes
trouble-places-unknown = The places of its slices are not known.
trouble-open-several = Open a series of several parallel slices of one size.
trouble-largest = Show the largest usable series
trouble-another-folder = Open another folder
trouble-scout = A scout or a single image has no depth. Open the folder with the whole series.
trouble-one-position = These pictures were taken at one place, one after the other: there is nothing between them to make planes of. Turn over the pictures below, or open a series of the volume.
trouble-export-headers = Export the series again from the archive with its original headers: positions were removed.
trouble-export-uncompressed = Export the study again uncompressed (Explicit VR Little Endian).
trouble-headers-alone = These files hold headers alone. Export the images themselves.

## ui/states/welcome

welcome-title = Open a chest CT
welcome-what = Read it in three linked planes, click a nodule, and see what the network says and why. Nothing leaves this computer.
welcome-drop-folder = Or drop a folder anywhere in this window, or type its path:
welcome-go-on = Go on with the last session
welcome-recent = Recent
welcome-folder-tip = DICOM, any depth of folders, several series ({ $key })
welcome-folder = Open a folder
welcome-example-tip = A phantom chest with known nodules, made at the first time
welcome-example = Open the example
welcome-drop = Drop to open

## app/dialogs

dialog-folder = Open a CT folder
dialog-prior-folder = Choose the folder of the prior
dialog-prior-files = Choose the prior's files
dialog-figure = Save the figure
dialog-png = PNG picture
dialog-maps = Choose a folder for the maps
dialog-import = Import weights
dialog-weights = Weights
dialog-all-files = All files
dialog-cases = Add own cases
dialog-cases-filter = Cases
dialog-files = Open CT files
dialog-open-session = Open a session
dialog-session = Triscope session
dialog-save-session = Save the session
dialog-measurements = Export measurements
dialog-table = Table
dialog-film = Save film
dialog-gif = Animated GIF
dialog-pngs = Numbered PNG pictures
dialog-segments = Export segments
dialog-segments-with-patient = Export segments with patient and study
dialog-nifti = NIfTI label map
dialog-dicom-seg = DICOM segmentation
dialog-dicom-seg-without = DICOM segmentation, without the patient
dialog-picture = Save picture
dialog-dicom = DICOM picture, without the patient

## ui/states/pages

pages-picture-of = Picture { $number } of { $total }
pages-as-stored-colours = { $which }, as it is stored: it holds colours and no Hounsfield units. It has no planes, and nothing can be measured in it or asked of a network.
pages-as-stored = { $which } as it is stored, to see what this is: it has no planes, and nothing can be measured in it or asked of a network.
pages-before = Picture before
pages-next = Next picture
pages-picture = The picture
