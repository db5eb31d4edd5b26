//! The arguments as typed: every command and option with its help text. Help, man page, completions
//! and `docs/cli.md` are made from here. Each command's own file turns them into checked options.

use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use super::values::{self, Oblique};
use crate::explain::Wanted;
use crate::geometry::Plane;
use crate::inference::DeviceChoice;
use crate::session::Projection;
use crate::synth::{Dose, Kernel};
use crate::volume::{Preset, Window};
use crate::workflow::dataset::{FEWEST_FOLDS, LabelRule, MOST_FOLDS, Question, Source};
use crate::workflow::evaluate::Effort;

/// A chest-CT viewer that shows what a lung-nodule network sees, says and why
///
/// Research use; not a medical device. Without a command the window opens, on PATH where one is
/// given. Positions are DICOM patient coordinates (LPS, millimetres) unless an option says index.
/// Exit codes: 0 done, 1 the work failed, 2 wrong arguments, 130 stopped by Ctrl+C.
#[derive(Parser, Debug)]
#[command(name = "triscope", version, args_conflicts_with_subcommands = true)]
pub(super) struct Cli {
    /// What to do; without it the window opens
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    /// Folders or files to open in the window
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// Large type and no patient data, for a room of people
    #[arg(long, hide = true)]
    pub(super) conference: bool,
}

/// The commands.
#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// The built-in case: in the window, or without a display as pictures and a result.json
    Demo(Demo),
    /// Series found at a path, their geometry, and everything odd about them
    Info(Info),
    /// One view as a PNG, exactly as the window draws it
    Render(Render),
    /// Asks a network about points of a series
    Classify(Classify),
    /// Networks and weights
    Models(Models),
    /// Writes a phantom chest CT as a DICOM series, with its truth
    Synth(Synth),
    /// Manifests for training: built from data sets, checked, counted
    Dataset(Datasets),
    /// Times one stage on this machine
    Bench(Bench),
    /// Writes the parts of the documentation that come from the program
    #[command(hide = true)]
    Generate(Generate),
    /// Explanations alone
    #[command(hide = true)]
    Explain(Later),
    /// Candidates in a whole volume
    #[command(hide = true)]
    Scan(Later),
    /// Trains a network on the cases of a manifest, fold by fold
    Train(Train),
    /// Figures with intervals of the folds that a run has finished, on cases that they have not seen
    Evaluate(Evaluate),
    /// Features that a network's encoders find in each case, as a NumPy array
    Embed(Embed),
}

/// Whatever is typed after a command that this version does not have.
#[derive(Args, Debug)]
pub(super) struct Later {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    _rest: Vec<std::ffi::OsString>,
}

/// `demo`
#[derive(Args, Debug)]
pub(super) struct Demo {
    /// Write pictures and result.json here instead of opening the window
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
}

/// `info`
#[derive(Args, Debug)]
pub(super) struct Info {
    /// Folder or file
    #[arg(value_name = "PATH")]
    pub(super) path: PathBuf,
    /// Look at this series only (SeriesInstanceUID; `UID#2` is the second part of one that was split)
    #[arg(long, value_name = "UID")]
    pub(super) series: Option<String>,
    /// One JSON document on stdout
    #[arg(long)]
    pub(super) json: bool,
}

/// `render`
#[derive(Args, Debug)]
pub(super) struct Render {
    /// Folder or file
    #[arg(value_name = "PATH")]
    pub(super) path: PathBuf,
    /// Which plane; with --oblique the slanted view replaces it
    #[arg(long, value_enum, required_unless_present = "oblique")]
    pub(super) plane: Option<PlaneName>,
    /// Point that the slice passes through [default: the middle of the volume]
    #[arg(long, value_name = "X,Y,Z", value_parser = values::position)]
    pub(super) at: Option<[f64; 3]>,
    /// Slanted view: its normal, away from the viewer, and what is up on the screen
    #[arg(long, value_name = "NX,NY,NZ,UX,UY,UZ", value_parser = values::oblique)]
    pub(super) oblique: Option<Oblique>,
    /// Named window [default: lung]
    #[arg(long, value_enum, conflicts_with = "window")]
    pub(super) preset: Option<PresetName>,
    /// Window width and centre
    #[arg(long, value_name = "WIDTH,CENTRE", value_parser = values::window)]
    pub(super) window: Option<Window>,
    /// Slab of this thickness instead of one slice
    #[arg(long, value_name = "MM", value_parser = values::slab_mm)]
    pub(super) slab: Option<f64>,
    /// What becomes of the slab's slices [default: max]
    #[arg(long, value_enum, requires = "slab")]
    pub(super) projection: Option<ProjectionName>,
    /// Picture size in pixels
    #[arg(long, value_name = "WxH", value_parser = values::size_px, default_value = "512x512")]
    pub(super) size: [u32; 2],
    /// Width of what is shown [default: the whole plane, fitted]
    #[arg(long, value_name = "MM", value_parser = values::fov_mm)]
    pub(super) fov: Option<f64>,
    /// Drawn over the picture, for the point of --at
    #[arg(long, value_enum, value_delimiter = ',')]
    pub(super) overlay: Vec<Overlay>,
    #[command(flatten)]
    pub(super) network: Network,
    /// The picture to write
    #[arg(long, value_name = "F.png")]
    pub(super) out: PathBuf,
    #[command(flatten)]
    pub(super) series: SeriesChoice,
}

