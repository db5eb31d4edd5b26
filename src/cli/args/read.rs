//! Opening, drawing and asking: `demo`, `info`, `render`, `classify`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::super::values::{self, Oblique};
use super::Device;
use crate::explain::Wanted;
use crate::geometry::Plane;
use crate::session::{Projection, Side};
use crate::volume::{Fill, Preset, VolumePreset, Window};

/// `demo`
#[derive(Args, Debug)]
pub(in crate::cli) struct Demo {
    /// Write pictures and result.json here instead of opening the window
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) out: Option<PathBuf>,
}

/// `info`
#[derive(Args, Debug)]
pub(in crate::cli) struct Info {
    /// Folder, file or archive (zip, tar)
    #[arg(value_name = "PATH")]
    pub(in crate::cli) path: PathBuf,
    /// Look at this series only (SeriesInstanceUID; `UID#2` is the second part of one that was split)
    #[arg(long, value_name = "UID")]
    pub(in crate::cli) series: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) read: HowRead,
    /// One JSON document on stdout
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

/// `render`
#[derive(Args, Debug)]
pub(in crate::cli) struct Render {
    /// Folder, file or archive (zip, tar)
    #[arg(value_name = "PATH")]
    pub(in crate::cli) path: PathBuf,
    /// Which plane; with --oblique the slanted view replaces it
    #[arg(long, value_enum, required_unless_present_any = ["oblique", "volume"])]
    pub(in crate::cli) plane: Option<PlaneName>,
    /// The volume in 3D in these colours, in place of a plane
    #[arg(long, value_enum, conflicts_with_all = ["plane", "oblique", "slab", "fov", "overlay"])]
    pub(in crate::cli) volume: Option<VolumeName>,
    /// From where the volume is seen in 3D [default: front]
    #[arg(long, value_enum, requires = "volume", conflicts_with_all = ["plane", "oblique"])]
    pub(in crate::cli) from: Option<SideName>,
    /// Turned in 3D: degrees that the side which one sees is pushed to the right, and down
    #[arg(long, value_name = "RIGHT,DOWN", value_parser = values::turn_deg,
        requires = "volume", conflicts_with_all = ["plane", "oblique"], allow_hyphen_values = true)]
    pub(in crate::cli) turn: Option<[f64; 2]>,
    /// Show in 3D what the body lies on, too; the lungs are shown without it all the same
    #[arg(long, requires = "volume", conflicts_with_all = ["plane", "oblique"])]
    pub(in crate::cli) table: bool,
    /// Show in 3D nothing outside a cube of this side around the point of --at
    #[arg(long, value_name = "MM", value_parser = values::slab_mm,
        requires = "volume", conflicts_with_all = ["plane", "oblique"])]
    pub(in crate::cli) cube: Option<f64>,
    /// Point that the slice passes through [default: the middle of the volume]
    #[arg(long, value_name = "X,Y,Z", value_parser = values::position)]
    pub(in crate::cli) at: Option<[f64; 3]>,
    /// Slanted view: its normal, away from the viewer, and what is up on the screen
    #[arg(long, value_name = "NX,NY,NZ,UX,UY,UZ", value_parser = values::oblique)]
    pub(in crate::cli) oblique: Option<Oblique>,
    /// Named window [default: lung; of a PET in SUV: suv-6]
    #[arg(long, value_enum, conflicts_with = "window")]
    pub(in crate::cli) preset: Option<PresetName>,
    /// Window width and centre
    #[arg(long, value_name = "WIDTH,CENTRE", value_parser = values::window)]
    pub(in crate::cli) window: Option<Window>,
    /// Slab of this thickness instead of one slice
    #[arg(long, value_name = "MM", value_parser = values::slab_mm)]
    pub(in crate::cli) slab: Option<f64>,
    /// What becomes of the slab's slices [default: max]
    #[arg(long, value_enum, requires = "slab")]
    pub(in crate::cli) projection: Option<ProjectionName>,
    /// Picture size in pixels
    #[arg(long, value_name = "WxH", value_parser = values::size_px, default_value = "512x512")]
    pub(in crate::cli) size: [u32; 2],
    /// Width of what is shown [default: the whole plane, fitted]
    #[arg(long, value_name = "MM", value_parser = values::fov_mm)]
    pub(in crate::cli) fov: Option<f64>,
    /// Drawn over the picture; boxes and saliency for the point of --at
    #[arg(long, value_enum, value_delimiter = ',')]
    pub(in crate::cli) overlay: Vec<Overlay>,
    #[command(flatten)]
    pub(in crate::cli) network: Network,
    /// How the network's input is prepared
    #[arg(long, value_enum, default_value = "paper")]
    pub(in crate::cli) mode: Mode,
    /// A film in place of a picture: a scroll through the slices of the plane, or a turn of the volume in 3D
    #[arg(long, value_enum)]
    pub(in crate::cli) animate: Option<Animate>,
    /// Frames of the film [default: every slice; 90 of a turn]
    #[arg(long, value_name = "N", requires = "animate", value_parser = values::frames)]
    pub(in crate::cli) frames: Option<usize>,
    /// Frames in a second, 1 to 50
    #[arg(long, value_name = "HZ", requires = "animate", value_parser = values::pace, default_value = "15")]
    pub(in crate::cli) pace: f64,
    /// The picture to write: PNG, or a DICOM Secondary Capture where the name ends in .dcm, without the patient and
    /// with UIDs derived from those of the series; of a film a .gif, or a .png that is numbered
    #[arg(long, value_name = "F.png")]
    pub(in crate::cli) out: PathBuf,
    /// With --out F.dcm: keep patient, study and UIDs of the series
    #[arg(long)]
    pub(in crate::cli) with_patient: bool,
    #[command(flatten)]
    pub(in crate::cli) series: SeriesChoice,
}

