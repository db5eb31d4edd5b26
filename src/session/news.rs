//! What the machine reports: jobs, devices, memory. Never undone; handed in by `app` alone.

use crate::cases::CaseSet;
use crate::explain::{Inside, InsideWanted, Neighbourhood, Uncertainty};
use crate::findings::{Comparison, Counterfactual, NoduleId, Opinion, Probed, Question};
use crate::geometry::{Patient, Point};
use crate::inference::{Answer, DeviceInfo};
use crate::ingest::{Defect, Scan, Suv};
use crate::jobs::Progress;
use crate::measure::Measurement;
use crate::networks::Architecture;
use crate::structures::StructureSet;
use crate::volume::{Volume, VolumeHistogram};
use std::path::PathBuf;
use std::sync::Arc;

use super::case::Thumbnail;
use super::locked::LockedPaths;
use super::look::{CornerText, Pane};
use super::networks::{Imported, NetworkFacts};
use super::report::Report;
use super::slice_scan::SliceScan;

/// Running work that the status bar shows and the user can cancel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WorkId {
    /// Looking for series.
    Scan,
    /// Making the built-in case.
    Example,
    /// Decoding slices.
    Load,
    /// The network, for this nodule.
    Classify(NoduleId),
    /// Writing a file that was asked for.
    Save,
    /// Cutting pictures of a report's cases.
    ReportPictures,
    /// Finding and loading the prior.
    Prior,
    /// Maps of the selected nodule, besides those that come with every answer.
    Explain,
    /// Checking the map that is looked at, which nobody asked for.
    Check,
    /// Answers around the selected nodule's point.
    Neighbourhood,
    /// The selected nodule's answer, asked otherwise.
    Uncertainty,
    /// A network goes through every slice.
    SliceScan,
    /// Reading what others drew.
    Structures,
    /// Loading a PET to lie over the series.
    Pet,
    /// Reading weights, to tell of them.
    Weights,
    /// Importing weights.
    Import,
}

/// One piece of running work.
#[derive(Clone, Debug, PartialEq)]
pub struct Work {
    /// Which.
    pub id: WorkId,
    /// What it is doing and how far it is.
    pub progress: Progress,
}

/// How loud a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Good to know.
    Info,
    /// Something is not as it should be.
    Warning,
    /// Something did not work.
    Error,
}

/// Names a notice, to take it away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NoticeId(pub u64);

/// When a sentence leaves the screen, if nobody takes it away before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stays {
    /// By itself, once it could be read.
    ForAWhile,
    /// When a series is opened: it says that one is needed.
    UntilOpened,
    /// Not before somebody takes it away.
    UntilDismissed,
}

/// A sentence on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Identity.
    pub id: NoticeId,
    /// How loud.
    pub severity: Severity,
    /// What, where, what to do.
    pub text: String,
    /// When it goes.
    pub stays: Stays,
}

/// A graphics adapter that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adapter {
    /// Name by its driver.
    pub name: String,
    /// `Vulkan`, `Gl`, `Metal`, `Dx12`.
    pub backend: String,
    /// Draws on the processor.
    pub software: bool,
}

/// What the window draws with, and what else there is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GraphicsDevice {
    /// The one in use; `None` in tests without one.
    pub current: Option<Adapter>,
    /// All, the one in use included.
    pub adapters: Vec<Adapter>,
    /// Part of the name of the one that the user chose, if one was.
    pub wanted: Option<String>,
}

/// The network's state.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Engine {
    /// Not asked for yet.
    #[default]
    Idle,
    /// Weights are being read.
    Starting,
    /// It answers.
    Ready {
        /// Where the next question is answered.
        device: DeviceInfo,
    },
    /// It cannot run; the sentence says why and what would help.
    Failed(String),
}

/// A network that a question can go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkChoice {
    /// Its name.
    pub name: &'static str,
    /// Its weights in a few words, or the sentence that says why it cannot be asked.
    pub weights: Result<String, String>,
    /// Its layers, as these weights decide them; as published where there are none.
    pub architecture: Architecture,
}

/// Memory in use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// Of the process, bytes.
    pub process_bytes: u64,
    /// Of our textures, bytes.
    pub gpu_bytes: u64,
}

