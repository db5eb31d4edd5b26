//! Views of volumes whose truth is known voxel by voxel, through the shaders.

use std::sync::{Arc, LazyLock};

use triscope::geometry::{Patient, Plane, Point, Transform, Vector, VoxelGrid};
use triscope::gpu::{Gpu, headless};
use triscope::render::{Offscreen, RenderError, SliceRenderer};
use triscope::session::{Orientation, Slab, Turn, ViewportState};
use triscope::view::{ResolvedView, resolve, step, to_end};
use triscope::volume::{Projection, Reslice, Sample, Unit, Volume, Window, reslice, reslice_grey, sample};

use super::support::{plain_frame, with_volumes_up_to};

static GPU: LazyLock<Gpu> =
    LazyLock::new(|| headless(None).expect("a graphics adapter (software Vulkan is enough)"));

/// Values from a function of the voxel index.
fn volume(grid: VoxelGrid, value: impl Fn([usize; 3]) -> i16) -> Arc<Volume> {
    let [width, height, depth] = grid.size();
    let volume = Arc::new(Volume::loading(grid, Unit::Hu, None));
    for k in 0..depth {
        let slice = (0..height).flat_map(|j| (0..width).map(move |i| [i, j, k])).map(&value).collect();
        volume.int16().expect("int16").fill(k, slice).expect("fits");
    }
    volume
}

/// Sagittal stack, anisotropic: i runs to posterior, j to the feet, k to the patient's left.
fn sagittal_stack() -> VoxelGrid {
    VoxelGrid::new(
        [12, 10, 8],
        Transform::from_axes(
            Vector::new(0.0, 0.8, 0.0),
            Vector::new(0.0, 0.0, -0.8),
            Vector::new(3.0, 0.0, 0.0),
            Point::new(-20.0, 5.0, 100.0),
        ),
    )
    .expect("a grid")
}

/// Grey under a patient position in a picture.
fn grey_at(picture: &[u8], view: &ResolvedView, p: Point<Patient>) -> u8 {
    let at = &view.viewport_from_patient * p;
    picture[(at.y as usize * view.size_px[0] as usize + at.x as usize) * 4]
}

#[test]
fn a_bright_voxel_is_seen_where_it_is_in_all_three_planes() {
    let grid = sagittal_stack();
    let bright = [9usize, 2, 6];
    let volume = volume(grid, |at| if at == bright { 1000 } else { -1000 });
    let centre = grid.patient_from_voxel() * Point::from_array(bright.map(|n| n as f64));
    let mut renderer = Offscreen::new(&GPU);
    for plane in Plane::ALL {
        let view = resolve(&grid, &ViewportState::fitted(plane), centre, [240, 200]);
        let picture =
            renderer.picture(&plain_frame(&volume, view.clone(), Window::new(2000.0, 0.0))).expect("drawn");
        // The pixel's centre is within half a pixel of the voxel's, which is eight pixels wide or
        // more: at least (15/16)^2 of the brightness is left.
        assert!(grey_at(&picture, &view, centre) > 220, "{plane:?}");
        for far in [[1usize, 2, 6], [9, 8, 6], [9, 2, 1]] {
            let far = grid.patient_from_voxel() * Point::from_array(far.map(|n| n as f64));
            if (&view.viewport_from_patient * far).z.abs() < 0.1 {
                assert_eq!(grey_at(&picture, &view, far), 0, "{plane:?}");
            }
        }
    }
}