/// `--animate`
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Animate {
    /// From the first slice to the last.
    Scroll,
    /// Once around, with --volume.
    Turn,
}

/// `classify`
#[derive(Args, Debug)]
pub(in crate::cli) struct Classify {
    /// Folder, file or archive (zip, tar)
    #[arg(value_name = "PATH")]
    pub(in crate::cli) path: PathBuf,
    /// A point to ask about, LPS millimetres; may be given several times
    #[arg(long, value_name = "X,Y,Z", value_parser = values::position, required_unless_present = "index")]
    pub(in crate::cli) at: Vec<[f64; 3]>,
    /// A point to ask about, column, row and slice; may be given several times
    #[arg(long, value_name = "I,J,K", value_parser = values::position)]
    pub(in crate::cli) index: Vec<[f64; 3]>,
    #[command(flatten)]
    pub(in crate::cli) network: Network,
    /// How the input is prepared
    #[arg(long, value_enum, default_value = "paper")]
    pub(in crate::cli) mode: Mode,
    /// Explanations. Of every network native, gradient, gradient_x_input, smooth_grad, integrated_gradients (these
    /// four not of the full LungNodule-SSM), grad_cam, grad_cam_pp, hires_cam, layer_cam, score_cam (this not of the
    /// full LungNodule-SSM either), occlusion, rise and kernel_shap; of MAEMC-NET and LungNodule-SSM
    /// attention_rollout and attention_relevance; of CSF-Net date_difference; guided_backprop where there are ReLUs.
    /// `:micro`, `:meso` or `:macro` after a name for one scale of M3Net, but for native, occlusion, rise and
    /// kernel_shap
    /// [default with --out: the first that the network has]
    #[arg(long, value_name = "METHOD", value_delimiter = ',', value_parser = values::explain)]
    pub(in crate::cli) explain: Vec<Wanted>,
    /// An earlier series of the same patient, for networks that compare dates
    #[arg(long, value_name = "PATH", requires = "prior_at")]
    pub(in crate::cli) prior: Option<PathBuf>,
    /// The same nodule there, LPS millimetres of that series
    #[arg(long, value_name = "X,Y,Z", value_parser = values::position, requires = "prior")]
    pub(in crate::cli) prior_at: Option<[f64; 3]>,
    /// First and last slice of the lesion, counted from 0 as in --index: MMCAF-Net is asked about every window of 12
    /// slices over them as well, and the highest answer counts
    #[arg(long, value_name = "FIRST,LAST", value_parser = values::slices)]
    pub(in crate::cli) lesion_slices: Option<[usize; 2]>,
    /// What is known of the patient besides what the files tell: a JSON object with the keys sex, age_years,
    /// weight_kg, t_stage, n_stage, m_stage, smoking, race, screening_result, screening_result_alone
    #[arg(long, value_name = "F.json")]
    pub(in crate::cli) fields: Option<PathBuf>,
    /// Ask the same with what was read turned and mirrored, and M3Net with its published dropout left on: how far the
    /// answer moves, apart from the range of an ensemble
    #[arg(long)]
    pub(in crate::cli) uncertainty: bool,
    /// Write result.json, saliency maps and pictures here
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) out: Option<PathBuf>,
    /// One JSON document on stdout
    #[arg(long)]
    pub(in crate::cli) json: bool,
    #[command(flatten)]
    pub(in crate::cli) series: SeriesChoice,
}

