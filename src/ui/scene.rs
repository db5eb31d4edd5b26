//! What drawing may read, and what the interface itself remembers.

use std::path::PathBuf;
use std::sync::Arc;

use egui_commonmark::CommonMarkCache;

use crate::command::{Command, Entry, FilmChoice, Keymap, entry};
use crate::explain::{Around, InsideWanted};
use crate::findings::NoduleId;
use crate::geometry::{Patient, Point, Viewport};
use crate::inference::Answer;
use crate::measure::MeasureId;
use crate::say;
use crate::segments::SegmentId;
use crate::session::{Heatmap, Layout, Pane, Preferences, Session, ViewportState};
use crate::tools::{PriorHands, VolumeHands, Wheel};
use crate::ui::states::{AttentionChoice, FeatureChoice, KeyBinding, Palette, TwoChoice, TypedPassword};
use crate::ui::viewport::{DrawnPane, OutlineCache, WireCache};
use crate::ui::words;
use crate::view::Screen;

/// What drawing may read.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// The document.
    pub session: &'a Session,
    /// Keys, for labels, tips and the sheet.
    pub keymap: &'a Keymap,
    /// Panels, theme, recent paths.
    pub prefs: &'a Preferences,
}

/// What the interface itself remembers from frame to frame; never saved, never undone.
#[derive(Debug, Default)]
pub struct UiState {
    /// What lies over the window.
    pub sheet: Option<Sheet>,
    /// What the drawing of marked-up text remembers.
    pub marked_up: CommonMarkCache,
    /// The field for typing a path is open, with what was typed: for systems without a dialog.
    pub path_field: Option<String>,
    /// A viewport has the keyboard's focus; arrows and the space bar are its, not a widget's.
    pub viewport_has_focus: bool,
    /// The prior's viewport has the keyboard's focus.
    pub prior_has_focus: bool,
    /// The 3D view has the keyboard's focus.
    pub volume_has_focus: bool,
    /// The gesture in progress over the 3D view.
    pub volume_hands: VolumeHands,
    /// The pointer over the 3D view, and the size of that, physical pixels.
    pub volume_pointer: Option<(Point<Viewport>, [u32; 2])>,
    /// The pointer over the prior, LPS mm of the prior.
    pub prior_hover: Option<Point<Patient>>,
    /// The gesture in progress over the prior.
    pub prior_hands: PriorHands,
    /// Which places around a nodule's point are asked about.
    pub around: Around,
    /// One slice in so many is asked about in a scan; 0 as 1.
    pub scan_every: usize,
    /// What was typed into the field for a checkpoint's path.
    pub weights_path: Option<String>,
    /// What was typed into the field for the prior's path.
    pub prior_path: Option<String>,
    /// The fourth viewport shows what the network saw although there is a prior.
    pub fourth_seen: bool,
    /// The command whose key was pressed while it cannot be carried out; until another key or a button of the
    /// pointer is pressed.
    pub not_now: Option<&'static Entry>,
    /// What was typed into the palette of commands.
    pub palette: Palette,
    /// What is being typed as the password of an archive.
    pub password: TypedPassword,
    /// What is being typed as the name of a measurement.
    pub measurement_name: Option<(MeasureId, String)>,
    /// The note whose text was asked for last: what is typed after a click on a picture is written into it.
    pub note_asked: Option<MeasureId>,
    /// Viewports as they were drawn in this frame.
    pub panes: Vec<DrawnPane>,
    /// A film as it was chosen last.
    pub film: FilmChoice,
    /// What is being typed as the name of a segment.
    pub segment_name: Option<(SegmentId, String)>,
    /// Outlines of segments and of what others drew, as they were cut before.
    pub outlines: OutlineCache,
    /// The same in 3D.
    pub wires: WireCache,
    /// Where the user's keys are; `None` where nothing of the user's is kept.
    pub key_file: Option<PathBuf>,
    /// What is wrong with them, a sentence each.
    pub key_faults: Vec<String>,
    /// The sheet on which keys are changed.
    pub binding: KeyBinding,
    /// What was typed as the name of a window to be kept.
    pub window_name: String,
    /// How fine the screen is; `None` where that was not asked yet.
    pub screen: Option<Screen>,
    /// Size of each viewport when it was drawn last, physical pixels; 0 for never.
    pub viewport_px: [[u32; 2]; 3],
    /// The same of the prior's.
    pub prior_px: [u32; 2],
    /// A key that hides the heatmap is held.
    pub heatmap_hidden: bool,
    /// Of two maps in turn it is the second one's.
    pub second_turn: bool,
    /// A key that shows the other one of two maps is held.
    pub other_map: bool,
    /// Nobody chose what the map is compared with: it goes when the maps are not beside each other any more.
    pub lent_partner: bool,
    /// What leaving two maps beside each other puts back.
    pub before_pair: Option<BeforePair>,
    /// Which layer's features are looked at.
    pub features: FeatureChoice,
    /// Which layer's attention is looked at, by which head, and of whom.
    pub attention: AttentionChoice,
    /// What was asked for last of what a network computed on its way, and to which answer.
    pub inside_asked: Option<(Arc<Answer>, InsideWanted)>,
    /// Of the sheet of cases that are alike: the user's own are shown where there are any.
    pub own_cases: bool,
    /// Which nodule stands beside the selected one, which crop of both is shown, and which slice.
    pub two: TwoChoice,
    /// A case under the pointer in the sheet of cases, in its list or on its map.
    pub case_pointed: Option<usize>,
    /// What was typed into the field for a file of own cases.
    pub cases_path: Option<String>,
    /// Slice of the crops that was scrolled to.
    pub crop_slice: Option<CropSlice>,
    /// Turned over the crops, or over pictures of a series that is no volume, but no whole slice yet.
    pub crop_wheel: Wheel<&'static str>,
}

