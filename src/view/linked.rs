//! The prior as it is looked at while it follows the series on the screen.
//!
//! Linked, it has no place of its own: where it lies follows from the shared cursor and from the axial viewport, and
//! what is done in it is done there. So one step of undo holds for both.

use super::fit::{basis, fitted_mm_per_px};
use super::resolve::resolve;
use crate::geometry::{Patient, Point, Vector, VoxelGrid};
use crate::session::{Edit, Look, Pane, PriorLook, SeriesLink, Session, ViewportState};

/// How the prior is looked at: its own way, or as far along as the series on the screen.
/// - `size_px`: of the viewport
pub fn prior_look(session: &Session, size_px: [u32; 2]) -> PriorLook {
    let look = session.look();
    grids(session).map_or(look.prior, |grids| followed(look, grids, size_px))
}

/// What another look at the prior changes: its own, or the shared cursor and the axial viewport.
pub fn prior_edit(session: &Session, to: PriorLook, size_px: [u32; 2]) -> Edit {
    match grids(session) {
        Some(grids) => changed(session.look(), grids, to, size_px),
        None => Edit::Prior(to),
    }
}

/// - `grids`: of the series on the screen, and of the prior
fn followed(look: &Look, [now, then]: [&VoxelGrid; 2], size_px: [u32; 2]) -> PriorLook {
    let Some(by) = look.prior.link.offset() else { return look.prior };
    let cursor = then.clamp(then.voxel_from_patient() * (look.cursor + by));
    let viewport = moved(look.viewport(Pane::Axial), [now, then], by, size_px);
    PriorLook { cursor: then.patient_from_voxel() * cursor, viewport, ..look.prior }
}

fn changed(look: &Look, [now, then]: [&VoxelGrid; 2], to: PriorLook, size_px: [u32; 2]) -> Edit {
    let Some(by) = to.link.offset() else { return Edit::Prior(to) };
    let from = followed(look, [now, then], size_px);
    let mut edits = Vec::new();
    if to.cursor != from.cursor {
        let cursor = now.clamp(now.voxel_from_patient() * (to.cursor - by));
        edits.push(Edit::Cursor(now.patient_from_voxel() * cursor));
    }
    if to.viewport != from.viewport {
        let slab = look.viewport(Pane::Axial).slab;
        let state = ViewportState { slab, ..moved(&to.viewport, [then, now], by * -1.0, size_px) };
        edits.push(Edit::Viewport(Pane::Axial, state));
    }
    // One alone flows on as it does elsewhere.
    match edits.pop() {
        Some(last) if edits.is_empty() => last,
        Some(last) => Edit::Many(edits.into_iter().chain([last]).collect()),
        None => Edit::Prior(to),
    }
}

/// An end of a series, by the numbers of its slices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Before the first.
    First,
    /// Behind the last.
    Last,
}

/// Where the linked prior has no slice at the place that it follows to: which end it stands at instead.
/// - `size_px`: of the viewport
pub fn prior_beyond(session: &Session, size_px: [u32; 2]) -> Option<End> {
    beyond(session.look(), grids(session)?, size_px)
}

fn beyond(look: &Look, [now, then]: [&VoxelGrid; 2], size_px: [u32; 2]) -> Option<End> {
    let wanted = look.cursor + look.prior.link.offset()?;
    let seen = followed(look, [now, then], size_px);
    let view = resolve(then, &seen.viewport, seen.cursor, size_px);
    // A slice stands for its own thickness.
    let away_mm = (&view.viewport_from_patient * wanted).z.abs();
    if away_mm <= view.half_thickness_mm() {
        return None;
    }
    let at =
        view.slice.map_or_else(|| (then.voxel_from_patient() * wanted).z < 0.0, |slice| slice.index == 0);
    Some(if at { End::First } else { End::Last })
}

/// Linked otherwise, the prior staying where it is where that is its own choice.
pub fn relinked(session: &Session, link: SeriesLink, size_px: [u32; 2]) -> Edit {
    Edit::Prior(PriorLook { link, ..prior_look(session, size_px) })
}

/// From the shared cursor to where the prior is looked at now: what a link by hand keeps.
pub fn offset_here(session: &Session, size_px: [u32; 2]) -> Vector<Patient> {
    prior_look(session, size_px).cursor - session.look().cursor
}

/// Of the series on the screen, and of the prior.
fn grids(session: &Session) -> Option<[&VoxelGrid; 2]> {
    Some([session.grid()?, session.prior()?.volume.grid()])
}

