//! Voxel, patient and viewport positions agree for any acquisition and any view.

use proptest::prelude::*;
use triscope::geometry::{Patient, Plane, Point, Transform, Vector, VoxelBox, VoxelGrid, direction_letters};
use triscope::session::{Orientation, Projection, Slab, Turn, ViewportState};
use triscope::view::{
    crosshair, crosshair_line, on_screen, outline, patient_at, resolve, scale_bar, step, zoomed_at,
};

/// Positions in millimetres and voxels are of the order of 1000; f64 keeps 12 digits of them
/// through a dozen operations.
const EXACT: f64 = 1e-6;

/// Index axes along patient axes in any order and sign: supine, prone, head or feet first, axial,
/// coronal and sagittal stacks, mirrored ones too.
pub fn straight_axes() -> impl Strategy<Value = [Vector<Patient>; 3]> {
    const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    (prop::sample::select(&ORDERS[..]), any::<[bool; 3]>()).prop_map(|(order, signs)| {
        std::array::from_fn(|a| {
            let mut v = [0.0; 3];
            v[order[a]] = if signs[a] { 1.0 } else { -1.0 };
            Vector::from_array(v)
        })
    })
}

/// The same turned by up to 40 degrees about each patient axis.
pub fn turned_axes() -> impl Strategy<Value = [Vector<Patient>; 3]> {
    (straight_axes(), prop::array::uniform3(-40.0..40.0f64)).prop_map(|(axes, degrees)| {
        let turn = |v: Vector<Patient>| {
            let mut v = v.to_array();
            for (a, angle) in degrees.iter().enumerate() {
                let (sin, cos) = angle.to_radians().sin_cos();
                let (b, c) = ((a + 1) % 3, (a + 2) % 3);
                (v[b], v[c]) = (v[b] * cos - v[c] * sin, v[b] * sin + v[c] * cos);
            }
            Vector::from_array(v)
        };
        axes.map(turn)
    })
}

pub fn grid_of(axes: impl Strategy<Value = [Vector<Patient>; 3]>) -> impl Strategy<Value = VoxelGrid> {
    let size = prop::array::uniform3(1usize..400);
    let spacing = prop::array::uniform3(0.3..5.0f64);
    let origin = prop::array::uniform3(-500.0..500.0f64);
    (axes, size, spacing, origin).prop_map(|(axes, size, spacing, origin)| {
        let [x, y, z] = [0, 1, 2].map(|a| axes[a] * spacing[a]);
        VoxelGrid::new(size, Transform::from_axes(x, y, z, Point::from_array(origin))).expect("a grid")
    })
}

pub fn state() -> impl Strategy<Value = ViewportState> {
    let plane = prop::sample::select(&Plane::ALL[..]).prop_map(Orientation::Anatomical);
    let direction = || prop::array::uniform3(-1.0..1.0f64).prop_map(Vector::from_array);
    let oblique = (direction(), direction()).prop_map(|(right, down)| Orientation::Oblique { right, down });
    let slab = prop::option::of(
        (0.1..60.0f64).prop_map(|thickness_mm| Slab { thickness_mm, projection: Projection::Mean }),
    );
    let turn = (0u8..4, any::<bool>()).prop_map(|(quarters, behind)| Turn { quarters, behind });
    let pan = prop::array::uniform2(-200.0..200.0f64);
    (prop_oneof![3 => plane, 1 => oblique], 0.2..20.0f64, pan, slab, turn).prop_map(
        |(orientation, zoom, pan_mm, slab, turn)| ViewportState { orientation, zoom, pan_mm, slab, turn },
    )
}

/// A place in the volume, as shares of its size.
fn place() -> impl Strategy<Value = [f64; 3]> {
    prop::array::uniform3(0.0..1.0f64)
}

fn patient_of(grid: &VoxelGrid, share: [f64; 3]) -> Point<Patient> {
    let size = grid.size();
    let voxel = std::array::from_fn(|a| share[a] * (size[a] as f64 - 1.0));
    grid.patient_from_voxel() * Point::from_array(voxel)
}