/// How one looked before two maps came beside each other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BeforePair {
    /// Whose plane is shown twice.
    pub pane: Pane,
    /// Which viewports were on the screen.
    pub layout: Layout,
    /// Whether the map was shown, and what it was compared with.
    pub heatmap: Heatmap,
    /// Whether that was lent.
    pub lent: bool,
    /// Zoom and place of the plane.
    pub viewport: ViewportState,
}

/// A sheet over the window: one at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sheet {
    /// All keys.
    Keys,
    /// Commands to be searched.
    Palette,
    /// What must be known of weights: those of the selected nodule's answer, or a network's built-in ones.
    ModelCard(Option<&'static str>),
    /// The password of an archive.
    Locked,
    /// What the program remembers.
    Preferences,
    /// Keys, to be changed.
    KeyBinding,
    /// What a film shows.
    Film,
    /// What a layer of the network computed.
    Features,
    /// Who attends to whom in a layer of the network.
    Attention,
    /// Known cases that the network sees as it sees the selected nodule.
    Cases,
    /// The selected nodule and another one.
    TwoNodules,
    /// Networks and their weights, and which one is shown.
    Networks(&'static str),
}

/// A slice that was chosen for one answer's crops. Another nodule, or the same one moved, has other
/// crops: they begin at the slice through its point again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CropSlice {
    /// The nodule.
    pub nodule: NoduleId,
    /// The point that was asked about, LPS mm.
    pub at: Point<Patient>,
    /// Index in the crops.
    pub slice: usize,
}

impl UiState {
    /// Opens a sheet in place of any other, or closes it.
    pub fn toggle(&mut self, sheet: Sheet) {
        self.sheet = (self.sheet != Some(sheet)).then_some(sheet);
    }
}

impl Scene<'_> {
    /// The first key of a command, or nothing.
    pub fn key(&self, command: &Command) -> String {
        entry(command).and_then(|e| self.keymap.keys_of(e).first().map(words::key)).unwrap_or_default()
    }

    /// What a command does, and its keys: for tips.
    pub fn tip(&self, command: &Command) -> String {
        let Some(entry) = entry(command) else { return String::new() };
        let keys: Vec<String> = self.keymap.keys_of(entry).iter().map(words::key).collect();
        if keys.is_empty() {
            format!("{}\n{}", entry.said(), entry.said_help())
        } else {
            format!("{} ({})\n{}", entry.said(), keys.join(say!("keys-or")), entry.said_help())
        }
    }

    /// Whether a command can be carried out now.
    pub fn enabled(&self, command: &Command) -> bool {
        entry(command).is_none_or(|e| (e.enabled)(self.session))
    }
}
