//! A viewport without a window: the same shaders, the same overlay code, to pixels.
//!
//! `triscope render` and `classify` write these as PNG, the window's "Save picture" too.

use std::sync::Arc;

use egui::{Color32, ColorImage, Context, RawInput, Rect, TextureOptions, pos2, vec2};
use egui_wgpu::{Renderer, RendererOptions, ScreenDescriptor};

use super::theme;
use super::viewport::{
    Behind, Facts, Mark, MeasurementMark, OutlineMark, ProbabilityDot, Shown, ShownLayer, SlicePlace,
    overlay, slice_shape,
};
use crate::geometry::{Patient, Plane, Point};
use crate::gpu::Gpu;
use crate::inference::Region;
use crate::render::{HeatmapLook, Offscreen, RayFrame, SliceRenderer};
use crate::session::{CornerText, Pane, ViewportState, VolumeView};
use crate::view::{self, ResolvedView};
use crate::volume::{Colours, Sampling};
use crate::volume::{Volume, Window};

const FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8Unorm;

/// What to draw.
#[derive(Clone, Debug)]
pub struct PictureRequest {
    /// The voxels; slices that have not arrived stay black.
    pub volume: Arc<Volume>,
    /// Which plane, zoom, pan, slab.
    pub viewport: ViewportState,
    /// The slice is the one through here, LPS mm.
    pub cursor: Point<Patient>,
    /// Grey-scale window.
    pub window: Window,
    /// Against what the volume asks for.
    pub invert: bool,
    /// How voxels become the picture.
    pub sampling: Sampling,
    /// Which colours stand for values.
    pub colours: Colours,
    /// Outlines to draw.
    pub boxes: Vec<Region>,
    /// Outlines of what others drew, in this view.
    pub outlines: Vec<OutlineMark>,
    /// Another volume over the slice, under the map.
    pub layer: Option<ShownLayer>,
    /// The map over the slice.
    pub heatmap: Option<HeatmapLook>,
    /// What the map shows, where it is the difference of two.
    pub map_name: Option<String>,
    /// It is the difference of two, one of which fails a test of what maps are for.
    pub cautioned: bool,
    /// The map comes from weights that were not trained: said in the picture.
    pub untrained: bool,
    /// What the network says of the places around a point.
    pub probabilities: Vec<ProbabilityDot>,
    /// Marked points.
    pub marks: Vec<Mark>,
    /// Measurements.
    pub measurements: Vec<MeasurementMark>,
    /// The other planes as they lie in the window; `None`: along the patient's axes.
    pub others: Option<Vec<(Plane, ResolvedView)>>,
    /// The plane whose colour the frame has; `None`: of what is shown.
    pub home: Option<Plane>,
    /// Lines of the other planes through the cursor.
    pub crosshair: bool,
    /// How much text; pictures leave the program, so [`CornerText::NoPatient`] unless asked.
    pub text: CornerText,
    /// What the text says of the series.
    pub facts: Facts,
    /// Letters, corner text, scale bar, frame. False gives the bare slice (with its heatmap).
    pub annotations: bool,
    /// Width and height, physical pixels.
    pub size_px: [u32; 2],
    /// Size of text and lines: 1 as on an ordinary screen, 2 for twice as large.
    pub pixels_per_point: f32,
}

/// A finished picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Width and height.
    pub size_px: [u32; 2],
    /// sRGB with alpha, row by row.
    pub rgba: Vec<u8>,
}

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// No size, or more than the adapter draws.
    #[error("a picture of {0} x {1} pixels cannot be drawn; up to {2} x {2} can")]
    Size(u32, u32, u32),
    /// The 3D view could not be drawn.
    #[error(transparent)]
    Rays(#[from] crate::render::RenderError),
    /// The device did not finish.
    #[error("the graphics device did not finish the picture: {0}")]
    Device(String),
}

