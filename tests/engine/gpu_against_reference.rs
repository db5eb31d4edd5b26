//! Every shader entry point draws what its CPU twin says, on small random volumes and views.

use std::sync::{Arc, LazyLock};

use triscope::explain::Saliency;
use triscope::geometry::{Plane, Point, Transform, Vector, VoxelBox, VoxelGrid};
use triscope::gpu::{Gpu, ShaderLibrary, headless};
use triscope::render::reference::slice::{Variant, neighbour, sample_at, slice_fragment, slice_start};
use triscope::render::reference::volume::{Kind, Voxels};
use triscope::render::reference::{blit, heatmap as heatmap_twin};
use triscope::render::slice::gpu::Slice;
use triscope::render::slice::{StoredVoxels, uniform};
use triscope::render::{HeatmapLook, LayerLook, Offscreen, SliceFrame, SliceRenderer, heatmap, layer};
use triscope::session::{Orientation, Projection, Slab, Turn, ViewportState};
use triscope::view::resolve;
use triscope::volume::{
    Colours, Interpolation, Padding, Sample, Sampling, Sharpening, Unit, Volume, Window, sample,
};

use super::support::Dice;

static GPU: LazyLock<Gpu> =
    LazyLock::new(|| headless(None).expect("a graphics adapter (software Vulkan is enough)"));

/// Grey levels by which a byte may differ from 255 x the twin's level. Rounding to a byte gives
/// 0.5. Positions are 32-bit on the GPU: below 64 voxels that is 4e-6 voxels, at three axes and
/// 3000 HU from voxel to voxel and a window of 1000 HU at least 3 * 4e-6 * 3 * 255 = 0.01 levels;
/// a few more roundings of the interpolation are of the same size.
const LEVELS: f64 = 0.55;

/// Positions this near to where neighbours change (voxel centres and faces) may fall to either
/// side in 32 bits; where that decides between a value and padding they are left out.
const EDGE: f64 = 1e-4;

/// A grid turned anyhow, anisotropic.
fn turned_grid(dice: &mut Dice, size: [usize; 3]) -> VoxelGrid {
    let axis = |dice: &mut Dice| Vector::from_array([(); 3].map(|()| dice.between(-1.0, 1.0)));
    let x = axis(dice).unit().expect("a direction");
    let z = x.cross(axis(dice)).unit().expect("a direction");
    let y = z.cross(x);
    let spacing = [(); 3].map(|()| dice.between(0.5, 2.5));
    let axes = [x * spacing[0], y * spacing[1], z * spacing[2]];
    let origin = Point::new(dice.between(-200.0, 200.0), dice.between(-200.0, 200.0), 0.0);
    VoxelGrid::new(size, Transform::from_axes(axes[0], axes[1], axes[2], origin)).expect("a grid")
}

struct Case {
    volume: Arc<Volume>,
    values: Vec<i16>,
    arrived: Vec<bool>,
}

const PADDING: Padding = Padding { low: -2000, high: -1990 };

/// Noise with a block of padding in one corner; `missing` slices have not arrived.
fn case(dice: &mut Dice, grid: VoxelGrid, padding: bool, missing: &[usize]) -> Case {
    let [width, height, depth] = grid.size();
    let volume = Arc::new(Volume::loading(grid, Unit::Hu, padding.then_some(PADDING)));
    let mut values = Vec::new();
    for k in 0..depth {
        for j in 0..height {
            for i in 0..width {
                let pads = padding && i < 4 && j < 5 && k < 6;
                values.push(if pads { -2000 } else { dice.between(-1500.0, 1500.0) as i16 });
            }
        }
    }
    let arrived: Vec<bool> = (0..depth).map(|k| !missing.contains(&k)).collect();
    for (k, slice) in values.chunks(width * height).enumerate() {
        if arrived[k] {
            volume.int16().expect("int16").fill(k, slice.into()).expect("fits");
        }
    }
    Case { volume, values, arrived }
}

impl Case {
    fn voxels(&self) -> Voxels<'_> {
        Voxels { size: self.volume.grid().size(), values: &self.values, arrived: &self.arrived }
    }

    fn stored(&self) -> StoredVoxels {
        StoredVoxels {
            size: self.volume.grid().size(),
            reduced: 1,
            value: [1.0, 0.0],
            padding: self.volume.padding(),
        }
    }
}

