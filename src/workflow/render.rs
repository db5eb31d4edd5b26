//! One view as a picture: what `triscope render`, `classify --out` and `demo` write, by the same code
//! that draws the window's viewports.

use std::path::Path;
use std::sync::Arc;

use super::film::{FilmFrame, evenly, turned, write_film};
use super::open::Opened;
use crate::export::{Film, WriteError, write_png};
use crate::geometry::{Patient, Plane, Point};
use crate::gpu::Gpu;
use crate::inference::Region;
use crate::jobs::{Cancelled, JobContext};
use crate::render::{HeatmapLook, Offscreen, RayFrame};
use crate::session::{CornerText, Orientation, PetLook, PetSeries, Slab, ViewportState, VolumeView};
use crate::structures::StructureSet;
use crate::ui::picture::{Picture, PictureError, PictureRequest, picture};
use crate::ui::viewport::{Facts, Mark, facts_of, layer_of, outlines_of};
use crate::view::{self, Shown3d};
use crate::volume::{Colours, Preset, Sampling, Unit, Volume, Window};

/// A grey-scale window, by name or by numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum WindowChoice {
    /// Of standardized uptake 0 to 6, of everything else the lung's.
    Usual,
    /// By name; `full` depends on the volume.
    Preset(Preset),
    /// By width and centre.
    Window(Window),
}

impl WindowChoice {
    fn of(self, volume: &Volume) -> Window {
        match self {
            Self::Usual if volume.unit().is_suv() => Preset::Uptake6.window(volume.range()),
            Self::Usual => Preset::Lung.window(volume.range()),
            Self::Preset(preset) => preset.window(volume.range()),
            Self::Window(window) => window,
        }
    }
}

/// From where the volume is looked at.
#[derive(Clone, Debug)]
pub struct View {
    /// Which plane.
    pub orientation: Orientation,
    /// The slice passes through here; `None` is the middle of the volume.
    pub at: Option<Point<Patient>>,
    /// Grey scale.
    pub window: WindowChoice,
    /// Thickness and projection; `None` is one slice.
    pub slab: Option<Slab>,
    /// Width and height.
    pub size_px: [u32; 2],
    /// Width of what is shown; `None` fits the whole plane. With it the picture's middle is `at`.
    pub fov_mm: Option<f64>,
}

