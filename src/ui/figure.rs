//! A figure for print: three planes through a point with a map, its scale, and a caption, on a white page.
//!
//! Nothing of the patient is in it: it leaves the program.

use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat};
use egui::{Align2, FontFamily, FontId, Mesh, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, pos2, vec2};

use super::picture::{Picture, PictureError, PictureRequest, Pictures, shown};
use super::theme::{PAPER, PICTURE, strong_family};
use super::viewport::{Mark, SlicePlace, heat_colour, overlay, slice_shape};
use super::words;
use crate::geometry::{Patient, Plane, Point};
use crate::gpu::Gpu;
use crate::inference::Region;
use crate::render::{HeatmapLook, heatmap, reference};
use crate::session::{CornerText, Pane, ViewportState};
use crate::view::{self, ResolvedView};
use crate::volume::{Colours, Sampling, Volume, Window};

/// Width of the page, as journals print two columns.
pub const WIDTH_MM: f64 = 180.0;
/// Pixels to a metre: 400 to an inch.
pub const PIXELS_PER_METRE: u32 = 15_750;

/// 180 mm of them.
const WIDTH_PX: u32 = 2835;
/// Room for a long caption.
const MOST_HEIGHT_PX: u32 = 2600;
/// Of one view.
const SIDE_PX: u32 = 909;
/// Around the page, and between the views.
const MARGIN_PX: u32 = 27;
/// The page is 840 points wide: 12 points are 7.3 of a printer's.
const PIXELS_PER_POINT: f32 = 3.375;
/// Between samples of the line around the strongest places.
const LINE_STEP_PX: u32 = 3;

/// What to draw.
#[derive(Clone, Debug)]
pub struct FigureRequest {
    /// The CT.
    pub volume: Arc<Volume>,
    /// The planes pass through here, LPS mm.
    pub at: Point<Patient>,
    /// Grey-scale window.
    pub window: Window,
    /// The map, and how it is drawn.
    pub heatmap: HeatmapLook,
    /// The share of the map's largest magnitude that its strongest places reach.
    pub strongest: f32,
    /// What the network read.
    pub boxes: Vec<Region>,
    /// What stands under the views.
    pub caption: String,
    /// A sentence that must not be missed, before the caption.
    pub warning: Option<String>,
}

/// Draws the figure off screen.
/// - errors: a device that fails
pub fn figure(gpu: &Gpu, request: &FigureRequest) -> Result<Picture, PictureError> {
    let views = Plane::ALL.map(|plane| (plane, resolved(request, plane)));
    let lines = views.each_ref().map(|(_, (_, view))| line(request, view));
    Pictures::new(gpu).draw_page(
        &request.volume,
        [WIDTH_PX, MOST_HEIGHT_PX],
        PIXELS_PER_POINT,
        |painter, page, reduced| {
            painter.rect_filled(page, 0.0, PAPER.ground);
            for (n, ((plane, (viewport, _)), line)) in views.iter().zip(&lines).enumerate() {
                let left = MARGIN_PX as f32 + n as f32 * (SIDE_PX + MARGIN_PX) as f32;
                let corner = page.min + vec2(left, MARGIN_PX as f32) / PIXELS_PER_POINT;
                let rect = Rect::from_min_size(corner, vec2(1.0, 1.0) * (SIDE_PX as f32 / PIXELS_PER_POINT));
                view_ui(painter, rect, request, (*plane, viewport, n), line, reduced);
            }
            let margin = MARGIN_PX as f32 / PIXELS_PER_POINT;
            let under = page.top() + margin + SIDE_PX as f32 / PIXELS_PER_POINT + 10.0;
            let room = Rect::from_min_max(pos2(page.left() + margin, under), page.max - vec2(margin, 0.0));
            let under = legend(painter, room, request);
            caption(painter, room.with_min_y(under + 10.0), request) + margin
        },
    )
}

/// The views show what the network read and a little around it, all at one scale.
fn resolved(request: &FigureRequest, plane: Plane) -> (ViewportState, ResolvedView) {
    let grid = request.volume.grid();
    let sides = request.boxes.iter().flat_map(|region| region.size_mm());
    let spacing = grid.spacing_mm();
    let of_map = (0..3).map(|a| request.heatmap.saliency.bounds.size[a] as f64 * spacing[a]);
    let widest = sides.chain(of_map).fold(0.0, f64::max);
    let field_mm = (widest * 1.3).clamp(60.0, 320.0);
    let size = [SIDE_PX; 2];
    let viewport = view::close_up(grid, &ViewportState::fitted(plane), request.at, size, field_mm);
    (viewport, view::resolve(grid, &viewport, request.at, size))
}