fn frames(dice: &mut Dice, case: &Case) -> Vec<SliceFrame> {
    let grid = case.volume.grid();
    let oblique = Orientation::Oblique {
        right: Vector::new(0.6, 0.5, dice.between(-1.0, 1.0)),
        down: Vector::new(0.1, dice.between(-1.0, 1.0), -0.9),
    };
    let slabs = [
        None,
        Some(Slab { thickness_mm: dice.between(2.0, 12.0), projection: Projection::Max }),
        Some(Slab { thickness_mm: dice.between(2.0, 12.0), projection: Projection::Min }),
        Some(Slab { thickness_mm: dice.between(2.0, 12.0), projection: Projection::Mean }),
    ];
    let mut frames = Vec::new();
    for (n, orientation) in Plane::ALL.map(Orientation::Anatomical).into_iter().chain([oblique]).enumerate() {
        for slab in slabs {
            let inside = Point::from_array(grid.size().map(|s| dice.between(0.0, s as f64 - 1.0)));
            let state = ViewportState {
                orientation,
                zoom: dice.between(0.7, 3.0),
                pan_mm: [dice.between(-4.0, 4.0), dice.between(-4.0, 4.0)],
                slab,
                turn: Turn { quarters: (n % 4) as u8, behind: n % 2 == 1 },
            };
            frames.push(SliceFrame {
                volume: Arc::clone(&case.volume),
                view: resolve(grid, &state, grid.patient_from_voxel() * inside, [53, 41]),
                window: Window::new(dice.between(1000.0, 3000.0), dice.between(-400.0, 400.0)),
                invert: n % 2 == 1,
                layer: None,
                sampling: Sampling::default(),
                colours: Colours::default(),
                heatmap: None,
            });
        }
    }
    frames
}

/// Whether a position a hair away would be of another kind, or of quite another value, for one of the pixel's
/// samples: of another nearest voxel, or of four neighbours in place of sixteen.
fn near_an_edge(slice: &Slice, case: &Case, variant: Variant, start: [f64; 3]) -> bool {
    // A spline rises by 1.5 times the difference of its neighbours in a voxel at most, along three axes:
    // 3000 HU * 1.5 * EDGE along each.
    let smooth = 3000.0 * 1.5 * EDGE * 3.0;
    let of = |p| sample_at(slice, &case.voxels(), variant, p);
    (0..slice.steps).any(|n| {
        let p: [f64; 3] = std::array::from_fn(|a| start[a] + f64::from(slice.slab_step[a]) * f64::from(n));
        let here = of(p);
        // On a native slice the position along it is exact.
        (0..3).filter(|&a| !(variant.native && slice.right[a] == 0.0 && slice.down[a] == 0.0)).any(|a| {
            [-EDGE, EDGE].iter().any(|hair| {
                let mut beside = p;
                beside[a] += hair;
                let beside = of(beside);
                beside.kind != here.kind || (beside.value - here.value).abs() > smooth
            })
        })
    })
}

/// A position, and the four that sharpening looks at.
fn neighbours(slice: &Slice, start: [f64; 3]) -> [[f64; 3]; 5] {
    let [right, down] =
        [slice.right, slice.down].map(|step| neighbour([0, 1, 2].map(|a| f64::from(step[a]))));
    let moved = |by: [f64; 3], sign: f64| std::array::from_fn(|a| start[a] + sign * by[a]);
    [start, moved(right, 1.0), moved(right, -1.0), moved(down, 1.0), moved(down, -1.0)]
}

/// Compares a picture with the twin; returns how many pixels were left out near edges.
fn compare(case: &Case, frame: &SliceFrame, picture: &[u8], what: &str) -> usize {
    let Sampling { interpolation, sharpening } = frame.sampling;
    let (slice, native) =
        uniform(&frame.view, &case.stored(), frame.window, frame.invert, frame.colours, sharpening);
    let (sharpened, coloured) = (sharpening != Sharpening::Off, frame.colours != Colours::Grey);
    let loading = case.arrived.contains(&false);
    let variant = Variant { native, loading, interpolation, coloured, sharpened };
    let voxels = case.voxels();
    let [width, height] = frame.view.size_px;
    let mut skipped = 0;
    for y in 0..height {
        for x in 0..width {
            let centre = [f64::from(x) + 0.5, f64::from(y) + 0.5];
            let expected = slice_fragment(&slice, &voxels, variant, centre);
            let start = slice_start(&slice, centre);
            let looked_at = neighbours(&slice, start).into_iter().take(if sharpened { 5 } else { 1 });
            if looked_at.into_iter().any(|p| near_an_edge(&slice, case, variant, p)) {
                skipped += 1;
                continue;
            }
            let at = (y * width + x) as usize * 4;
            for channel in 0..4 {
                let got = f64::from(picture[at + channel]);
                assert!(
                    (got - expected[channel] * 255.0).abs() <= LEVELS,
                    "{what}: pixel {x}, {y}, channel {channel}: {got}, twin {}",
                    expected[channel] * 255.0
                );
            }
        }
    }
    skipped
}

