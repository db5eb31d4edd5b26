//! The viewport of the prior: the axial plane of the earlier series, in its own patient space.

use std::sync::Arc;

use egui::{CursorIcon, EventFilter, Id, Key, Rect, Response, Role, Sense, Ui, WidgetInfo};

use super::callback::{SlicePlace, slice_shape};
use super::canvas::on_pixels;
use super::compose::{facts_of, measurements};
use super::keys::presses;
use super::shown::{DrawnPane, Facts, Mark, PaneKind, Second, Shown};
use super::{overlay, pointer};
use crate::command::Commands;
use crate::findings::Nodule;
use crate::geometry::Plane;
use crate::inference::{Region, csf};
use crate::networks::spec;
use crate::say;
use crate::session::{PriorLook, PriorSeries, Session, Tool, ViewportState, is_earlier};
use crate::tools::PointerEvent;
use crate::ui::theme::PICTURE;
use crate::ui::{Scene, UiState, words};
use crate::view;
use crate::volume::Sampling;

/// The prior as it is looked at now; `None` where there is none.
/// - `size_px`: physical pixels
pub fn compose_prior(session: &Session, size_px: [u32; 2]) -> Option<Shown> {
    let prior = session.prior()?;
    let grid = prior.volume.grid();
    let look = session.look();
    let PriorLook { cursor, viewport, link, .. } = view::prior_look(session, size_px);
    let other = |plane| (plane, view::resolve(grid, &ViewportState::fitted(plane), cursor, [64, 64]));
    Some(Shown {
        volume: Arc::clone(&prior.volume),
        view: view::resolve(grid, &viewport, cursor, size_px),
        others: [Plane::Coronal, Plane::Sagittal].map(other).into(),
        home: Some(Plane::Axial),
        turnable: false,
        cursor,
        window: session.prior_window().unwrap_or(look.window),
        invert: prior.volume.polarity().inverted(look.invert),
        sampling: Sampling::default(),
        colours: look.colours,
        screen: None,
        slab: None,
        boxes: if look.boxes { boxes(session) } else { Vec::new() },
        candidates: Vec::new(),
        crop_box: None,
        block: None,
        outlines: Vec::new(),
        layer: None,
        heatmap: None,
        map_name: None,
        cautioned: false,
        colour_bar: true,
        untrained: false,
        painted: None,
        probabilities: Vec::new(),
        marks: marks(session),
        measurements: measurements(session.prior_findings(), session.prior_sketch()),
        text: look.corner_text,
        facts: beyond(session, size_px, Facts { link: words::series_link(link), ..facts(session, prior) }),
        reduced: prior.gpu.reduced,
        focused: false,
    })
}

/// What a network that compares dates reads here, where one is asked.
fn boxes(session: &Session) -> Vec<Region> {
    let look = session.look();
    let mut asked = look.beside.iter().chain([&look.network]);
    let compares = asked.any(|name| spec(name).is_ok_and(|spec| spec.family.compares_dates()));
    let at = session.selected().and_then(|nodule| session.at_in_prior(nodule)).filter(|_| compares);
    let grid = session.prior().map(|prior| prior.volume.grid());
    at.zip(grid).map(|(at, grid)| csf::region(grid, at, csf::Date::Prior)).into_iter().collect()
}

/// Every nodule that is marked on both dates, by the number that it has in the list.
fn marks(session: &Session) -> Vec<Mark> {
    let selected = session.selected().map(|n| n.id);
    let nodules = session.findings().nodules();
    let mark = |(n, nodule): (usize, &Nodule)| {
        Some(Mark {
            at: session.at_in_prior(nodule)?,
            label: if nodules.len() > 1 { (n + 1).to_string() } else { String::new() },
            selected: selected == Some(nodule.id),
        })
    };
    nodules.iter().enumerate().filter_map(mark).collect()
}

/// Says so where the prior follows to a place where it has no slice.
fn beyond(session: &Session, size_px: [u32; 2], facts: Facts) -> Facts {
    let beyond = view::prior_beyond(session, size_px).map(|end| match end {
        view::End::First => say!("prior-view-before-first"),
        view::End::Last => say!("prior-view-after-last"),
    });
    Facts { beyond, ..facts }
}

fn facts(session: &Session, prior: &PriorSeries) -> Facts {
    let Some(series) = prior.series() else { return Facts::default() };
    let mut facts = facts_of(series, &prior.defects);
    facts.patient.extend(words::date(series.study_date.reveal()));
    let earlier = session.series().is_none_or(|now| is_earlier(now, series));
    let second = Some(if earlier { Second::Prior } else { Second::Beside });
    let facts = Facts { second, ..facts };
    if session.is_anonymous() { facts.anonymous() } else { facts }
}

