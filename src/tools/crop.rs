//! Pulling a face of the crop box where a plane of slices cuts it.

use super::pointer::under;
use crate::geometry::{Patient, Point, Viewport, VoxelGrid};
use crate::session::{CropBox, Edit, Session, VolumeView};
use crate::view::ResolvedView;

/// How near to the line of a face the pointer must be, physical pixels.
const REACH_PX: f64 = 5.0;
/// A face that lies more nearly in the plane than this is no line in it: the cosine of the angle between its normal
/// and the plane.
const UPRIGHT: f64 = 0.5;

/// A face of the crop box in the hand.
#[derive(Clone, Copy, Debug)]
pub(super) struct HeldFace {
    start: CropBox,
    face: usize,
    from: Point<Patient>,
}

/// The face whose line lies under the pointer; `None` where the box is not on the screen.
pub(super) fn grab(session: &Session, view: &ResolvedView, at: Point<Viewport>) -> Option<HeldFace> {
    let (grid, look) = (session.grid()?, session.look());
    let start = look.volume_view.crop_box.filter(|_| look.shows_volume())?;
    let from = under(view, at);
    let [low, high] = start.voxels(grid).map(|corner| corner.to_array());
    let voxel = (grid.voxel_from_patient() * from).to_array();
    let spacing = grid.spacing_mm();
    let reach_mm = REACH_PX * view.mm_per_px;
    // Off a face along its axis, and beside the face along the others.
    let near = |face: &usize| {
        let (axis, end) = (face / 2, if face % 2 == 1 { high } else { low });
        let off = (voxel[axis] - end[axis]).abs() * spacing[axis];
        let within = (0..3).filter(|a| *a != axis).all(|a| {
            let margin = reach_mm / spacing[a];
            voxel[a] >= low[a] - margin && voxel[a] <= high[a] + margin
        });
        let along = grid.directions()[axis].dot(view.basis.into);
        let upright = (1.0 - along * along).max(0.0).sqrt() >= UPRIGHT;
        (within && upright && off <= reach_mm).then_some(off)
    };
    let faces = (0..6).filter_map(|face| near(&face).map(|off| (face, off)));
    let (face, _) = faces.min_by(|a, b| a.1.total_cmp(&b.1))?;
    Some(HeldFace { start, face, from })
}

impl HeldFace {
    /// It follows the pointer along its axis.
    pub(super) fn drag(
        &self,
        grid: &VoxelGrid,
        look: VolumeView,
        view: &ResolvedView,
        at: Point<Viewport>,
    ) -> Edit {
        let axis = grid.directions()[self.face / 2];
        let mm = (under(view, at) - self.from).dot(axis);
        let outwards = if self.face % 2 == 1 { mm } else { -mm };
        let crop_box = Some(self.start.with_face_moved(grid, self.face, outwards));
        Edit::VolumeView(VolumeView { crop_box, ..look })
    }
}