#[test]
fn slices_and_slabs_are_drawn_as_the_twin_says() {
    let mut dice = Dice::new(1);
    let mut renderer = Offscreen::new(&GPU);
    let (mut skipped, mut all, mut native) = (0, 0, 0);
    for round in 0..3 {
        let grid = turned_grid(&mut dice, [19, 16, 13]);
        let case = case(&mut dice, grid, round == 1, &[]);
        for (n, frame) in frames(&mut dice, &case).into_iter().enumerate() {
            let picture = renderer.picture(&frame).expect("drawn");
            skipped += compare(&case, &frame, &picture, &format!("volume {round}, frame {n}"));
            all += picture.len() / 4;
            native += usize::from(
                uniform(
                    &frame.view,
                    &case.stored(),
                    frame.window,
                    frame.invert,
                    frame.colours,
                    Sharpening::Off,
                )
                .1,
            );
        }
    }
    // Six faces of 2 * EDGE each, met by up to 20 samples of a pixel; and slabs whose middle lies on
    // a native slice next to padding.
    assert!(skipped * 20 < all, "{skipped} of {all} left out");
    assert_eq!(native, 3 * 3, "anatomical planes without a slab lie on native slices");
}

#[test]
fn slices_that_have_not_arrived_are_hatched_and_the_rest_is_right() {
    let mut dice = Dice::new(2);
    let mut renderer = Offscreen::new(&GPU);
    let grid = turned_grid(&mut dice, [19, 16, 13]);
    let case = case(&mut dice, grid, false, &[0, 1, 6, 11]);
    for (n, frame) in frames(&mut dice, &case).into_iter().enumerate() {
        let picture = renderer.picture(&frame).expect("drawn");
        compare(&case, &frame, &picture, &format!("frame {n}"));
    }
}

#[test]
fn nearest_voxels_and_splines_are_drawn_as_the_twin_says() {
    let mut dice = Dice::new(7);
    let mut renderer = Offscreen::new(&GPU);
    for interpolation in [Interpolation::Nearest, Interpolation::Cubic] {
        let (mut skipped, mut all) = (0, 0);
        // Around every slice that is missing splines give way to lines: with more of them most slabs would
        // lie on such a place, where 32 bits decide.
        for (round, missing) in [&[][..], &[5]].into_iter().enumerate() {
            let grid = turned_grid(&mut dice, [19, 16, 13]);
            let case = case(&mut dice, grid, round == 0, missing);
            for (n, frame) in frames(&mut dice, &case).into_iter().enumerate() {
                let sampling = Sampling { interpolation, ..Sampling::default() };
                let frame = SliceFrame { sampling, ..frame };
                let picture = renderer.picture(&frame).expect("drawn");
                skipped += compare(&case, &frame, &picture, &format!("{interpolation:?} {round}, frame {n}"));
                all += picture.len() / 4;
            }
        }
        // Faces between voxels instead of the six of the volume, and slabs that begin on one.
        assert!(skipped * 20 < all, "{interpolation:?}: {skipped} of {all} left out");
    }
}

#[test]
fn what_is_sharpened_is_drawn_as_the_twin_says() {
    let mut dice = Dice::new(17);
    let mut renderer = Offscreen::new(&GPU);
    for (round, sharpening) in [Sharpening::Light, Sharpening::Strong].into_iter().enumerate() {
        let (mut skipped, mut all) = (0, 0);
        let missing: &[usize] = if round == 0 { &[] } else { &[5] };
        let grid = turned_grid(&mut dice, [19, 16, 13]);
        let case = case(&mut dice, grid, round == 0, missing);
        for (n, frame) in frames(&mut dice, &case).into_iter().enumerate() {
            let sampling = Sampling { sharpening, ..Sampling::default() };
            let frame = SliceFrame { sampling, ..frame };
            let picture = renderer.picture(&frame).expect("drawn");
            skipped += compare(&case, &frame, &picture, &format!("{sharpening:?}, frame {n}"));
            all += picture.len() / 4;
        }
        // Five times the positions of a picture that is not sharpened.
        assert!(skipped * 4 < all, "{sharpening:?}: {skipped} of {all} left out");
    }
}