/// Around the strongest places of the map in this view, viewport px.
fn line(request: &FigureRequest, view: &ResolvedView) -> Vec<[Pos2; 2]> {
    let map = &request.heatmap.saliency;
    let uniform = heatmap::uniform(view, &request.heatmap, map.largest_magnitude());
    let share = |x: f64, y: f64| {
        let share = reference::heatmap::strongest(
            &uniform,
            &map.values,
            reference::heatmap::map_start(&uniform, [x, y]),
        );
        if map.signed { share.abs() } else { share }
    };
    if request.strongest <= 0.0 || map.values.len() != map.bounds.size.iter().product::<usize>() {
        return Vec::new();
    }
    let segments = view::level_line([SIDE_PX; 2], LINE_STEP_PX, f64::from(request.strongest), share);
    segments.into_iter().map(|ends| ends.map(|p| pos2(p.x as f32, p.y as f32))).collect()
}

fn view_ui(
    painter: &Painter,
    rect: Rect,
    request: &FigureRequest,
    (plane, viewport, n): (Plane, &ViewportState, usize),
    line: &[[Pos2; 2]],
    reduced: usize,
) {
    let picture = PictureRequest {
        volume: Arc::clone(&request.volume),
        viewport: *viewport,
        cursor: request.at,
        window: request.window,
        invert: false,
        sampling: Sampling::default(),
        colours: Colours::default(),
        boxes: request.boxes.clone(),
        outlines: Vec::new(),
        layer: None,
        heatmap: Some(request.heatmap.clone()),
        map_name: None,
        cautioned: false,
        untrained: false,
        probabilities: Vec::new(),
        marks: vec![Mark { at: request.at, label: String::new(), selected: true }],
        measurements: Vec::new(),
        others: Some(Vec::new()),
        home: None,
        crosshair: false,
        text: CornerText::None,
        facts: Default::default(),
        annotations: true,
        size_px: [SIDE_PX; 2],
        pixels_per_point: PIXELS_PER_POINT,
    };
    let shown = shown(&picture, reduced);
    let painter = painter.with_clip_rect(rect);
    painter.rect_filled(rect, 0.0, PICTURE.ground);
    let pane = [Pane::Axial, Pane::Coronal, Pane::Sagittal][n.min(2)];
    painter.add(slice_shape(rect, SlicePlace::Current(pane), shown.frame()));
    let segments = || line.iter().map(|ends| ends.map(|p| rect.min + p.to_vec2() / PIXELS_PER_POINT));
    // All of the dark first: no segment's edge lies over its neighbour.
    for stroke in [Stroke::new(2.6, PICTURE.halo), Stroke::new(1.2, PAPER.strongest)] {
        painter.extend(segments().map(|ends| Shape::line_segment(ends, stroke)));
    }
    overlay::paint_figure(&painter, rect, &shown);
    let letter = ["a", "b", "c"][n.min(2)];
    let title = format!("{letter}  {}", words::plane_label(plane));
    let look = overlay::Halo::strong().sized(14.0);
    overlay::halo_text(
        &painter,
        rect.min + vec2(9.0, 7.0),
        Align2::LEFT_TOP,
        &title,
        &look,
        rect.width() / 2.0,
    );
}

