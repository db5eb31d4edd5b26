//! egui's raw events to [`PointerEvent`]s, in order.
//!
//! Raw events, because egui's own drags begin only after some distance, merge buttons and smooth
//! the wheel: a viewer wants each notch and each press as it happened.

use egui::{Event, Id, MouseWheelUnit, PointerButton, Pos2, Rect, Response, Ui};

use crate::geometry::{Point, Viewport};
use crate::tools::{Button, Modifiers, PointerEvent, Wheel};

/// Points of a touchpad's movement that count as one notch of a wheel.
const POINTS_PER_NOTCH: f64 = 40.0;

/// What a viewport remembers between frames.
#[derive(Clone, Copy, Default)]
struct Memory {
    held: Option<PointerButton>,
    inside: bool,
}

/// What the pointer did over the viewport in this frame.
pub fn events(ui: &Ui, response: &Response, rect: Rect, scale: f32) -> Vec<PointerEvent> {
    let id: Id = response.id.with("pointer");
    let mut memory: Memory = ui.data(|d| d.get_temp(id)).unwrap_or_default();
    // Something on top, such as a menu, hides the viewport from the pointer.
    let reachable = response.contains_pointer();
    let at = |p: Pos2| -> Point<Viewport> {
        let v = (p - rect.min) * scale;
        Point::new(f64::from(v.x), f64::from(v.y), 0.0)
    };
    // Asked before the input is locked: a lock within a lock waits for ever as soon as a job's thread
    // asks for a frame in between.
    let double = response.double_clicked_by(PointerButton::Primary);
    let held_at = response.interact_pointer_pos();
    let mut found = Vec::new();
    ui.input(|input| {
        let here = input.pointer.latest_pos();
        for event in &input.events {
            match event {
                Event::PointerMoved(pos) => {
                    let keys = modifiers(input.modifiers);
                    // A fast mouse tells of many places in one frame: of those in a row the last one counts.
                    if memory.held.is_some() {
                        found.pop_if(|last| matches!(last, PointerEvent::Drag { .. }));
                        found.push(PointerEvent::Drag { at: at(*pos), keys });
                    } else if reachable && rect.contains(*pos) {
                        found.pop_if(|last| matches!(last, PointerEvent::Move { .. }));
                        found.push(PointerEvent::Move { at: at(*pos), keys });
                    }
                }
                Event::PointerButton { pos, button, pressed: true, modifiers: m } => {
                    if let (true, None, Some(ours)) =
                        (reachable && rect.contains(*pos), memory.held, button_of(*button))
                    {
                        memory.held = Some(*button);
                        found.push(PointerEvent::Press { at: at(*pos), button: ours, keys: modifiers(*m) });
                    }
                }
                Event::PointerButton { pos, button, pressed: false, .. } if memory.held == Some(*button) => {
                    memory.held = None;
                    found.push(PointerEvent::Release { at: at(*pos) });
                }
                Event::MouseWheel { unit, delta, modifiers: m, .. } => {
                    let Some(pos) = here.filter(|p| reachable && rect.contains(*p)) else { continue };
                    let notches = notches(*unit, *delta, rect.height());
                    if notches != 0.0 {
                        found.push(PointerEvent::Wheel { at: at(pos), notches, keys: modifiers(*m) });
                    }
                }
                Event::Zoom(factor) => {
                    // Two fingers apart: as if the wheel were turned with Ctrl held.
                    let Some(pos) = here.filter(|p| reachable && rect.contains(*p)) else { continue };
                    let keys = Modifiers { ctrl: true, ..Modifiers::default() };
                    let notches = f64::from(*factor).max(1e-3).ln() / 1.1f64.ln();
                    found.push(PointerEvent::Wheel { at: at(pos), notches, keys });
                }
                _ => {}
            }
        }
        if double && let Some(pos) = held_at.or(here) {
            found.push(PointerEvent::DoubleClick { at: at(pos) });
        }
        let inside = reachable && here.is_some_and(|p| rect.contains(p));
        if memory.inside && !inside && memory.held.is_none() {
            found.push(PointerEvent::Leave);
        }
        memory.inside = inside;
    });
    ui.data_mut(|d| d.insert_temp(id, memory));
    found
}

/// Turned notches of a wheel, or what a touchpad moved as parts of them.
/// - `page`: height of what is scrolled, points
fn notches(unit: MouseWheelUnit, delta: egui::Vec2, page: f32) -> f64 {
    // Some systems turn the wheel sideways while Shift is held.
    let turned = f64::from(if delta.y == 0.0 { delta.x } else { delta.y });
    match unit {
        MouseWheelUnit::Line => turned,
        MouseWheelUnit::Point => turned / POINTS_PER_NOTCH,
        MouseWheelUnit::Page => turned * f64::from(page) / POINTS_PER_NOTCH,
    }
}

/// Wheel over a picture that is no viewport: one slice a notch, ten with Shift, parts of notches added up.
/// Returns the slice to go to, if another.
/// - `place`: what is scrolled; what was turned over one is not added to another
/// - `k`: the slice that is shown, of `depth`
pub fn scrolled(
    ui: &Ui,
    response: &egui::Response,
    wheel: &mut Wheel<&'static str>,
    place: &'static str,
    k: usize,
    depth: usize,
) -> Option<usize> {
    if !is_meant(ui, response) {
        return None;
    }
    let page = response.rect.height();
    let steps = ui.input_mut(|i| {
        let steps = i
            .events
            .iter()
            .filter_map(|e| match e {
                egui::Event::MouseWheel { unit, delta, modifiers, .. } => {
                    Some(wheel.turn(place, notches(*unit, *delta, page), modifiers.shift))
                }
                _ => None,
            })
            .fold(0i64, i64::saturating_add);
        // Otherwise what lies around it would scroll along.
        i.smooth_scroll_delta = egui::Vec2::ZERO;
        steps
    });
    let next = (k as i64).saturating_add(steps).clamp(0, depth as i64 - 1);
    usize::try_from(next).ok().filter(|next| *next != k)
}

/// Whether the wheel is meant for a picture under the pointer: one that slid there as what lies around it was scrolled
/// leaves the wheel to that, until the pointer is moved on it a moment later.
fn is_meant(ui: &Ui, response: &egui::Response) -> bool {
    /// How long after it slid a move of the pointer is still part of that, seconds.
    const SETTLES: f64 = 0.3;
    let id = response.id.with("meant");
    let (now, moved) = ui.input(|i| (i.time, i.pointer.delta() != egui::Vec2::ZERO));
    ui.data_mut(|d| {
        let fresh = (response.rect, f64::NEG_INFINITY, true);
        let (rect, mut slid, mut meant): (Rect, f64, bool) = d.get_temp(id).unwrap_or(fresh);
        if (rect.min - response.rect.min).length() > 0.5 {
            (slid, meant) = (now, false);
        }
        let here = response.contains_pointer();
        meant |= here && moved && now - slid > SETTLES;
        d.insert_temp(id, (response.rect, slid, meant));
        here && meant
    })
}

fn button_of(button: PointerButton) -> Option<Button> {
    match button {
        PointerButton::Primary => Some(Button::Left),
        PointerButton::Middle => Some(Button::Middle),
        PointerButton::Secondary => Some(Button::Right),
        _ => None,
    }
}

fn modifiers(m: egui::Modifiers) -> Modifiers {
    Modifiers { shift: m.shift, ctrl: m.ctrl || m.command, alt: m.alt }
}
