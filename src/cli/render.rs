//! `triscope render`: one view as a PNG, through the window's shaders.

use std::path::PathBuf;
use std::sync::Arc;

use super::args::{Animate, Overlay, Render};
use super::classify::{Models, first_of, models};
use super::exit::Failure;
use super::progress::Terminal;
use super::{output, series};
use crate::export::Film;
use crate::geometry::{Plane, Point};
use crate::inference::{DeviceChoice, Engine, EngineOptions, Mode, WeightsChoice, regions};
use crate::networks::weights::UNTRAINED;
use crate::networks::{Architecture, Family};
use crate::session::{Orientation, PetLook, PetSeries, Projection, Side, Slab, VolumeView};
use crate::workflow::batch;
use crate::workflow::classify::{self, ClassifyError, Request};
use crate::workflow::dicom::{AsDicom, is_dicom, write_view};
use crate::workflow::models::{architecture, weights_for};
use crate::workflow::open::Opened;
use crate::workflow::overlays::{pet, pets, structures};
use crate::workflow::render::{Overlays, RenderError, Subject, View, WindowChoice};
use crate::{gpu, networks};

impl From<RenderError> for Failure {
    fn from(error: RenderError) -> Self {
        Self::work(error)
    }
}

impl From<ClassifyError> for Failure {
    fn from(error: ClassifyError) -> Self {
        match error {
            ClassifyError::Cancelled(_) => Self::Interrupted,
            other => Self::work(other),
        }
    }
}

/// Checked options.
struct Options {
    path: PathBuf,
    series: Option<String>,
    view: View,
    boxes: bool,
    saliency: bool,
    structures: bool,
    pet: bool,
    model: &'static str,
    mode: Mode,
    weights: WeightsChoice,
    device: DeviceChoice,
    force: bool,
    animate: Option<Animate>,
    frames: Option<usize>,
    pace: f64,
    out: PathBuf,
}

/// Frames of a turn: every four degrees.
const TURN: usize = 90;

impl Options {
    /// The film, where one is asked for.
    fn film(&self) -> Option<Film> {
        self.animate.map(|_| Film {
            path: self.out.clone(),
            size_px: self.view.size_px,
            per_second: self.pace,
        })
    }

    fn new(raw: &Render) -> Result<Self, Failure> {
        let orientation = match (raw.oblique, raw.plane) {
            (Some(o), _) => Orientation::Oblique { right: o.right, down: o.down },
            (None, Some(plane)) => Orientation::Anatomical(plane.into()),
            (None, None) if raw.volume.is_some() => Orientation::Anatomical(Plane::Axial),
            (None, None) => return Err(Failure::arguments("--plane, --oblique or --volume is needed")),
        };
        if raw.volume.is_some() && is_dicom(&raw.out) {
            return Err(Failure::arguments("--volume writes PNG; name the picture so"));
        }
        if raw.with_patient && !is_dicom(&raw.out) {
            return Err(Failure::arguments("--with-patient is for a picture as DICOM: --out F.dcm"));
        }
        let Models::One(model) = models(&raw.network.model)? else {
            return Err(Failure::arguments("a picture shows one network's boxes; name it with --model"));
        };
        match (raw.animate, raw.volume.is_some()) {
            (Some(Animate::Turn), false) => {
                return Err(Failure::arguments(
                    "a turn is one of the volume in 3D: --animate turn needs --volume",
                ));
            }
            (Some(Animate::Scroll), true) => {
                return Err(Failure::arguments(
                    "the volume in 3D has no slices to scroll through: --animate turn",
                ));
            }
            _ => {}
        }
        Ok(Self {
            animate: raw.animate,
            frames: raw.frames,
            pace: raw.pace,
            path: raw.path.clone(),
            series: raw.series.series.clone(),
            view: View {
                orientation,
                at: raw.at.map(Point::from_array),
                window: match (raw.window, raw.preset) {
                    (Some(window), _) => WindowChoice::Window(window),
                    (None, Some(preset)) => WindowChoice::Preset(preset.into()),
                    (None, None) => WindowChoice::Usual,
                },
                slab: raw.slab.map(|thickness_mm| Slab {
                    thickness_mm,
                    projection: raw.projection.map_or(Projection::Max, Projection::from),
                }),
                size_px: raw.size,
                fov_mm: raw.fov,
            },
            boxes: raw.overlay.contains(&Overlay::Boxes),
            saliency: raw.overlay.contains(&Overlay::Saliency),
            structures: raw.overlay.contains(&Overlay::Structures),
            pet: raw.overlay.contains(&Overlay::Pet),
            model,
            mode: raw.mode.into(),
            weights: raw.network.weights.clone().map_or_else(|| weights_for(model), WeightsChoice::File),
            device: raw.network.device.into(),
            force: raw.series.force,
            out: raw.out.clone(),
        })
    }
}