/// The 3D view to draw, with what lies over it.
#[derive(Clone, Debug)]
pub struct VolumePicture {
    /// What rays show.
    pub frame: RayFrame,
    /// What lies over it.
    pub shown: Shown,
    /// What lies behind tissue of it.
    pub behind: Behind,
    /// What the words over it say.
    pub look: VolumeView,
    /// Cursor, boxes, marks, letters, words; false gives the bare picture.
    pub annotations: bool,
}

/// Draws one viewport off screen.
/// - errors: an impossible size, or a device that fails
pub fn picture(gpu: &Gpu, request: &PictureRequest) -> Result<Picture, PictureError> {
    Pictures::new(gpu).draw(request)
}

/// Draws viewports off screen, one after the other: the volume stays on the GPU between them.
pub struct Pictures {
    gpu: Gpu,
    slices: Option<SliceRenderer>,
    rays: Option<Offscreen>,
}

impl Pictures {
    /// Nothing drawn yet.
    pub fn new(gpu: &Gpu) -> Self {
        Self { gpu: gpu.clone(), slices: None, rays: None }
    }

    /// Draws a plane.
    /// - errors: an impossible size, or a device that fails
    pub fn draw(&mut self, request: &PictureRequest) -> Result<Picture, PictureError> {
        // A view is never smaller than a pixel; a request may be.
        self.check(request.size_px)?;
        self.plane(shown(request, 1), request.annotations, request.pixels_per_point)
    }

    /// Draws a viewport that is composed already, with everything that lies over it.
    /// - errors: as [`Pictures::draw`]
    pub fn draw_shown(&mut self, shown: &Shown) -> Result<Picture, PictureError> {
        self.plane(shown.clone(), true, 1.0)
    }

    fn plane(
        &mut self,
        mut shown: Shown,
        annotations: bool,
        pixels_per_point: f32,
    ) -> Result<Picture, PictureError> {
        let volume = Arc::clone(&shown.volume);
        self.draw_page(&volume, shown.view.size_px, pixels_per_point, |painter, rect, reduced| {
            shown.reduced = reduced;
            painter.rect_filled(rect, 0.0, theme::PICTURE.ground);
            painter.add(slice_shape(rect, SlicePlace::Current(Pane::Axial), shown.frame()));
            if annotations {
                overlay::paint(painter, rect, &shown);
            }
            rect.bottom()
        })
    }

    /// Paints a page with slices of a volume in it.
    /// - `most_px`: width, and the most height
    /// - `paint_page`: is told the factor by which the volume was reduced to fit the adapter, and tells where the
    ///   picture ends, in points from the top
    /// - errors: as [`Pictures::draw`]
    pub(super) fn draw_page(
        &mut self,
        volume: &Arc<Volume>,
        most_px: [u32; 2],
        pixels_per_point: f32,
        mut paint_page: impl FnMut(&egui::Painter, Rect, usize) -> f32,
    ) -> Result<Picture, PictureError> {
        self.check(most_px)?;
        let gpu = &self.gpu;
        let mut slices = self.slices.take().unwrap_or_else(|| SliceRenderer::new(&gpu.device, FORMAT));
        let mut reduced = 1;
        // The budget is for windows that must stay alive; here everything goes at once.
        loop {
            let upload = slices.upload(&gpu.device, &gpu.queue, volume, usize::MAX);
            reduced = upload.reduced.max(reduced);
            if upload.slices >= volume.slices_filled() || upload.slices >= upload.total {
                break;
            }
        }
        let mut end = 0.0;
        let drawn = draw(self.canvas(most_px, pixels_per_point), |painter, rect| {
            end = paint_page(painter, rect, reduced);
        });
        let [width, height] = most_px;
        let size_px = [width, ((end * pixels_per_point).ceil() as u32).clamp(1, height)];
        let mut renderer = Renderer::new(&gpu.device, FORMAT, RendererOptions::PREDICTABLE);
        renderer.callback_resources.insert(slices);
        let picture = self.finish(&mut renderer, drawn, size_px, pixels_per_point);
        self.slices = renderer.callback_resources.remove::<SliceRenderer>();
        picture
    }

