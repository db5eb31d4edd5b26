//! Points of one series through one or several networks, to a report and, where a folder is given,
//! to files: what `triscope classify` and `demo` do.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::classify::{self, Classified, ClassifyError, Prior, Request};
use super::counterfactual;
use super::dicom::{AsDicom, DicomError, MapFiles, own_folder};
use super::figure::{self, AsFigure, FigureError};
use super::inside::About;
use super::inside_files::write_inside;
use super::models::weights_for;
use super::neighbourhood;
use super::open::Opened;
use super::render::{Overlays, RenderError, Subject, View, WindowChoice};
use super::report::{
    AgreementReport, AnswerReport, CounterfactualReport, DeviceReport, ExplanationReport, Given,
    NeighbourhoodReport, PointReport, Report, SeriesReport, Timing, UncertaintyReport,
};
use super::uncertainty;
use crate::clinical::ClinicalFields;
use crate::explain::{Around, Parameters, Saliency, Wanted};
use crate::export::{OutputFolder, WriteError, write_json, write_saliency};
use crate::geometry::{Patient, Plane, Point};
use crate::gpu::{self, Gpu};
use crate::inference::{Engine, InferenceError, Mode, WeightsChoice};
use crate::jobs::{Cancelled, JobContext};
use crate::networks::spec;
use crate::networks::weights::has_built_in;
use crate::render::HeatmapLook;
use crate::session::{Heatmap, Orientation};
use crate::volume::{Painted, Preset, Stroke};

/// Name of the report in the output folder.
pub const RESULT_FILE: &str = "result.json";
/// Both sides of a picture in the output folder.
const PICTURE_PX: u32 = 768;

