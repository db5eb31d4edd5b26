//! The list: id, words, help, keys and condition of every command that needs no value.

use super::keys::{Key, Shortcut};
use super::words::Command;
use crate::findings::Question;
use crate::ingest::Series;
use crate::session::{Session, Stage, Tool, WorkId};
use crate::volume::Preset;

/// Where a command stands in menus, in the sheet and in the manual.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// Opening and saving.
    File,
    /// Slices and series.
    Navigate,
    /// What a left drag does.
    Tools,
    /// Grey-scale windows.
    Window,
    /// What is drawn, and how.
    Display,
    /// Nodules and answers.
    Network,
    /// Undo and redo.
    Change,
    /// Panels, full screen, help.
    Interface,
}

impl Group {
    /// In the order in which they are shown.
    pub const ALL: [Group; 8] = [
        Group::File,
        Group::Navigate,
        Group::Tools,
        Group::Window,
        Group::Display,
        Group::Network,
        Group::Change,
        Group::Interface,
    ];

    /// Heading.
    pub const fn label(self) -> &'static str {
        match self {
            Group::File => "File",
            Group::Navigate => "Slices and series",
            Group::Tools => "Tools (left drag or click)",
            Group::Window => "Window presets",
            Group::Display => "Display",
            Group::Network => "Nodules",
            Group::Change => "Changes",
            Group::Interface => "Interface",
        }
    }
}

/// One line of the list.
#[derive(Debug)]
pub struct Entry {
    /// What it does.
    pub command: Command,
    /// Name in the key file.
    pub id: &'static str,
    /// Where it is listed.
    pub group: Group,
    /// Words on its button or in its menu, and its accessible name.
    pub words: &'static str,
    /// One sentence more.
    pub help: &'static str,
    /// Keys at the start.
    pub keys: &'static [Shortcut],
    /// Whether it can be done now.
    pub enabled: fn(&Session) -> bool,
}

/// The line of a command; `None` for commands that carry a value of the moment.
pub fn entry(command: &Command) -> Option<&'static Entry> {
    CATALOGUE.iter().find(|e| e.command == *command)
}

fn always(_: &Session) -> bool {
    true
}

/// A series is on the screen; one that lies behind a report is out of reach.
fn shown(session: &Session) -> bool {
    session.stage() == Stage::Open
}

fn something(session: &Session) -> bool {
    session.stage() != Stage::Welcome
}

fn several(session: &Session) -> bool {
    session.stage() != Stage::Report && session.scan().series.len() > 1
}

fn selected(session: &Session) -> bool {
    shown(session) && session.selected().is_some()
}

fn scanning(session: &Session) -> bool {
    session.working(WorkId::SliceScan).is_some()
}

/// All slices are there, and no scan of them runs.
fn scannable(session: &Session) -> bool {
    shown(session) && session.open().is_some_and(|open| open.loaded) && !scanning(session)
}

fn scanned(session: &Session) -> bool {
    shown(session) && session.slice_scan().is_some() && !scanning(session)
}

/// The slices lie at irregular places, and nothing is marked that reading them again would take away.
fn irregular(session: &Session) -> bool {
    shown(session)
        && session.findings().nodules().is_empty()
        && session.series().is_some_and(Series::can_be_resampled)
}

/// There is a prior.
fn compared(session: &Session) -> bool {
    shown(session) && session.prior().is_some()
}

/// The selected nodule is marked in it.
fn linked(session: &Session) -> bool {
    shown(session) && session.selected().is_some_and(|nodule| session.at_in_prior(nodule).is_some())
}

fn answered(session: &Session) -> bool {
    shown(session) && session.selected().is_some_and(|n| matches!(n.question, Question::Answered { .. }))
}

fn undoable(session: &Session) -> bool {
    session.stage() != Stage::Report && session.can_undo()
}

fn redoable(session: &Session) -> bool {
    session.stage() != Stage::Report && session.can_redo()
}

fn mapped(session: &Session) -> bool {
    let explained =
        |question: &Question| matches!(question, Question::Answered { saliency, .. } if !saliency.is_empty());
    session.stage() != Stage::Report
        && (session.selected().is_some_and(|n| explained(&n.question)) || session.look().heatmap.on)
}

