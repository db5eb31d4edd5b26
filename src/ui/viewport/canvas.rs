//! One viewport in the window: the slice, its overlay, what the pointer did, and what a screen
//! reader is told.

use egui::{CursorIcon, EventFilter, Id, Pos2, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2};

use super::callback::{SlicePlace, slice_shape};
use super::pair::{Side, ct_alone, of_pair};
use super::{DrawnPane, PaneKind, Shown, compose, overlay, pointer};
use crate::command::{Command, Commands};
use crate::language::named;
use crate::say;
use crate::session::{Pane, Session, Tool};
use crate::tools::Pointed;
use crate::ui::theme::{PICTURE, from_unit};
use crate::ui::{Scene, UiState, words};

/// Draws the viewport of `pane` into `rect` and adds what the pointer did to `pointed`.
pub fn canvas_ui(
    ui: &Ui,
    rect: Rect,
    pane: Pane,
    scene: &Scene<'_>,
    state: &mut UiState,
    out: &mut Commands,
    pointed: &mut Vec<Pointed>,
) {
    view_ui(ui, rect, (pane, None), scene, state, out, pointed);
}

/// The same; with one of two maps where the plane is shown twice.
pub(super) fn view_ui(
    ui: &Ui,
    rect: Rect,
    (pane, side): (Pane, Option<Side>),
    scene: &Scene<'_>,
    state: &mut UiState,
    out: &mut Commands,
    pointed: &mut Vec<Pointed>,
) {
    let second = side == Some(Side::Second);
    let scale = ui.pixels_per_point();
    let (rect, size_px) = on_pixels(rect, scale);
    let id = Id::unique(("viewport", pane, second));
    let response = ui.interact(rect, id, Sense::click_and_drag());
    let Some(mut shown) = compose(scene.session, pane, size_px) else {
        ui.painter().rect_filled(rect, 0.0, PICTURE.ground);
        return;
    };
    shown.sampling = scene.prefs.sampling();
    shown.screen = state.screen;
    let kind = side.map_or(PaneKind::Slices(pane), |side| PaneKind::OfTwo(pane, side));
    state.panes.push(DrawnPane::new(kind, rect, scale, size_px));
    if let Some(size) = state.viewport_px.get_mut(pane.index()) {
        *size = size_px;
    }
    which_map(scene, state, side, &mut shown);
    if state.heatmap_hidden {
        shown.heatmap = None;
        shown.map_name = shown.map_name.map(|_| ct_alone().to_owned());
    }

    shown.outlines = state.outlines.marks(scene.session, pane, &shown.view);

    // The slice covers all of it.
    let place = if second { SlicePlace::Second(pane) } else { SlicePlace::Current(pane) };
    ui.painter().add(slice_shape(rect, place, shown.frame()));
    let warnings = overlay::paint(ui.painter(), rect, &shown);
    if !shown.facts.explained.is_empty() && response.hover_pos().is_some_and(|at| warnings.contains(at)) {
        response.clone().on_hover_ui_at_pointer(|ui| {
            shown.facts.explained.iter().for_each(|sentence| {
                ui.label(sentence);
            });
        });
    }

    if scene.session.look().tool == Tool::Paint
        && let Some(at) = response.hover_pos()
    {
        let radius = (scene.session.look().brush.radius_mm / shown.view.mm_per_px) as f32 / scale;
        overlay::brush(ui.painter(), rect, at, radius, PICTURE.warning);
    }
    if scene.session.look().tool.segments()
        && let Some(at) = response.hover_pos()
    {
        segment_brush(ui, rect, at, scene.session, &shown);
    }

    describe(ui, &response, (pane, second), &shown, scene.session);
    focus(ui, &response, pane, state, out);
    if response.hovered() {
        ui.set_cursor_icon(cursor_icon(scene.session.look().tool));
    }
    for event in pointer::events(ui, &response, rect, scale) {
        pointed.push(Pointed { pane, view: shown.view.clone(), event });
    }
}