/// What is asked.
#[derive(Clone, Debug)]
pub struct Batch {
    /// In this order, LPS mm; files are numbered by it from 1.
    pub points: Vec<Point<Patient>>,
    /// Names of networks; at least one.
    pub models: Vec<&'static str>,
    /// Leave a network that lacks something out, and say what, in place of an error.
    pub skip_lacking: bool,
    /// For all of them; `None` takes what is installed for each, or built in.
    pub weights: Option<WeightsChoice>,
    /// How inputs are prepared.
    pub mode: Mode,
    /// What is known of the patient.
    pub fields: ClinicalFields,
    /// First and last slice of the lesion, from 0, for networks that read a range of slices.
    pub lesion_slices: Option<[usize; 2]>,
    /// An earlier series of the patient, for networks that compare dates.
    pub prior: Option<Prior>,
    /// Maps, in this order; of several networks each gets those that it has.
    pub explain: Vec<Wanted>,
    /// What is chosen about methods.
    pub parameters: Parameters,
    /// Ask about the places around each point, too; of several networks those that can be asked.
    pub around: Option<Around>,
    /// Tissue that is taken away to ask once more; empty asks about the CT alone.
    pub without: Vec<Stroke>,
    /// Ask with turned crops and with dropout, too; of several networks those that can be asked.
    pub uncertainty: bool,
    /// Write what each network computed on its way, too: every layer, into `out`.
    pub inside: bool,
    /// Answer although the series has defects that forbid it.
    pub force: bool,
    /// Where files go; `None` writes none.
    pub out: Option<PathBuf>,
    /// Where maps go as DICOM; `None` writes none.
    pub dicom: Option<AsDicom>,
    /// Where the figure of the first point's first map goes; `None` draws none.
    pub figure: Option<AsFigure>,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Results {
    /// The document.
    pub report: Report,
    /// What the user should know besides: a device that failed, a network without weights, no
    /// pictures.
    pub notices: Vec<String>,
}

/// Why there are no results, in the words that the user reads.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// A question was refused or failed.
    #[error(transparent)]
    Classify(ClassifyError),
    /// A picture failed.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// A file cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Maps cannot be written as DICOM.
    #[error(transparent)]
    Dicom(DicomError),
    /// There is no figure.
    #[error(transparent)]
    Figure(#[from] FigureError),
    /// No network had what it needs.
    #[error("no network could answer: {0}")]
    NoNetwork(String),
    /// Asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl From<ClassifyError> for BatchError {
    fn from(error: ClassifyError) -> Self {
        match error {
            ClassifyError::Cancelled(cancelled)
            | ClassifyError::Inference(InferenceError::Cancelled(cancelled)) => Self::Cancelled(cancelled),
            other => Self::Classify(other),
        }
    }
}

impl From<DicomError> for BatchError {
    fn from(error: DicomError) -> Self {
        match error {
            DicomError::Cancelled(cancelled) => Self::Cancelled(cancelled),
            other => Self::Dicom(other),
        }
    }
}

/// Asks everything in order; the report is written last.
///
/// - `load_ms`: how long the series took to load, for the report
/// - errors: a point outside, a series that is refused, weights that do not fit, a full disk. Files
///   written before stay; each is whole
pub fn run(
    engine: &Engine,
    opened: &Opened,
    load_ms: f64,
    batch: &Batch,
    ctx: &JobContext,
) -> Result<Results, BatchError> {
    if let (Some(out), Some(dicom)) = (&batch.out, &batch.dicom) {
        own_folder(&dicom.folder, out)?;
    }
    // Every point is looked at before the first long step.
    for &at in &batch.points {
        for &model in &batch.models {
            if batch.skip_lacking && !has_weights(batch, model) {
                continue;
            }
            if batch.around.is_some() && !batch.skip_lacking {
                neighbourhood::check(&request(opened, batch, at, model))?;
            }
            if !batch.without.is_empty() && !batch.skip_lacking {
                counterfactual::check(&request(opened, batch, at, model))?;
            }
            match classify::check(&request(opened, batch, at, model)) {
                Err(lacking) if batch.skip_lacking && lacks(&lacking) => {}
                other => other?,
            }
        }
    }
    let mut output = match &batch.out {
        Some(folder) => Some(Output::begin(folder, opened, batch.models.len() > 1)?),
        None => None,
    };
    batch.figure.as_ref().map(figure::check).transpose()?;
    let dicom = batch.dicom.as_ref().map(|to| MapFiles::begin(to, opened.series(), ctx)).transpose()?;
    let grid = opened.volume.grid();
    let mut notices: Vec<String> = output.as_mut().and_then(|o| o.notice.take()).into_iter().collect();
    let mut timing = Timing { load: load_ms, ..Timing::default() };
    let mut device = None;
    // The first one, for where nobody answers.
    let mut withheld = None;
    let mut results = Vec::with_capacity(batch.points.len());
    for (n, &at) in batch.points.iter().enumerate() {
        let mut point = PointReport::new(at, grid);
        for &model in &batch.models {
            ctx.check()?;
            if batch.skip_lacking && !has_weights(batch, model) {
                let text = format!("{model} was left out: no weights for it are installed");
                if !notices.contains(&text) {
                    notices.push(text);
                }
                continue;
            }
            let classified = match classify::run(engine, request(opened, batch, at, model), ctx) {
                Err(lacking) if batch.skip_lacking && lacks(&lacking) => {
                    let why = lacking.to_string();
                    withheld.get_or_insert_with(|| format!("{model}: {why}"));
                    point.answers.extend(Given::withheld(model, why));
                    continue;
                }
                other => other?,
            };
            notices.extend(classified.notices.iter().cloned());
            timing.crop += classified.answer.crop_ms;
            timing.upload += classified.answer.upload_ms;
            timing.forward += classified.answer.forward_ms + classified.answer.others_ms();
            timing.explain += classified.explain_ms;
            device.get_or_insert_with(|| DeviceReport::from(&classified.answer.device));
            let mut explanations = match &output {
                Some(output) => output.write(n + 1, at, &classified, ctx)?,
                None => {
                    classified.saliency.iter().map(|map| ExplanationReport::new(map, grid, None)).collect()
                }
            };
            if let Some(dicom) = &dicom {
                ctx.step("Writing DICOM", 0.9)?;
                let start = start_of_name(n + 1, &classified, batch.models.len() > 1);
                let maps = classified.saliency.iter().map(AsRef::as_ref);
                let names = dicom.write(&start, &classified.answer, maps, grid)?;
                for (map, name) in explanations.iter_mut().zip(names) {
                    map.dicom = Some(name);
                }
            }
            if let Some(to) = batch.figure.as_ref().filter(|_| n == 0) {
                ctx.step("Drawing the figure", 0.95)?;
                draw_figure(to, opened, &classified)?;
            }
            let mut answer = AnswerReport::new(&classified.answer, explanations);
            answer.agreement = AgreementReport::all(&classified.saliency);
            if batch.uncertainty {
                let about = (request(opened, batch, at, model), Arc::clone(&classified.answer));
                let found = uncertainty::run(engine, about, ctx)?;
                answer.uncertainty = Some(UncertaintyReport::from(found.as_ref()));
            }
            if let Some(output) = output.as_ref().filter(|_| batch.inside) {
                let about = About {
                    answer: Arc::clone(&classified.answer),
                    ct: Some(Arc::clone(&opened.volume)),
                    weights: batch.weights.clone(),
                };
                let start = start_of_name(n + 1, &classified, batch.models.len() > 1);
                answer.inside = write_inside(engine, &about, (output.folder.path(), &start), ctx)?;
            }
            answer.neighbourhood = around(engine, request(opened, batch, at, model), batch, ctx)?;
            answer.counterfactual = without(engine, opened, batch, &classified, ctx)?;
            point.answers.push(answer.into());
        }
        results.push(point);
    }
    notices.extend(withheld.filter(|_| device.is_none()));
    let Some(device) = device else { return Err(BatchError::NoNetwork(notices.join("; "))) };
    let report = Report {
        triscope: env!("CARGO_PKG_VERSION"),
        series: SeriesReport::new(opened),
        device,
        results,
        timing_ms: timing,
    };
    if let Some(output) = &output {
        write_json(&output.folder.path().join(RESULT_FILE), &report)?;
    }
    if let Some(dicom) = dicom {
        dicom.finish()?;
    }
    Ok(Results { report, notices })
}

/// The places around a point, where that is asked and the network can be.
fn around(
    engine: &Engine,
    request: Request,
    batch: &Batch,
    ctx: &JobContext,
) -> Result<Option<NeighbourhoodReport>, BatchError> {
    match batch.around.filter(|_| neighbourhood::check(&request).is_ok()) {
        Some(how) => {
            Ok(Some(NeighbourhoodReport::from(neighbourhood::run(engine, request, how, ctx)?.as_ref())))
        }
        None => Ok(None),
    }
}

/// What the network says once the tissue is taken away, where that is asked and the network can be.
fn without(
    engine: &Engine,
    opened: &Opened,
    batch: &Batch,
    classified: &Classified,
    ctx: &JobContext,
) -> Result<Option<CounterfactualReport>, BatchError> {
    let answer = &classified.answer;
    let request = request(opened, batch, answer.at, &answer.model);
    if batch.without.is_empty() || counterfactual::check(&request).is_err() {
        return Ok(None);
    }
    let painted = Arc::new(Painted::of(&opened.volume, &batch.without));
    let found = counterfactual::run(engine, request, painted, ctx)?;
    Ok(Some(CounterfactualReport::new(&found, answer)))
}

fn request(opened: &Opened, batch: &Batch, at: Point<Patient>, model: &str) -> Request {
    Request {
        volume: Arc::clone(&opened.volume),
        defects: opened.defects.clone(),
        at,
        model: model.to_owned(),
        mode: batch.mode,
        fields: batch.fields.clone(),
        lesion_slices: batch.lesion_slices,
        prior: batch.prior.clone(),
        weights: batch.weights.clone(),
        explain: explained(batch, model),
        parameters: batch.parameters,
        turned: false,
        all_members: true,
        force: batch.force,
    }
}

/// The maps that are asked of a network: of one network all, so that one that it does not have is refused;
/// of several those that it has.
fn explained(batch: &Batch, model: &str) -> Vec<Wanted> {
    let spec = spec(model);
    let has = |wanted: &&Wanted| !batch.skip_lacking || spec.as_ref().is_ok_and(|spec| wanted.is_of(spec));
    batch.explain.iter().filter(has).copied().collect()
}

/// Whether there are weights that a network could answer with; whether they fit is seen when they are read.
fn has_weights(batch: &Batch, model: &str) -> bool {
    batch.weights.is_some() || has_built_in(model) || weights_for(model) != WeightsChoice::BuiltIn
}

/// Whether a network was not given what it needs, or is not whole itself, and others may well answer.
fn lacks(error: &ClassifyError) -> bool {
    match error {
        ClassifyError::NeedsPrior(_) | ClassifyError::TooThin { .. } | ClassifyError::Codes(_) => true,
        ClassifyError::Inference(error) => matches!(
            error,
            InferenceError::NoSuchMode { .. }
                | InferenceError::NothingAnswers(_)
                | InferenceError::Category { .. }
                | InferenceError::Weights(_)
        ),
        _ => false,
    }
}

/// The output folder.
struct Output<'a> {
    folder: OutputFolder,
    opened: &'a Opened,
    subject: Subject,
    /// Absent where nothing can be drawn: maps and report are written all the same.
    gpu: Option<Gpu>,
    notice: Option<String>,
    several_models: bool,
}

