//! The commands themselves, and the queue in which they wait for the end of the frame.

use std::path::PathBuf;

use super::explaining::Explaining;
use super::filming::Filming;
use super::segmenting::Segmenting;
use super::viewing::Viewing;
use crate::explain::{Method, Wanted};
use crate::findings::{NoduleId, PriorPoint};
use crate::geometry::{Patient, Plane, Point};
use crate::ingest::Private;
use crate::measure::{MeasureId, Measurement};
use crate::session::{Edit, NoticeId, Pane, Side, Tool, WorkId};
use crate::volume::{Preset, VolumePreset};

/// Something that a person asks for. Those without a value of the moment stand in
/// [`CATALOGUE`](super::CATALOGUE) with words, help and key.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Choose a folder in the system's dialog.
    OpenFolder,
    /// Choose files in the system's dialog.
    OpenFiles,
    /// Open the built-in case.
    OpenExample,
    /// Forget what was opened lately.
    ClearRecent,
    /// Choose a file for the session in the system's dialog.
    SaveSession,
    /// Choose a session in the system's dialog.
    OpenSession,
    /// Go on with what was made last.
    RestoreSession,
    /// Close the case.
    CloseCase,
    /// Close the window.
    Quit,
    /// One slice further into the screen, in the focused viewport.
    NextSlice,
    /// One slice towards the viewer.
    PreviousSlice,
    /// The first slice.
    FirstSlice,
    /// The last slice.
    LastSlice,
    /// The next series of the list.
    NextSeries,
    /// The series before.
    PreviousSeries,
    /// Choose what a left drag does.
    Tool(Tool),
    /// Choose a window.
    Preset(Preset),
    /// Ask the network about the point under the pointer, else at the cursor.
    ClassifyHere,
    /// Heatmap on or off.
    ToggleHeatmap,
    /// The heatmap as lines or as an area.
    ToggleContour,
    /// Hide the heatmap for as long as the key is held.
    HideHeatmap,
    /// Boxes on or off.
    ToggleBoxes,
    /// Next slab mode: off, maximum, minimum, mean.
    CycleSlab,
    /// Black on white or white on black.
    ToggleInvert,
    /// Fit the focused viewport.
    ResetViewport,
    /// A quarter turn clockwise of the focused viewport.
    TurnClockwise,
    /// Left and right of the focused viewport change places.
    FlipAcross,
    /// Top and bottom of the focused viewport change places.
    FlipDown,
    /// All planes along the patient's axes again.
    Straighten,
    /// All viewports two by two.
    ArrangeQuarters,
    /// The focused viewport large, the others beside it.
    ArrangeLarge,
    /// The three planes in a row.
    ArrangeRow,
    /// The volume in 3D in the fourth viewport, or what else it shows.
    ToggleVolume,
    /// The 3D view over the whole centre, or all viewports.
    MaximiseVolume,
    /// Colours of the 3D view.
    VolumePreset(VolumePreset),
    /// From where the 3D view looks.
    VolumeSide(Side),
    /// Cuts the 3D view at the slice of a plane: before it, behind it, not at all.
    CutVolume(Plane),
    /// Only what lies around the cursor in 3D, or everything.
    CropVolume,
    /// A box whose faces are pulled by hand, outside of which nothing is shown in 3D; or none.
    CropBox,
    /// The crop box is all of the volume again.
    ResetCropBox,
    /// Light on the surfaces of the 3D view.
    ToggleShading,
    /// What the body lies on is shown in 3D, or left out.
    ToggleTable,
    /// All of the volume in the 3D view.
    FitVolume,
    /// Play through the slices of the focused viewport, or stop.
    TogglePlay,
    /// The window in which the values of the picked region are seen best.
    WindowOfRegion,
    /// A picture of the focused viewport to the clipboard.
    CopyPicture,
    /// The list of commands to search.
    TogglePalette,
    /// Next corner text.
    CycleCornerText,
    /// The focused viewport alone, or all of them.
    ToggleMaximise,
    /// Take the last change back.
    Undo,
    /// Bring it back.
    Redo,
    /// Take the selected nodule off the list.
    RemoveNodule,
    /// Take off the list what was chosen last: the picked measurement, else the selected nodule.
    Remove,
    /// All measurements of the series as text, to the clipboard.
    CopyMeasurements,
    /// Choose a file for all measurements of the series in the system's dialog.
    ExportMeasurements,
    /// Choose a folder with the prior in the system's dialog.
    OpenPrior,
    /// Choose the prior's files in the system's dialog.
    OpenPriorFiles,
    /// No prior any more.
    ClosePrior,
    /// The selected nodule is not marked in the prior any more.
    UnlinkPrior,
    /// Ask the network about the places around the selected nodule's point.
    AskAround,
    /// Take everything away that was painted.
    ClearPainted,
    /// What is painted on or off.
    TogglePainted,
    /// Their dots on or off.
    ToggleNeighbourhood,
    /// A network goes through every slice of the series.
    ScanSlices,
    /// Forget what it said.
    ForgetScan,
    /// What others drew, all shown or hidden.
    ToggleStructures,
    /// The PET over the series shown or hidden, or the first one laid over it.
    TogglePet,
    /// No PET over the series any more.
    ClosePet,
    /// The axial plane on both dates side by side, or all viewports.
    ToggleDates,
    /// Slices at irregular places as they are stored, or resampled.
    ToggleStoredSlices,
    /// Save a picture of the focused viewport.
    SavePicture,
    /// Full screen on or off.
    ToggleFullScreen,
    /// Left panel on or off.
    ToggleLeftPanel,
    /// Right panel on or off.
    ToggleRightPanel,
    /// Dark or light.
    ToggleTheme,
    /// The sheet of networks and their weights.
    ToggleNetworks,
    /// Prepare the network's input in the next of its ways.
    NextMode,
    /// The sheet of all keys.
    ToggleHelp,
    /// What must be known of the weights that gave the selected nodule's answer.
    ToggleModelCard,
    /// Leave the report that is on the screen, else stop whatever runs.
    CancelAll,
    /// The report on the screen, or behind what else is open.
    ToggleReport,

    /// The key of [`Command::HideHeatmap`] was let go.
    ShowHeatmap,

    /// How the viewports show what they show, and what the program remembers of it.
    Viewing(Viewing),
    /// Something of maps besides showing one.
    Explaining(Explaining),
    /// Segments that the reader draws.
    Segmenting(Segmenting),
    /// Films.
    Filming(Filming),

    // With values, from the place where they are asked for.
    /// Open these folders and files.
    OpenPaths(Vec<PathBuf>),
    /// Open the archive that waits for its password with this one.
    Unlock(Private<String>),
    /// Leave it closed.
    LeaveLocked,
    /// Show this series of the list.
    ShowSeries(usize),
    /// This series of the list is the prior.
    PriorSeries(usize),
    /// This series of the list lies over the one on the screen, as a PET.
    LayPet(usize),
    /// The prior is in these folders and files.
    PriorPaths(Vec<PathBuf>),
    /// The selected nodule lies there in the prior.
    LinkPrior(PriorPoint),
    /// Go to a candidate of the slice scan, by its place in the list.
    GoToCandidate(usize),
    /// Slices of the scan make candidates from this probability on.
    ScanThreshold(f64),
    /// Ask the network about this point, LPS mm.
    ClassifyAt(Point<Patient>),
    /// Ask again about a nodule: it was dragged, failed or was cancelled.
    Rerun(NoduleId),
    /// Show this nodule: select it and move the cursor there.
    GoTo(NoduleId),
    /// Move the focus to a viewport.
    Focus(Pane),
    /// Step this viewport by slices, positive away from the viewer.
    Step(Pane, i64),
    /// Turn to this picture, counted from 0, of a series that is no volume.
    TurnTo(usize),
    /// Show this measurement: pick it and move the cursor there.
    GoToMeasurement(MeasureId),
    /// Write the session here.
    SaveSessionTo(PathBuf),
    /// Write all measurements of the series here.
    ExportMeasurementsTo(PathBuf),
    /// What is being drawn, as far as it goes; `None`: nothing any more.
    Sketch(Option<Measurement>),
    /// The same in the prior.
    PriorSketch(Option<Measurement>),
    /// Pick a measurement of the prior, and show it there.
    GoToPriorMeasurement(MeasureId),
    /// A change of the document: sliders, switches.
    Edit(Edit),
    /// The following edits are one step of undo.
    BeginGesture,
    /// Until here.
    EndGesture,
    /// Open a case of the report, by its id, with the cursor on its nodule.
    OpenReportCase(String),
    /// Stop this work.
    Cancel(WorkId),
    /// Compute the maps of this method for the selected nodule.
    Explain(Method),
    /// Check this map of the selected nodule.
    CheckMap(Wanted),
    /// Take a notice away.
    Dismiss(NoticeId),
    /// Write a picture of the focused viewport here.
    SavePictureTo(PathBuf),
    /// Ask this network from now on, and again about the selected nodule.
    ChooseNetwork(&'static str),
    /// The model card of this network's built-in weights.
    ShowModelCard(&'static str),
    /// Show this network on the sheet of networks.
    ShowNetwork(&'static str),
    /// Choose a checkpoint for this network in the system's dialog.
    ImportWeights(&'static str),
    /// Import this checkpoint as this network's weights.
    ImportWeightsFrom(&'static str, PathBuf),
    /// Draw with the adapter whose name holds this, now and from the next start, and run the network
    /// there; empty leaves the choice.
    ChooseAdapter(String),
}

/// What was asked for in this frame, in order. Drawing code only pushes; `app` carries it out.
#[derive(Debug, Default)]
pub struct Commands {
    queue: Vec<Command>,
}

impl Commands {
    /// Nothing asked for.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks for something.
    pub fn push(&mut self, command: Command) {
        self.queue.push(command);
    }

    /// Asks for a change of the document.
    pub fn edit(&mut self, edit: Edit) {
        self.queue.push(Command::Edit(edit));
    }

    /// Asks for several things, or for nothing.
    pub fn extend(&mut self, commands: impl IntoIterator<Item = Command>) {
        self.queue.extend(commands);
    }

    /// Everything asked for, in order; the queue is empty afterwards.
    pub fn take(&mut self) -> Vec<Command> {
        std::mem::take(&mut self.queue)
    }

    /// Whether nothing was asked for.
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }
}