/// `classify`
#[derive(Args, Debug)]
pub(super) struct Classify {
    /// Folder or file
    #[arg(value_name = "PATH")]
    pub(super) path: PathBuf,
    /// A point to ask about, LPS millimetres; may be given several times
    #[arg(long, value_name = "X,Y,Z", value_parser = values::position, required_unless_present = "index")]
    pub(super) at: Vec<[f64; 3]>,
    /// A point to ask about, column, row and slice; may be given several times
    #[arg(long, value_name = "I,J,K", value_parser = values::position)]
    pub(super) index: Vec<[f64; 3]>,
    #[command(flatten)]
    pub(super) network: Network,
    /// How the input is prepared
    #[arg(long, value_enum, default_value = "paper")]
    pub(super) mode: Mode,
    /// Explanations: grad_cam, native; `:micro`, `:meso` or `:macro` after grad_cam for one scale
    /// [default with --out: grad_cam]
    #[arg(long, value_name = "METHOD", value_delimiter = ',', value_parser = values::explain)]
    pub(super) explain: Vec<Wanted>,
    /// An earlier study of the same patient
    #[arg(long, value_name = "PATH", hide = true)]
    pub(super) prior: Option<PathBuf>,
    /// The same nodule there
    #[arg(long, value_name = "X,Y,Z", value_parser = values::position, hide = true)]
    pub(super) prior_at: Option<[f64; 3]>,
    /// Clinical fields
    #[arg(long, value_name = "F.json", hide = true)]
    pub(super) fields: Option<PathBuf>,
    /// Write result.json, saliency maps and pictures here
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// One JSON document on stdout
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) series: SeriesChoice,
}

/// Which network, with which weights, on which device.
#[derive(Args, Debug)]
pub(super) struct Network {
    /// Network: m3net-compact, m3net-r18x3, m3net-cnb-r34-r18, or all that have weights
    #[arg(long, value_name = "NAME", default_value = "m3net-compact")]
    pub(super) model: String,
    /// Weights for it (.safetensors, .pt, .pth) [default: installed or built-in]
    #[arg(long, value_name = "FILE")]
    pub(super) weights: Option<PathBuf>,
    /// Where the network runs; auto never takes a software adapter, gpu does if there is no other
    #[arg(long, value_enum, default_value = "auto")]
    pub(super) device: Device,
}

/// Which of several series, and whether a doubtful one is used.
#[derive(Args, Debug)]
pub(super) struct SeriesChoice {
    /// Which series (SeriesInstanceUID; `UID#2` is the second part of one that was split) [default:
    /// the largest CT]
    #[arg(long, value_name = "UID")]
    pub(super) series: Option<String>,
    /// Go on where a series is odd in a way that refuses a network
    #[arg(long)]
    pub(super) force: bool,
}

/// `models`
#[derive(Args, Debug)]
pub(super) struct Models {
    #[command(subcommand)]
    pub(super) action: Option<ModelsAction>,
    /// One JSON document on stdout
    #[arg(long)]
    pub(super) json: bool,
}

/// What to do with models.
#[derive(Subcommand, Debug)]
pub(super) enum ModelsAction {
    /// One network in detail
    Info {
        /// Its name
        name: String,
        /// One JSON document on stdout
        #[arg(long)]
        json: bool,
    },
    /// Converts a published checkpoint, after comparing every key and shape
    Import {
        /// Checkpoint: .pt, .pth or .safetensors; nothing in it is executed
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// The network that it belongs to
        #[arg(long = "as", value_name = "NAME")]
        network: String,
        /// The safetensors file to write
        #[arg(long, value_name = "F")]
        out: PathBuf,
        /// One JSON document on stdout
        #[arg(long)]
        json: bool,
    },
}