#[test]
fn the_window_and_the_pictures_share_one_definition_of_a_value() {
    let grid = sagittal_stack();
    let volume = volume(grid, |[i, j, k]| (i * 37 + j * 91 + k * 53) as i16 % 500);
    let window = Window::new(700.0, 200.0);
    let state = ViewportState {
        orientation: Orientation::Oblique {
            right: Vector::new(0.5, 0.7, 0.1),
            down: Vector::new(0.1, 0.2, -0.9),
        },
        ..ViewportState::fitted(Plane::Axial)
    };
    let view = resolve(&grid, &state, grid.centre(), [61, 47]);
    let picture = Offscreen::new(&GPU).picture(&plain_frame(&volume, view.clone(), window)).expect("drawn");
    let mut compared = 0;
    for y in 0..47u32 {
        for x in 0..61u32 {
            let p = &view.voxel_from_viewport * Point::new(f64::from(x) + 0.5, f64::from(y) + 0.5, 0.0);
            let expected = match sample(&volume, p) {
                Sample::Value(value) => window.grey(value) * 255.0,
                _ => 0.0,
            };
            // At the volume's faces 32 bits may fall to the other side.
            let near = p
                .to_array()
                .iter()
                .zip(grid.size())
                .any(|(c, n)| (c + 0.5).abs() < 1e-4 || (c - n as f64 + 0.5).abs() < 1e-4);
            if !near {
                let got = f64::from(picture[(y * 61 + x) as usize * 4]);
                // Half a level of rounding, and 32-bit positions (see gpu_against_reference).
                assert!((got - expected).abs() < 0.55, "{x}, {y}: {got} {expected}");
                compared += 1;
            }
        }
    }
    assert!(compared > 2800);
}

#[test]
fn stepping_walks_through_every_slice() {
    let grid = sagittal_stack();
    let volume = volume(grid, |[_, _, k]| k as i16 * 10);
    let state = ViewportState::fitted(Plane::Sagittal);
    let mut cursor = grid.centre();
    let view = resolve(&grid, &state, cursor, [24, 20]);
    cursor = to_end(&grid, &view, cursor, false);
    let mut renderer = Offscreen::new(&GPU);
    let mut seen = Vec::new();
    for _ in 0..grid.size()[2] {
        let view = resolve(&grid, &state, cursor, [24, 20]);
        // Width 255 around 127.5: the grey is the value.
        let picture =
            renderer.picture(&plain_frame(&volume, view.clone(), Window::new(255.0, 127.5))).expect("drawn");
        seen.push((view.slice.expect("a slice").index, picture[(10 * 24 + 12) * 4]));
        cursor = step(&grid, &view, cursor, 1);
    }
    // Seen from the patient's left: the first slice towards the viewer is the last one, leftmost.
    let expected: Vec<_> = (0..8usize).rev().map(|k| (k, k as u8 * 10)).collect();
    assert_eq!(seen, expected);
}

#[test]
fn a_volume_too_large_for_the_adapter_is_shown_reduced_and_says_so() {
    let grid = VoxelGrid::axis_aligned([30, 28, 26], [1.0; 3], Point::new(0.0, 0.0, 0.0)).expect("a grid");
    let volume = volume(grid, |[i, j, k]| (i * 8 + j / 100 + k / 100) as i16);
    // The same adapter, opened as if its 3D textures ended at 16 voxels.
    let gpu = with_volumes_up_to(16);

    let mut renderer = Offscreen::new(&gpu);
    let view = resolve(&grid, &ViewportState::fitted(Plane::Axial), grid.centre(), [60, 56]);
    let frame = plain_frame(&volume, view.clone(), Window::new(255.0, 127.5));
    let upload = renderer.upload(&frame.volume).expect("fits when reduced");
    assert_eq!((upload.reduced, upload.slices, upload.total), (2, 26, 26));
    assert_eq!(upload.bytes, 15 * 14 * 13 * 2);
    let picture = renderer.picture(&frame).expect("drawn");
    for x in 6..54 {
        let p = &view.voxel_from_viewport * Point::new(f64::from(x) + 0.5, 28.5, 0.0);
        let got = f64::from(picture[(28 * 60 + x as usize) * 4]);
        // A ramp stays a ramp: means over two voxels lie on it. One level of rounding.
        assert!((got - p.x * 8.0).abs() <= 1.0, "{x}: {got} {}", p.x * 8.0);
    }
}

#[test]
fn a_lost_device_is_an_error_and_not_a_panic() {
    let gpu = headless(None).expect("an adapter");
    let grid = sagittal_stack();
    let volume = volume(grid, |_| 0);
    let view = resolve(&grid, &ViewportState::fitted(Plane::Axial), grid.centre(), [16, 16]);
    let frame = plain_frame(&volume, view, Window::new(255.0, 127.5));
    let mut renderer = Offscreen::new(&gpu);
    renderer.picture(&frame).expect("drawn");
    gpu.device.destroy();
    assert!(matches!(renderer.picture(&frame), Err(RenderError::Device { .. } | RenderError::NoMemory)));
}