/// Runs the command.
pub(super) fn run(raw: &Render, terminal: &Terminal) -> Result<(), Failure> {
    let options = Options::new(raw)?;
    let case = series::load(&options.path, options.series.as_deref(), &raw.series.read, terminal.ctx())?;
    let gpu = gpu::headless(None).map_err(Failure::work)?;
    if let Some(preset) = raw.volume {
        let [right, down] = raw.turn.unwrap_or([0.0; 2]).map(f64::to_radians);
        let side = raw.from.map_or(Side::Front, Side::from);
        let seen = VolumeView { table: raw.table, ..VolumeView::default() }.with_preset(preset.into());
        let around_cursor_mm = raw.cube.map(|side| side / 2.0).or(seen.around_cursor_mm);
        let look =
            VolumeView { around_cursor_mm, ..seen }.from_side(side).turned(right, 0.0).turned(0.0, down);
        let View { at, window, size_px, .. } = options.view;
        let subject = Subject::new(&case.opened);
        if let Some(film) = options.film() {
            let count = options.frames.unwrap_or(TURN);
            return Ok(subject.write_turn(terminal.ctx(), &gpu, (&look, at), window, &film, count)??);
        }
        return Ok(subject.write_volume(&gpu, (&look, at), window, size_px, &options.out)?);
    }
    let mut overlays = overlays(&options, &case.opened, terminal)?;
    of_others(&options, &case.opened, &mut overlays, terminal)?;
    terminal.ctx().check()?;
    if is_dicom(&options.out) {
        let drawn = Subject::new(&case.opened).draw(&gpu, &options.view, &overlays)?;
        let to = AsDicom { folder: options.out, with_patient: raw.with_patient, opened: vec![options.path] };
        return write_view(&to, &drawn, case.opened.series(), terminal.ctx()).map_err(Failure::work);
    }
    if let Some(film) = options.film() {
        let (subject, what) = (Subject::new(&case.opened), (&options.view, &overlays));
        return Ok(subject.write_scroll(terminal.ctx(), &gpu, what, &film, options.frames)??);
    }
    Ok(Subject::new(&case.opened).write(&gpu, &options.view, &overlays, &options.out)?)
}

/// What others drew, and the PET; what of it cannot be drawn is said.
fn of_others(
    options: &Options,
    opened: &Opened,
    overlays: &mut Overlays,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let (scan, series) = (&opened.scan, opened.series());
    if options.structures {
        structures(scan, series, terminal.ctx(), |_, set| match set {
            Ok(set) => {
                let of_all =
                    set.structures.iter().flat_map(|s| s.remarks.iter().map(|r| format!("{}: {r}", s.name)));
                set.remarks.iter().cloned().chain(of_all).for_each(|remark| output::note(&remark));
                overlays.structures.push(set);
            }
            Err(sentence) => output::note(&sentence),
        })?;
        if overlays.structures.is_empty() {
            output::note("Nothing that others drew belongs to this series");
        }
    }
    if options.pet {
        let found = pets(scan, series).next().map(|(index, pet)| (index, pet.same_frame(series)));
        let (index, same_frame) =
            found.ok_or_else(|| Failure::work("there is no PET here that could lie over the series"))?;
        let laid = pet(scan, index, terminal.ctx()).map_err(Failure::work)?;
        let told = laid.suv.as_ref().map_or_else(Clone::clone, |suv| suv.source.clone());
        output::note(&told);
        let pet = PetSeries { index, volume: laid.volume, suv: laid.suv, same_frame };
        let look = PetLook { range: pet.usual_range(), ..PetLook::default() };
        overlays.pet = Some((pet, look));
    }
    Ok(())
}

/// Boxes are arithmetic; the map needs the network.
fn overlays(options: &Options, opened: &Opened, terminal: &Terminal) -> Result<Overlays, Failure> {
    let mut overlays = Overlays::default();
    if !options.boxes && !options.saliency {
        return Ok(overlays);
    }
    let grid = opened.volume.grid();
    let at = options.view.at.unwrap_or_else(|| grid.centre());
    let request = Request {
        model: options.model.to_owned(),
        mode: options.mode,
        weights: Some(options.weights.clone()),
        all_members: false,
        explain: if options.saliency { first_of(options.model) } else { Vec::new() },
        force: options.force,
        ..Request::new(Arc::clone(&opened.volume), opened.defects.clone(), at)
    };
    // Boxes are known without what else a network needs, but for the weights where these decide what is read.
    if options.saliency { classify::check(&request) } else { classify::check_place(&request) }?;
    overlays.mark = Some(at);
    if options.boxes {
        let spec = networks::spec(options.model).map_err(Failure::arguments)?;
        let layers = match spec.family {
            Family::Mmcaf => architecture(spec.name, &options.weights).map_err(Failure::work)?,
            _ => Architecture::named(spec.name).map_err(Failure::arguments)?,
        };
        overlays.boxes = regions(&layers, options.mode, grid, at);
    }
    if options.saliency {
        let engine = Engine::start(EngineOptions::alone(options.device)).map_err(Failure::work)?;
        let classified = classify::run(&engine, request, terminal.ctx())?;
        for notice in &classified.notices {
            output::note(notice);
        }
        if !classified.answer.trained {
            output::note(UNTRAINED);
            overlays.untrained = true;
        }
        overlays.heatmap = classified.saliency.first().map(batch::look);
    }
    Ok(overlays)
}