/// `train`
#[derive(Args, Debug)]
pub(super) struct Train {
    /// Network: m3net-compact, m3net-r18x3 or m3net-cnb-r34-r18
    #[arg(long, value_name = "NAME", default_value = "m3net-compact")]
    pub(super) model: String,
    /// Manifest of the cases (triscope dataset build)
    #[arg(long, value_name = "MANIFEST.csv")]
    pub(super) data: PathBuf,
    /// Choices that differ from the defaults; OUT/config.toml has them all
    #[arg(long, value_name = "F.toml")]
    pub(super) config: Option<PathBuf>,
    /// Where checkpoints and weights go; a run that was stopped goes on there
    #[arg(long, value_name = "DIR")]
    pub(super) out: PathBuf,
    /// Fit the guard in place of a network: OUT/guard.json
    #[arg(long, conflicts_with_all = ["fold", "stop_after"])]
    pub(super) guard: bool,
    /// Folds to train, each held out of its own training [default: all]
    #[arg(long, value_name = "N", value_delimiter = ',')]
    pub(super) fold: Vec<u32>,
    /// Stop after this long, at the end of an epoch; the same command goes on
    #[arg(long, value_name = "MINUTES", value_parser = values::minutes)]
    pub(super) stop_after: Option<f64>,
    /// Where it is computed; auto never takes a software adapter
    #[arg(long, value_enum, default_value = "auto")]
    pub(super) device: Device,
    /// One JSON document on stdout
    #[arg(long)]
    pub(super) json: bool,
}

/// `evaluate`
#[derive(Args, Debug)]
pub(super) struct Evaluate {
    /// Network: m3net-compact, m3net-r18x3 or m3net-cnb-r34-r18
    #[arg(long, value_name = "NAME", default_value = "m3net-compact")]
    pub(super) model: String,
    /// Manifest of the cases, with the folds that the run was trained on
    #[arg(long, value_name = "MANIFEST.csv")]
    pub(super) data: PathBuf,
    /// Folder of the training run: each finished fold answers its held-out cases [default: none, and
    /// baselines alone]
    #[arg(long, value_name = "DIR")]
    pub(super) run: Option<PathBuf>,
    /// Folder of a run on the same pictures without the nodules: whether they tell the label
    #[arg(long, value_name = "DIR", requires = "run")]
    pub(super) control: Option<PathBuf>,
    /// Folder for predictions.csv, evaluation.json, tables, plots, card.md and the weights
    #[arg(long, value_name = "DIR")]
    pub(super) out: PathBuf,
    /// Small changes of the pictures: clicks beside the centre, noise, kernel, thicker slices
    #[arg(long, value_enum, default_value = "quick")]
    pub(super) robustness: Robustness,
    /// Where it is computed; auto never takes a software adapter
    #[arg(long, value_enum, default_value = "auto")]
    pub(super) device: Device,
    /// One JSON document on stdout: evaluation.json
    #[arg(long)]
    pub(super) json: bool,
}

/// `embed`
#[derive(Args, Debug)]
pub(super) struct Embed {
    /// Network: m3net-compact, m3net-r18x3 or m3net-cnb-r34-r18
    #[arg(long, value_name = "NAME", default_value = "m3net-compact")]
    pub(super) model: String,
    /// Weights for it (.safetensors, .pt, .pth); of several networks in one file the first [default:
    /// installed or built-in]
    #[arg(long, value_name = "FILE")]
    pub(super) weights: Option<PathBuf>,
    /// Manifest of the cases
    #[arg(long, value_name = "MANIFEST.csv")]
    pub(super) data: PathBuf,
    /// The array to write, a row for each case, 32-bit floats: micro, meso, macro; F.csv says which row is
    /// which case
    #[arg(long, value_name = "F.npy")]
    pub(super) out: PathBuf,
    /// Simulated surroundings of cut-out nodules are kept here: RUN/surroundings of a training run
    /// spares making them again [default: F.surroundings]
    #[arg(long, value_name = "DIR")]
    pub(super) surroundings: Option<PathBuf>,
    /// Where it is computed; auto never takes a software adapter
    #[arg(long, value_enum, default_value = "auto")]
    pub(super) device: Device,
    /// One JSON document on stdout
    #[arg(long)]
    pub(super) json: bool,
}

