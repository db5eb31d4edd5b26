//! The 3D view draws what its CPU twin says, whatever it leaps over; and what a ray meets lies where it is seen.

use std::sync::{Arc, LazyLock};

use triscope::explain::Saliency;
use triscope::geometry::{Plane, Point, Vector, VoxelBox, VoxelGrid};
use triscope::gpu::{Gpu, headless};
use triscope::render::ray::gpu::Stretch;
use triscope::render::ray::{COARSE, Pace, TABLE_SIZE, fine_step_mm, sums, table, uniform};
use triscope::render::reference::ray::{Only, Variant, ray_fragment, ray_start, span};
use triscope::render::reference::stretch::stretch_fragment;
use triscope::render::reference::volume::Voxels;
use triscope::render::slice::StoredVoxels;
use triscope::render::{HeatmapLook, Offscreen, RayFrame};
use triscope::session::{Side, VolumeView};
use triscope::view::{Shown3d, met, resolve_volume};
use triscope::volume::{Node, Padding, Part, Transfer, Unit, Volume, VolumePreset, Window};

use super::support::{Dice, with_volumes_up_to};

static GPU: LazyLock<Gpu> =
    LazyLock::new(|| headless(None).expect("a graphics adapter (software Vulkan is enough)"));

/// Grey levels by which a byte may differ from 255 x the twin's: rounding to a byte gives 0.5. A sample's
/// position has 24 bits: below 64 voxels that is 4e-6 voxels, and at 100 HU from voxel to voxel 0.001 HU. Where
/// that decides between two entries of the table, 1 HU apart, a sample's opacity moves by at most 0.6 / 100
/// (the steepest preset) and its colour by as much; of some ten samples that make up a pixel one in a
/// thousand is so near to the border, so that a second one in a pixel does not happen here.
const LEVELS: f64 = 2.1;

/// Samples this near to where a ray enters or leaves may fall to either side in 32 bits.
const EDGE: f64 = 1e-3;

const PADDING: Padding = Padding { low: -3000, high: -2990 };

struct Case {
    volume: Arc<Volume>,
    values: Vec<i16>,
}

/// A ball of bone in one of flesh in air, with a little noise, on an anisotropic grid: empty blocks all around.
fn balls(dice: &mut Dice, padding: bool) -> Case {
    let size = [40, 36, 30];
    let grid = VoxelGrid::axis_aligned(size, [0.8, 0.9, 1.4], Point::new(-13.0, 7.0, 100.0)).expect("a grid");
    let volume = Arc::new(Volume::loading(grid, Unit::Hu, padding.then_some(PADDING)));
    let mut values = Vec::new();
    for k in 0..size[2] {
        for j in 0..size[1] {
            for i in 0..size[0] {
                let at = grid.patient_from_voxel() * Point::new(i as f64, j as f64, k as f64);
                let away = at.distance(grid.centre() + Vector::new(2.0, 1.0, 0.0));
                // Smooth, so that neighbouring voxels differ by no more than some 150 HU.
                let level = |radius: f64, low: f64, high: f64| {
                    low + (high - low) / (1.0 + ((away - radius) / 1.6).exp())
                };
                let flesh = level(12.0, -1000.0, 40.0);
                let bone = level(5.0, 0.0, 800.0);
                let pads = padding && i < 9 && j < 20;
                let noise = dice.between(-6.0, 6.0);
                values.push(if pads { -3000 } else { (flesh + bone + noise) as i16 });
            }
        }
    }
    for (k, slice) in values.chunks(size[0] * size[1]).enumerate() {
        volume.int16().expect("int16").fill(k, slice.into()).expect("fits");
    }
    Case { volume, values }
}

fn frame(case: &Case, view: &VolumeView, shown: Shown3d) -> RayFrame {
    let Shown3d { crop, cuts, part } = shown;
    RayFrame {
        volume: Arc::clone(&case.volume),
        view: resolve_volume(case.volume.grid(), view, case.volume.grid().centre(), [67, 53]),
        transfer: view.transfer().map(Arc::new),
        window: Window::new(1500.0, -200.0),
        invert: false,
        crop,
        cuts,
        part,
        heatmap: None,
    }
}

