//! Where the faces of the crop box are taken hold of in the 3D view.

use super::resolve::ResolvedView;
use crate::geometry::{Point, Viewport, VoxelGrid};
use crate::session::CropBox;

/// A face that is seen more nearly from its front than this has no handle: it could not be pulled along the
/// screen. The sine of the angle between its normal and the line of sight.
const ASKEW: f64 = 0.26;

/// The handle of a face.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CropHandle {
    /// As [`CropBox::face`] counts them.
    pub face: usize,
    /// The middle of the face.
    pub at: Point<Viewport>,
    /// How far it moves on the screen for a millimetre outwards, px to the right and down.
    outwards: [f64; 2],
}

impl CropHandle {
    /// How far outwards the face is moved by a movement on the screen, mm.
    /// - `px`: to the right and down
    pub fn mm(&self, px: [f64; 2]) -> f64 {
        let [x, y] = self.outwards;
        (px[0] * x + px[1] * y) / (x * x + y * y)
    }
}

/// The handles of all faces that can be pulled from where one looks.
pub fn crop_handles(grid: &VoxelGrid, crop: &CropBox, view: &ResolvedView) -> Vec<CropHandle> {
    let handle = |face: usize| {
        let axis = grid.directions().into_iter().nth(face / 2)?;
        let outwards = if face % 2 == 1 { axis } else { -axis };
        let on_screen = view.viewport_from_patient.vector(outwards);
        let long = on_screen.x.hypot(on_screen.y) * view.mm_per_px;
        let at = &view.viewport_from_patient * crop.face(grid, face);
        (long >= ASKEW).then_some(CropHandle { face, at, outwards: [on_screen.x, on_screen.y] })
    };
    (0..6).filter_map(handle).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::VolumeView;
    use crate::view::resolve_volume;

    #[test]
    fn a_face_follows_the_hand_and_those_towards_the_eye_have_no_handle() {
        let grid = VoxelGrid::axis_aligned([100, 80, 60], [0.7, 0.8, 1.5], Point::new(-35.0, -30.0, 5.0));
        let grid = grid.expect("a grid");
        let crop = CropBox::whole(&grid);
        let front = resolve_volume(&grid, &VolumeView::default(), grid.centre(), [400, 300]);
        let handles = crop_handles(&grid, &crop, &front);
        let faces: Vec<usize> = handles.iter().map(|handle| handle.face).collect();
        assert_eq!(faces, [0, 1, 4, 5], "front and back are seen as they are");
        for view in [VolumeView::default(), VolumeView::default().turned(0.6, 0.4).rolled(0.3)] {
            let view = resolve_volume(&grid, &view, grid.centre(), [400, 300]);
            for handle in crop_handles(&grid, &crop, &view) {
                // Inwards, so that the volume's end does not hold it.
                let moved = crop.with_face_moved(&grid, handle.face, -7.0);
                let to = &view.viewport_from_patient * moved.face(&grid, handle.face);
                let mm = handle.mm([to.x - handle.at.x, to.y - handle.at.y]);
                assert!((mm + 7.0).abs() < 1e-9, "{mm}");
            }
        }
    }
}
