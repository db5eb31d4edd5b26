//! The middle of the window: viewports two by two with dividers, or one alone; or, while nothing
//! is open, the state that says why and what to do.

use egui::{CursorIcon, EventFilter, Id, Key, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::theme::tokens;
use super::viewport::{SCORES_WIDTH, canvas_ui, prior_ui, scored_pane, scores_ui};
use super::{Scene, UiState, panels, report, states};
use crate::command::Commands;
use crate::session::{Layout, Pane, Stage};
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
        Stage::Unusable(index) => states::unusable_ui(ui, rect, scene, index, out),
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
    let layout = scene.session.look().layout;
    let has_prior = scene.session.prior().is_some();
    let fourth_is_prior = has_prior && !state.fourth_seen;
    if !(layout == Layout::Dates || (layout == Layout::Grid && fourth_is_prior)) {
        state.prior_hover = None;
    }
    if let Layout::Single(pane) = layout {
        slices_ui(ui, rect, pane, scene, state, out, pointed);
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
    let [x, y] = dividers_ui(ui, rect);
    let half = GAP / 2.0;
    let (left, right) = (rect.left(), rect.right());
    let (top, bottom) = (rect.top(), rect.bottom());
    // Between the viewports alone: what lies under them would be painted twice, which is half of a
    // frame's time on a software adapter.
    let gap = tokens(ui).window;
    for between in [
        Rect::everything_right_of(x - GAP).intersect(Rect::everything_left_of(x + GAP)),
        Rect::everything_below(y - GAP).intersect(Rect::everything_above(y + GAP)),
    ] {
        ui.painter().rect_filled(between.intersect(rect), 0.0, gap);
    }
    let cell = |x0: f32, y0: f32, x1: f32, y1: f32| Rect::from_min_max(pos2(x0, y0), pos2(x1, y1));
    slices_ui(ui, cell(left, top, x - half, y - half), Pane::Axial, scene, state, out, pointed);
    slices_ui(ui, cell(x + half, top, right, y - half), Pane::Coronal, scene, state, out, pointed);
    let fourth = cell(left, y + half, x - half, bottom);
    if fourth_is_prior {
        prior_ui(ui, fourth, scene, state, out);
    } else {
        panels::strip_ui(ui, fourth, scene, state);
    }
    slices_ui(ui, cell(x + half, y + half, right, bottom), Pane::Sagittal, scene, state, out, pointed);
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

/// Where the two dividers lie, as shares of the middle that the user may drag; a double-click puts
/// one back.
fn dividers_ui(ui: &Ui, rect: Rect) -> [f32; 2] {
    let id = Id::unique("dividers");
    let mut shares: [f32; 2] = ui.data(|d| d.get_temp(id)).unwrap_or([0.5, 0.5]);
    let grips = |shares: [f32; 2]| {
        let x = rect.left() + rect.width() * shares[0];
        let y = rect.top() + rect.height() * shares[1];
        [
            Rect::from_center_size(pos2(x, rect.center().y), vec2(GRIP, rect.height())),
            Rect::from_center_size(pos2(rect.center().x, y), vec2(rect.width(), GRIP)),
        ]
    };
    let sides = [
        (CursorIcon::ResizeHorizontal, "Divider between left and right"),
        (CursorIcon::ResizeVertical, "Divider between top and bottom"),
    ];
    for (axis, (icon, name)) in sides.into_iter().enumerate() {
        let response = ui.interact(grips(shares)[axis], id.with(axis), Sense::click_and_drag());
        response.widget_info(|| WidgetInfo::labeled(Role::Splitter, true, name));
        if response.hovered() || response.dragged() {
            ui.set_cursor_icon(icon);
        }
        let moved = response.drag_delta();
        let by = if axis == 0 { moved.x / rect.width() } else { moved.y / rect.height() };
        shares[axis] = (shares[axis] + by).clamp(0.15, 0.85);
        if response.double_clicked() {
            shares[axis] = 0.5;
        }
        if response.has_focus() {
            shares[axis] = (shares[axis] + by_keys(ui, &response, axis)).clamp(0.15, 0.85);
            ui.painter().rect_filled(grips(shares)[axis].shrink(3.0), 0.0, tokens(ui).accent);
        }
    }
    ui.data_mut(|d| d.insert_temp(id, shares));
    [rect.left() + rect.width() * shares[0], rect.top() + rect.height() * shares[1]]
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
