//! The middle of the window: viewports two by two with dividers, or one alone; or, while nothing
//! is open, the state that says why and what to do.

use egui::{CursorIcon, EventFilter, Id, Key, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::theme::tokens;
use super::viewport::{SCORES_WIDTH, canvas_ui, pair_ui, prior_ui, scored_pane, scores_ui, volume_ui};
use super::{Scene, UiState, panels, report, states};
use crate::command::Commands;
use crate::say;
use crate::session::{Arrangement, Layout, Pane, Stage};
use crate::tools::{Pointed, PointerEvent};

/// Between viewports, points.
const GAP: f32 = 2.0;
/// Where a divider can be taken hold of.
const GRIP: f32 = 8.0;

/// Draws the middle and returns what the pointer did over viewports.
pub fn centre_ui(ui: &mut Ui, scene: &Scene<'_>, state: &mut UiState, out: &mut Commands) -> Vec<Pointed> {
    let mut pointed = Vec::new();
    let rect = ui.available_rect_before_wrap();
    let stage = scene.session.stage();
    if stage != Stage::Open {
        ui.painter().rect_filled(rect, 0.0, tokens(ui).window);
    }
    match stage {
        Stage::Open => {
            viewports_ui(ui, rect, scene, state, out, &mut pointed);
            states::reduced_ui(ui, rect, scene);
        }
        Stage::Report => report::report_ui(ui, rect, scene, out),
        Stage::Welcome => states::welcome_ui(ui, rect, scene, state, out),
        Stage::Opening => states::opening_ui(ui, rect, scene, out),
        Stage::Unusable(index) => states::unusable_ui(ui, rect, scene, index, state, out),
        Stage::Failed(sentence) => states::failed_ui(ui, rect, scene, &sentence, state, out),
    }
    // The pointer leaves one viewport before it enters another, whichever was drawn first.
    pointed.sort_by_key(|p: &Pointed| p.event != PointerEvent::Leave);
    states::drop_ui(ui, rect);
    states::notices_ui(ui, rect, scene, out);
    pointed
}

fn viewports_ui(
    ui: &mut Ui,
    rect: Rect,
    scene: &Scene<'_>,
    state: &mut UiState,
    out: &mut Commands,
    pointed: &mut Vec<Pointed>,
) {
    state.panes.clear();
    if !scene.session.look().shows_volume() {
        state.volume_hands.give_up(out);
        state.volume_pointer = None;
    }
    let layout = scene.session.look().layout;
    let has_prior = scene.session.prior().is_some();
    let in_3d = scene.session.look().in_3d;
    let fourth_is_prior = has_prior && !state.fourth_seen && !in_3d;
    let fourth = scene.session.look().arrangement != Arrangement::Row;
    if !(layout == Layout::Dates || (layout == Layout::Grid && fourth && fourth_is_prior)) {
        state.prior_hover = None;
    }
    if let Layout::Single(pane) = layout {
        slices_ui(ui, rect, pane, scene, state, out, pointed);
        return;
    }
    if let Layout::Maps(pane) = layout {
        pair_ui(ui, rect, pane, scene, state, out, pointed);
        return;
    }
    if layout == Layout::Volume {
        volume_ui(ui, rect, scene, state, out);
        return;
    }
    if layout == Layout::Dates {
        let middle = rect.center().x;
        ui.painter().rect_filled(
            rect.with_min_x(middle - GAP).with_max_x(middle + GAP),
            0.0,
            tokens(ui).window,
        );
        let [left, right] = [rect.with_max_x(middle - GAP / 2.0), rect.with_min_x(middle + GAP / 2.0)];
        slices_ui(ui, left, Pane::Axial, scene, state, out, pointed);
        prior_ui(ui, right, scene, state, out);
        return;
    }
    let shares = dividers_ui(ui, rect, scene.session.look().arrangement);
    let cells = cells(rect, scene.session.look().arrangement, shares);
    // Between the viewports alone: what lies under them would be painted twice, which is half of a
    // frame's time on a software adapter.
    for between in &cells.between {
        ui.painter().rect_filled(*between, 0.0, tokens(ui).window);
    }
    // In the order in which one reads them, so that Tab goes that way.
    for (pane, cell) in cells.planes {
        slices_ui(ui, cell, pane, scene, state, out, pointed);
    }
    match cells.fourth {
        Some(cell) if in_3d => volume_ui(ui, cell, scene, state, out),
        Some(cell) if fourth_is_prior => prior_ui(ui, cell, scene, state, out),
        Some(cell) => panels::strip_ui(ui, cell, scene, state),
        None => {}
    }
}

/// Where the viewports lie.
struct Cells {
    planes: Vec<(Pane, Rect)>,
    /// The volume in 3D, the prior, or what the network saw.
    fourth: Option<Rect>,
    between: Vec<Rect>,
}

/// - `shares`: of the width and the height, where the dividers lie
fn cells(rect: Rect, arrangement: Arrangement, shares: [f32; 2]) -> Cells {
    let half = GAP / 2.0;
    let x = rect.left() + rect.width() * shares[0];
    let y = rect.top() + rect.height() * shares[1];
    let column = |x: f32| Rect::from_x_y_ranges(x - GAP..=x + GAP, rect.y_range());
    let row = |of: Rect, y: f32| Rect::from_x_y_ranges(of.x_range(), y - GAP..=y + GAP);
    let left = Rect::from_x_y_ranges(rect.left()..=x - half, rect.y_range());
    let right = Rect::from_x_y_ranges(x + half..=rect.right(), rect.y_range());
    match arrangement {
        Arrangement::Quarters => {
            let upper = Rect::from_x_y_ranges(rect.x_range(), rect.top()..=y - half);
            let lower = Rect::from_x_y_ranges(rect.x_range(), y + half..=rect.bottom());
            Cells {
                planes: vec![
                    (Pane::Axial, upper.intersect(left)),
                    (Pane::Coronal, upper.intersect(right)),
                    (Pane::Sagittal, lower.intersect(right)),
                ],
                fourth: Some(lower.intersect(left)),
                between: vec![column(x), row(rect, y)],
            }
        }
        Arrangement::Large(large) => {
            let third = right.height() / 3.0;
            let edge = |n: f32| right.top() + n * third;
            let part = |top: f32, bottom: f32| Rect::from_x_y_ranges(right.x_range(), top..=bottom);
            let edges = [edge(1.0), edge(2.0)];
            let small = [
                part(right.top(), edges[0] - half),
                part(edges[0] + half, edges[1] - half),
                part(edges[1] + half, right.bottom()),
            ];
            let others = Pane::ALL.into_iter().filter(|pane| *pane != large);
            Cells {
                planes: std::iter::once((large, left)).chain(others.zip(small)).collect(),
                fourth: Some(small[2]),
                between: vec![column(x), row(right, edges[0]), row(right, edges[1])],
            }
        }
        Arrangement::Row => {
            let third = rect.width() / 3.0;
            let part = |left: f32, right: f32| Rect::from_x_y_ranges(left..=right, rect.y_range());
            let edges = [rect.left() + third, rect.left() + 2.0 * third];
            let cells = [
                part(rect.left(), edges[0] - half),
                part(edges[0] + half, edges[1] - half),
                part(edges[1] + half, rect.right()),
            ];
            Cells {
                planes: Pane::ALL.into_iter().zip(cells).collect(),
                fourth: None,
                between: edges.map(column).to_vec(),
            }
        }
    }
}

/// A viewport, with the scores of its slices beside it where they were scanned.
fn slices_ui(
    ui: &mut Ui,
    rect: Rect,
    pane: Pane,
    scene: &Scene<'_>,
    state: &mut UiState,
    out: &mut Commands,
    pointed: &mut Vec<Pointed>,
) {
    if scored_pane(scene.session) != Some(pane) || rect.width() < 4.0 * SCORES_WIDTH {
        canvas_ui(ui, rect, pane, scene, state, out, pointed);
        return;
    }
    let edge = rect.right() - SCORES_WIDTH;
    canvas_ui(ui, rect.with_max_x(edge), pane, scene, state, out, pointed);
    scores_ui(ui, rect.with_min_x(edge), scene, out);
}

/// Where the dividers lie, as shares of the middle that the user may drag; a double-click puts
/// one back.
fn dividers_ui(ui: &Ui, rect: Rect, arrangement: Arrangement) -> [f32; 2] {
    // How many of them this arrangement has, and where they lie at the start.
    let (movable, start) = match arrangement {
        Arrangement::Quarters => (2, [0.5, 0.5]),
        Arrangement::Large(_) => (1, [0.68, 0.5]),
        Arrangement::Row => (0, [0.5, 0.5]),
    };
    let id = Id::unique(("dividers", movable));
    let mut shares: [f32; 2] = ui.data(|d| d.get_temp(id)).unwrap_or(start);
    let grips = |shares: [f32; 2]| {
        let x = rect.left() + rect.width() * shares[0];
        let y = rect.top() + rect.height() * shares[1];
        [
            Rect::from_center_size(pos2(x, rect.center().y), vec2(GRIP, rect.height())),
            Rect::from_center_size(pos2(rect.center().x, y), vec2(rect.width(), GRIP)),
        ]
    };
    let sides = [
        (CursorIcon::ResizeHorizontal, say!("centre-left-right")),
        (CursorIcon::ResizeVertical, say!("centre-top-bottom")),
    ];
    for (axis, (icon, name)) in sides.into_iter().enumerate().take(movable) {
        let response = ui.interact(grips(shares)[axis], id.with(axis), Sense::click_and_drag());
        response.widget_info(|| WidgetInfo::labeled(Role::Splitter, true, name));
        if response.hovered() || response.dragged() {
            ui.set_cursor_icon(icon);
        }
        let moved = response.drag_delta();
        let by = if axis == 0 { moved.x / rect.width() } else { moved.y / rect.height() };
        shares[axis] = (shares[axis] + by).clamp(0.15, 0.85);
        if response.double_clicked() {
            shares[axis] = start[axis];
        }
        if response.has_focus() {
            shares[axis] = (shares[axis] + by_keys(ui, &response, axis)).clamp(0.15, 0.85);
            ui.painter().rect_filled(grips(shares)[axis].shrink(3.0), 0.0, tokens(ui).accent);
        }
    }
    ui.data_mut(|d| d.insert_temp(id, shares));
    shares
}

/// Arrows move a divider that has the focus.
fn by_keys(ui: &Ui, response: &Response, axis: usize) -> f32 {
    const STEP: f32 = 0.02;
    let filter =
        EventFilter { horizontal_arrows: axis == 0, vertical_arrows: axis == 1, ..EventFilter::default() };
    ui.memory_mut(|m| m.set_focus_lock_filter(response.id, filter));
    let [back, forth] =
        if axis == 0 { [Key::ArrowLeft, Key::ArrowRight] } else { [Key::ArrowUp, Key::ArrowDown] };
    ui.input(|i| {
        (f32::from(u8::from(i.key_pressed(forth))) - f32::from(u8::from(i.key_pressed(back)))) * STEP
    })
}