impl<'a> Output<'a> {
    fn begin(folder: &Path, opened: &'a Opened, several_models: bool) -> Result<Self, WriteError> {
        let folder = OutputFolder::make(folder)?;
        let (gpu, notice) = match gpu::headless(None) {
            Ok(gpu) => (Some(gpu), None),
            Err(error) => (None, Some(format!("no pictures were drawn: {error}"))),
        };
        let subject = Subject::new(opened);
        Ok(Self { folder, opened, subject, gpu, notice, several_models })
    }

    /// Maps and pictures of one answer.
    fn write(
        &self,
        number: usize,
        at: Point<Patient>,
        classified: &Classified,
        ctx: &JobContext,
    ) -> Result<Vec<ExplanationReport>, BatchError> {
        let start = start_of_name(number, classified, self.several_models);
        let grid = self.opened.volume.grid();
        let mut reports = Vec::with_capacity(classified.saliency.len());
        for map in &classified.saliency {
            ctx.step("Writing maps", 0.8)?;
            let scale = map.scale.map_or(String::new(), |s| format!("_{}", s.name()));
            let file = format!("{start}_{}{scale}.nii.gz", map.method);
            write_saliency(&self.folder.path().join(&file), map, grid)?;
            reports.push(ExplanationReport::new(map, grid, Some(file)));
        }
        let Some(gpu) = &self.gpu else { return Ok(reports) };
        let overlays = Overlays {
            boxes: classified.answer.regions_here(),
            heatmap: shown_map(&classified.saliency).map(look),
            untrained: !classified.answer.trained,
            mark: Some(at),
            ..Overlays::default()
        };
        for plane in Plane::ALL {
            ctx.step("Drawing pictures", 0.9)?;
            let view = View {
                orientation: Orientation::Anatomical(plane),
                at: Some(at),
                window: WindowChoice::Preset(Preset::Lung),
                slab: None,
                size_px: [PICTURE_PX; 2],
                fov_mm: None,
            };
            let file = self.folder.path().join(format!("{start}_{}.png", plane.name()));
            self.subject.write(gpu, &view, &overlays, &file)?;
        }
        Ok(reports)
    }
}