/// Compares a picture with the twin; returns the share of pixels that were left out, and of those with light.
fn compare(case: &Case, frame: &RayFrame, picture: &[u8], what: &str) -> [f64; 2] {
    let stored = StoredVoxels {
        size: case.volume.grid().size(),
        reduced: 1,
        value: [1.0, 0.0],
        padding: case.volume.padding(),
    };
    let voxels = Voxels { size: stored.size, values: &case.values, arrived: &vec![true; stored.size[2]] };
    let step_mm = fine_step_mm(&case.volume, 1);
    let largest = frame.heatmap.as_ref().map_or(0.0, |look| look.saliency.largest_magnitude());
    let map = frame.heatmap.as_ref().map_or(&[][..], |look| &look.saliency.values);
    let ray = uniform(frame, &stored, largest, step_mm);
    let transfer = frame.transfer.as_deref();
    let table = transfer.map_or_else(|| vec![[0.0; 4]; 2], |transfer| sums(&table(transfer, step_mm)));
    let lit = transfer.is_some_and(|transfer| transfer.shading.is_some());
    let variant = Variant { maximum: transfer.is_none(), lit, fine: true };
    let inside = frame.inside();
    let level = |index| inside.map_or(0.0, |inside| f64::from(inside.level_at(index)));
    let only: Only<'_> = if inside.is_some() { Some(&level) } else { None };
    let [width, height] = frame.view.size_px;
    let (mut skipped, mut bright) = (0, 0);
    for y in 0..height {
        for x in 0..width {
            let centre = [f64::from(x) + 0.5, f64::from(y) + 0.5];
            let ends = span(&ray, ray_start(&ray, centre));
            let misses = (ends[0] - ends[1]).abs() < EDGE;
            if misses || (ends[0] < ends[1] && ends.iter().any(|end| (end - end.round()).abs() < EDGE)) {
                skipped += 1;
                continue;
            }
            let expected = ray_fragment(&ray, &voxels, (&table, map, only), variant, centre);
            let at = (y * width + x) as usize * 4;
            bright += usize::from(picture[at..at + 3].iter().any(|byte| *byte > 40));
            for channel in 0..4 {
                let got = f64::from(picture[at + channel]);
                let twin = (expected[channel] * 255.0).clamp(0.0, 255.0);
                assert!(
                    (got - twin).abs() <= LEVELS,
                    "{what}: pixel {x}, {y}, channel {channel}: {got}, twin {twin}"
                );
            }
        }
    }
    let all = f64::from(width * height);
    [skipped as f64 / all, f64::from(bright as u32) / all]
}

fn views(dice: &mut Dice) -> Vec<VolumeView> {
    // Not quite along an axis: there all rays would begin on the same border between two samples.
    let mut views: Vec<VolumeView> = Side::ALL
        .into_iter()
        .map(|side| VolumeView::default().from_side(side).turned(dice.between(0.01, 0.02), 0.007))
        .collect();
    for _ in 0..4 {
        let turned = VolumeView::default().turned(dice.between(-3.0, 3.0), dice.between(-1.5, 1.5));
        views.push(VolumeView {
            zoom: dice.between(0.8, 2.5),
            pan_mm: [dice.between(-4.0, 4.0), dice.between(-4.0, 4.0)],
            ..turned.rolled(dice.between(-1.0, 1.0))
        });
    }
    views
}

#[test]
fn every_preset_is_drawn_as_the_twin_says_from_every_side() {
    let mut dice = Dice::new(7);
    let mut renderer = Offscreen::new(&GPU);
    let mut bright = 0.0;
    for padding in [false, true] {
        let case = balls(&mut dice, padding);
        for (n, view) in views(&mut dice).into_iter().enumerate() {
            let preset = VolumePreset::ALL[n % VolumePreset::ALL.len()];
            let view =
                VolumeView { shaded: n % 3 != 2, shift: if n == 7 { 55.5 } else { 0.0 }, preset, ..view };
            let frame = frame(&case, &view, Shown3d::default());
            let picture = renderer.ray_picture(&frame).expect("drawn");
            let what = format!("{preset:?}, view {n}, padding {padding}");
            let [skipped, lit] = compare(&case, &frame, &picture, &what);
            assert!(skipped < 0.05, "{what}: {skipped} left out");
            bright += lit;
        }
    }
    assert!(bright > 1.0, "hardly anything was seen: {bright}");
}