/// `--robustness`
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Robustness {
    /// Not looked at
    None,
    /// Ten cases of each fold, by a seed
    Quick,
    /// Every case
    Full,
}

impl From<Robustness> for Effort {
    fn from(robustness: Robustness) -> Self {
        match robustness {
            Robustness::None => Self::None,
            Robustness::Quick => Self::Quick,
            Robustness::Full => Self::Full,
        }
    }
}

/// `synth`
#[derive(Args, Debug)]
pub(super) struct Synth {
    /// Folder for the series and truth.json
    #[arg(long, value_name = "DIR")]
    pub(super) out: PathBuf,
    /// Number of nodules
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(0..=64), default_value = "6")]
    pub(super) nodules: u16,
    /// The same seed gives the same bytes
    #[arg(long, value_name = "S", default_value = "1")]
    pub(super) seed: u64,
    /// Columns, rows, slices
    #[arg(long, value_name = "NX,NY,NZ", value_parser = values::grid_size, default_value = "512,512,256")]
    pub(super) size: [usize; 3],
    /// Distances between voxels, millimetres
    #[arg(long, value_name = "X,Y,Z", value_parser = values::spacing_mm, default_value = "0.7,0.7,1.25")]
    pub(super) spacing: [f64; 3],
    /// Reconstruction kernel; without it the seed draws one
    #[arg(long, value_name = "NAME")]
    pub(super) kernel: Option<ReconstructionKernel>,
    /// Dose, and with it the noise; without it the seed draws one
    #[arg(long, value_name = "LEVEL")]
    pub(super) dose: Option<DoseLevel>,
    /// DIR/prior and DIR/current: two studies, so many days apart, between which nodules grow
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36500))]
    pub(super) followup: Option<u32>,
}

/// `dataset`
#[derive(Args, Debug)]
pub(super) struct Datasets {
    #[command(subcommand)]
    pub(super) action: Dataset,
}

/// What to do with a manifest.
#[derive(Subcommand, Debug)]
pub(super) enum Dataset {
    /// Writes a manifest: one row for each case, with paths relative to it
    Build(BuildDataset),
    /// Reads every row and every volume of a manifest and lists what is wrong
    Check {
        /// The manifest (.csv)
        manifest: PathBuf,
        /// One JSON document on stdout
        #[arg(long)]
        json: bool,
    },
    /// Numbers of a manifest: by label, fold, size, texture, ratings, spacing
    Stats {
        /// The manifest (.csv)
        manifest: PathBuf,
        /// One JSON document on stdout
        #[arg(long)]
        json: bool,
    },
}

/// `dataset build`
#[derive(Args, Debug)]
pub(super) struct BuildDataset {
    /// What PATH is
    #[arg(long, value_enum)]
    pub(super) from: DatasetSource,
    /// Folder of the data set; for points the list (.csv)
    #[arg(value_name = "PATH")]
    pub(super) path: PathBuf,
    /// The manifest to write; an older manifest there is replaced
    #[arg(long, value_name = "F.csv", default_value = "manifest.csv")]
    pub(super) out: PathBuf,
    /// Folds for patients that have none in the source; with 5, patients of LIDC-IDRI keep the folds
    /// that come with Triscope
    #[arg(long, value_name = "N", default_value = "5", value_parser = clap::value_parser!(u8).range(i64::from(FEWEST_FOLDS)..=i64::from(MOST_FOLDS)))]
    pub(super) folds: u8,
    /// The same seed gives the same folds
    #[arg(long, value_name = "S", default_value = "1")]
    pub(super) seed: u64,
    /// How the readers' mean malignancy becomes a label
    #[arg(long, value_enum, default_value = "strict")]
    pub(super) label: LabelName,
    /// What the labels of a list of points answer [default: malignancy]
    #[arg(long, value_enum)]
    pub(super) question: Option<QuestionName>,
}

/// `--from`
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DatasetSource {
    /// A folder with nodules.csv and one image and mask for each nodule
    Nodules,
    /// LIDC-IDRI as downloaded: DICOM series and XML readings, in any arrangement
    Lidc,
    /// LUNA16: .mhd scans with annotations.csv and candidates_V2.csv
    Luna16,
    /// Your own: a CSV with the columns path, x, y, z (LPS mm) or i, j, k, and label
    Points,
}