fn running(session: &Session) -> bool {
    session.stage() == Stage::Report || !session.work().is_empty()
}

fn reported(session: &Session) -> bool {
    session.report().is_some()
}

const fn line(
    command: Command,
    id: &'static str,
    group: Group,
    (words, help): (&'static str, &'static str),
    keys: &'static [Shortcut],
    enabled: fn(&Session) -> bool,
) -> Entry {
    Entry { command, id, group, words, help, keys, enabled }
}

const fn key(c: char) -> Shortcut {
    Shortcut::plain(Key::Char(c))
}

/// Every command that needs no value, in the order of groups.
pub static CATALOGUE: [Entry; 53] = [
    line(
        Command::OpenFolder,
        "open_folder",
        Group::File,
        ("Open folder", "Opens every CT series in a folder and the folders inside it."),
        &[Shortcut::ctrl(Key::Char('O'))],
        always,
    ),
    line(
        Command::OpenFiles,
        "open_files",
        Group::File,
        ("Open files", "Opens the series in the chosen files."),
        &[Shortcut::ctrl_shift(Key::Char('O'))],
        always,
    ),
    line(
        Command::OpenExample,
        "open_example",
        Group::File,
        ("Open example", "Opens the built-in phantom; it is made at the first time."),
        &[],
        always,
    ),
    line(
        Command::ClearRecent,
        "clear_recent",
        Group::File,
        ("Clear recent", "Forgets what was opened lately; folder names may name patients."),
        &[],
        always,
    ),
    line(
        Command::CloseCase,
        "close_case",
        Group::File,
        ("Close case", "Closes the case, or the report on the screen, and stops what runs for it."),
        &[Shortcut::ctrl(Key::Char('W'))],
        something,
    ),
    line(
        Command::OpenPrior,
        "open_prior",
        Group::File,
        (
            "Prior in a folder",
            "Loads an earlier series of the same patient, for networks that compare dates.",
        ),
        &[Shortcut::ctrl(Key::Char('P'))],
        shown,
    ),
    line(
        Command::OpenPriorFiles,
        "open_prior_files",
        Group::File,
        ("Prior in files", "Loads an earlier series of the same patient from the chosen files."),
        &[],
        shown,
    ),
    line(
        Command::ClosePrior,
        "close_prior",
        Group::File,
        ("Close the prior", "Takes the earlier series away; what was marked in it stays known."),
        &[],
        compared,
    ),
    line(
        Command::SavePicture,
        "save_picture",
        Group::File,
        (
            "Save picture",
            "Saves the focused viewport as a PNG, with boxes and heatmap, without patient data.",
        ),
        &[Shortcut::ctrl_shift(Key::Char('S'))],
        shown,
    ),
    line(
        Command::Quit,
        "quit",
        Group::File,
        ("Quit", "Closes the window; whatever runs is stopped."),
        &[Shortcut::ctrl(Key::Char('Q'))],
        always,
    ),
    line(
        Command::NextSlice,
        "next_slice",
        Group::Navigate,
        ("Next slice", "One slice away from the viewer in the focused viewport; the wheel does the same."),
        &[Shortcut::plain(Key::Down)],
        shown,
    ),
    line(
        Command::PreviousSlice,
        "previous_slice",
        Group::Navigate,
        ("Previous slice", "One slice towards the viewer in the focused viewport."),
        &[Shortcut::plain(Key::Up)],
        shown,
    ),
    line(
        Command::FirstSlice,
        "first_slice",
        Group::Navigate,
        ("First slice", "To the slice nearest to the viewer."),
        &[Shortcut::plain(Key::Home)],
        shown,
    ),
    line(
        Command::LastSlice,
        "last_slice",
        Group::Navigate,
        ("Last slice", "To the slice farthest from the viewer."),
        &[Shortcut::plain(Key::End)],
        shown,
    ),
    line(
        Command::NextSeries,
        "next_series",
        Group::Navigate,
        ("Next series", "Opens the next series of the list."),
        &[Shortcut::plain(Key::PageDown)],
        several,
    ),
    line(
        Command::PreviousSeries,
        "previous_series",
        Group::Navigate,
        ("Previous series", "Opens the series before."),
        &[Shortcut::plain(Key::PageUp)],
        several,
    ),
    line(
        Command::Tool(Tool::Window),
        "tool_window",
        Group::Tools,
        ("Window", "Drag right for a wider window, down for a darker picture."),
        &[key('W')],
        always,
    ),
    line(
        Command::Tool(Tool::Pan),
        "tool_pan",
        Group::Tools,
        ("Pan", "Drag to move the picture; the middle button always does."),
        &[key('P')],
        always,
    ),
    line(
        Command::Tool(Tool::Zoom),
        "tool_zoom",
        Group::Tools,
        ("Zoom", "Drag up to enlarge; the right button always does, and so does Ctrl+wheel."),
        &[key('Z')],
        always,
    ),
    line(
        Command::Tool(Tool::Crosshair),
        "tool_crosshair",
        Group::Tools,
        ("Crosshair", "Click or drag to bring all three planes to a point; Shift+move does it at any time."),
        &[key('C')],
        always,
    ),
    line(
        Command::Tool(Tool::Nodule),
        "tool_nodule",
        Group::Tools,
        ("Nodule", "Click in a nodule to ask the network; drag a marked point to ask elsewhere."),
        &[],
        always,
    ),
    line(
        Command::Preset(Preset::SoftTissue),
        "preset_soft_tissue",
        Group::Window,
        ("Soft tissue", "Width 400, centre 40."),
        &[key('1')],
        shown,
    ),
    line(
        Command::Preset(Preset::Lung),
        "preset_lung",
        Group::Window,
        ("Lung", "Width 1500, centre -600."),
        &[key('2')],
        shown,
    ),
    line(
        Command::Preset(Preset::Bone),
        "preset_bone",
        Group::Window,
        ("Bone", "Width 2500, centre 480."),
        &[key('3')],
        shown,
    ),
    line(
        Command::Preset(Preset::Mediastinum),
        "preset_mediastinum",
        Group::Window,
        ("Mediastinum", "Width 350, centre 50."),
        &[key('4')],
        shown,
    ),
    line(
        Command::Preset(Preset::Full),
        "preset_full",
        Group::Window,
        ("Full range", "From the lowest to the highest value of the volume."),
        &[key('0')],
        shown,
    ),
    line(
        Command::ToggleInvert,
        "invert",
        Group::Display,
        ("Invert", "Black on white, or white on black."),
        &[key('I')],
        shown,
    ),
    line(
        Command::CycleSlab,
        "slab_mode",
        Group::Display,
        ("Slab mode", "Single slices, then the maximum, minimum and mean of a slab."),
        &[key('M')],
        shown,
    ),
    line(
        Command::ToggleBoxes,
        "boxes",
        Group::Display,
        ("Boxes", "Outlines of what the network reads at each scale."),
        &[key('X')],
        shown,
    ),
    line(
        Command::ToggleHeatmap,
        "heatmap",
        Group::Display,
        ("Heatmap", "Where the answer comes from, over the CT."),
        &[key('G')],
        mapped,
    ),
    line(
        Command::ToggleContour,
        "heatmap_lines",
        Group::Display,
        (
            "Heatmap as lines",
            "Lines at levels of the map, which leave the tissue between them free, or an area.",
        ),
        &[Shortcut { key: Key::Char('G'), ctrl: false, shift: true, alt: false }],
        mapped,
    ),
    line(
        Command::HideHeatmap,
        "hide_heatmap",
        Group::Display,
        ("Hide heatmap (hold)", "Shows the CT alone for as long as the key is held."),
        &[key('V')],
        mapped,
    ),
    line(
        Command::CycleCornerText,
        "corner_text",
        Group::Display,
        ("Corner text", "Everything, without patient data, or none."),
        &[key('T')],
        shown,
    ),
    line(
        Command::ResetViewport,
        "reset_viewport",
        Group::Display,
        ("Reset viewport", "Fits the focused viewport."),
        &[Shortcut::plain(Key::Space)],
        shown,
    ),
    line(
        Command::ToggleMaximise,
        "maximise",
        Group::Display,
        ("Maximise", "The focused viewport alone, or all of them; double-click does the same."),
        &[key('F')],
        shown,
    ),
    line(
        Command::ToggleDates,
        "both_dates",
        Group::Display,
        ("Both dates", "The axial plane of the series and of its prior side by side, or all viewports."),
        &[key('D')],
        compared,
    ),
    line(
        Command::ToggleStoredSlices,
        "slices_as_stored",
        Group::Display,
        (
            "Slices as stored",
            "Slices at irregular places, or of a tilted gantry, as they are stored in place of resampled; where no \
             nodule is marked.",
        ),
        &[],
        irregular,
    ),
    line(
        Command::ClassifyHere,
        "classify_here",
        Group::Network,
        ("Ask here", "Asks the network about the point under the pointer."),
        &[key('N')],
        shown,
    ),
    line(
        Command::RemoveNodule,
        "remove_nodule",
        Group::Network,
        ("Remove nodule", "Takes the selected nodule off the list; undo brings it back."),
        &[Shortcut::plain(Key::Delete)],
        selected,
    ),
    line(
        Command::ScanSlices,
        "scan_slices",
        Group::Network,
        ("Scan slices", "LungNodule-SSM looks at every slice of the series, in the background."),
        &[key('S')],
        scannable,
    ),
    line(
        Command::ForgetScan,
        "forget_scan",
        Group::Network,
        ("Forget the scan", "Takes scores and candidates of the slice scan away."),
        &[],
        scanned,
    ),
    line(
        Command::UnlinkPrior,
        "unlink_prior",
        Group::Network,
        (
            "Remove the mark in the prior",
            "The selected nodule is marked on one date again; undo brings it back.",
        ),
        &[],
        linked,
    ),
    line(
        Command::CancelAll,
        "cancel",
        Group::Network,
        ("Cancel", "Leaves the report on the screen, else stops what is running."),
        &[Shortcut::plain(Key::Escape)],
        running,
    ),
    line(
        Command::Undo,
        "undo",
        Group::Change,
        ("Undo", "Takes the last change back."),
        &[Shortcut::ctrl(Key::Char('Z'))],
        undoable,
    ),
    line(
        Command::Redo,
        "redo",
        Group::Change,
        ("Redo", "Brings back what was undone."),
        &[Shortcut::ctrl(Key::Char('Y')), Shortcut::ctrl_shift(Key::Char('Z'))],
        redoable,
    ),
    line(
        Command::ToggleReport,
        "report",
        Group::Interface,
        ("Report", "Shows the open report of training or evaluation, or what lies behind it."),
        &[key('R')],
        reported,
    ),
    line(
        Command::ToggleNetworks,
        "networks",
        Group::Interface,
        ("Networks and weights", "Every network: its paper and licences, its weights, and importing others."),
        &[Shortcut::ctrl(Key::Char('M'))],
        always,
    ),
    line(
        Command::ToggleLeftPanel,
        "left_panel",
        Group::Interface,
        ("Series and findings", "Shows or hides the left panel."),
        &[Shortcut::plain(Key::F(9))],
        always,
    ),
    line(
        Command::ToggleRightPanel,
        "right_panel",
        Group::Interface,
        ("Answer", "Shows or hides the right panel."),
        &[Shortcut::plain(Key::F(10))],
        always,
    ),
    line(
        Command::ToggleTheme,
        "theme",
        Group::Interface,
        ("Light or dark", "Changes between the dark and the light theme."),
        &[],
        always,
    ),
    line(
        Command::ToggleFullScreen,
        "full_screen",
        Group::Interface,
        ("Full screen", "Over the whole screen, or in a window."),
        &[Shortcut::plain(Key::F(11))],
        always,
    ),
    line(
        Command::ToggleHelp,
        "help",
        Group::Interface,
        ("Keys", "The sheet of all keys."),
        &[key('?')],
        always,
    ),
    line(
        Command::ToggleModelCard,
        "model_card",
        Group::Network,
        ("Model card", "What the weights of this answer were taught, how well they did, and their limits."),
        &[key('K')],
        answered,
    ),
];