#[test]
fn cuts_and_crops_are_drawn_as_the_twin_says() {
    let mut dice = Dice::new(8);
    let case = balls(&mut dice, false);
    let grid = *case.volume.grid();
    let mut renderer = Offscreen::new(&GPU);
    for (n, view) in views(&mut dice).into_iter().enumerate() {
        let preset = [VolumePreset::Surface, VolumePreset::Maximum, VolumePreset::Bone][n % 3];
        let around_cursor_mm = (n % 2 == 0).then_some(9.0);
        let view =
            VolumeView { preset, cuts: [Some(n % 2 == 1), None, Some(true)], around_cursor_mm, ..view };
        let tilt = Vector::new(0.3, 0.2, 1.0).unit().expect("a direction");
        let normals = [tilt, Plane::Coronal.basis().into, Plane::Sagittal.basis().into];
        let cursor = grid.centre() + Vector::new(0.7, -1.1, 0.4);
        let frame = frame(&case, &view, Shown3d::of(&grid, &view, cursor, normals));
        assert_eq!((frame.cuts.len(), frame.crop.is_some()), (2, n % 2 == 0));
        let picture = renderer.ray_picture(&frame).expect("drawn");
        let [skipped, _] = compare(&case, &frame, &picture, &format!("{preset:?}, view {n}"));
        assert!(skipped < 0.05);
    }
}

#[test]
fn lungs_are_seen_without_skin_and_the_twin_leaves_it_out_too() {
    let mut dice = Dice::new(12);
    let size = [96, 90, 40];
    let grid = VoxelGrid::axis_aligned(size, [2.0, 2.0, 2.5], Point::new(0.0, 0.0, 0.0)).expect("a grid");
    let volume = Arc::new(Volume::loading(grid, Unit::Hu, None));
    let mut values = Vec::new();
    for n in 0..size.iter().product() {
        let index = [n % 96, n / 96 % 90, n / (96 * 90)].map(|x| x as f64);
        let at = grid.patient_from_voxel() * Point::from_array(index);
        let away = (at.x - grid.centre().x).hypot(at.y - grid.centre().y);
        let level =
            |radius: f64, low: f64, high: f64| low + (high - low) / (1.0 + ((away - radius) / 4.0).exp());
        values.push((level(78.0, -1000.0, 40.0) + level(26.0, 0.0, -890.0) + dice.between(-5.0, 5.0)) as i16);
    }
    for (k, slice) in values.chunks(96 * 90).enumerate() {
        volume.int16().expect("int16").fill(k, slice.into()).expect("fits");
    }
    let case = Case { volume, values };
    let mut renderer = Offscreen::new(&GPU);
    for turn in [0.0, 0.7] {
        let view = VolumeView::default().turned(0.02 + turn, 0.3);
        let shown = Shown3d::of(&grid, &view, grid.centre(), Plane::ALL.map(|plane| plane.basis().into));
        assert_eq!(shown.part, Part::ByAir);
        let inside = frame(&case, &view, shown.clone());
        let picture = renderer.ray_picture(&inside).expect("drawn");
        compare(&case, &inside, &picture, "lung");
        // A map shows beside the lungs as well, and brings no skin with it.
        let bounds = VoxelBox { min: [70, 40, 10], size: [14, 12, 12] };
        let values: Vec<f32> = (0..14 * 12 * 12).map(|_| dice.between(-1.0, 1.0) as f32).collect();
        let saliency = Arc::new(map_of(bounds, values));
        let look = HeatmapLook { saliency, opacity: 0.7, threshold: 0.2, contour: false, shared: None };
        let mapped = RayFrame { heatmap: Some(look), ..inside.clone() };
        let with_map = renderer.ray_picture(&mapped).expect("drawn");
        compare(&case, &mapped, &with_map, "lung and map");
        let all = RayFrame { part: Part::All, ..inside };
        let with_skin = renderer.ray_picture(&all).expect("drawn");
        let light = |picture: &[u8]| picture.chunks(4).filter(|p| p[0] > 8).count();
        assert!(light(&picture) * 10 < light(&with_skin) * 8);
    }
}