/// What lies over the slice.
#[derive(Clone, Debug, Default)]
pub struct Overlays {
    /// Outlines of context boxes.
    pub boxes: Vec<Region>,
    /// A saliency map.
    pub heatmap: Option<HeatmapLook>,
    /// The map comes from weights that were not trained.
    pub untrained: bool,
    /// The point asked about.
    pub mark: Option<Point<Patient>>,
    /// What others drew.
    pub structures: Vec<StructureSet>,
    /// A PET, and how it lies over the series.
    pub pet: Option<(PetSeries, PetLook)>,
}

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The point lies outside the volume.
    #[error(
        "the point {0}, {1}, {2} mm lies outside the volume: no slice passes through it. Choose one inside, \
         or leave it out"
    )]
    Outside(f64, f64, f64),
    /// Drawing failed.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// The 3D view could not be drawn.
    #[error(transparent)]
    Rays(#[from] crate::render::RenderError),
    /// Colours belong to Hounsfield units, which the volume does not hold.
    #[error("the colours of `{0}` belong to Hounsfield units, and this series holds none: choose mip")]
    NotHu(&'static str),
    /// The file could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Why a turn ended before its end.
enum Stop {
    Cancelled(Cancelled),
    Rays(crate::render::RenderError),
}

impl From<Cancelled> for Stop {
    fn from(cancelled: Cancelled) -> Self {
        Self::Cancelled(cancelled)
    }
}

impl From<crate::render::RenderError> for Stop {
    fn from(error: crate::render::RenderError) -> Self {
        Self::Rays(error)
    }
}

/// What a picture is made of.
pub struct Subject {
    volume: Arc<Volume>,
    facts: Facts,
}

impl Subject {
    /// A loaded series.
    pub fn new(opened: &Opened) -> Self {
        Self { volume: Arc::clone(&opened.volume), facts: facts_of(opened.series(), &opened.defects) }
    }

    /// Draws one view and writes it as PNG. The patient's name is never in it.
    /// - errors: a point outside the volume, a size that the adapter refuses, a device that fails, a
    ///   file that cannot be written
    pub fn write(&self, gpu: &Gpu, view: &View, overlays: &Overlays, path: &Path) -> Result<(), RenderError> {
        let drawn = self.draw(gpu, view, overlays)?;
        Ok(write_png(path, &drawn.rgba, drawn.size_px)?)
    }

    /// Draws one view. The patient's name is never in it.
    /// - errors: as [`Subject::write`], but for the file
    pub fn draw(&self, gpu: &Gpu, view: &View, overlays: &Overlays) -> Result<Picture, RenderError> {
        Ok(picture(gpu, &self.request(view, overlays)?)?)
    }

    /// Draws the volume in 3D and writes it as PNG, without letters or text.
    /// - `at`: middle of a preset that shows the surroundings of a point, LPS mm; the volume's middle without
    /// - `window`: of the brightest value
    /// - errors: as [`Subject::write`]; colours that are given to HU where the volume has none
    pub fn write_volume(
        &self,
        gpu: &Gpu,
        look: (&VolumeView, Option<Point<Patient>>),
        window: WindowChoice,
        size_px: [u32; 2],
        path: &Path,
    ) -> Result<(), RenderError> {
        let (look, at) = (self.brought(look.0), look.1);
        let rgba = Offscreen::new(gpu).ray_picture(&self.rays((&look, at), window, size_px)?)?;
        Ok(write_png(path, &rgba, size_px)?)
    }

    /// Draws a whole turn of the volume in 3D and writes it as a film, without letters or text.
    /// - `count`: frames
    /// - errors: outer: cancelled; inner: as [`Subject::write_volume`]
    pub fn write_turn(
        &self,
        ctx: &JobContext,
        gpu: &Gpu,
        (look, at): (&VolumeView, Option<Point<Patient>>),
        window: WindowChoice,
        film: &Film,
        count: usize,
    ) -> Result<Result<(), RenderError>, Cancelled> {
        let look = self.brought(look);
        let first = match self.rays((&look, at), window, film.size_px) {
            Ok(first) => first,
            Err(error) => return Ok(Err(error)),
        };
        let mut rays = Offscreen::new(gpu);
        let grid = self.volume.grid();
        let mut n = 0;
        let written = film.write(|| {
            if n >= count {
                return Ok(None);
            }
            ctx.step(&format!("Frame {} of {count}", n + 1), n as f32 / count.max(1) as f32)?;
            let turned = turned(look, n, count);
            let view = view::resolve_volume(grid, &turned, at.unwrap_or_else(|| grid.centre()), film.size_px);
            n += 1;
            Ok(Some(rays.ray_picture(&RayFrame { view, ..first.clone() })?))
        });
        match written {
            Ok(written) => Ok(written.map_err(RenderError::from)),
            Err(Stop::Cancelled(cancelled)) => Err(cancelled),
            Err(Stop::Rays(error)) => Ok(Err(error.into())),
        }
    }

    /// Draws the slices of a view from the nearest to the farthest and writes them as a film.
    /// - `count`: frames at most, taken evenly; `None`: every slice
    /// - errors: outer: cancelled; inner: as [`Subject::write`]
    pub fn write_scroll(
        &self,
        ctx: &JobContext,
        gpu: &Gpu,
        (view, overlays): (&View, &Overlays),
        film: &Film,
        count: Option<usize>,
    ) -> Result<Result<(), RenderError>, Cancelled> {
        let first = match self.request(view, overlays) {
            Ok(first) => first,
            Err(error) => return Ok(Err(error)),
        };
        let grid = self.volume.grid();
        let resolved = view::resolve(grid, &first.viewport, first.cursor, film.size_px);
        let all = view::through(grid, &resolved, first.cursor, None);
        let slices = evenly(&all, count.unwrap_or(all.len()));
        write_film(ctx, gpu, film, slices.len(), |n| {
            let cursor = slices.get(n).copied().unwrap_or(first.cursor);
            let resolved = view::resolve(grid, &first.viewport, cursor, film.size_px);
            let outlines = outlines_of(&overlays.structures, &resolved);
            FilmFrame::Slice(Box::new(PictureRequest { cursor, outlines, ..first.clone() }))
        })
    }

    /// Colours that are for the surroundings of a point are seen from close by.
    fn brought(&self, look: &VolumeView) -> VolumeView {
        match look.around_cursor_mm {
            Some(_) => view::brought_to_cursor(self.volume.grid(), *look),
            None => *look,
        }
    }

    fn rays(
        &self,
        (look, at): (&VolumeView, Option<Point<Patient>>),
        window: WindowChoice,
        size_px: [u32; 2],
    ) -> Result<RayFrame, RenderError> {
        let grid = self.volume.grid();
        if look.preset.needs_hu() && *self.volume.unit() != Unit::Hu {
            return Err(RenderError::NotHu(look.preset.name()));
        }
        if let Some(at) = at.filter(|at| grid.voxel_at(grid.voxel_from_patient() * *at).is_none()) {
            return Err(RenderError::Outside(at.x, at.y, at.z));
        }
        let normals = Plane::ALL.map(|plane| grid.plane_basis(plane).into);
        let cursor = at.unwrap_or_else(|| grid.centre());
        let shown = Shown3d::of(grid, look, cursor, normals);
        Ok(RayFrame {
            volume: Arc::clone(&self.volume),
            view: view::resolve_volume(grid, look, cursor, size_px),
            transfer: look.transfer().map(Arc::new),
            window: window.of(&self.volume),
            invert: self.volume.polarity().inverted(false),
            crop: shown.crop,
            cuts: shown.cuts,
            part: shown.part,
            heatmap: None,
        })
    }

    fn request(&self, view: &View, overlays: &Overlays) -> Result<PictureRequest, RenderError> {
        let grid = self.volume.grid();
        if let Some(at) = view.at
            && grid.voxel_at(grid.voxel_from_patient() * at).is_none()
        {
            return Err(RenderError::Outside(at.x, at.y, at.z));
        }
        let cursor = view.at.unwrap_or_else(|| grid.centre());
        let mut viewport = ViewportState {
            orientation: view.orientation,
            slab: view.slab,
            ..ViewportState::fitted(Plane::Axial)
        };
        if let Some(fov_mm) = view.fov_mm {
            viewport = view::close_up(grid, &viewport, cursor, view.size_px, fov_mm);
        }
        Ok(PictureRequest {
            volume: Arc::clone(&self.volume),
            viewport,
            cursor,
            window: view.window.of(&self.volume),
            invert: false,
            sampling: Sampling::default(),
            colours: Colours::default(),
            boxes: overlays.boxes.clone(),
            outlines: outlines_of(
                &overlays.structures,
                &view::resolve(grid, &viewport, cursor, view.size_px),
            ),
            layer: overlays.pet.as_ref().and_then(|(pet, look)| layer_of(pet, *look)),
            heatmap: overlays.heatmap.clone(),
            map_name: None,
            cautioned: false,
            untrained: overlays.untrained,
            probabilities: Vec::new(),
            marks: overlays
                .mark
                .map(|at| Mark { at, label: String::new(), selected: true })
                .into_iter()
                .collect(),
            measurements: Vec::new(),
            others: None,
            home: None,
            crosshair: true,
            text: CornerText::NoPatient,
            facts: self.facts.clone(),
            annotations: true,
            size_px: view.size_px,
            pixels_per_point: 1.0,
        })
    }
}