#[test]
fn colours_stand_for_values_as_the_twin_says_and_not_for_what_is_no_value() {
    let mut dice = Dice::new(8);
    let mut renderer = Offscreen::new(&GPU);
    let grid = turned_grid(&mut dice, [19, 16, 13]);
    let case = case(&mut dice, grid, true, &[2, 3]);
    for (n, frame) in frames(&mut dice, &case).into_iter().enumerate() {
        for colours in [Colours::HotIron, Colours::Inferno, Colours::Diverging] {
            let frame = SliceFrame { colours, ..frame.clone() };
            let picture = renderer.picture(&frame).expect("drawn");
            compare(&case, &frame, &picture, &format!("{colours:?}, frame {n}"));
            assert_eq!(picture[3], 255, "opaque");
        }
    }
}

#[test]
fn a_slab_of_whole_slices_reads_native_voxels_only() {
    let mut dice = Dice::new(3);
    let mut renderer = Offscreen::new(&GPU);
    let grid =
        VoxelGrid::axis_aligned([19, 16, 13], [0.7, 0.7, 2.5], Point::new(-5.0, 3.0, 9.0)).expect("grid");
    let case = case(&mut dice, grid, true, &[]);
    for projection in Projection::ALL {
        let slab = Some(Slab { thickness_mm: 10.0, projection });
        let state = ViewportState { slab, ..ViewportState::fitted(Plane::Axial) };
        let view = resolve(&grid, &state, grid.centre(), [53, 41]);
        assert_eq!((view.slab_steps, view.slab_step_mm), (5, 2.5));
        let frame = SliceFrame {
            volume: Arc::clone(&case.volume),
            view,
            window: Window::new(2000.0, 0.0),
            invert: false,
            layer: None,
            sampling: Sampling::default(),
            colours: Colours::default(),
            heatmap: None,
        };
        assert!(
            uniform(&frame.view, &case.stored(), frame.window, false, frame.colours, Sharpening::Off).1,
            "native"
        );
        let picture = renderer.picture(&frame).expect("drawn");
        compare(&case, &frame, &picture, projection.name());
    }
}

#[test]
fn the_twin_samples_what_the_volume_defines() {
    let mut dice = Dice::new(4);
    let grid = turned_grid(&mut dice, [7, 6, 5]);
    let case = case(&mut dice, grid, true, &[3]);
    let view = resolve(&grid, &ViewportState::fitted(Plane::Axial), grid.centre(), [8, 8]);
    let (slice, _) =
        uniform(&view, &case.stored(), Window::new(1.0, 0.0), false, Colours::Grey, Sharpening::Off);
    let interpolation = Interpolation::Linear;
    let variant = Variant { native: false, loading: true, interpolation, coloured: false, sharpened: false };
    for _ in 0..2000 {
        let p = grid.size().map(|n| dice.between(-1.0, n as f64));
        let twin = sample_at(&slice, &case.voxels(), variant, p);
        match sample(&case.volume, Point::from_array(p)) {
            Sample::Value(value) => {
                assert_eq!(twin.kind, Kind::Value);
                // Both in f64, summed in another order.
                assert!((twin.value - value).abs() < 1e-9, "{p:?}: {} {value}", twin.value);
            }
            Sample::Outside => assert_eq!(twin.kind, Kind::Outside),
            Sample::Loading => assert_eq!(twin.kind, Kind::NotLoaded),
            // Next to padding and in a slice that is missing: either is right.
            Sample::Padding => {
                assert!(matches!(twin.kind, Kind::Padding | Kind::NotLoaded), "{p:?} {:?}", twin.kind);
            }
        }
    }
}

fn saliency(dice: &mut Dice, signed: bool) -> Arc<Saliency> {
    let bounds = VoxelBox { min: [4, -2, 3], size: [9, 10, 7] };
    let low = if signed { -3.0 } else { -0.2 };
    let values: Vec<f32> = (0..630).map(|_| dice.between(low, 3.0) as f32).collect();
    Arc::new(Saliency {
        method: "grad_cam",
        scale: None,
        bounds,
        values: values.into(),
        native_shape: Some([7, 10, 9]),
        unit: "",
        signed,
        told: Vec::new(),
    })
}

