//! The 3D view in the window: its picture, what lies over it, its menu, hands and keys.

use std::sync::Arc;

use egui::{CursorIcon, EventFilter, Id, Key, Rect, Response, Role, Sense, Ui, UiBuilder, WidgetInfo, vec2};

use super::callback::ray_shape;
use super::canvas::on_pixels;
use super::compose::{compose, heatmap};
use super::keys::presses;
use super::{Behind, DrawnPane, PaneKind, Shown, WireCache, overlay, pointer};
use crate::command::Commands;
use crate::geometry::{Patient, Plane, Point, Viewport};
use crate::render::RayFrame;
use crate::say;
use crate::session::{Edit, Layout, Pane, Session, Side, Tool, VolumeView};
use crate::tools::PointerEvent;
use crate::ui::picture::VolumePicture;
use crate::ui::theme::PICTURE;
use crate::ui::{Scene, UiState, panels, words};
use crate::view::{self, Shown3d};
use crate::volume::{Transfer, VolumePreset};

/// Radians that an arrow turns.
const ARROW: f64 = std::f64::consts::PI / 24.0;

/// What the 3D view shows: the picture's request and what is painted over it.
struct Composed {
    shown: Shown,
    cut: Shown3d,
    transfer: Option<Arc<Transfer>>,
    look: VolumeView,
}

impl Composed {
    fn behind(&self) -> Behind {
        Behind::of(&self.shown, &self.cut, self.transfer.as_deref())
    }

    /// What lies under a position, LPS mm. Before all slices are there, nothing is seen that could be met.
    fn met(&self, at: Point<Viewport>) -> Option<Point<Patient>> {
        let Self { shown, cut, transfer, .. } = self;
        if !shown.volume.is_complete() {
            return None;
        }
        view::met(&shown.volume, &shown.view, transfer.as_deref(), cut, at)
    }

    fn frame(&self) -> RayFrame {
        let Self { shown, cut, transfer, .. } = self;
        RayFrame {
            volume: Arc::clone(&shown.volume),
            view: shown.view.clone(),
            transfer: transfer.clone(),
            window: shown.window,
            invert: shown.invert,
            crop: cut.crop,
            cuts: cut.cuts.clone(),
            part: cut.part,
            heatmap: shown.heatmap.clone(),
        }
    }
}

/// The 3D view as it is on the screen, to be drawn without a window; `None` while nothing is open.
/// - `size_px`: physical pixels
pub fn volume_picture(session: &Session, size_px: [u32; 2]) -> Option<VolumePicture> {
    let composed = composed(session, false, false, size_px)?;
    let (frame, behind, look) = (composed.frame(), composed.behind(), composed.look);
    let mut shown = composed.shown;
    // A tool's, not the patient's.
    shown.crop_box = None;
    let mut wires = WireCache::default();
    loop {
        let (marks, more) = wires.wires(session);
        if !more {
            shown.outlines = marks;
            break;
        }
    }
    Some(VolumePicture { frame, shown, behind, look, annotations: true })
}

/// What lies under a position of the 3D view, LPS mm; `None` where nothing is seen there.
/// - `at`, `size_px`: the position and the viewport, physical pixels
pub fn met_in_volume(session: &Session, at: Point<Viewport>, size_px: [u32; 2]) -> Option<Point<Patient>> {
    composed(session, false, false, size_px)?.met(at)
}

/// The state with colours that mean something of this volume.
fn fitting(session: &Session) -> VolumeView {
    let look = session.look().volume_view;
    let hu = session.volume().is_some_and(|volume| *volume.unit() == crate::volume::Unit::Hu);
    let preset = if hu || !look.preset.needs_hu() { look.preset } else { VolumePreset::Maximum };
    VolumeView { preset, ..look }
}

/// - `heatmap_hidden`: for as long as a key is held
fn composed(session: &Session, heatmap_hidden: bool, focused: bool, size_px: [u32; 2]) -> Option<Composed> {
    let look = fitting(session);
    let base = compose(session, Pane::Axial, size_px)?;
    let grid = base.volume.grid();
    let cursor = session.look().cursor;
    let cut = Shown3d::of(grid, &look, cursor, view::normals(grid, session.look()));
    let heat = heatmap(session).filter(|_| !heatmap_hidden);
    let view = view::resolve_volume(grid, &look, cursor, size_px);
    let shown = Shown {
        view,
        others: Vec::new(),
        home: None,
        turnable: false,
        slab: None,
        heatmap: heat,
        focused,
        ..base
    };
    Some(Composed { shown, cut, transfer: look.transfer().map(Arc::new), look })
}