    /// Draws the 3D view, whole.
    /// - errors: as [`Pictures::draw`]; a volume that does not fit
    pub fn draw_volume(&mut self, request: &VolumePicture) -> Result<Picture, PictureError> {
        let size_px = request.frame.view.size_px;
        self.check(size_px)?;
        let rays = self.rays.get_or_insert_with(|| Offscreen::new(&self.gpu));
        let rgba = rays.ray_picture(&request.frame)?;
        if !request.annotations {
            return Ok(Picture { size_px, rgba });
        }
        let image = ColorImage::from_rgba_unmultiplied(size_px.map(|n| n as usize), &rgba);
        let drawn = draw(self.canvas(size_px, 1.0), |painter, rect| {
            // Kept until both passes are over: a handle that is dropped takes its texture along.
            let id = egui::Id::unique("rays");
            let texture: egui::TextureHandle = painter.ctx().data(|d| d.get_temp(id)).unwrap_or_else(|| {
                painter.ctx().load_texture("rays", image.clone(), TextureOptions::NEAREST)
            });
            let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
            painter.image(texture.id(), rect, whole, Color32::WHITE);
            painter.ctx().data_mut(|d| d.insert_temp(id, texture));
            overlay::paint_volume(painter, rect, &request.shown, &request.behind, &request.look);
        });
        let mut renderer = Renderer::new(&self.gpu.device, FORMAT, RendererOptions::PREDICTABLE);
        self.finish(&mut renderer, drawn, size_px, 1.0)
    }

    fn limit(&self) -> u32 {
        self.gpu.device.limits().max_texture_dimension_2d
    }

    fn check(&self, [width, height]: [u32; 2]) -> Result<(), PictureError> {
        let limit = self.limit();
        if width == 0 || height == 0 || width > limit || height > limit {
            return Err(PictureError::Size(width, height, limit));
        }
        Ok(())
    }

    fn canvas(&self, size_px: [u32; 2], pixels_per_point: f32) -> Canvas {
        Canvas { size_px, pixels_per_point, texture_side: self.limit() as usize }
    }

    fn finish(
        &self,
        renderer: &mut Renderer,
        Drawn { ctx, textures, shapes }: Drawn,
        size_px: [u32; 2],
        pixels_per_point: f32,
    ) -> Result<Picture, PictureError> {
        let gpu = &self.gpu;
        for (id, deltas) in &textures {
            for delta in deltas {
                renderer.update_texture(&gpu.device, &gpu.queue, *id, delta);
            }
        }
        let jobs = ctx.tessellate(shapes, pixels_per_point);
        let screen = ScreenDescriptor { size_in_pixels: size_px, pixels_per_point };
        let mut encoder =
            gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("picture") });
        let early = renderer.update_buffers(&gpu.device, &gpu.queue, &mut encoder, &jobs, &screen);
        let target = target(gpu, size_px);
        paint(renderer, &mut encoder, &target, &jobs, &screen);
        let (buffer, row_bytes) = copy_out(gpu, &mut encoder, &target, size_px);
        gpu.queue.submit(early.into_iter().chain([encoder.finish()]));
        let rgba = read_back(gpu, &buffer, row_bytes, size_px)?;
        Ok(Picture { size_px, rgba })
    }
}

/// A viewport as it may leave the program: without the patient, and without what only the hands need.
pub fn shown_of(shown: Shown) -> Shown {
    let text = match shown.text {
        CornerText::None => CornerText::None,
        CornerText::Full | CornerText::NoPatient => CornerText::NoPatient,
    };
    // What describes a series is typed by people, who type names.
    let facts = shown.facts.clone().anonymous();
    let hands =
        Shown { painted: None, crop_box: None, block: None, turnable: false, focused: false, ..shown };
    Shown { text, facts, screen: None, ..hands }
}