/// The ring of the brush, in the colour of what it draws in; white where it takes away.
fn segment_brush(ui: &Ui, rect: Rect, at: Pos2, session: &Session, shown: &Shown) {
    let look = session.look();
    let radius = (look.segment_brush.radius_mm / shown.view.mm_per_px) as f32 / ui.pixels_per_point();
    let chosen = session.findings().chosen_segment().map(|segment| segment.colour);
    let next = || session.findings().new_segment(session.volume().map(AsRef::as_ref)).map(|new| new.colour);
    let erases = look.tool == Tool::Erase || ui.input(|i| i.modifiers.command);
    let colour = chosen.or_else(next).filter(|_| !erases).unwrap_or([255; 3]);
    overlay::brush(ui.painter(), rect, at, radius, from_unit(colour.map(|c| f64::from(c) / 255.0)));
}

/// The rectangle on whole physical pixels, and its size in them.
pub fn on_pixels(rect: Rect, scale: f32) -> (Rect, [u32; 2]) {
    let snap = |v: f32| (v * scale).round();
    let (left, top) = (snap(rect.left()), snap(rect.top()));
    let (right, bottom) = (snap(rect.right()).max(left + 1.0), snap(rect.bottom()).max(top + 1.0));
    let on = Rect::from_min_max(pos2(left / scale, top / scale), pos2(right / scale, bottom / scale));
    (on, [(right - left) as u32, (bottom - top) as u32])
}

/// Side by side each view has its map; else the map, or the other one while it is that one's turn or its key is
/// held.
fn which_map(scene: &Scene<'_>, state: &UiState, side: Option<Side>, shown: &mut Shown) {
    let heat = scene.session.look().heatmap;
    let beside = side.is_some();
    // Side by side both are there already.
    let turn = side.is_none() && state.second_turn != state.other_map;
    let side = match side {
        Some(side) => side,
        None if !heat.on || !(heat.blink || turn) => return,
        None if scene.session.compared_maps().is_none() && !state.other_map => return,
        None if turn => Side::Second,
        None => Side::First,
    };
    of_pair(scene.session, side, state.other_map, shown);
    // In turn they are in one view, which has the bar always.
    shown.colour_bar |= !beside;
}

fn describe(ui: &Ui, response: &Response, (pane, second): (Pane, bool), shown: &Shown, session: &Session) {
    let label = if second {
        say!("canvas-second", pane = named("plane", pane.label()))
    } else {
        named("plane", pane.label()).to_owned()
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, &label));
    ui.accesskit_node_builder(response.id, |node| {
        node.set_role(Role::Canvas);
        let pointed = session.hover().filter(|hover| hover.pane == pane);
        let spoken = match pointed {
            Some(hover) => words::spoken_place(say!("canvas-pointer"), hover.at, hover.value, &shown.volume),
            // Without a pointer the cursor is where one is.
            None => {
                let grid = shown.volume.grid();
                let voxel = grid.voxel_at(grid.voxel_from_patient() * shown.cursor);
                let value = voxel.and_then(|voxel| shown.volume.value(voxel));
                words::spoken_place(say!("canvas-cursor"), shown.cursor, value, &shown.volume)
            }
        };
        let map = shown.map_name.as_ref().map_or(String::new(), |name| say!("canvas-map", name = name));
        node.set_value(format!("{}; {spoken}{map}", words::spoken_slice(&shown.view)));
    });
}

fn focus(ui: &Ui, response: &Response, pane: Pane, state: &mut UiState, out: &mut Commands) {
    if response.contains_pointer() && ui.input(|i| i.pointer.any_pressed()) {
        response.request_focus();
    }
    if response.gained_focus() {
        out.push(Command::Focus(pane));
    }
    if response.has_focus() {
        state.viewport_has_focus = true;
        // Arrows step through slices here; Tab still moves on.
        let filter =
            EventFilter { tab: false, horizontal_arrows: true, vertical_arrows: true, escape: false };
        ui.memory_mut(|m| m.set_focus_lock_filter(response.id, filter));
    }
}

fn cursor_icon(tool: Tool) -> CursorIcon {
    match tool {
        Tool::Window => CursorIcon::Default,
        Tool::Pan => CursorIcon::Grab,
        Tool::Zoom => CursorIcon::ZoomIn,
        Tool::Crosshair | Tool::Nodule | Tool::Measure(_) | Tool::Paint | Tool::Occlude => {
            CursorIcon::Crosshair
        }
        // Its ring is the pointer.
        Tool::Segment | Tool::Erase => CursorIcon::None,
    }
}