const SIZE: [u32; 2] = [640, 480];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn positions_come_back_through_every_space(
        grid in grid_of(turned_axes()), state in state(), cursor in place(),
        x in 0.0..640.0f64, y in 0.0..480.0f64, z in -50.0..50.0f64,
    ) {
        let view = resolve(&grid, &state, patient_of(&grid, cursor), SIZE);
        let viewport = Point::new(x, y, z);
        let patient = &view.patient_from_viewport * viewport;
        prop_assert!((&view.viewport_from_patient * patient).distance(viewport) < EXACT / view.mm_per_px.min(1.0));
        let voxel = grid.voxel_from_patient() * patient;
        prop_assert!((&view.voxel_from_viewport * viewport).distance(voxel) < EXACT);
        prop_assert!((grid.patient_from_voxel() * voxel).distance(patient) < EXACT);
    }

    #[test]
    fn a_millimetre_is_a_millimetre_in_every_direction(
        grid in grid_of(turned_axes()), state in state(), cursor in place(),
    ) {
        let view = resolve(&grid, &state, patient_of(&grid, cursor), SIZE);
        let here = patient_at(&view, 100.0, 100.0);
        prop_assert!((patient_at(&view, 200.0, 100.0).distance(here) - 100.0 * view.mm_per_px).abs() < EXACT);
        prop_assert!((patient_at(&view, 100.0, 200.0).distance(here) - 100.0 * view.mm_per_px).abs() < EXACT);
        let b = view.basis;
        prop_assert!((b.right.cross(b.down) - b.into).length() < EXACT, "right-handed: nothing is mirrored");
    }

    #[test]
    fn patients_left_is_on_the_right_and_the_head_is_up(
        grid in grid_of(turned_axes()), cursor in place(),
    ) {
        let cursor = patient_of(&grid, cursor);
        let left = Vector::new(1.0, 0.0, 0.0);
        let posterior = Vector::new(0.0, 1.0, 0.0);
        let head = Vector::new(0.0, 0.0, 1.0);
        let [axial, coronal, sagittal] =
            Plane::ALL.map(|plane| resolve(&grid, &ViewportState::fitted(plane), cursor, SIZE));
        // Three turns of up to 40 degrees can swap axes where another match is nearer: then the
        // letters say so. Where the volume is nearly straight the sides must be right.
        if grid.obliquity_deg() < 40.0 {
            prop_assert!(on_screen(&axial, left).x > 0.0);
            prop_assert!(on_screen(&coronal, left).x > 0.0);
            prop_assert!(on_screen(&axial, posterior).y > 0.0);
            prop_assert!(on_screen(&coronal, head).y < 0.0);
            prop_assert!(on_screen(&sagittal, head).y < 0.0);
            prop_assert!(on_screen(&sagittal, posterior).x > 0.0);
        }
        for view in [axial, coronal, sagittal] {
            prop_assert_eq!(&view.letters[0], &direction_letters(-view.basis.right));
            prop_assert_eq!(&view.letters[3], &direction_letters(view.basis.down));
        }
    }

    #[test]
    fn a_straight_volume_has_straight_letters_whatever_its_stack(
        grid in grid_of(straight_axes()), cursor in place(),
    ) {
        let letters = Plane::ALL.map(|plane| {
            resolve(&grid, &ViewportState::fitted(plane), patient_of(&grid, cursor), SIZE).letters
        });
        let words = |four: [&str; 4]| four.map(str::to_owned);
        prop_assert_eq!(&letters[0], &words(["R", "L", "A", "P"]));
        prop_assert_eq!(&letters[1], &words(["R", "L", "H", "F"]));
        prop_assert_eq!(&letters[2], &words(["A", "P", "H", "F"]));
        // An arc cosine next to 1 turns the last bit of a length into 1e-6 degrees.
        prop_assert!(grid.obliquity_deg() < 1e-5);
    }

    #[test]
    fn anatomical_planes_lie_on_native_slices(
        grid in grid_of(turned_axes()), cursor in place(), plane in 0usize..3,
    ) {
        let cursor = patient_of(&grid, cursor);
        let view = resolve(&grid, &ViewportState::fitted(Plane::ALL[plane]), cursor, SIZE);
        let slice = view.slice.expect("an anatomical plane");
        let at = slice.axis.index();
        prop_assert!((0..slice.total).contains(&slice.index));
        for corner in [[0.0, 0.0], [640.0, 0.0], [13.0, 480.0]] {
            let voxel = (grid.voxel_from_patient() * patient_at(&view, corner[0], corner[1])).to_array();
            prop_assert!((voxel[at] - slice.index as f64).abs() < EXACT);
        }
        // The nearest slice: the cursor is at most half a slice away.
        prop_assert!(crosshair(&view, cursor).z.abs() <= view.slice_distance_mm / 2.0 + EXACT);
    }

    #[test]
    fn a_fitted_plane_is_inside_the_viewport_and_touches_it(
        grid in grid_of(turned_axes()), cursor in place(), plane in 0usize..3,
    ) {
        let view = resolve(&grid, &ViewportState::fitted(Plane::ALL[plane]), patient_of(&grid, cursor), SIZE);
        let corners = grid.bounds().corners().map(|c| &view.viewport_from_patient * (grid.patient_from_voxel() * c));
        let slack = 1e-6 * 640.0;
        let mut room = f64::INFINITY;
        for c in corners {
            prop_assert!((-slack..=640.0 + slack).contains(&c.x) && (-slack..=480.0 + slack).contains(&c.y));
            room = room.min(c.x).min(c.y);
        }
        prop_assert!(room.abs() <= slack, "one side fills the viewport");
    }

    #[test]
    fn steps_go_slice_by_slice_and_come_back(
        grid in grid_of(turned_axes()), state in state(), cursor in place(), steps in 1i64..20,
    ) {
        let cursor = patient_of(&grid, cursor);
        let view = resolve(&grid, &state, cursor, SIZE);
        let there = step(&grid, &view, cursor, steps);
        let on = resolve(&grid, &state, there, SIZE);
        if let (Some(a), Some(b)) = (view.slice, on.slice) {
            let moved = a.index.abs_diff(b.index);
            let room = if crosshair(&view, there).z >= 0.0 { moved } else { 0 };
            prop_assert_eq!(room, moved, "forward is into the screen");
            prop_assert!(moved == steps as usize || b.index == 0 || b.index + 1 == b.total);
            let back = resolve(&grid, &state, step(&grid, &on, there, -(moved as i64)), SIZE);
            prop_assert_eq!(back.slice.map(|s| s.index), Some(a.index));
        }
        // The place on the screen stays.
        let (before, after) = (crosshair(&view, cursor), crosshair(&view, there));
        prop_assert!((before.x - after.x).hypot(before.y - after.y) < 1e-4);
    }

    #[test]
    fn an_outline_is_the_cut_of_the_box(
        grid in grid_of(turned_axes()), state in state(), cursor in place(),
        min in prop::array::uniform3(-20i64..300), size in prop::array::uniform3(1usize..100),
        shares in prop::collection::vec(prop::array::uniform2(0.0..1.0f64), 64),
    ) {
        let view = resolve(&grid, &state, patient_of(&grid, cursor), SIZE);
        let bounds = VoxelBox { min, size };
        let polygon = outline(&bounds.corners().map(|corner| grid.patient_from_voxel() * corner), &view);
        prop_assert!(polygon.is_empty() || (3..=6).contains(&polygon.len()));
        // Brute force: a point of the plane is in the box exactly if it is in the polygon. Points
        // are thrown over the polygon and a margin around it, or over the viewport without one.
        let (mut low, mut high) = ([0.0, 0.0], [640.0, 480.0]);
        if !polygon.is_empty() {
            let fold = |pick: fn(f64, f64) -> f64, start| {
                let xs = polygon.iter().map(|p| p.x).fold(start, pick);
                [xs, polygon.iter().map(|p| p.y).fold(start, pick)]
            };
            (low, high) = (fold(f64::min, f64::INFINITY), fold(f64::max, f64::NEG_INFINITY));
        }
        for share in shares {
            let at: [f64; 2] = std::array::from_fn(|a| low[a] + (high[a] - low[a]) * (share[a] * 1.4 - 0.2));
            let voxel = grid.voxel_from_patient() * patient_at(&view, at[0], at[1]);
            let near = bounds.lower().to_array().into_iter().chain(bounds.upper().to_array())
                .zip(voxel.to_array().into_iter().cycle())
                .any(|(face, v)| (face - v).abs() < EXACT);
            if near {
                continue;
            }
            // Corners run one way round: inside is on the same side of every edge.
            let sides: Vec<bool> = (0..polygon.len()).map(|n| {
                let (a, b) = (polygon[n], polygon[(n + 1) % polygon.len()]);
                (b.x - a.x) * (at[1] - a.y) - (b.y - a.y) * (at[0] - a.x) > 0.0
            }).collect();
            let inside = !sides.is_empty() && sides.iter().all(|s| *s == sides[0]);
            prop_assert_eq!(inside, bounds.contains(voxel), "{:?} {:?}", at, polygon);
        }
    }

    #[test]
    fn crosshair_lines_meet_in_the_cursor_s_slices(
        grid in grid_of(straight_axes()), cursor in place(),
    ) {
        let cursor = patient_of(&grid, cursor);
        let views = Plane::ALL.map(|plane| resolve(&grid, &ViewportState::fitted(plane), cursor, SIZE));
        for view in &views {
            for other in &views {
                let Some(line) = crosshair_line(view, other) else {
                    prop_assert!(view == other, "perpendicular planes cut each other in view");
                    continue;
                };
                for end in line {
                    let depth = crosshair(other, &view.patient_from_viewport * end).z;
                    prop_assert!(depth.abs() < EXACT);
                }
            }
        }
    }

    #[test]
    fn zooming_keeps_what_is_under_the_pointer(
        grid in grid_of(turned_axes()), state in state(), cursor in place(),
        x in 0.0..640.0f64, y in 0.0..480.0f64, factor in 0.5..2.0f64,
    ) {
        let cursor = patient_of(&grid, cursor);
        let view = resolve(&grid, &state, cursor, SIZE);
        let zoomed = resolve(&grid, &zoomed_at(&state, &view, [x, y], factor), cursor, SIZE);
        prop_assert!(patient_at(&view, x, y).distance(patient_at(&zoomed, x, y)) < EXACT);
    }

    #[test]
    fn the_scale_bar_is_round_and_fits(
        grid in grid_of(turned_axes()), state in state(), cursor in place(),
    ) {
        let view = resolve(&grid, &state, patient_of(&grid, cursor), SIZE);
        let bar = scale_bar(&view, 0.25);
        prop_assert!(bar.length_px <= 160.0 + EXACT && bar.length_px > 160.0 / 2.6);
        prop_assert!((bar.length_px * view.mm_per_px - bar.length_mm).abs() < EXACT);
        let digit = bar.length_mm / 10f64.powf(bar.length_mm.log10().floor() + 1e-9);
        prop_assert!([1.0, 2.0, 5.0, 10.0].iter().any(|d| (digit - d).abs() < 1e-3), "{}", bar.length_mm);
    }

    #[test]
    fn a_slab_covers_its_thickness_with_native_steps_or_finer(
        grid in grid_of(turned_axes()), state in state(), cursor in place(),
    ) {
        let view = resolve(&grid, &state, patient_of(&grid, cursor), SIZE);
        prop_assert_eq!(view.slab_steps % 2, 1, "the slice itself is among the samples");
        if let Some(slab) = state.slab {
            let covered = view.slab_step_mm * f64::from(view.slab_steps - 1);
            prop_assert!((covered - slab.thickness_mm).abs() < EXACT);
            prop_assert!(view.slab_step_mm <= view.slice_distance_mm * (1.0 + 1e-5));
        } else {
            prop_assert_eq!(view.slab_steps, 1);
        }
    }
}