impl From<DatasetSource> for Source {
    fn from(name: DatasetSource) -> Self {
        match name {
            DatasetSource::Nodules => Source::Nodules,
            DatasetSource::Lidc => Source::Lidc,
            DatasetSource::Luna16 => Source::Luna16,
            DatasetSource::Points => Source::Points,
        }
    }
}

/// `--label`
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LabelName {
    /// Above 3 malignant, below 3 benign, exactly 3 undecided
    Strict,
    /// Above 3 malignant, 3 and below benign, as M3Net was published
    Published,
}

impl From<LabelName> for LabelRule {
    fn from(name: LabelName) -> Self {
        match name {
            LabelName::Strict => LabelRule::Strict,
            LabelName::Published => LabelRule::Published,
        }
    }
}

/// `--question`
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
#[value(rename_all = "snake_case")]
pub(super) enum QuestionName {
    /// Is the nodule malignant?
    Malignancy,
    /// Is there a nodule at the point?
    PointIsNodule,
}

impl From<QuestionName> for Question {
    fn from(name: QuestionName) -> Self {
        match name {
            QuestionName::Malignancy => Question::Malignancy,
            QuestionName::PointIsNodule => Question::PointIsNodule,
        }
    }
}

/// `bench`
#[derive(Args, Debug)]
pub(super) struct Bench {
    #[command(subcommand)]
    pub(super) stage: Stage,
}

/// Stages that can be timed.
#[derive(Subcommand, Debug)]
pub(super) enum Stage {
    /// Folder to HU volume in memory
    Load(BenchOne),
    /// One slice on the CPU: five planes at 512 x 512 and 1024 x 1024
    Reslice(BenchOne),
    /// One frame through the window's shaders
    Render(BenchOne),
    /// The network's forward pass
    Classify(BenchClassify),
    /// Learning: each encoder forwards, backwards, and the optimiser's step
    Train(BenchTrain),
    /// The real window: start, first picture, slice steps, steps while the network runs. Needs a display
    Window(BenchWindow),
}

/// `bench load`, `bench reslice`, `bench render`
#[derive(Args, Debug)]
pub(super) struct BenchOne {
    /// Folder of a series; for reslice and render also an int16 `.npy` (slices, rows, columns) of HU
    #[arg(value_name = "PATH")]
    pub(super) path: PathBuf,
    /// Distances between voxels of an `.npy`, millimetres
    #[arg(long, value_name = "X,Y,Z", value_parser = values::spacing_mm, default_value = "0.703125,0.703125,1")]
    pub(super) spacing: [f64; 3],
    /// One JSON document on stdout
    #[arg(long)]
    pub(super) json: bool,
}

/// `bench window`
#[derive(Args, Debug)]
pub(super) struct BenchWindow {
    /// Folder of a series [default: the built-in case]
    #[arg(value_name = "PATH")]
    pub(super) path: Option<PathBuf>,
    /// Slice steps to time
    #[arg(long, value_name = "N", default_value = "200")]
    pub(super) steps: u32,
    /// Questions to the network, with slice steps meanwhile
    #[arg(long, value_name = "N", default_value = "5")]
    pub(super) questions: u32,
    /// One JSON document on stdout
    #[arg(long)]
    pub(super) json: bool,
}

/// `bench classify`
#[derive(Args, Debug)]
pub(super) struct BenchClassify {
    /// Folder of a series; the middle of its volume is asked about [default: noise]
    #[arg(value_name = "PATH")]
    pub(super) path: Option<PathBuf>,
    /// Network
    #[arg(long, value_name = "NAME", default_value = "m3net-compact")]
    pub(super) model: String,
    /// Seed of the random weights, where none are installed
    #[arg(long, value_name = "N", default_value = "0")]
    pub(super) seed: u64,
    /// Where the network runs
    #[arg(long, value_enum, default_value = "auto")]
    pub(super) device: Device,
    /// Threads of the CPU [default: all cores; the window leaves one free]
    #[arg(long, value_name = "N", value_parser = values::threads)]
    pub(super) threads: Option<usize>,
    /// One JSON document on stdout
    #[arg(long)]
    pub(super) json: bool,
}

/// `bench train`
#[derive(Args, Debug)]
pub(super) struct BenchTrain {
    /// Network
    #[arg(long, value_name = "NAME", default_value = "m3net-compact")]
    pub(super) model: String,
    /// Pictures of one step
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(2..), default_value = "4")]
    pub(super) batch: u8,
    /// Where it is computed
    #[arg(long, value_enum, default_value = "auto")]
    pub(super) device: Device,
    /// One JSON document on stdout
    #[arg(long)]
    pub(super) json: bool,
}