#[test]
fn a_layer_on_a_grid_of_its_own_lies_over_the_slice_as_the_twin_says() {
    let mut dice = Dice::new(6);
    let mut renderer = Offscreen::new(&GPU);
    let grid = turned_grid(&mut dice, [19, 16, 13]);
    let case = case(&mut dice, grid, false, &[]);
    // Coarser, and turned another way, around the same place.
    let axes = turned_grid(&mut dice, [8, 9, 7]);
    let [i, j, k] = axes.patient_from_voxel().axes();
    let away = axes.patient_from_voxel().vector(axes.centre_voxel() - Point::new(0.0, 0.0, 0.0));
    let place = Transform::from_axes(i, j, k, grid.centre() - away);
    let other = VoxelGrid::new([8, 9, 7], place).expect("a grid");
    let values: Vec<f32> = (0..504).map(|_| dice.between(0.0, 9.0) as f32).collect();
    let slices = values.chunks(72).map(|slice| slice.to_vec().into_boxed_slice()).collect();
    let volume = Arc::new(Volume::real(other, Unit::Named("SUV".to_owned()), slices).expect("fits"));
    let mut drawn = 0;
    for mut frame in frames(&mut dice, &case) {
        let below = renderer.picture(&frame).expect("drawn");
        let look = LayerLook { volume: Arc::clone(&volume), range: [2.0, 7.0], opacity: 0.5 };
        let over = layer::uniform(&frame.view, &look);
        frame.layer = Some(look);
        let picture = renderer.picture(&frame).expect("drawn");
        let [width, height] = frame.view.size_px;
        for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
            let centre = [f64::from(x) + 0.5, f64::from(y) + 0.5];
            let colour = heatmap_twin::heatmap_fragment(&over, &values, centre);
            let alpha = colour[3];
            // Beside the edge of the layer or of its lower end either is right.
            let edge = [[1e-3, 0.0], [-1e-3, 0.0], [0.0, 1e-3], [0.0, -1e-3]].iter().any(|[dx, dy]| {
                let there = heatmap_twin::heatmap_fragment(&over, &values, [centre[0] + dx, centre[1] + dy]);
                there[3] != alpha || (0..3).any(|c| (there[c] - colour[c]).abs() > 0.05)
            });
            if edge {
                continue;
            }
            drawn += usize::from(alpha > 0.0);
            let at = (y * width + x) as usize * 4;
            for channel in 0..3 {
                let mixed = colour[channel] * 255.0 * alpha + f64::from(below[at + channel]) * (1.0 - alpha);
                let shown = f64::from(picture[at + channel]);
                // As of heatmaps: the same shader draws it.
                assert!((shown - mixed).abs() <= 1.55, "{x} {y}: {shown} {mixed}");
            }
        }
    }
    assert!(drawn > 1000, "{drawn} pixels of the layer were compared");
}