/// The same field of another volume: equal millimetres a pixel around the same place, moved by `by`; slices
/// alone.
fn moved(
    state: &ViewportState,
    [from, to]: [&VoxelGrid; 2],
    by: Vector<Patient>,
    size_px: [u32; 2],
) -> ViewportState {
    let fit = |grid| fitted_mm_per_px(grid, state.orientation, state.turn, size_px);
    let axes = |grid| basis(grid, state.orientation, state.turn);
    let (a, b) = (axes(from), axes(to));
    let middle: Point<Patient> = from.centre() + a.right * state.pan_mm[0] + a.down * state.pan_mm[1] + by;
    let away = middle - to.centre();
    let pan_mm = [away.dot(b.right), away.dot(b.down)];
    ViewportState { zoom: state.zoom * fit(to) / fit(from), pan_mm, slab: None, ..*state }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view;

    const SIZE: [u32; 2] = [500, 400];

    /// Two series of one chest, the second coarser, shifted and on a smaller field.
    fn both() -> [VoxelGrid; 2] {
        let grid = |size, mm, origin: [f64; 3]| VoxelGrid::axis_aligned(size, mm, Point::from_array(origin));
        [
            grid([200, 200, 100], [0.8, 0.8, 1.25], [-80.0, -70.0, -300.0]).expect("a grid"),
            grid([128, 128, 60], [1.0, 1.0, 2.5], [-60.0, -60.0, -310.0]).expect("a grid"),
        ]
    }

    fn look(link: SeriesLink) -> Look {
        let mut look = Look::fitted(Point::new(5.0, 6.0, -250.0));
        look.prior.link = link;
        look.viewports[0] = ViewportState { zoom: 2.3, pan_mm: [12.0, -9.0], ..look.viewports[0] };
        look
    }

    #[test]
    fn linked_pictures_show_the_same_place_as_large() {
        let [now, then] = both();
        for link in [SeriesLink::Frame, SeriesLink::Offset(Vector::new(4.0, -3.0, 7.0))] {
            let look = look(link);
            let prior = followed(&look, [&now, &then], SIZE);
            let seen = |grid, state, cursor| {
                let view = view::resolve(grid, state, cursor, SIZE);
                (&view.patient_from_viewport * Point::new(250.0, 200.0, 0.0), view.mm_per_px)
            };
            let (here, mm) = seen(&now, look.viewport(Pane::Axial), look.cursor);
            let (there, prior_mm) = seen(&then, &prior.viewport, prior.cursor);
            let expected = here + link.offset().expect("linked");
            assert!((mm - prior_mm).abs() < 1e-9);
            assert!((expected.x - there.x).hypot(expected.y - there.y) < 1e-9);
            // Slices of both lie up to half a slice beside the cursor.
            assert!((expected.z - there.z).abs() <= 0.63 + 1.25, "{expected:?} {there:?}");
        }
    }

    #[test]
    fn a_place_without_a_slice_is_said_to_be_beyond() {
        let [now, then] = both();
        let mut look = look(SeriesLink::Frame);
        // The second reaches from -310 to -162.5 mm, its outer slices half a step further.
        for (z, end) in [
            (-311.2, None),
            (-311.4, Some(End::First)),
            (-162.5, None),
            (-161.3, None),
            (-161.1, Some(End::Last)),
        ] {
            look.cursor.z = z;
            assert_eq!(beyond(&look, [&now, &then], SIZE), end, "{z}");
        }
        look.prior.link = SeriesLink::Offset(Vector::new(0.0, 0.0, 400.0));
        assert_eq!(beyond(&look, [&now, &then], SIZE), Some(End::Last));
        look.prior.link = SeriesLink::None;
        assert_eq!(beyond(&look, [&now, &then], SIZE), None);
    }

    #[test]
    fn what_is_done_in_the_linked_prior_is_done_in_the_series() {
        let [now, then] = both();
        let mut look = look(SeriesLink::Frame);
        let start = followed(&look, [&now, &then], SIZE);
        let on = PriorLook { cursor: start.cursor + Vector::new(0.0, 0.0, 20.0), ..start };
        let Edit::Cursor(to) = changed(&look, [&now, &then], on, SIZE) else { panic!("one cursor") };
        assert!(to.distance(on.cursor) < 1e-9);
        look.cursor = to;
        assert!(followed(&look, [&now, &then], SIZE).cursor.distance(on.cursor) < 1e-9);
        let start = followed(&look, [&now, &then], SIZE);
        let viewport =
            ViewportState { zoom: start.viewport.zoom * 2.0, pan_mm: [3.0, 8.0], ..start.viewport };
        let edit = changed(&look, [&now, &then], PriorLook { viewport, ..start }, SIZE);
        let Edit::Viewport(Pane::Axial, state) = edit else { panic!("the axial viewport") };
        assert!((state.zoom - 4.6).abs() < 1e-9);
        look.viewports[0] = state;
        let back = followed(&look, [&now, &then], SIZE).viewport;
        assert!((back.zoom - viewport.zoom).abs() < 1e-9);
        assert!((back.pan_mm[0] - 3.0).hypot(back.pan_mm[1] - 8.0) < 1e-9);
        // Nothing is done elsewhere where they are not linked.
        look.prior.link = SeriesLink::None;
        let alone = PriorLook { viewport, ..look.prior };
        assert_eq!(changed(&look, [&now, &then], alone, SIZE), Edit::Prior(alone));
        assert_eq!(followed(&look, [&now, &then], SIZE), look.prior);
    }
}