/// A figure of the map that pictures show, in the lung window.
fn draw_figure(to: &AsFigure, opened: &Opened, classified: &Classified) -> Result<(), FigureError> {
    let map = shown_map(&classified.saliency).ok_or(FigureError::NoMap)?;
    let gpu = gpu::headless(None).map_err(|error| FigureError::NoDevice(error.to_string()))?;
    let window = Preset::Lung.window(opened.volume.range());
    figure::write(&gpu, to, &opened.volume, &classified.answer, look(map), window)
}

/// How names of files about one answer begin.
/// - `number`: of the point, from 1
fn start_of_name(number: usize, classified: &Classified, several_models: bool) -> String {
    let model = if several_models { format!("_{}", classified.answer.model) } else { String::new() };
    format!("p{number:02}{model}")
}

/// The map that a picture shows: the one of all scales where there is one.
fn shown_map(maps: &[Arc<Saliency>]) -> Option<&Arc<Saliency>> {
    maps.iter().find(|m| m.scale.is_none()).or(maps.first())
}

/// As the window shows a map when it is switched on.
pub fn look(map: &Arc<Saliency>) -> HeatmapLook {
    let Heatmap { opacity, threshold, contour, .. } = Heatmap::default();
    HeatmapLook { saliency: Arc::clone(map), opacity, threshold, contour, shared: None }
}