/// `explain`
#[derive(Args, Debug)]
pub(in crate::cli) struct Explain {
    #[command(flatten)]
    pub(in crate::cli) classify: Classify,
    /// Steps of integrated gradients
    #[arg(long, value_name = "N", default_value = "32", value_parser = values::amount)]
    pub(in crate::cli) steps: usize,
    /// Noisy inputs of SmoothGrad
    #[arg(long, value_name = "N", default_value = "16", value_parser = values::amount)]
    pub(in crate::cli) samples: usize,
    /// Their noise: standard deviation as a share of each crop's range
    #[arg(long, value_name = "X", default_value = "0.1", value_parser = values::share)]
    pub(in crate::cli) noise: f64,
    /// Occlusion: blocks along each axis of what the widest crop reads
    #[arg(long, value_name = "N", default_value = "4", value_parser = clap::value_parser!(u8).range(1..=32))]
    pub(in crate::cli) blocks: u8,
    /// Occlusion: how many of the strongest blocks are asked again in eight parts
    #[arg(long, value_name = "N", default_value = "8", value_parser = clap::value_parser!(u16).range(0..=4096))]
    pub(in crate::cli) refined: u16,
    /// Random patterns of RISE
    #[arg(long, value_name = "N", default_value = "60", value_parser = values::amount)]
    pub(in crate::cli) patterns: usize,
    /// Pieces of tissue of KernelSHAP
    #[arg(long, value_name = "N", default_value = "36", value_parser = clap::value_parser!(u16).range(2..=500))]
    pub(in crate::cli) supervoxels: u16,
    /// Coalitions of pieces that KernelSHAP asks about; never fewer than tell all pieces apart
    #[arg(long, value_name = "N", default_value = "160", value_parser = values::amount)]
    pub(in crate::cli) coalitions: usize,
    /// What stands in the place of tissue in occlusion, RISE and KernelSHAP, HU
    #[arg(long, value_name = "HU", default_value = "-850", allow_negative_numbers = true)]
    pub(in crate::cli) fill: i16,
    /// Of everything random
    #[arg(long, value_name = "N", default_value = "1")]
    pub(in crate::cli) seed: u64,
    /// Ask about N x N x N places around each point as well: how far a click may be off before the answer is
    /// another one (an odd number). Without --explain no maps are computed then
    #[arg(long, value_name = "N", value_parser = values::centres)]
    pub(in crate::cli) around: Option<u8>,
    /// How far those places lie from each other
    #[arg(long, value_name = "MM", value_parser = values::step_mm, default_value = "2", requires = "around")]
    pub(in crate::cli) around_step: f64,
    /// Ask once more with a ball of tissue replaced, its centre in LPS millimetres and its radius: what the answer
    /// owes to it (not of CSF-Net); may be given several times. Without --explain no maps are computed then
    #[arg(long, value_name = "X,Y,Z,MM", value_parser = values::ball)]
    pub(in crate::cli) without: Vec<[f64; 4]>,
    /// What stands in its place
    #[arg(long, value_enum, default_value = "lung", requires = "without")]
    pub(in crate::cli) fill_with: FillName,
    /// Write what the network computed on its way into the folder of --out, one .npy file each: what it read, all
    /// channels of every layer, and who attends to whom; result.json says which is which
    #[arg(long, requires = "out")]
    pub(in crate::cli) inside: bool,
    /// Check each map: against the network with random weights, layer by layer, and by covering what it
    /// points at; many times the work of the map
    #[arg(long)]
    pub(in crate::cli) trust: bool,
    /// Write each map as a DICOM Parametric Map into this folder, which must be new or empty and not inside PATH:
    /// without the patient, and with UIDs derived from those of the series
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) dicom: Option<PathBuf>,
    /// With --dicom: keep patient, study and UIDs of the series, so that an archive files the maps with its study
    #[arg(long, requires = "dicom")]
    pub(in crate::cli) with_patient: bool,
    /// Draw a figure for print of the first map of all scales: three planes through the point, 180 mm wide at 400
    /// pixels to an inch, with its scale and a caption; nothing of the patient is in it
    #[arg(long, value_name = "FILE.png")]
    pub(in crate::cli) figure: Option<PathBuf>,
}