/// The viewport of a request.
pub(super) fn shown(request: &PictureRequest, reduced: usize) -> Shown {
    let grid = request.volume.grid();
    let view = view::resolve(grid, &request.viewport, request.cursor, request.size_px);
    let others = if let (Some(others), true) = (&request.others, request.crosshair) {
        others.clone()
    } else if request.crosshair {
        Plane::ALL
            .into_iter()
            .filter(|plane| view.plane != Some(*plane))
            .map(|plane| {
                (plane, view::resolve(grid, &ViewportState::fitted(plane), request.cursor, [64, 64]))
            })
            .collect()
    } else {
        Vec::new()
    };
    Shown {
        volume: Arc::clone(&request.volume),
        others,
        home: request.home.or(view.plane),
        turnable: false,
        view,
        cursor: request.cursor,
        window: request.window,
        invert: request.volume.polarity().inverted(request.invert),
        sampling: request.sampling,
        colours: request.colours,
        // A picture has no size in millimetres.
        screen: None,
        slab: request.viewport.slab,
        boxes: request.boxes.clone(),
        candidates: Vec::new(),
        outlines: request.outlines.clone(),
        // A tool's, not the patient's.
        crop_box: None,
        block: None,
        layer: request.layer.clone(),
        heatmap: request.heatmap.clone(),
        map_name: request.map_name.clone(),
        cautioned: request.cautioned,
        colour_bar: true,
        untrained: request.untrained,
        // A picture leaves the program: it shows the CT.
        painted: None,
        probabilities: request.probabilities.clone(),
        marks: request.marks.clone(),
        measurements: request.measurements.clone(),
        text: request.text,
        facts: request.facts.clone(),
        reduced,
        focused: false,
    }
}

struct Drawn {
    ctx: Context,
    textures: Vec<(egui::TextureId, Vec<egui::epaint::ImageDelta>)>,
    shapes: Vec<egui::epaint::ClippedShape>,
}

/// What is painted on.
#[derive(Clone, Copy)]
struct Canvas {
    size_px: [u32; 2],
    pixels_per_point: f32,
    texture_side: usize,
}

/// One pass of egui with nothing but the viewport in it.
fn draw(canvas: Canvas, mut paint: impl FnMut(&egui::Painter, Rect)) -> Drawn {
    let ctx = Context::default();
    theme::install(&ctx, true);
    let [width, height] = canvas.size_px.map(|n| n as f32 / canvas.pixels_per_point);
    let rect = Rect::from_min_size(pos2(0.0, 0.0), vec2(width, height));
    let input = || {
        let mut input = RawInput {
            screen_rect: Some(rect),
            max_texture_side: Some(canvas.texture_side),
            ..RawInput::default()
        };
        if let Some(info) = input.viewports.get_mut(&egui::ViewportId::ROOT) {
            info.native_pixels_per_point = Some(canvas.pixels_per_point);
        }
        input
    };
    // Fonts and scale count from the second pass on.
    let mut first = ctx.run_ui(input(), |_| {});
    let mut full = ctx.run_ui(input(), |ui| {
        let painter = ui.painter().with_clip_rect(rect);
        paint(&painter, rect);
    });
    // One pass after the other: the second changes what the first has set.
    let mut textures = Vec::new();
    for pass in [&mut first, &mut full] {
        let set = std::mem::take(&mut pass.textures_delta.set);
        textures.extend(set.into_iter().map(|(id, deltas)| (id, deltas.into_iter().collect())));
        pass.textures_delta.free.clear();
    }
    Drawn { ctx, textures, shapes: std::mem::take(&mut full.shapes) }
}

fn target(gpu: &Gpu, [width, height]: [u32; 2]) -> wgpu::Texture {
    gpu.device.create_texture(&wgpu::TextureDescriptor {
        label: Some("picture"),
        size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: FORMAT,
        usage: wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::COPY_SRC,
        view_formats: &[],
    })
}