#[test]
fn heatmaps_lie_over_the_slice_as_the_twin_says() {
    let mut dice = Dice::new(5);
    let mut renderer = Offscreen::new(&GPU);
    let grid = turned_grid(&mut dice, [19, 16, 13]);
    let case = case(&mut dice, grid, false, &[]);
    let mut drawn = 0;
    for (signed, contour) in [(false, false), (true, false), (false, true), (true, true)] {
        let map = saliency(&mut dice, signed);
        for (n, mut frame) in frames(&mut dice, &case).into_iter().enumerate() {
            let below = renderer.picture(&frame).expect("drawn");
            let look = HeatmapLook {
                saliency: Arc::clone(&map),
                opacity: 0.6,
                threshold: 0.3,
                contour,
                shared: None,
            };
            let over = heatmap::uniform(&frame.view, &look, map.largest_magnitude());
            frame.heatmap = Some(look);
            let picture = renderer.picture(&frame).expect("drawn");
            let [width, height] = frame.view.size_px;
            for y in 0..height {
                for x in 0..width {
                    let centre = [f64::from(x) + 0.5, f64::from(y) + 0.5];
                    let colour = heatmap_twin::heatmap_fragment(&over, &map.values, centre);
                    let [.., alpha] = colour;
                    let near = [-1e-3, 1e-3].iter().any(|d| {
                        // Neighbouring places say otherwise: an edge of the map, of the threshold or of
                        // a line. Across a line the colour jumps by far more than a tenth; within an
                        // area it moves by 1e-3 px times the map's slope.
                        [[d, &0.0], [&0.0, d]].iter().any(|[dx, dy]| {
                            let beside = [centre[0] + **dx, centre[1] + **dy];
                            let there = heatmap_twin::heatmap_fragment(&over, &map.values, beside);
                            there[3] != alpha || (0..3).any(|c| (there[c] - colour[c]).abs() > 0.05)
                        })
                    });
                    if near {
                        continue;
                    }
                    drawn += usize::from(alpha > 0.0);
                    let at = (y * width + x) as usize * 4;
                    for channel in 0..3 {
                        let mixed =
                            colour[channel] * 255.0 * alpha + f64::from(below[at + channel]) * (1.0 - alpha);
                        let got = f64::from(picture[at + channel]);
                        // One rounding to a byte, and drivers that blend in bytes round the
                        // colour and the opacity too: three times half a level.
                        assert!(
                            (got - mixed).abs() <= 1.55,
                            "signed {signed}, contour {contour}, frame {n}, pixel {x}, {y}: {got}, twin {mixed}"
                        );
                    }
                }
            }
        }
    }
    assert!(drawn > 1000, "{drawn} pixels of heatmap were compared");
}

/// Paints a viewport into a target of this format and size, and reads the bytes back.
fn painted(format: wgpu::TextureFormat, size: [u32; 2], frame: &SliceFrame) -> Vec<u8> {
    painted_by(&mut SliceRenderer::new(&GPU.device, format), format, size, frame)
}

fn painted_by(
    renderer: &mut SliceRenderer,
    format: wgpu::TextureFormat,
    size: [u32; 2],
    frame: &SliceFrame,
) -> Vec<u8> {
    let (device, queue) = (&GPU.device, &GPU.queue);
    renderer.upload(device, queue, &frame.volume, usize::MAX);
    let extent = wgpu::Extent3d { width: size[0], height: size[1], depth_or_array_layers: 1 };
    let texture = device.create_texture(&wgpu::TextureDescriptor {
        label: None,
        size: extent,
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format,
        usage: wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::COPY_SRC,
        view_formats: &[],
    });
    let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
    let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    renderer.prepare(device, queue, &mut encoder, 7, frame);
    let mut pass = encoder
        .begin_render_pass(&wgpu::RenderPassDescriptor {
            label: None,
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view: &view,
                depth_slice: None,
                resolve_target: None,
                ops: wgpu::Operations {
                    load: wgpu::LoadOp::Clear(wgpu::Color::WHITE),
                    store: wgpu::StoreOp::Store,
                },
            })],
            depth_stencil_attachment: None,
            timestamp_writes: None,
            occlusion_query_set: None,
            multiview_mask: None,
        })
        .forget_lifetime();
    renderer.paint(&mut pass, 7);
    drop(pass);
    // Rows of a copy are 256 bytes apart.
    let buffer = device.create_buffer(&wgpu::BufferDescriptor {
        label: None,
        size: u64::from(size[1]) * 256,
        usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
        mapped_at_creation: false,
    });
    encoder.copy_texture_to_buffer(
        texture.as_image_copy(),
        wgpu::TexelCopyBufferInfo {
            buffer: &buffer,
            layout: wgpu::TexelCopyBufferLayout {
                offset: 0,
                bytes_per_row: Some(256),
                rows_per_image: Some(size[1]),
            },
        },
        extent,
    );
    queue.submit([encoder.finish()]);
    buffer.map_async(wgpu::MapMode::Read, .., |_| {});
    device.poll(wgpu::PollType::wait_indefinitely()).expect("done");
    let bytes = buffer.get_mapped_range(..).expect("mapped");
    bytes.chunks_exact(256).flat_map(|row| &row[..4 * size[0] as usize]).copied().collect()
}