/// `scan`
#[derive(Args, Debug)]
pub(in crate::cli) struct Scan {
    /// Folder, file or archive (zip, tar)
    #[arg(value_name = "PATH")]
    pub(in crate::cli) path: PathBuf,
    /// lungnodule-ssm or lungnodule-ssm-compact [default: the first where its weights are installed]
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) model: Option<String>,
    /// Weights for it (.safetensors, .pt, .pth) [default: installed]
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) weights: Option<PathBuf>,
    /// Ask about one slice in so many
    #[arg(long, value_name = "N", value_parser = values::every, default_value = "1")]
    pub(in crate::cli) every: usize,
    /// Slices from this probability on make candidates
    #[arg(long, value_name = "P", value_parser = values::share, default_value = "0.5")]
    pub(in crate::cli) threshold: f64,
    /// Where the network runs; auto never takes a software adapter, gpu does if there is no other
    #[arg(long, value_enum, default_value = "auto")]
    pub(in crate::cli) device: Device,
    /// One JSON document on stdout
    #[arg(long)]
    pub(in crate::cli) json: bool,
    #[command(flatten)]
    pub(in crate::cli) series: SeriesChoice,
}

/// Which network, with which weights, on which device.
#[derive(Args, Debug)]
pub(in crate::cli) struct Network {
    /// Network (triscope models lists them), or all that have weights
    #[arg(long, value_name = "NAME", default_value = "m3net-compact")]
    pub(in crate::cli) model: String,
    /// Weights for it (.safetensors, .pt, .pth) [default: installed or built-in]
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) weights: Option<PathBuf>,
    /// Where the network runs; auto never takes a software adapter, gpu does if there is no other
    #[arg(long, value_enum, default_value = "auto")]
    pub(in crate::cli) device: Device,
}

/// Which of several series, and whether a doubtful one is used.
#[derive(Args, Debug)]
pub(in crate::cli) struct SeriesChoice {
    /// Which series (SeriesInstanceUID; `UID#2` is the second part of one that was split) [default:
    /// the largest CT]
    #[arg(long, value_name = "UID")]
    pub(in crate::cli) series: Option<String>,
    /// Go on where a series is odd in a way that refuses a network
    #[arg(long)]
    pub(in crate::cli) force: bool,
    #[command(flatten)]
    pub(in crate::cli) read: HowRead,
}

/// How files are read where there is a choice.
#[derive(Args, Debug, Default)]
pub(in crate::cli) struct HowRead {
    /// The first line of this file is the password of an archive that asks for one [default: asked for where
    /// there is a terminal]
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) password_file: Option<PathBuf>,
    /// Slices at irregular places, or of a tilted gantry, as they are stored: positions are not exact then, and
    /// no network is asked [default: resampled by their true places]
    #[arg(long)]
    pub(in crate::cli) slices_as_stored: bool,
}

