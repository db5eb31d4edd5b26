//! How large the patient is on the screen: voxel by pixel, or as large as in life.

use super::fit::{ZOOM_RANGE, fitted_mm_per_px};
use super::resolve::ResolvedView;
use crate::geometry::VoxelGrid;
use crate::session::ViewportState;

/// Millimetres in an inch.
const INCH_MM: f64 = 25.4;
/// Scales this near to each other, as parts, are the same.
const SAME: f64 = 1e-3;

/// Who says how many pixels of a screen lie in an inch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScreenSource {
    /// The user, in the preferences.
    Calibrated,
    /// The screen, by way of the system.
    System,
    /// Nobody: what systems take for usual.
    Assumed,
}

/// How fine a screen is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Screen {
    /// Physical pixels in an inch.
    pub dpi: f64,
    /// Who says so.
    pub source: ScreenSource,
}

impl Screen {
    /// Coarsest and finest that is believed: a wall of light, a telephone.
    pub const RANGE_DPI: [f64; 2] = [20.0, 800.0];

    /// Millimetres of a physical pixel.
    pub fn mm_per_px(self) -> f64 {
        INCH_MM / self.dpi
    }
}

/// Two scales that have names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamedScale {
    /// The smallest voxel of the plane is one physical pixel wide.
    OneToOne,
    /// A millimetre of the patient is one of the screen.
    TrueSize,
}

/// Width of the smallest voxel in the plane that is shown, mm; of any voxel for an oblique plane.
pub fn voxel_mm(grid: &VoxelGrid, view: &ResolvedView) -> f64 {
    let through = view.slice.map(|slice| slice.axis.index());
    let in_plane = grid.spacing_mm().into_iter().enumerate().filter(|(axis, _)| Some(*axis) != through);
    in_plane.map(|(_, mm)| mm).fold(f64::INFINITY, f64::min)
}

/// How much a view enlarges: physical pixels of the screen for one of the source, along the rows of its slices. It
/// changes steadily when a plane is turned, and is the same in every plane that shows a millimetre as long.
pub fn zoom_of(grid: &VoxelGrid, view: &ResolvedView) -> f64 {
    grid.spacing_mm()[0] / view.mm_per_px
}

/// The viewport at a scale, as far as its zoom goes; what is in the middle stays there.
/// - `size_px`: of the viewport, physical pixels
pub fn at_scale(grid: &VoxelGrid, state: &ViewportState, size_px: [u32; 2], mm_per_px: f64) -> ViewportState {
    let fitted = fitted_mm_per_px(grid, state.orientation, state.turn, size_px);
    let [least, most] = ZOOM_RANGE;
    ViewportState { zoom: (fitted / mm_per_px).clamp(least, most), ..*state }
}

/// The name of the scale at which a view is shown, if it has one.
pub fn named_scale(grid: &VoxelGrid, view: &ResolvedView, screen: Option<Screen>) -> Option<NamedScale> {
    let is = |mm_per_px: f64| (view.mm_per_px / mm_per_px - 1.0).abs() < SAME;
    if screen.is_some_and(|screen| is(screen.mm_per_px())) {
        return Some(NamedScale::TrueSize);
    }
    is(voxel_mm(grid, view)).then_some(NamedScale::OneToOne)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Plane, Point, Vector};
    use crate::session::Orientation;
    use crate::view::resolve;

    fn grid() -> VoxelGrid {
        VoxelGrid::axis_aligned([200, 180, 90], [0.7, 0.8, 2.5], Point::new(0.0, 0.0, 0.0)).expect("a grid")
    }

    #[test]
    fn one_to_one_is_a_pixel_for_the_smallest_voxel_of_each_plane() {
        let (grid, size) = (grid(), [640, 480]);
        for (plane, mm) in [(Plane::Axial, 0.7), (Plane::Coronal, 0.7), (Plane::Sagittal, 0.8)] {
            let state = ViewportState::fitted(plane);
            let view = resolve(&grid, &state, grid.centre(), size);
            assert_eq!(voxel_mm(&grid, &view), mm, "{plane:?}");
            let there = at_scale(&grid, &state, size, voxel_mm(&grid, &view));
            let view = resolve(&grid, &there, grid.centre(), size);
            // Tolerance: rounding of a product and a quotient.
            assert!((view.mm_per_px - mm).abs() < 1e-12, "{plane:?}");
            assert_eq!(named_scale(&grid, &view, None), Some(NamedScale::OneToOne));
        }
    }

    #[test]
    fn the_zoom_is_pixels_for_a_pixel_of_the_source_and_turning_a_plane_does_not_change_it() {
        let (grid, size) = (grid(), [640, 480]);
        let straight = ViewportState::fitted(Plane::Axial);
        let view = resolve(&grid, &at_scale(&grid, &straight, size, 0.35), grid.centre(), size);
        assert!((zoom_of(&grid, &view) - 2.0).abs() < 1e-12);
        let (right, down) = (Vector::new(0.8, 0.6, 0.0), Vector::new(-0.6, 0.8, 0.0));
        let turned = ViewportState { orientation: Orientation::Oblique { right, down }, ..straight };
        let turned = resolve(&grid, &at_scale(&grid, &turned, size, 0.35), grid.centre(), size);
        assert!((zoom_of(&grid, &turned) - 2.0).abs() < 1e-12);
    }

    #[test]
    fn at_true_size_a_millimetre_is_one_of_the_screen_whatever_the_viewport() {
        let grid = grid();
        let screen = Screen { dpi: 101.6, source: ScreenSource::Calibrated };
        for size in [[300, 700], [1900, 1000]] {
            let state = ViewportState { pan_mm: [3.0, -4.0], ..ViewportState::fitted(Plane::Coronal) };
            let there = at_scale(&grid, &state, size, screen.mm_per_px());
            assert_eq!(there.pan_mm, state.pan_mm);
            let view = resolve(&grid, &there, grid.centre(), size);
            assert!((view.mm_per_px - 0.25).abs() < 1e-12);
            assert_eq!(named_scale(&grid, &view, Some(screen)), Some(NamedScale::TrueSize));
            assert_eq!(named_scale(&grid, &view, None), None);
        }
    }
}
