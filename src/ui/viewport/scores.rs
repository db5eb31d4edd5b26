//! The score of every slice as a strip beside the axial viewport; a click or a drag goes to a slice.

use egui::{EventFilter, Id, Key, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::command::{Command, Commands};
use crate::geometry::{GridAxis, VoxelGrid};
use crate::say;
use crate::session::{Edit, Pane, Session, SliceScan};
use crate::ui::Scene;
use crate::ui::theme::PICTURE;

/// Its width, points.
pub const SCORES_WIDTH: f32 = 26.0;

/// The viewport whose slices are those that were scanned, where there is a scan.
pub fn scored_pane(session: &Session) -> Option<Pane> {
    let grid = session.grid()?;
    session.slice_scan()?;
    Pane::ALL.into_iter().find(|pane| grid.nearest_axes(pane.plane())[2].axis == GridAxis::K)
}

/// Whether the last slice lies at the upper end: the one nearer to the head, where slices run along the body.
fn last_is_up(grid: &VoxelGrid) -> bool {
    let along = grid.directions()[GridAxis::K.index()];
    along.z >= 0.0
}

/// Index of the slice that the scanned viewport shows.
fn shown_slice(session: &Session, grid: &VoxelGrid) -> usize {
    let voxel = grid.clamp(grid.voxel_from_patient() * session.look().cursor);
    voxel.z.round() as usize
}

/// Draws the strip into `rect`.
pub fn scores_ui(ui: &mut Ui, rect: Rect, scene: &Scene<'_>, out: &mut Commands) {
    let session = scene.session;
    let (Some(scan), Some(grid)) = (session.slice_scan(), session.grid()) else { return };
    let count = grid.size()[2].max(1);
    let response = ui.interact(rect, Id::unique("slice scores"), Sense::click_and_drag());
    let now = shown_slice(session, grid);
    let said = scan.said_of(now).map_or_else(String::new, |said| format!(", {:.2}", said.probability));
    response.widget_info(|| WidgetInfo::slider(true, (now + 1) as f64, say!("scores-title", said = said)));
    ui.accesskit_node_builder(response.id, |node| {
        node.set_role(Role::Slider);
        node.set_min_numeric_value(1.0);
        node.set_max_numeric_value(count as f64);
    });
    ui.painter().rect_filled(rect, 0.0, PICTURE.ground);
    let room = rect.shrink2(vec2(3.0, 8.0));
    let up = last_is_up(grid);
    paint(ui, room, scan, count, up, now);
    if response.has_focus() {
        let stroke = egui::Stroke::new(1.0, PICTURE.focus);
        ui.painter().rect_stroke(rect.shrink(1.0), 0.0, stroke, egui::StrokeKind::Inside);
    }
    let at = |y: f32| {
        let share = f64::from(((y - room.top()) / room.height()).clamp(0.0, 1.0));
        let share = if up { 1.0 - share } else { share };
        ((share * count as f64) as usize).min(count - 1)
    };
    let held = response.is_pointer_button_down_on() || response.dragged() || response.clicked();
    if let Some(pos) = response.interact_pointer_pos().filter(|_| held) {
        go(session, grid, at(pos.y), out);
    }
    let steps = by_keys(ui, &response);
    if steps != 0 {
        let steps = if up { -steps } else { steps };
        let to = i64::try_from(now).unwrap_or(0).saturating_add(steps);
        go(session, grid, usize::try_from(to).unwrap_or(0).min(count - 1), out);
    }
    if let Some(pos) = response.hover_pos() {
        let slice = at(pos.y);
        let score = scan
            .said_of(slice)
            .map_or_else(|| say!("scores-not-asked").to_owned(), |s| format!("{:.2}", s.probability));
        response.on_hover_text_at_pointer(say!("scores-slice", slice = slice + 1, score = score));
    }
}

fn paint(ui: &Ui, room: Rect, scan: &SliceScan, count: usize, up: bool, now: usize) {
    let painter = ui.painter();
    let height = room.height() / count as f32;
    let top_of = |slice: usize| {
        let from_top = if up { count - 1 - slice.min(count - 1) } else { slice };
        room.top() + height * from_top as f32
    };
    let rail = Rect::from_min_max(pos2(room.left(), room.top()), pos2(room.left() + 1.0, room.bottom()));
    painter.rect_filled(rail, 0.0, PICTURE.muted.gamma_multiply(0.4));
    // Numbers that mean nothing must not look like some that do.
    let strong = if scan.is_trained() { PICTURE.candidate } else { PICTURE.muted };
    for said in &scan.slices {
        let top = top_of(said.slice);
        let bar = Rect::from_min_size(
            pos2(room.left(), top),
            vec2((room.width() * said.probability as f32).max(1.0), height.max(1.0)),
        );
        let colour =
            if said.probability >= scan.threshold { strong } else { PICTURE.muted.gamma_multiply(0.55) };
        painter.rect_filled(bar, 0.0, colour);
    }
    let x = room.left() + room.width() * scan.threshold as f32;
    painter.vline(x, room.y_range(), egui::Stroke::new(1.0, PICTURE.text.gamma_multiply(0.35)));
    let y = top_of(now) + height / 2.0;
    painter.hline(room.x_range(), y, egui::Stroke::new(2.0, PICTURE.axial));
}

/// Brings the slice on the screen; the cursor keeps its place in the slice.
fn go(session: &Session, grid: &VoxelGrid, slice: usize, out: &mut Commands) {
    let mut voxel = grid.clamp(grid.voxel_from_patient() * session.look().cursor);
    if voxel.z.round() as usize == slice {
        return;
    }
    voxel.z = slice as f64;
    out.push(Command::Edit(Edit::Cursor(grid.patient_from_voxel() * voxel)));
}

/// Down and up, one slice each, while the strip has the focus.
fn by_keys(ui: &Ui, response: &egui::Response) -> i64 {
    if !response.has_focus() {
        return 0;
    }
    let filter = EventFilter { vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|m| m.set_focus_lock_filter(response.id, filter));
    let presses = |key| ui.input(|i| i64::try_from(i.num_presses(key)).unwrap_or(0));
    presses(Key::ArrowDown) - presses(Key::ArrowUp)
}