#[test]
fn a_picture_larger_than_the_adapter_takes_is_an_error() {
    let grid = sagittal_stack();
    let volume = volume(grid, |_| 0);
    let limit = GPU.device.limits().max_texture_dimension_2d;
    let view = resolve(&grid, &ViewportState::fitted(Plane::Axial), grid.centre(), [limit + 1, 16]);
    let drawn = Offscreen::new(&GPU).picture(&plain_frame(&volume, view, Window::new(255.0, 127.5)));
    assert!(matches!(drawn, Err(RenderError::TooLarge { .. })));
}

#[test]
fn slices_are_sent_within_the_budget_and_nearest_first() {
    let grid = VoxelGrid::axis_aligned([16, 16, 20], [1.0; 3], Point::new(0.0, 0.0, 0.0)).expect("a grid");
    let volume = Arc::new(Volume::loading(grid, Unit::Hu, None));
    let mut renderer = SliceRenderer::new(&GPU.device, wgpu::TextureFormat::Rgba8Unorm);
    let slice = 16 * 16 * 2;
    let mut send = |budget| renderer.upload(&GPU.device, &GPU.queue, &volume, budget).slices;
    assert_eq!(send(usize::MAX), 0, "nothing has arrived");
    for k in 0..20 {
        volume.int16().expect("int16").fill(k, vec![0; 256].into()).expect("fits");
    }
    assert_eq!(send(3 * slice), 3);
    assert_eq!(send(0), 4, "one at least");
    assert_eq!(send(usize::MAX), 20);
}

#[test]
fn the_resampler_gives_what_the_definition_says() {
    let grid =
        VoxelGrid::axis_aligned([21, 17, 13], [0.7, 0.9, 2.0], Point::new(0.0, 0.0, 0.0)).expect("a grid");
    let volume = volume(grid, |[i, j, k]| ((i * 7919 + j * 104_729 + k * 1_299_709) % 3000) as i16 - 1500);
    let v = Vector::from_array;
    let aligned = [
        ([1.0, 0.0, 0.0], [0.0, 1.0, 0.0]),
        ([0.0, 1.0, 0.0], [1.0, 0.0, 0.0]),
        ([1.0, 0.0, 0.0], [0.0, 0.0, -1.0]),
        ([0.0, 0.0, 1.0], [-1.0, 0.0, 0.0]),
        ([0.0, 1.0, 0.0], [0.0, 0.0, 1.0]),
        ([0.0, 0.0, -1.0], [0.0, -1.0, 0.0]),
    ];
    let turned = [([0.6, 0.3, -0.2], [0.1, 0.5, 0.4]), ([-0.4, 0.2, 0.01], [0.0, -0.3, 0.2])];
    for (n, (right, down)) in aligned.into_iter().chain(turned).enumerate() {
        for (steps, projection) in
            [(1, Projection::Max), (4, Projection::Max), (3, Projection::Min), (5, Projection::Mean)]
        {
            let (right, down) = (v(right.map(|c| c * 0.61)), v(down.map(|c| c * 0.61)));
            let across = right.cross(down).unit().expect("perpendicular");
            let centre = Point::new(10.3, 8.2, 6.4);
            let what = Reslice {
                slab_step: across * 0.7,
                steps,
                projection,
                ..Reslice::plane(centre - right * 19.5 - down * 18.0 - across, right, down, [40, 37])
            };
            let got = reslice(&volume, &what);
            let grey = reslice_grey(&volume, &what, Window::new(2000.0, 100.0));
            for row in 0..37usize {
                for column in 0..40usize {
                    let start = what.origin + right * column as f64 + down * row as f64;
                    let values: Vec<f64> = (0..steps)
                        .map(|s| match sample(&volume, start + what.slab_step * f64::from(s)) {
                            Sample::Value(value) => value,
                            _ => f64::from(what.outside),
                        })
                        .collect();
                    let expected = match projection {
                        Projection::Max => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
                        Projection::Min => values.iter().copied().fold(f64::INFINITY, f64::min),
                        Projection::Mean => values.iter().sum::<f64>() / f64::from(steps),
                    };
                    let at = row * 40 + column;
                    // Shares of 24 bits at 3000 HU from voxel to voxel, three axes: 6e-4, and
                    // sums of f32 of the same size.
                    assert!(
                        (f64::from(got[at]) - expected).abs() < 3e-3,
                        "plane {n}, {projection:?}, {column}, {row}: {} {expected}",
                        got[at]
                    );
                    let level = Window::new(2000.0, 100.0).grey(expected) * 255.0;
                    assert!((f64::from(grey[at]) - level).abs() < 0.51, "{} {level}", grey[at]);
                }
            }
        }
    }
}

