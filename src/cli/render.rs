//! `triscope render`: one view as a PNG, through the window's shaders.

use std::path::PathBuf;

use super::args::{Overlay, Render};
use super::classify::{Models, models};
use super::exit::Failure;
use super::progress::Terminal;
use super::{later, series};
use crate::geometry::Point;
use crate::gpu;
use crate::session::{Orientation, Projection, Slab};
use crate::volume::Preset;
use crate::workflow::render::{Overlays, RenderError, Subject, View, WindowChoice};

impl From<RenderError> for Failure {
    fn from(error: RenderError) -> Self {
        Self::work(error)
    }
}

/// Checked options.
struct Options {
    path: PathBuf,
    series: Option<String>,
    view: View,
    boxes: bool,
    saliency: bool,
    model: &'static str,
    out: PathBuf,
}

impl Options {
    fn new(raw: &Render) -> Result<Self, Failure> {
        let orientation = match (raw.oblique, raw.plane) {
            (Some(o), _) => Orientation::Oblique { right: o.right, down: o.down },
            (None, Some(plane)) => Orientation::Anatomical(plane.into()),
            (None, None) => return Err(Failure::arguments("--plane or --oblique is needed")),
        };
        let Models::One(model) = models(&raw.network.model)? else {
            return Err(Failure::arguments("a picture shows one network's boxes; name it with --model"));
        };
        Ok(Self {
            path: raw.path.clone(),
            series: raw.series.series.clone(),
            view: View {
                orientation,
                at: raw.at.map(Point::from_array),
                window: match (raw.window, raw.preset) {
                    (Some(window), _) => WindowChoice::Window(window),
                    (None, preset) => WindowChoice::Preset(preset.map_or(Preset::Lung, Preset::from)),
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
            model,
            out: raw.out.clone(),
        })
    }
}

/// Runs the command.
pub(super) fn run(raw: &Render, terminal: &Terminal) -> Result<(), Failure> {
    let options = Options::new(raw)?;
    let case = series::load(&options.path, options.series.as_deref(), terminal.ctx())?;
    let gpu = gpu::headless(None).map_err(Failure::work)?;
    let mut overlays = Overlays::default();
    if options.boxes || options.saliency {
        let _ = (options.model, &mut overlays);
        return Err(later::option("--overlay"));
    }
    terminal.ctx().check()?;
    Ok(Subject::new(&case.opened).write(&gpu, &options.view, &overlays, &options.out)?)
}