#[test]
fn the_copy_to_the_window_keeps_every_byte_whatever_its_format() {
    let mut dice = Dice::new(6);
    let grid = turned_grid(&mut dice, [19, 16, 13]);
    let case = case(&mut dice, grid, false, &[]);
    let frame = frames(&mut dice, &case).swap_remove(0);
    let picture = Offscreen::new(&GPU).picture(&frame).expect("drawn");
    let size = frame.view.size_px;
    assert_eq!(painted(wgpu::TextureFormat::Rgba8Unorm, size, &frame), picture);
    assert_eq!(painted(wgpu::TextureFormat::Bgra8Unorm, size, &frame), picture, "grey has no order");
    let as_srgb = painted(wgpu::TextureFormat::Rgba8UnormSrgb, size, &frame);
    // Vulkan allows an encoder to be off by 0.6 of a step, so one byte in a few may move by one.
    assert!(as_srgb.iter().zip(&picture).all(|(a, b)| a.abs_diff(*b) <= 1));
}

#[test]
fn a_copy_of_another_size_takes_the_nearest_pixel_as_the_twin_does() {
    let mut dice = Dice::new(7);
    let grid = turned_grid(&mut dice, [19, 16, 13]);
    let case = case(&mut dice, grid, false, &[]);
    let frame = frames(&mut dice, &case).swap_remove(0);
    let picture: Vec<[f64; 4]> = Offscreen::new(&GPU)
        .picture(&frame)
        .expect("drawn")
        .chunks_exact(4)
        .map(|p| std::array::from_fn(|c| f64::from(p[c]) / 255.0))
        .collect();
    // 64 and 32 are powers of two: no share falls between two pixels of 53 and 41.
    let copy = painted(wgpu::TextureFormat::Rgba8Unorm, [64, 32], &frame);
    for y in 0..32u32 {
        for x in 0..64u32 {
            let share = [(f64::from(x) + 0.5) / 64.0, (f64::from(y) + 0.5) / 32.0];
            let twin = blit::blit_fragment(&picture, frame.view.size_px, share, false);
            let at = (y * 64 + x) as usize * 4;
            assert_eq!(f64::from(copy[at]), (twin[0] * 255.0).round(), "{x}, {y}");
        }
    }
}

#[test]
fn a_step_in_one_viewport_does_not_redraw_the_others() {
    let mut dice = Dice::new(8);
    let grid = turned_grid(&mut dice, [19, 16, 13]);
    let case = case(&mut dice, grid, false, &[]);
    let (device, queue) = (&GPU.device, &GPU.queue);
    let mut renderer = SliceRenderer::new(device, wgpu::TextureFormat::Rgba8Unorm);
    renderer.upload(device, queue, &case.volume, usize::MAX);
    let mut frames: Vec<_> = frames(&mut dice, &case).into_iter().step_by(4).take(3).collect();
    for round in 0..2 {
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        for (n, frame) in frames.iter().enumerate() {
            renderer.prepare(device, queue, &mut encoder, n as u64, frame);
        }
        queue.submit([encoder.finish()]);
        if round == 0 {
            frames[1].window = Window::new(777.0, 7.0);
        }
    }
    assert_eq!([0, 1, 2].map(|n| renderer.redraws(n)), [1, 2, 1]);
}

#[test]
fn shaders_of_a_folder_are_taken_over_when_they_change_and_compile() {
    let folder = tempfile::tempdir().expect("a folder");
    let ours = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("shaders");
    std::fs::create_dir(folder.path().join("shared")).expect("made");
    for name in ShaderLibrary::names() {
        std::fs::copy(ours.join(name), folder.path().join(name)).expect("copied");
    }
    let mut dice = Dice::new(9);
    let grid = turned_grid(&mut dice, [19, 16, 13]);
    let case = case(&mut dice, grid, false, &[]);
    let frame = frames(&mut dice, &case).swap_remove(0);
    let format = wgpu::TextureFormat::Rgba8Unorm;
    let library = ShaderLibrary::new(Some(folder.path().to_owned()));
    let mut renderer = SliceRenderer::with_shaders(&GPU.device, format, library);
    // The folder is looked at twice a second.
    let mut later = || {
        std::thread::sleep(std::time::Duration::from_millis(550));
        painted_by(&mut renderer, format, frame.view.size_px, &frame)
    };
    let before = later();
    let slice = folder.path().join("slice.wgsl");
    let source = std::fs::read_to_string(&slice).expect("read");
    std::fs::write(&slice, "fn half a shad").expect("written");
    assert_eq!(later(), before, "what does not compile is not taken over");
    let white = source.replace("return vec4f(level, level, level, 1.0)", "return vec4f(1.0)");
    assert_ne!(white, source);
    std::fs::write(&slice, white).expect("written");
    assert_ne!(later(), before, "what compiles is");
}