/// The colours with their numbers at the left, lines and boxes at the right; returns where it ends.
fn legend(painter: &Painter, room: Rect, request: &FigureRequest) -> f32 {
    let map = &request.heatmap.saliency;
    let plain = FontId::new(12.0, FontFamily::Proportional);
    let strong = FontId::new(12.0, strong_family());
    let title = format!("{} ({})", words::method_and_scale(map), map.unit);
    painter.text(room.min, Align2::LEFT_TOP, title, strong, PAPER.ink);
    let bar = Rect::from_min_size(room.min + vec2(0.0, 19.0), vec2(260.0, 11.0));
    let low = if map.signed { -1.0 } else { 0.0 };
    painter.add(Shape::mesh(colours(bar, low, request)));
    painter.rect_stroke(bar, 0.0, Stroke::new(0.75, PAPER.rule), StrokeKind::Outside);
    let largest = f64::from(map.largest_magnitude());
    let x_of = |share: f32| bar.left() + (share - low) / (1.0 - low) * bar.width();
    let mut ticks = vec![low, 1.0];
    if map.signed {
        ticks.push(0.0);
    }
    let marks: Vec<f32> = [request.heatmap.threshold, request.strongest]
        .into_iter()
        .filter(|share| *share > 0.04 && *share < 0.96)
        .flat_map(|share| if map.signed { vec![share, -share] } else { vec![share] })
        .collect();
    for share in ticks.iter().chain(&marks) {
        let x = x_of(*share);
        painter
            .line_segment([pos2(x, bar.bottom()), pos2(x, bar.bottom() + 3.5)], Stroke::new(0.75, PAPER.ink));
    }
    for share in ticks {
        let x = x_of(share);
        let anchor = match share {
            s if s == low => Align2::LEFT_TOP,
            s if s >= 1.0 => Align2::RIGHT_TOP,
            _ => Align2::CENTER_TOP,
        };
        let text = overlay::bar_number(share, largest, map.signed);
        painter.text(pos2(x, bar.bottom() + 4.0), anchor, text, plain.clone(), PAPER.ink);
    }
    let threshold = request.heatmap.threshold;
    if !map.signed && threshold > 0.12 && threshold < 0.8 {
        let text = overlay::bar_number(threshold, largest, false);
        painter.text(
            pos2(x_of(threshold), bar.bottom() + 4.0),
            Align2::CENTER_TOP,
            text,
            plain.clone(),
            PAPER.ink,
        );
    }
    if map.signed {
        for (anchor, x, text) in
            [(Align2::LEFT_TOP, bar.left(), "against"), (Align2::RIGHT_TOP, bar.right(), "for")]
        {
            painter.text(pos2(x, bar.bottom() + 18.0), anchor, text, plain.clone(), PAPER.soft);
        }
    }
    // Two columns: the line and the point, then the boxes.
    let sample = 26.0;
    let middle = room.left() + 305.0;
    let row = |n: usize| room.top() + 8.0 + n as f32 * 17.0;
    let write = |x: f32, n: usize, text: &str| {
        painter.text(pos2(x + sample + 8.0, row(n)), Align2::LEFT_CENTER, text, plain.clone(), PAPER.ink);
    };
    let y = row(0);
    let ends = [pos2(middle, y), pos2(middle + sample, y)];
    painter.line_segment(ends, Stroke::new(3.6, PICTURE.halo));
    painter.line_segment(ends, Stroke::new(1.6, PAPER.strongest));
    write(middle, 0, "Strongest tenth of the map");
    let centre = pos2(middle + sample / 2.0, row(1));
    painter.circle_filled(centre, 7.0, PICTURE.halo);
    painter.circle_stroke(centre, 5.0, Stroke::new(1.25, PICTURE.mark_selected));
    write(middle, 1, "Point asked about");
    let right = room.left() + 534.0;
    for (n, region) in request.boxes.iter().enumerate() {
        let line = Rect::from_center_size(pos2(right + sample / 2.0, row(n)), vec2(sample, 9.0));
        let corners = vec![line.left_top(), line.right_top(), line.right_bottom(), line.left_bottom()];
        overlay::region_line(painter, corners, region.name, 1.5);
        write(
            right,
            n,
            &format!("{}: {}, {}", region.name.name(), words::box_voxels(region), words::box_mm(region)),
        );
    }
    let rows = request.boxes.len().max(2);
    let bar_end = bar.bottom() + if map.signed { 34.0 } else { 20.0 };
    bar_end.max(row(rows - 1) + 9.0)
}

/// The bar itself; what lies under the threshold is as empty as it is in the views.
fn colours(bar: Rect, low: f32, request: &FigureRequest) -> Mesh {
    const STEPS: usize = 256;
    let mut mesh = Mesh::default();
    for n in 0..STEPS {
        let at = |n: usize| n as f32 / STEPS as f32;
        let share = low + (at(n) + 0.5 / STEPS as f32) * (1.0 - low);
        let empty = share.abs() < request.heatmap.threshold;
        let colour = if empty { PAPER.ground } else { heat_colour(share, request.heatmap.saliency.signed) };
        let x = |n: usize| bar.left() + at(n) * bar.width();
        mesh.add_colored_rect(
            Rect::from_min_max(pos2(x(n), bar.top()), pos2(x(n + 1), bar.bottom())),
            colour,
        );
    }
    mesh
}