/// How much of the open volume is on the GPU.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GpuUse {
    /// Slices there.
    pub slices: usize,
    /// Slices of the volume.
    pub total: usize,
    /// Reduced by this factor per axis to fit the adapter; 1 is whole.
    pub reduced: usize,
    /// Bytes.
    pub bytes: u64,
}

/// A viewport whose slices are played.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Playing {
    /// Which.
    pub pane: Pane,
    /// Slices in a second.
    pub per_second: f64,
}

/// The pointer over a viewport.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hover {
    /// Which viewport.
    pub pane: Pane,
    /// Where in the patient, LPS mm.
    pub at: Point<Patient>,
    /// The voxel there, or `None` outside the volume.
    pub voxel: Option<[usize; 3]>,
    /// Its value, in the volume's unit; `None` where there is none yet.
    pub value: Option<f32>,
    /// The value of the PET's own voxel there, in its unit; `None` without one, and outside of it.
    pub pet: Option<f32>,
}

/// A report from a job or a device.
#[derive(Clone, Debug)]
pub enum News {
    /// Work began or went on.
    Working(Work),
    /// Work ended, however.
    Stopped(WorkId),
    /// The headers are read; replaces the case. The folders or files that were scanned.
    Scanned(Arc<Scan>, Vec<PathBuf>),
    /// What the corners say before anything is open: the user's preference, and no step of undo.
    TextAtStart(CornerText),
    /// The values of this volume were counted.
    Counted {
        /// The volume.
        volume: Arc<Volume>,
        /// Its values.
        histogram: Arc<VolumeHistogram>,
    },
    /// This series was chosen but cannot be viewed.
    Unusable(usize),
    /// This series is on the screen from now on, empty at first.
    Opened {
        /// Place in the scan's list.
        index: usize,
        /// Where its slices arrive.
        volume: Arc<Volume>,
    },
    /// All slices of this volume were tried.
    Loaded {
        /// To tell it from one that was closed meanwhile.
        volume: Arc<Volume>,
        /// Those of the headers and those found while decoding.
        defects: Vec<Defect>,
    },
    /// What the network says without the block under the pointer.
    Probed(Probed),
    /// What a network computed on its way.
    Inside {
        /// To this answer.
        of: Arc<Answer>,
        /// A layer's channels, or its attention.
        found: Inside,
    },
    /// It is asked what a network computed on its way: what could not be computed before may be now.
    LooksInside,
    /// It could not be computed; why is told apart.
    NotInside {
        /// Of whose network.
        of: Arc<Answer>,
        /// What was wanted.
        wanted: InsideWanted,
    },
    /// Cases that the user brought, in place of those before.
    OwnCases(Arc<CaseSet>),
    /// The case was closed.
    Closed,
    /// Everything is looked at as at the start of the program.
    Anew {
        /// Corners say nothing of the patient.
        anonymous: bool,
    },
    /// This series is the prior from now on, empty at first.
    PriorBegan {
        /// What it was found in.
        scan: Arc<Scan>,
        /// Place in that scan's list.
        index: usize,
        /// Where its slices arrive.
        volume: Arc<Volume>,
    },
    /// All slices of the prior were tried.
    PriorLoaded {
        /// To tell it from one that was closed meanwhile.
        volume: Arc<Volume>,
        /// Those of the headers and those found while decoding.
        defects: Vec<Defect>,
    },
    /// There is no prior any more; points that were marked in it stay known.
    PriorClosed,
    /// Slices of the prior on the GPU.
    PriorGpu(GpuUse),
    /// What was read of a file that others drew in, by its place among the scan's objects.
    Structures {
        /// To tell the series from one that was closed meanwhile.
        volume: Arc<Volume>,
        /// Place among the scan's objects.
        object: usize,
        /// What was read, or the sentence that says why nothing was.
        set: Result<Arc<StructureSet>, String>,
    },
    /// This PET lies over the series on the screen from now on.
    PetLaid {
        /// Place in the scan's list.
        index: usize,
        /// Its values as real numbers, complete.
        volume: Arc<Volume>,
        /// How they became SUV, or why they did not.
        suv: Result<Suv, String>,
        /// Whether both lie in one frame of reference.
        same_frame: bool,
    },
    /// There is no PET over the series any more.
    PetClosed,
    /// An archive waits for its password; `None`: no more.
    Locked(Option<LockedPaths>),
    /// Nothing could be opened.
    OpenFailed(String),
    /// A report was opened: it comes on the screen.
    ReportOpened(Arc<Report>),
    /// The open report was read again.
    ReportRenewed(Arc<Report>),
    /// The open report cannot be read again; the sentence says why.
    ReportTrouble(String),
    /// The open report is put on the screen, or behind what else is open.
    ReportShown(bool),
    /// A picture of a case of the open report, or why there is none.
    ReportPicture {
        /// The case's id.
        case: String,
        /// The picture.
        picture: Result<Thumbnail, String>,
    },
    /// The report was closed.
    ReportClosed,
    /// A small picture of a series.
    Thumbnail {
        /// Place in the scan's list.
        series: usize,
        /// The picture.
        picture: Thumbnail,
    },
    /// Another picture of a series that is no volume is wanted, counted from 0.
    TurnedTo(usize),
    /// One of them is there, or cannot be read.
    Page {
        /// Place in the scan's list.
        series: usize,
        /// Its number.
        page: usize,
        /// The picture, or why there is none.
        picture: Result<Thumbnail, String>,
    },
    /// What is known of a nodule now. Ignored unless it still lies at that point. A question that comes
    /// to nothing leaves it as it was when it was last answered.
    Question {
        /// Which nodule.
        id: NoduleId,
        /// The point that was asked about.
        at: Point<Patient>,
        /// What is known.
        question: Question,
    },
    /// What the network says of the places around a nodule's point, as far as it was asked.
    Neighbourhood {
        /// Which nodule.
        id: NoduleId,
        /// What is known now.
        found: Arc<Neighbourhood>,
    },
    /// How far the answer about a nodule moves when nothing of it is changed.
    Uncertainty {
        /// Which nodule.
        id: NoduleId,
        /// What is known.
        found: Arc<Uncertainty>,
    },
    /// What the network would say of a nodule without the painted tissue.
    Counterfactual {
        /// Which nodule.
        id: NoduleId,
        /// What it would say.
        found: Arc<Counterfactual>,
    },
    /// How far the maps of a nodule agree.
    Comparison {
        /// Which nodule.
        id: NoduleId,
        /// What was found.
        found: Arc<Comparison>,
    },
    /// How far the scan of the slices of a series is.
    SliceScan {
        /// UID of the series.
        series_uid: String,
        /// What is known now; `None` forgets it.
        scan: Option<Arc<SliceScan>>,
    },
    /// What another network says of a nodule.
    Opinion {
        /// Which nodule.
        id: NoduleId,
        /// What it says, and where.
        opinion: Opinion,
    },
    /// Another network was not asked to the end.
    NoOpinion {
        /// Which nodule.
        id: NoduleId,
        /// Name of the network.
        model: &'static str,
    },
    /// The network's state changed.
    Engine(Engine),
    /// Every network, and whether it can be asked.
    Networks(Vec<NetworkChoice>),
    /// What is known of one network and its weights.
    NetworkFacts(Arc<NetworkFacts>),
    /// What became of an import; `None`: it was read.
    Imported(Option<Arc<Imported>>),
    /// The graphics device.
    Graphics(GraphicsDevice),
    /// Memory in use.
    Memory(Memory),
    /// Slices on the GPU.
    Gpu(GpuUse),
    /// Where the pointer is; `None`: over no viewport.
    Hover(Option<Hover>),
    /// A measurement that is being drawn, as far as it goes; `None`: it is done, or given up.
    Sketch(Option<Measurement>),
    /// The same in the prior.
    PriorSketch(Option<Measurement>),
    /// Slices are played, or no more.
    Playing(Option<Playing>),
    /// Whether a program that ended has left something to go on with.
    LastSession(bool),
    /// A sentence for the user: one that only informs goes by itself.
    Notice(Severity, String),
    /// A sentence that says that a series has to be opened.
    Wanting(String),
    /// The user has read it.
    Dismiss(NoticeId),
}