#[test]
fn a_map_is_a_cloud_in_the_picture_even_where_tissue_is_clear() {
    let mut dice = Dice::new(9);
    let case = balls(&mut dice, false);
    let bounds = VoxelBox { min: [-2, 3, 1], size: [12, 9, 8] };
    let values: Vec<f32> = (0..12 * 9 * 8).map(|_| dice.between(-1.0, 1.0) as f32).collect();
    for signed in [false, true] {
        let saliency = Arc::new(Saliency { signed, ..map_of(bounds, values.clone()) });
        let mut renderer = Offscreen::new(&GPU);
        for preset in [VolumePreset::Bone, VolumePreset::Maximum] {
            let view = VolumeView { preset, ..VolumeView::default() }.turned(0.4, 0.3);
            let heatmap = HeatmapLook {
                saliency: Arc::clone(&saliency),
                opacity: 0.7,
                threshold: 0.2,
                contour: false,
                shared: None,
            };
            let frame = RayFrame { heatmap: Some(heatmap), ..frame(&case, &view, Shown3d::default()) };
            let picture = renderer.ray_picture(&frame).expect("drawn");
            let plain = RayFrame { heatmap: None, ..frame.clone() };
            let without = renderer.ray_picture(&plain).expect("drawn");
            assert_ne!(picture, without);
            compare(&case, &frame, &picture, &format!("{preset:?}, signed {signed}"));
        }
    }
}

fn map_of(bounds: VoxelBox, values: Vec<f32>) -> Saliency {
    Saliency {
        method: "grad_cam",
        scale: None,
        bounds,
        values: values.into(),
        native_shape: None,
        unit: "1",
        signed: false,
        told: Vec::new(),
    }
}

#[test]
fn a_picture_made_a_few_rows_at_a_time_is_the_picture_made_at_once() {
    let mut dice = Dice::new(10);
    let case = balls(&mut dice, false);
    let view = VolumeView { preset: VolumePreset::Surface, ..VolumeView::default() };
    let mut large = frame(&case, &view, Shown3d::default());
    large.view = resolve_volume(case.volume.grid(), &view, case.volume.grid().centre(), [301, 200]);
    let mut renderer = Offscreen::new(&GPU);
    renderer.upload(&large.volume).expect("fits");
    // The first frame has never seen what a ray costs: it cannot do all of it.
    assert!(renderer.draw_some_rays(&large).expect("drawn"));
    let slowly = renderer.ray_picture(&large).expect("drawn");
    // Turned away and back: everything is drawn again.
    let turned = VolumeView { ..view.turned(0.3, 0.0) };
    let other = RayFrame {
        view: resolve_volume(case.volume.grid(), &turned, case.volume.grid().centre(), [301, 200]),
        ..large.clone()
    };
    assert_ne!(renderer.ray_picture(&other).expect("drawn"), slowly);
    assert_eq!(renderer.ray_picture(&large).expect("drawn"), slowly);
    assert_eq!(Offscreen::new(&GPU).ray_picture(&large).expect("drawn"), slowly);
}