/// Returns where it ends.
fn caption(painter: &Painter, room: Rect, request: &FigureRequest) -> f32 {
    painter.line_segment([room.left_top(), room.right_top()], Stroke::new(0.75, PAPER.rule));
    let mut job = LayoutJob::default();
    job.wrap.max_width = room.width();
    let format = |family, color| TextFormat {
        font_id: FontId::new(12.5, family),
        color,
        line_height: Some(17.0),
        ..TextFormat::default()
    };
    if let Some(warning) = &request.warning {
        job.append(warning, 0.0, format(strong_family(), PAPER.warning));
        job.append(". ", 0.0, format(FontFamily::Proportional, PAPER.ink));
    }
    // The first sentence names what is seen.
    let (first, rest) = request.caption.split_once(". ").unwrap_or((&request.caption, ""));
    job.append(&format!("{first}. "), 0.0, format(strong_family(), PAPER.ink));
    job.append(rest, 0.0, format(FontFamily::Proportional, PAPER.ink));
    let galley = painter.layout_job(job);
    let height = galley.size().y;
    painter.galley(room.min + vec2(0.0, 8.0), galley, PAPER.ink);
    room.top() + 8.0 + height
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::Saliency;
    use crate::geometry::{VoxelBox, VoxelGrid};
    use crate::gpu;
    use crate::volume::Unit;

    fn request() -> FigureRequest {
        let grid = VoxelGrid::axis_aligned([64, 48, 40], [2.0, 2.0, 3.0], Point::new(0.0, 0.0, 0.0));
        let volume = Volume::loading(grid.expect("a grid"), Unit::Hu, None);
        for k in 0..40 {
            volume.int16().expect("whole numbers").fill(k, vec![-800; 64 * 48].into()).expect("fits");
        }
        // Strongest in the middle: at columns 30 to 33, rows 22 to 25, slices 18 to 21.
        let saliency = Saliency {
            method: "grad_cam",
            scale: None,
            bounds: VoxelBox { min: [30, 22, 18], size: [4, 4, 4] },
            values: vec![2.0; 64].into(),
            native_shape: None,
            unit: "logit",
            signed: false,
            told: Vec::new(),
        };
        let saliency = Arc::new(saliency);
        FigureRequest {
            volume: Arc::new(volume),
            at: Point::new(63.0, 47.0, 58.5),
            window: Window::new(1500.0, -600.0),
            heatmap: HeatmapLook { saliency, opacity: 0.6, threshold: 0.25, contour: false, shared: None },
            strongest: 0.9,
            boxes: Vec::new(),
            caption: "Grad-CAM, of a test. What must be known.".to_owned(),
            warning: None,
        }
    }

    #[test]
    fn the_views_have_one_scale_and_the_point_in_their_middle() {
        let request = request();
        let views = Plane::ALL.map(|plane| resolved(&request, plane).1);
        for view in &views {
            assert!((view.mm_per_px - views[0].mm_per_px).abs() < 1e-9);
            let at = &view.viewport_from_patient * request.at;
            let middle = f64::from(SIDE_PX) / 2.0;
            assert!((at.x - middle).abs() < 0.51 && (at.y - middle).abs() < 0.51, "{at:?}");
        }
        // The line runs around the map, somewhere between its outermost voxels and their outer faces.
        let line = line(&request, &views[0]);
        let right = line.iter().flatten().map(|p| f64::from(p.x)).fold(0.0, f64::max);
        let columns = (right - f64::from(SIDE_PX) / 2.0) * views[0].mm_per_px / 2.0;
        assert!((1.0..=2.51).contains(&columns), "{columns} columns to the right");
        let zero = FigureRequest { strongest: 0.0, ..request };
        assert!(super::line(&zero, &views[0]).is_empty());
    }

    #[test]
    fn a_page_is_as_wide_as_two_columns_and_as_high_as_it_must_be() {
        assert_eq!(WIDTH_PX, (WIDTH_MM / 1e3 * f64::from(PIXELS_PER_METRE)).round() as u32);
        assert_eq!(4 * MARGIN_PX + 3 * SIDE_PX, WIDTH_PX);
        let gpu = match gpu::headless(None) {
            Ok(gpu) => gpu,
            Err(error) => return eprintln!("not tested here: {error}"),
        };
        let page = figure(&gpu, &request()).expect("drawn");
        let [width, height] = page.size_px;
        assert_eq!(width, WIDTH_PX);
        let pixel = |x: u32, y: u32| {
            let at = ((y * width + x) * 4) as usize;
            page.rgba[at..at + 4].to_vec()
        };
        assert_eq!([pixel(2, 2), pixel(width - 2, height - 2)], [vec![255; 4], vec![255; 4]], "paper");
        // The map in the middle of the first view is no grey.
        let middle = pixel(MARGIN_PX + SIDE_PX / 2 + 40, MARGIN_PX + SIDE_PX / 2 + 5);
        assert!(middle[0].abs_diff(middle[2]) > 40, "{middle:?}");
        let longer = FigureRequest { caption: "A word. ".repeat(200), ..request() };
        assert!(figure(&gpu, &longer).expect("drawn").size_px[1] > height + 100);
    }
}