/// Draws the prior into `rect`; what the pointer and the keyboard did there goes to the commands.
pub fn prior_ui(ui: &mut Ui, rect: Rect, scene: &Scene<'_>, state: &mut UiState, out: &mut Commands) {
    let scale = ui.pixels_per_point();
    let (rect, size_px) = on_pixels(rect, scale);
    let response = ui.interact(rect, Id::unique("prior viewport"), Sense::click_and_drag());
    let Some(mut shown) = compose_prior(scene.session, size_px) else {
        ui.painter().rect_filled(rect, 0.0, PICTURE.ground);
        return;
    };
    state.panes.push(DrawnPane::new(PaneKind::Prior, rect, scale, size_px));
    shown.focused = response.has_focus();
    shown.sampling = scene.prefs.sampling();
    (shown.screen, state.prior_px) = (state.screen, size_px);
    shown.outlines = state.outlines.prior_marks(scene.session, &shown.view);
    ui.painter().add(slice_shape(rect, SlicePlace::Prior, shown.frame()));
    overlay::paint(ui.painter(), rect, &shown);
    let name = words::second_series(scene.session);
    response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, &name));
    ui.accesskit_node_builder(response.id, |node| {
        node.set_role(Role::Canvas);
        let (at, what) = state
            .prior_hover
            .map_or((shown.cursor, say!("prior-view-cursor")), |at| (at, say!("prior-view-pointer")));
        let grid = shown.volume.grid();
        let voxel = grid.voxel_at(grid.voxel_from_patient() * at);
        let value = voxel.and_then(|voxel| shown.volume.value(voxel));
        let place = words::spoken_place(what, at, value, &shown.volume);
        let linked =
            if shown.facts.link.is_empty() { String::new() } else { format!(", {}", shown.facts.link) };
        let beyond = shown.facts.beyond.map_or(String::new(), |beyond| format!(", {beyond}"));
        let linked = beyond + &linked;
        node.set_value(say!(
            "prior-view-said",
            name = name,
            plane = words::spoken_slice(&shown.view),
            linked = linked,
            place = place
        ));
    });
    if response.contains_pointer() && ui.input(|i| i.pointer.any_pressed()) {
        response.request_focus();
    }
    if response.hovered() {
        ui.set_cursor_icon(match scene.session.look().tool {
            Tool::Pan => CursorIcon::Grab,
            Tool::Zoom => CursorIcon::ZoomIn,
            Tool::Crosshair | Tool::Nodule | Tool::Measure(_) | Tool::Segment | Tool::Erase => {
                CursorIcon::Crosshair
            }
            _ => CursorIcon::Default,
        });
    }
    keyboard(ui, &response, (scene.session, size_px), state, out);
    let events = pointer::events(ui, &response, rect, scale);
    for event in &events {
        match *event {
            PointerEvent::Leave => state.prior_hover = None,
            PointerEvent::Move { at, .. }
            | PointerEvent::Drag { at, .. }
            | PointerEvent::Press { at, .. } => {
                state.prior_hover = Some(&shown.view.patient_from_viewport * at);
            }
            _ => {}
        }
    }
    state.prior_hands.handle(scene.session, &shown.view, &events, out);
}

/// Slices by the arrows, the whole plane by the space bar, while the viewport has the focus.
fn keyboard(
    ui: &Ui,
    response: &Response,
    (session, size_px): (&Session, [u32; 2]),
    state: &mut UiState,
    out: &mut Commands,
) {
    state.prior_has_focus = response.has_focus();
    let Some(prior) = session.prior().filter(|_| response.has_focus()) else { return };
    let filter = EventFilter { tab: false, horizontal_arrows: true, vertical_arrows: true, escape: false };
    ui.memory_mut(|m| m.set_focus_lock_filter(response.id, filter));
    let grid = prior.volume.grid();
    let look = view::prior_look(session, size_px);
    let view = view::resolve(grid, &look.viewport, look.cursor, [64, 64]);
    let by = |key| i64::try_from(presses(ui, key)).unwrap_or(0);
    let steps = by(Key::ArrowDown) - by(Key::ArrowUp);
    let mut to = look;
    if steps != 0 {
        to.cursor = view::step(grid, &view, look.cursor, steps);
    }
    for (key, last) in [(Key::Home, false), (Key::End, true)] {
        if by(key) > 0 {
            to.cursor = view::to_end(grid, &view, look.cursor, last);
        }
    }
    if by(Key::Space) > 0 {
        to.viewport = ViewportState::fitted(Plane::Axial);
    }
    if to != look {
        out.edit(view::prior_edit(session, to, size_px));
    }
}