#[test]
fn what_is_shown_while_it_is_turned_is_what_the_twins_say() {
    let mut dice = Dice::new(13);
    let case = balls(&mut dice, false);
    let size = [301u32, 200];
    for preset in [VolumePreset::Surface, VolumePreset::Maximum] {
        let view = VolumeView { preset, ..VolumeView::default() }.turned(0.31, 0.2);
        let mut frame = frame(&case, &view, Shown3d::default());
        frame.view = resolve_volume(case.volume.grid(), &view, case.volume.grid().centre(), size);
        let picture = Offscreen::new(&GPU).first_ray_picture(&frame).expect("drawn");
        // As a renderer does that has never seen what a ray costs.
        let divider = Pace::default().divider(size);
        let small = size.map(|n| n.div_ceil(divider));
        let stored =
            StoredVoxels { size: case.volume.grid().size(), reduced: 1, value: [1.0, 0.0], padding: None };
        let voxels = Voxels { size: stored.size, values: &case.values, arrived: &vec![true; stored.size[2]] };
        let step_mm = fine_step_mm(&case.volume, 1) * COARSE;
        let mut ray = uniform(&frame, &stored, 0.0, step_mm);
        let times = divider as f32;
        (ray.right, ray.down) = (ray.right.map(|c| c * times), ray.down.map(|c| c * times));
        let transfer = frame.transfer.as_deref();
        let table = transfer.map_or_else(|| vec![[0.0; 4]; 2], |transfer| sums(&table(transfer, step_mm)));
        let variant = Variant { maximum: transfer.is_none(), lit: transfer.is_some(), fine: false };
        let mut coarse = Vec::new();
        let mut doubtful = Vec::new();
        for y in 0..small[1] {
            for x in 0..small[0] {
                let centre = [f64::from(x) + 0.5, f64::from(y) + 0.5];
                let ends = span(&ray, ray_start(&ray, centre));
                doubtful.push(ends.iter().any(|end| (end - end.round()).abs() < EDGE));
                let colour = ray_fragment(&ray, &voxels, (&table, &[], None), variant, centre);
                // A byte each.
                coarse.push(colour.map(|c| (c.clamp(0.0, 1.0) * 255.0).round() / 255.0));
            }
        }
        let stretch = Stretch { scale: [1.0 / times; 2], size: small.map(|n| n as f32) };
        for y in 0..size[1] {
            for x in 0..size[0] {
                let beside = [x, y].map(|n| (n / divider).saturating_sub(1));
                let near = |dx: u32, dy: u32| {
                    let at = [(beside[0] + dx).min(small[0] - 1), (beside[1] + dy).min(small[1] - 1)];
                    doubtful[(at[1] * small[0] + at[0]) as usize]
                };
                if (0..9).any(|n| near(n % 3, n / 3)) {
                    continue;
                }
                let centre = [f64::from(x) + 0.5, f64::from(y) + 0.5];
                let twin = stretch_fragment(&stretch, &coarse, small[0] as usize, centre);
                let at = (y * size[0] + x) as usize * 4;
                for channel in 0..4 {
                    let (got, twin) = (f64::from(picture[at + channel]), twin[channel] * 255.0);
                    // Twice, as two bytes are rounded; slopes of one cell turn faster than those of two.
                    let off = (got - twin).abs();
                    assert!(off <= 2.0 * LEVELS, "{preset:?}: pixel {x}, {y}, {channel}: {got}, twin {twin}");
                }
            }
        }
    }
}

#[test]
fn a_shell_that_is_thinner_than_a_step_has_no_rings() {
    // A ramp of 300 HU a millimetre from front to back, seen a little from the side: samples meet it at every depth.
    let grid = VoxelGrid::axis_aligned([40, 40, 40], [1.0; 3], Point::new(0.0, 0.0, 0.0)).expect("a grid");
    let volume = Arc::new(Volume::loading(grid, Unit::Hu, None));
    let ramp = |j: usize| (-1000 + 300 * (j as i16 - 14)).clamp(-1000, 2000);
    let slice: Vec<i16> = (0..1600).map(|n| ramp(n / 40)).collect();
    for k in 0..40 {
        volume.int16().expect("int16").fill(k, slice.clone().into()).expect("fits");
    }
    let case = Case { volume, values: slice.repeat(40) };
    // Colours for 40 of these 300 HU alone: four of five rays have no sample in them.
    let node = |value, opacity| Node { value, colour: [0.9, 0.6, 0.3], opacity };
    let narrow = [node(199.0, 0.0), node(200.0, 0.9), node(240.0, 0.9), node(241.0, 0.0)];
    let view = VolumeView { zoom: 2.0, ..VolumeView::default() }.turned(0.13, 0.08);
    let mut frame = frame(&case, &view, Shown3d::default());
    for shading in [None, VolumePreset::Surface.transfer().and_then(|transfer| transfer.shading)] {
        frame.transfer = Some(Arc::new(Transfer::new(&narrow, shading)));
        let picture = Offscreen::new(&GPU).ray_picture(&frame).expect("drawn");
        let middle = (20..33).flat_map(|y| (20..47).map(move |x| (y * 67 + x) * 4));
        let (low, high) =
            middle.map(|at| picture[at]).fold((255, 0), |(low, high), byte| (low.min(byte), high.max(byte)));
        // What is left is that the 40 HU may fall in one step or in two.
        assert!(low > 20 && high - low <= 8, "{low} to {high}, lit: {}", shading.is_some());
    }
}

