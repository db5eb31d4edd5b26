//! What a viewport shows, as numbers: computed every frame, never stored.
//!
//! `ui` draws from it, `tools` hit-test against it, `render` samples along it.

mod crop_handles;
mod cursor;
mod cut;
mod extreme;
mod fit;
mod level;
mod linked;
mod measure;
mod outline;
mod resolve;
mod scale;
mod scale_bar;
mod step;
mod volume_view;

pub use crop_handles::{CropHandle, crop_handles};
pub use cursor::{crosshair, crosshair_line, patient_at, turn_handles, zoomed_at};
pub use cut::cut_plane;
pub use extreme::extreme_depth;
pub use fit::{ZOOM_RANGE, close_up, fitted_mm_per_px};
pub use level::level_line;
pub use linked::{End, offset_here, prior_beyond, prior_edit, prior_look, relinked};
pub use measure::{Hold, SeenMeasurement, hold, seen};
pub use outline::{outline, outline_at};
pub use resolve::{ResolvedView, SlicePosition, resolve};
pub use scale::{NamedScale, Screen, ScreenSource, at_scale, named_scale, voxel_mm, zoom_of};
pub use scale_bar::{ScaleBar, scale_bar};
pub use step::{step, through, to_end};
pub use volume_view::{Shown3d, brought_to_cursor, met, normals, resolve_volume};

use crate::geometry::{Patient, Vector, Viewport};

/// A direction of the patient as seen on the screen, for tests and tools.
pub fn on_screen(view: &ResolvedView, v: Vector<Patient>) -> Vector<Viewport> {
    view.viewport_from_patient.vector(v)
}