#[test]
fn a_slab_setting_without_thickness_is_one_slice() {
    let grid = sagittal_stack();
    for thickness_mm in [0.0, -3.0, f64::NAN, f64::INFINITY] {
        let slab = Some(Slab { thickness_mm, projection: Projection::Max });
        let state = ViewportState { slab, ..ViewportState::fitted(Plane::Axial) };
        assert_eq!(resolve(&grid, &state, grid.centre(), [10, 10]).slab_steps, 1);
    }
}

#[test]
fn states_that_are_no_numbers_still_give_a_view() {
    let grid = sagittal_stack();
    let nowhere = Point::new(f64::NAN, 0.0, 0.0);
    let state = ViewportState {
        orientation: Orientation::Oblique {
            right: Vector::new(0.0, 0.0, 0.0),
            down: Vector::new(f64::NAN, 0.0, 0.0),
        },
        zoom: f64::NAN,
        pan_mm: [f64::INFINITY, f64::NAN],
        slab: None,
        turn: Turn { quarters: 250, behind: true },
    };
    let view = resolve(&grid, &state, nowhere, [0, 0]);
    assert!(view.patient_from_viewport.origin().is_finite() && view.mm_per_px.is_finite());
    assert!(step(&grid, &view, nowhere, i64::MAX).is_finite());
}

#[test]
fn a_view_is_drawn_again_only_when_slices_that_it_shows_arrive() {
    let grid = VoxelGrid::axis_aligned([16, 16, 20], [1.0; 3], Point::new(0.0, 0.0, 0.0)).expect("a grid");
    let volume = Arc::new(Volume::loading(grid, Unit::Hu, None));
    let fill = |k: usize| volume.int16().expect("int16").fill(k, vec![100; 256].into()).expect("fits");
    let (device, queue) = (&GPU.device, &GPU.queue);
    let mut renderer = SliceRenderer::new(device, wgpu::TextureFormat::Rgba8Unorm);
    let mut draw = |upload: bool| {
        if upload {
            renderer.upload(device, queue, &volume, usize::MAX);
        }
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        for (n, plane) in Plane::ALL.into_iter().enumerate() {
            let view = resolve(&grid, &ViewportState::fitted(plane), grid.centre(), [32, 32]);
            let frame = plain_frame(&volume, view, Window::new(255.0, 127.5));
            renderer.prepare(device, queue, &mut encoder, n as u64, &frame);
        }
        queue.submit([encoder.finish()]);
        [0, 1, 2].map(|n| renderer.redraws(n))
    };
    assert_eq!(draw(true), [1, 1, 1]);
    fill(10);
    assert_eq!(draw(true), [2, 2, 2], "the axial slice itself");
    fill(3);
    assert_eq!(draw(true), [2, 3, 3], "a slice that only the others cut");
    (0..20).filter(|k| ![3, 10].contains(k)).for_each(fill);
    assert_eq!(draw(true), [2, 4, 4], "the end of loading changes nothing for the axial view");
    assert_eq!(draw(false), [2, 4, 4]);
}

#[test]
fn drawing_is_timed_on_the_gpu_where_it_has_time_stamps() {
    let grid = sagittal_stack();
    let volume = volume(grid, |_| 0);
    let view = resolve(&grid, &ViewportState::fitted(Plane::Axial), grid.centre(), [64, 64]);
    let mut renderer = Offscreen::new(&GPU);
    renderer.picture(&plain_frame(&volume, view, Window::new(255.0, 127.5))).expect("drawn");
    let timed = renderer.gpu_ms();
    if GPU.device.features().contains(wgpu::Features::TIMESTAMP_QUERY) {
        // A picture of 64 x 64 pixels takes some time, and not ten seconds.
        assert!(timed.is_some_and(|ms| ms > 0.0 && ms < 10_000.0), "{timed:?}");
    } else {
        assert_eq!(timed, None);
    }
}