/// Where the light of a picture lies on average, px.
fn middle_of_light(picture: &[u8], width: u32) -> [f64; 2] {
    let mut sum = [0.0; 3];
    for (n, pixel) in picture.chunks(4).enumerate() {
        let light = f64::from(pixel[0]);
        let n = n as u32;
        sum[0] += light * f64::from(n % width);
        sum[1] += light * f64::from(n / width);
        sum[2] += light;
    }
    [sum[0] / sum[2], sum[1] / sum[2]]
}

#[test]
fn a_reduced_volume_lies_where_the_whole_one_does() {
    let mut dice = Dice::new(14);
    let case = balls(&mut dice, false);
    // The same adapter, opened as if its 3D textures ended at 16 voxels: 40 x 36 x 30 becomes 14 x 12 x 10, and
    // the last column stands for one voxel in place of three.
    let small = with_volumes_up_to(16);
    let (mut whole, mut reduced) = (Offscreen::new(&GPU), Offscreen::new(&small));
    for view in views(&mut dice) {
        let view = VolumeView { preset: VolumePreset::Maximum, zoom: 1.0, pan_mm: [0.0; 2], ..view };
        let frame = frame(&case, &view, Shown3d::default());
        assert_eq!(reduced.upload(&frame.volume).expect("fits when reduced").reduced, 3);
        let [a, b] = [&mut whole, &mut reduced]
            .map(|renderer| middle_of_light(&renderer.ray_picture(&frame).expect("drawn"), 67));
        // A wrong half of a reduced voxel is a whole voxel, about a pixel.
        assert!((a[0] - b[0]).abs() < 0.4 && (a[1] - b[1]).abs() < 0.4, "{a:?} {b:?}");
    }
}

#[test]
fn what_a_ray_meets_lies_under_the_pixel_and_on_the_ball() {
    let mut dice = Dice::new(11);
    let case = balls(&mut dice, false);
    let grid = *case.volume.grid();
    let middle = grid.centre() + Vector::new(2.0, 1.0, 0.0);
    for view in views(&mut dice) {
        let view = VolumeView { preset: VolumePreset::Bone, ..view };
        let seen = resolve_volume(&grid, &view, grid.centre(), [300, 200]);
        let at = &seen.viewport_from_patient * middle;
        let transfer = view.preset.transfer();
        let shown = Shown3d::default();
        let place = met(&case.volume, &seen, transfer.as_ref(), &shown, at).expect("bone lies there");
        let back = &seen.viewport_from_patient * place;
        assert!((back.x - at.x).hypot(back.y - at.y) < 1e-6);
        // On the near side of the ball of bone.
        assert!(back.z < at.z && (2.0..8.0).contains(&place.distance(middle)), "{}", place.distance(middle));
        // The brightest value of the same ray lies within it.
        let brightest = met(&case.volume, &seen, None, &shown, at).expect("a value");
        assert!(brightest.distance(middle) < 5.0);
        // A half that is cut away is met by nobody.
        let cut = Shown3d { cuts: vec![(middle, -seen.basis.into)], ..Shown3d::default() };
        let behind = met(&case.volume, &seen, transfer.as_ref(), &cut, at).expect("the far half");
        assert!((&seen.viewport_from_patient * behind).z >= at.z);
        assert_eq!(met(&case.volume, &seen, transfer.as_ref(), &shown, Point::new(1.0, 1.0, 0.0)), None);
    }
    assert_eq!(TABLE_SIZE, 4096);
}