fn paint(
    renderer: &Renderer,
    encoder: &mut wgpu::CommandEncoder,
    target: &wgpu::Texture,
    jobs: &[egui::ClippedPrimitive],
    screen: &ScreenDescriptor,
) {
    let view = target.create_view(&wgpu::TextureViewDescriptor::default());
    let pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
        label: Some("picture"),
        color_attachments: &[Some(wgpu::RenderPassColorAttachment {
            view: &view,
            depth_slice: None,
            resolve_target: None,
            ops: wgpu::Operations {
                load: wgpu::LoadOp::Clear(wgpu::Color::BLACK),
                store: wgpu::StoreOp::Store,
            },
        })],
        ..wgpu::RenderPassDescriptor::default()
    });
    renderer.render(&mut pass.forget_lifetime(), jobs, screen);
}

fn copy_out(
    gpu: &Gpu,
    encoder: &mut wgpu::CommandEncoder,
    target: &wgpu::Texture,
    [width, height]: [u32; 2],
) -> (wgpu::Buffer, u32) {
    let row_bytes = (width * 4).next_multiple_of(wgpu::COPY_BYTES_PER_ROW_ALIGNMENT);
    let buffer = gpu.device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("picture"),
        size: u64::from(row_bytes) * u64::from(height),
        usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
        mapped_at_creation: false,
    });
    encoder.copy_texture_to_buffer(
        target.as_image_copy(),
        wgpu::TexelCopyBufferInfo {
            buffer: &buffer,
            layout: wgpu::TexelCopyBufferLayout {
                offset: 0,
                bytes_per_row: Some(row_bytes),
                rows_per_image: None,
            },
        },
        wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
    );
    (buffer, row_bytes)
}

