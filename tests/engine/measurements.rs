//! Measurements agree with what is drawn, in any view of any acquisition.

use proptest::prelude::*;
use triscope::geometry::{Patient, Point, VoxelGrid};
use triscope::measure::{Kind, MeasureId, Measurement, Reading, read};
use triscope::session::ViewportState;
use triscope::view::{Hold, ResolvedView, hold, patient_at, resolve, seen};
use triscope::volume::{Unit, Volume};

use super::geometry_properties::{grid_of, state, straight_axes, turned_axes};

/// Relative: a dozen operations on positions up to 1000 mm in f64, divided by lengths of a pixel and more.
const NEAR: f64 = 1e-6;

/// A view of any acquisition, and positions in it, px.
fn view_and_places() -> impl Strategy<Value = (VoxelGrid, ResolvedView, Vec<[f64; 2]>)> {
    let grid = prop_oneof![grid_of(straight_axes()).boxed(), grid_of(turned_axes()).boxed()];
    let places = prop::collection::vec(prop::array::uniform2(1.0..399.0f64), 8);
    let cursor = prop::array::uniform3(0.0..1.0f64);
    (grid, state(), cursor, places).prop_map(|(grid, state, cursor, places)| {
        let size = grid.size();
        let at: [f64; 3] = std::array::from_fn(|a| cursor[a] * (size[a] as f64 - 1.0));
        let cursor = grid.patient_from_voxel() * Point::from_array(at);
        let state = ViewportState { slab: None, ..state };
        let view = resolve(&grid, &state, cursor, [400, 300]);
        (grid, view, places)
    })
}

fn drawn(view: &ResolvedView, kind: Kind, places: &[[f64; 2]]) -> Option<Measurement> {
    let points: Vec<Point<Patient>> = places.iter().map(|[x, y]| patient_at(view, *x, *y)).collect();
    Measurement::drawn(MeasureId(0), kind, &points, view.basis, String::new())
}

fn numbers(grid: &VoxelGrid, measurement: &Measurement) -> Vec<f64> {
    let empty = Volume::loading(*grid, Unit::Hu, None);
    let Reading { quantities, .. } = read(&empty, measurement);
    quantities.into_iter().map(|q| q.value).collect()
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= NEAR * a.abs().max(b.abs()).max(1.0)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn what_is_measured_is_what_is_drawn((grid, view, places) in view_and_places()) {
        let [a, b, c, d] = [places[0], places[1], places[2], places[3]];
        let px = |p: [f64; 2], q: [f64; 2]| (p[0] - q[0]).hypot(p[1] - q[1]);
        prop_assume!(px(a, b) > 2.0 && px(b, c) > 2.0 && px(c, d) > 2.0);
        let mm = view.mm_per_px;
        let length = drawn(&view, Kind::Length, &[a, b]).expect("a length");
        prop_assert!(near(numbers(&grid, &length)[0], px(a, b) * mm));

        let angle = drawn(&view, Kind::Angle, &[a, b, c]).expect("an angle");
        let turn = |p: [f64; 2]| (p[1] - b[1]).atan2(p[0] - b[0]);
        let between = (turn(a) - turn(c)).to_degrees().rem_euclid(360.0);
        let said = numbers(&grid, &angle)[0];
        // Angles near 0 and 180 have few digits: their sides are two pixels and more.
        prop_assert!((said - between.min(360.0 - between)).abs() < 1e-4, "{said} {between}");

        let cobb = numbers(&grid, &drawn(&view, Kind::Cobb, &[a, b, c, d]).expect("an angle"))[0];
        prop_assert!((0.0..=90.0 + NEAR).contains(&cobb));

        if (a[0] - b[0]).abs() > 1.0 && (a[1] - b[1]).abs() > 1.0 {
            let box_mm2 = (a[0] - b[0]).abs() * (a[1] - b[1]).abs() * mm * mm;
            let rectangle = drawn(&view, Kind::Rectangle, &[a, b]).expect("a rectangle");
            prop_assert!(near(rectangle.area_mm2().expect("an area"), box_mm2));
            let ellipse = drawn(&view, Kind::Ellipse, &[a, b]).expect("an ellipse");
            prop_assert!(near(ellipse.area_mm2().expect("an area"), box_mm2 * std::f64::consts::PI / 4.0));
            let corners = [a, [b[0], a[1]], b, [a[0], b[1]]];
            let polygon = drawn(&view, Kind::Polygon, &corners).expect("a polygon");
            prop_assert!(near(polygon.area_mm2().expect("an area"), box_mm2));
        }
    }

    #[test]
    fn it_is_seen_and_held_where_it_was_drawn((_, view, places) in view_and_places()) {
        for kind in Kind::ALL {
            let given = kind.given().unwrap_or(5);
            let Some(one) = drawn(&view, kind, &places[..given]) else { continue };
            let shown = seen(&view, &one);
            prop_assert!(shown.whole, "{kind:?} {shown:?}");
            prop_assert_eq!(shown.handles.len(), one.handles().len());
            for place in &places[..given.min(2)] {
                let at = Point::new(place[0], place[1], 0.0);
                let (what, px) = hold(&shown, at, [9.0, 5.0]).expect("it lies under the pointer");
                prop_assert!(matches!(what, Hold::Handle(_)) && px < 1e-3, "{kind:?} {what:?} {px}");
            }
        }
    }

    #[test]
    fn moving_changes_no_number_and_is_taken_back_exactly((grid, view, places) in view_and_places()) {
        let by = patient_at(&view, 7.0, -13.0) - patient_at(&view, 0.0, 0.0);
        for kind in Kind::ALL {
            let Some(one) = drawn(&view, kind, &places[..kind.given().unwrap_or(5)]) else { continue };
            let there = one.moved(by);
            let (before, after) = (numbers(&grid, &one), numbers(&grid, &there));
            prop_assert!(before.iter().zip(&after).all(|(a, b)| (a - b).abs() < 1e-4 * a.abs().max(1.0)));
            let back = there.moved(by * -1.0);
            for (p, q) in one.points.iter().zip(&back.points) {
                prop_assert!(p.distance(*q) < NEAR);
            }
        }
    }

    #[test]
    fn a_handle_goes_where_it_is_dragged((_, view, places) in view_and_places()) {
        let to = patient_at(&view, places[6][0], places[6][1]);
        for kind in [Kind::Length, Kind::Angle, Kind::Cobb, Kind::Ellipse, Kind::Rectangle, Kind::Polygon] {
            let Some(one) = drawn(&view, kind, &places[..kind.given().unwrap_or(5)]) else { continue };
            for handle in 0..one.handles().len() {
                let moved = one.with_handle(handle, to);
                prop_assert!(
                    moved == one || moved.handles().iter().any(|p| p.distance(to) < NEAR),
                    "{kind:?} {handle}"
                );
            }
        }
    }
}