/// `--mode`
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Mode {
    /// Exactly as published
    Paper,
    /// M3Net: cubes of 32, 64 and 96 mm resampled to 1 mm, -1000 to 400 HU; MMCAF-Net: lung window; CSF-Net:
    /// every region by its own mean and deviation. No other network has it
    Clinical,
}

impl From<Mode> for crate::inference::Mode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Paper => Self::Paper,
            Mode::Clinical => Self::Clinical,
        }
    }
}

/// `--fill-with`
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum FillName {
    /// Lung from nearby, with its own texture
    Lung,
    /// Even air
    Air,
    /// The mean of what lies around each voxel
    Blur,
}

impl From<FillName> for Fill {
    fn from(name: FillName) -> Self {
        match name {
            FillName::Lung => Fill::Lung,
            FillName::Air => Fill::Air,
            FillName::Blur => Fill::Blur,
        }
    }
}

/// `--overlay`
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Overlay {
    /// Outlines of the context boxes
    Boxes,
    /// Grad-CAM of all scales, with its colour bar
    Saliency,
    /// Outlines of segmentations and contours that belong to the series
    Structures,
    /// The PET of the case as a layer of colour, with its colour bar
    Pet,
}

/// `--plane`
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum PlaneName {
    /// Seen from the feet
    Axial,
    /// Seen from the front
    Coronal,
    /// Seen from the patient's left
    Sagittal,
}

/// Colours of the 3D view.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum VolumeName {
    /// Borders between air and lung tissue as thin shells
    Lung,
    /// Blood with contrast medium, and bone
    Vessel,
    /// Bone alone
    Bone,
    /// Skin and soft tissue
    Surface,
    /// Soft tissue in the lung around --at
    Nodule,
    /// The brightest value along each ray, in the window
    Mip,
}

impl From<VolumeName> for VolumePreset {
    fn from(name: VolumeName) -> Self {
        match name {
            VolumeName::Lung => VolumePreset::Lung,
            VolumeName::Vessel => VolumePreset::Vessel,
            VolumeName::Bone => VolumePreset::Bone,
            VolumeName::Surface => VolumePreset::Surface,
            VolumeName::Nodule => VolumePreset::Nodule,
            VolumeName::Mip => VolumePreset::Maximum,
        }
    }
}

/// Sides of the patient.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum SideName {
    /// From the front
    Front,
    /// From the back
    Back,
    /// From the patient's left
    Left,
    /// From the patient's right
    Right,
    /// From the head
    Above,
    /// From the feet
    Below,
}

impl From<SideName> for Side {
    fn from(name: SideName) -> Self {
        match name {
            SideName::Front => Side::Front,
            SideName::Back => Side::Back,
            SideName::Left => Side::Left,
            SideName::Right => Side::Right,
            SideName::Above => Side::Above,
            SideName::Below => Side::Below,
        }
    }
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
pub(in crate::cli) enum ProjectionName {
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
pub(in crate::cli) enum PresetName {
    /// 1500 / -600
    Lung,
    /// 400 / 40
    SoftTissue,
    /// 350 / 50
    Mediastinum,
    /// 600 / 300
    Vessel,
    /// 2500 / 480
    Bone,
    /// SUV 0 to 6
    #[value(name = "suv-6")]
    Suv6,
    /// SUV 0 to 10
    #[value(name = "suv-10")]
    Suv10,
    /// From the lowest to the highest value
    Full,
}

impl From<PresetName> for Preset {
    fn from(name: PresetName) -> Self {
        match name {
            PresetName::Lung => Preset::Lung,
            PresetName::SoftTissue => Preset::SoftTissue,
            PresetName::Mediastinum => Preset::Mediastinum,
            PresetName::Vessel => Preset::Vessel,
            PresetName::Bone => Preset::Bone,
            PresetName::Suv6 => Preset::Uptake6,
            PresetName::Suv10 => Preset::Uptake10,
            PresetName::Full => Preset::Full,
        }
    }
}