/// Draws the 3D view into `rect`; what the pointer and the keyboard did there goes to the commands.
pub fn volume_ui(ui: &mut Ui, rect: Rect, scene: &Scene<'_>, state: &mut UiState, out: &mut Commands) {
    let scale = ui.pixels_per_point();
    let (rect, size_px) = on_pixels(rect, scale);
    let response = ui.interact(rect, Id::unique("3D viewport"), Sense::click_and_drag());
    // Alone on the screen it is what keys are meant for, before anything was clicked.
    let alone = scene.session.look().layout == Layout::Volume && state.sheet.is_none();
    if alone && ui.memory(|memory| memory.focused().is_none()) {
        response.request_focus();
    }
    state.volume_has_focus = response.has_focus();
    let composed = composed(scene.session, state.heatmap_hidden, state.volume_has_focus, size_px);
    let Some(mut composed) = composed else {
        ui.painter().rect_filled(rect, 0.0, PICTURE.ground);
        return;
    };
    state.panes.push(DrawnPane::new(PaneKind::Volume, rect, scale, size_px));
    let (wires, more) = state.wires.wires(scene.session);
    composed.shown.outlines = wires;
    if more {
        ui.ctx().request_repaint();
    }
    let behind = composed.behind();
    let Composed { shown, look, .. } = &composed;
    ui.painter().add(ray_shape(rect, composed.frame(), ui.ctx().clone()));
    overlay::paint_volume(ui.painter(), rect, shown, &behind, look);
    if let (Some(crop), Some(grid)) = (look.crop_box, scene.session.grid()) {
        let handles = view::crop_handles(grid, &crop, &shown.view);
        overlay::crop_handles(ui.painter(), rect, &handles, response.hover_pos());
    }
    describe(ui, &response, shown, look);
    if response.contains_pointer() && ui.input(|i| i.pointer.any_pressed()) {
        response.request_focus();
    }
    if response.hovered() {
        ui.set_cursor_icon(match scene.session.look().tool {
            Tool::Pan => CursorIcon::Grab,
            Tool::Zoom => CursorIcon::ZoomIn,
            Tool::Crosshair | Tool::Nodule => CursorIcon::Crosshair,
            _ => CursorIcon::Default,
        });
    }
    keyboard(ui, &response, &scene.session.look().volume_view, out);
    let events = pointer::events(ui, &response, rect, scale);
    for event in &events {
        match *event {
            PointerEvent::Leave => state.volume_pointer = None,
            PointerEvent::Move { at, .. }
            | PointerEvent::Drag { at, .. }
            | PointerEvent::Press { at, .. } => state.volume_pointer = Some((at, size_px)),
            _ => {}
        }
    }
    state.volume_hands.handle(scene.session, &shown.view, &events, |at| composed.met(at), out);
    menu(ui, rect, scene, look, out);
}

/// The menu lies over the picture, at its upper left.
fn menu(ui: &mut Ui, rect: Rect, scene: &Scene<'_>, look: &VolumeView, out: &mut Commands) {
    let room = Rect::from_min_size(rect.min + vec2(6.0, 5.0), vec2((rect.width() - 12.0).max(40.0), 28.0));
    ui.scope_builder(UiBuilder::new().max_rect(room).id_salt(say!("volume-menu")), |ui| {
        panels::volume_menu_ui(ui, scene, look, out);
    });
}

fn describe(ui: &Ui, response: &Response, shown: &Shown, look: &VolumeView) {
    response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, "3D"));
    ui.accesskit_node_builder(response.id, |node| {
        node.set_role(Role::Canvas);
        node.set_value(words::spoken_volume(&shown.view, look));
    });
}

/// Arrows turn, the space bar shows all of it from the front, while the viewport has the focus.
fn keyboard(ui: &Ui, response: &Response, look: &VolumeView, out: &mut Commands) {
    if !response.has_focus() {
        return;
    }
    let filter = EventFilter { tab: false, horizontal_arrows: true, vertical_arrows: true, escape: false };
    ui.memory_mut(|m| m.set_focus_lock_filter(response.id, filter));
    let pressed = |key| presses(ui, key) as f64;
    let across = pressed(Key::ArrowRight) - pressed(Key::ArrowLeft);
    let along = pressed(Key::ArrowDown) - pressed(Key::ArrowUp);
    let mut to = *look;
    if across != 0.0 || along != 0.0 {
        to = to.turned(across * ARROW, 0.0).turned(0.0, along * ARROW);
    }
    if pressed(Key::Space) > 0.0 {
        to = to.fitted().from_side(Side::Front);
    }
    if to != *look {
        out.edit(Edit::VolumeView(to));
    }
}

/// Words for the planes that cut, in the order of [`Plane::ALL`].
pub fn cut_words(look: &VolumeView) -> Vec<&'static str> {
    let names = Plane::ALL.map(Plane::name);
    look.cuts.iter().zip(names).filter(|(cut, _)| cut.is_some()).map(|(_, name)| name).collect()
}