fn read_back(
    gpu: &Gpu,
    buffer: &wgpu::Buffer,
    row_bytes: u32,
    [width, height]: [u32; 2],
) -> Result<Vec<u8>, PictureError> {
    let fail = |detail: String| PictureError::Device(detail);
    let (send, receive) = std::sync::mpsc::sync_channel(1);
    let slice = buffer.slice(..);
    slice.map_async(wgpu::MapMode::Read, move |result| {
        let _ = send.send(result);
    });
    gpu.device
        .poll(wgpu::PollType::Wait { submission_index: None, timeout: None })
        .map_err(|e| fail(e.to_string()))?;
    receive.recv().map_err(|e| fail(e.to_string()))?.map_err(|e| fail(e.to_string()))?;
    let mapped = slice.get_mapped_range().map_err(|e| fail(e.to_string()))?;
    let mut rgba = Vec::with_capacity(width as usize * height as usize * 4);
    for row in mapped.chunks(row_bytes as usize) {
        rgba.extend_from_slice(row.get(..width as usize * 4).unwrap_or(row));
    }
    // Blending leaves traces in alpha; the picture is opaque.
    rgba.iter_mut().skip(3).step_by(4).for_each(|a| *a = u8::MAX);
    Ok(rgba)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::Saliency;
    use crate::geometry::{VoxelBox, VoxelGrid};
    use crate::gpu;
    use crate::volume::Unit;

    fn request(annotations: bool) -> PictureRequest {
        let grid = VoxelGrid::axis_aligned([32, 32, 8], [4.0; 3], Point::new(0.0, 0.0, 0.0)).expect("a grid");
        let volume = Volume::loading(grid, Unit::Hu, None);
        for k in 0..8 {
            volume.int16().expect("whole numbers").fill(k, vec![0; 1024].into()).expect("fits");
        }
        PictureRequest {
            cursor: grid.centre(),
            volume: Arc::new(volume),
            viewport: ViewportState::fitted(Plane::Axial),
            window: Window::new(400.0, 0.0),
            invert: false,
            sampling: Sampling::default(),
            colours: Colours::default(),
            boxes: Vec::new(),
            outlines: Vec::new(),
            layer: None,
            heatmap: None,
            map_name: None,
            cautioned: false,
            untrained: false,
            probabilities: Vec::new(),
            marks: Vec::new(),
            measurements: Vec::new(),
            others: None,
            home: None,
            crosshair: false,
            text: CornerText::NoPatient,
            facts: Facts { patient: vec!["Name".to_owned()], ..Facts::default() },
            annotations,
            size_px: [240, 200],
            pixels_per_point: 1.0,
        }
    }

    fn pixel(picture: &Picture, x: usize, y: usize) -> [u8; 4] {
        let at = (y * picture.size_px[0] as usize + x) * 4;
        picture.rgba[at..at + 4].try_into().expect("four bytes")
    }

    #[test]
    fn a_picture_has_the_slice_under_the_overlay_and_is_opaque() {
        let gpu = match gpu::headless(None) {
            Ok(gpu) => gpu,
            Err(error) => return eprintln!("not tested here: {error}"),
        };
        let bare = picture(&gpu, &request(false)).expect("a picture");
        let drawn = picture(&gpu, &request(true)).expect("a picture");
        assert_eq!((bare.size_px, bare.rgba.len()), ([240, 200], 240 * 200 * 4));
        // 0 HU is the middle of the window; egui's dithering may move a grey by one.
        for shown in [&bare, &drawn] {
            let [r, g, b, a] = pixel(shown, 90, 150);
            assert!(r.abs_diff(128) <= 1 && g.abs_diff(128) <= 1 && b.abs_diff(128) <= 1, "{r} {g} {b}");
            assert_eq!(a, 255);
        }
        // The axial plane's red along the upper edge, in the annotated picture alone.
        let axial = theme::PICTURE.axial;
        assert_eq!(pixel(&drawn, 120, 0)[..3], [axial.r(), axial.g(), axial.b()]);
        assert_eq!(pixel(&bare, 1, 0), [0, 0, 0, 255]);
    }

    #[test]
    fn an_impossible_size_is_refused_in_words() {
        let Ok(gpu) = gpu::headless(None) else { return eprintln!("not tested here: no adapter") };
        let error =
            picture(&gpu, &PictureRequest { size_px: [0, 10], ..request(true) }).expect_err("no width");
        assert!(error.to_string().contains("0 x 10"), "{error}");
    }

    #[test]
    fn a_map_that_says_what_it_is_worth_says_so_in_a_picture() {
        let Ok(gpu) = gpu::headless(None) else { return eprintln!("not tested here: no adapter") };
        let saliency = |method| Saliency {
            method,
            scale: None,
            bounds: VoxelBox { min: [0; 3], size: [4; 3] },
            values: vec![1.0; 64].into(),
            native_shape: Some([4; 3]),
            unit: "logit",
            signed: false,
            told: Vec::new(),
        };
        let look = |method| HeatmapLook {
            saliency: Arc::new(saliency(method)),
            opacity: 0.5,
            threshold: 0.5,
            contour: false,
            shared: None,
        };
        // With room for the colour bar, and without.
        for size_px in [[768, 768], [300, 300], [200, 140]] {
            let warnings = |method, untrained| {
                let heatmap = Some(look(method));
                let drawn = picture(&gpu, &PictureRequest { heatmap, untrained, size_px, ..request(true) });
                let [r, g, b, _] = theme::PICTURE.warning.to_array();
                let drawn = drawn.expect("a picture");
                let close = |p: &&[u8]| [r, g, b].iter().zip(*p).all(|(a, b)| a.abs_diff(*b) < 24);
                drawn.rgba.chunks_exact(4).filter(close).count()
            };
            let (trained, untrained) = (warnings("grad_cam", false), warnings("grad_cam", true));
            assert!(untrained > trained + 40, "{size_px:?}: {trained} {untrained}");
            let cautioned = warnings("guided_backprop", false);
            assert!(cautioned > trained + 40, "{size_px:?}: {trained} {cautioned}");
        }
    }
}