/// `generate`
#[derive(Args, Debug)]
pub(super) struct Generate {
    /// What to write to stdout
    #[arg(value_enum)]
    pub(super) what: Generated,
    /// Shell of the completions
    #[arg(long, value_enum, default_value = "bash")]
    pub(super) shell: clap_complete::Shell,
}

/// What `generate` can write.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Generated {
    /// docs/keys.md
    Keys,
    /// docs/cli.md
    Cli,
    /// The man page
    Man,
    /// Shell completions
    Completions,
}

/// `--device`
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Device {
    /// A real GPU if there is one, else the CPU
    Auto,
    /// A GPU, even one in software
    Gpu,
    /// The CPU
    Cpu,
}

impl From<Device> for DeviceChoice {
    fn from(name: Device) -> Self {
        match name {
            Device::Auto => DeviceChoice::Auto,
            Device::Gpu => DeviceChoice::Gpu,
            Device::Cpu => DeviceChoice::Cpu,
        }
    }
}

/// `--kernel`
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReconstructionKernel {
    /// Smooth, for the mediastinum
    Soft,
    /// In between
    Standard,
    /// Sharp, with edge enhancement
    Lung,
}

impl From<ReconstructionKernel> for Kernel {
    fn from(name: ReconstructionKernel) -> Self {
        match name {
            ReconstructionKernel::Soft => Self::Soft,
            ReconstructionKernel::Standard => Self::Standard,
            ReconstructionKernel::Lung => Self::Lung,
        }
    }
}

/// `--dose`
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DoseLevel {
    /// As for screening
    Low,
    /// As for diagnosis
    Standard,
    /// Twice that
    High,
}

impl From<DoseLevel> for Dose {
    fn from(level: DoseLevel) -> Self {
        match level {
            DoseLevel::Low => Self::Low,
            DoseLevel::Standard => Self::Standard,
            DoseLevel::High => Self::High,
        }
    }
}

/// `--mode`
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// As published: native voxels, min-max of each crop
    Paper,
    /// Resampled and windowed
    #[value(hide = true)]
    Clinical,
}

/// `--overlay`
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Overlay {
    /// Outlines of the context boxes
    Boxes,
    /// Grad-CAM of all scales, with its colour bar
    Saliency,
}

/// `--plane`
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PlaneName {
    /// Seen from the feet
    Axial,
    /// Seen from the front
    Coronal,
    /// Seen from the patient's left
    Sagittal,
}

impl From<PlaneName> for Plane {
    fn from(name: PlaneName) -> Self {
        match name {
            PlaneName::Axial => Plane::Axial,
            PlaneName::Coronal => Plane::Coronal,
            PlaneName::Sagittal => Plane::Sagittal,
        }
    }
}

/// `--projection`
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProjectionName {
    /// Maximum intensity
    Max,
    /// Minimum intensity
    Min,
    /// Mean
    Mean,
}

impl From<ProjectionName> for Projection {
    fn from(name: ProjectionName) -> Self {
        match name {
            ProjectionName::Max => Projection::Max,
            ProjectionName::Min => Projection::Min,
            ProjectionName::Mean => Projection::Mean,
        }
    }
}

/// `--preset`
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
#[value(rename_all = "snake_case")]
pub(super) enum PresetName {
    /// 1500 / -600
    Lung,
    /// 400 / 40
    SoftTissue,
    /// 350 / 50
    Mediastinum,
    /// 2500 / 480
    Bone,
    /// From the lowest to the highest value
    Full,
}

impl From<PresetName> for Preset {
    fn from(name: PresetName) -> Self {
        match name {
            PresetName::Lung => Preset::Lung,
            PresetName::SoftTissue => Preset::SoftTissue,
            PresetName::Mediastinum => Preset::Mediastinum,
            PresetName::Bone => Preset::Bone,
            PresetName::Full => Preset::Full,
        }
    }
}

/// The whole command line, with hyphens allowed at the start of every value and path.
pub(super) fn command_line() -> clap::Command {
    fn hyphens(command: clap::Command) -> clap::Command {
        command
            .mut_args(|arg| {
                if arg.get_action().takes_values() && !arg.is_trailing_var_arg_set() {
                    arg.allow_hyphen_values(true)
                } else {
                    arg
                }
            })
            .mut_subcommands(hyphens)
    }
    hyphens(Cli::command())
}
