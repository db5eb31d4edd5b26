//! The values of the volume and the window over them: two ends and a middle to be dragged.

use egui::{
    Color32, CursorIcon, EventFilter, Id, Key, Mesh, Pos2, Rect, Response, Sense, Shape, Stroke, Ui,
    WidgetInfo, pos2, vec2,
};

use crate::command::{Command, Commands};
use crate::say;
use crate::session::Edit;
use crate::ui::theme::{size, tokens};
use crate::ui::widgets::{NumberField, number_ui, paragraph_ui, splits};
use crate::ui::{Scene, words};
use crate::volume::{VolumeHistogram, Window};

const HEIGHT: f32 = 92.0;
/// As far beside a handle it can be taken hold of, points.
const REACH: f32 = 7.0;
/// Parts of a thousand of the voxels that lie beyond either end of the picture: metal must not press all
/// tissue together.
const BEYOND: f64 = 0.000_2;

/// What of the window is in the hand.
#[derive(Clone, Copy, PartialEq)]
enum Handle {
    Black,
    Middle,
    White,
}

impl Handle {
    const ALL: [Handle; 3] = [Handle::Middle, Handle::Black, Handle::White];

    fn name(self) -> &'static str {
        match self {
            Handle::Black => say!("histogram-black"),
            Handle::Middle => say!("histogram-centre"),
            Handle::White => say!("histogram-white"),
        }
    }

    fn value(self, window: Window) -> f64 {
        match self {
            Handle::Black => window.centre() - window.width() / 2.0,
            Handle::Middle => window.centre(),
            Handle::White => window.centre() + window.width() / 2.0,
        }
    }

    /// The window with this handle at another value; the other end stays, or both go along.
    fn at(self, window: Window, value: f64) -> Window {
        let [low, high] = [Handle::Black, Handle::White].map(|end| end.value(window));
        match self {
            Handle::Black => Window::spanning(value.min(high - Window::MIN_WIDTH), high),
            Handle::White => Window::spanning(low, value.max(low + Window::MIN_WIDTH)),
            Handle::Middle => Window::new(window.width(), value),
        }
    }
}

/// Draws the histogram with its handles, and fields for width and centre below it.
pub fn histogram_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Commands) {
    let t = tokens(ui);
    let window = scene.session.look().window;
    match scene.session.histogram() {
        Some(histogram) => picture_ui(ui, histogram, window, out),
        None => paragraph_ui(ui, say!("histogram-waiting"), t.muted),
    }
    ui.add_space(size::HALF);
    // Wide enough for every value that 16 bits hold.
    let field = |name| NumberField {
        name,
        unit: "",
        range: -70_000.0..=140_000.0,
        pace: 1.0,
        decimals: 1,
        nought: "",
    };
    for (wide, name, value) in [
        (true, say!("histogram-width"), window.width()),
        (false, say!("histogram-window-centre"), window.centre()),
    ] {
        splits(
            ui,
            |ui| crate::ui::widgets::line_ui(ui, name, egui::TextStyle::Body, t.muted),
            |ui| {
                let (new, response) = number_ui(ui, &field(name), value);
                let window = |new| match wide {
                    true => Window::new(new, window.centre()),
                    false => Window::new(window.width(), new),
                };
                as_gesture(&response, new.map(window), out);
            },
        );
    }
}

/// A drag is one step of undo.
fn as_gesture(response: &Response, window: Option<Window>, out: &mut Commands) {
    if response.drag_started() {
        out.push(Command::BeginGesture);
    }
    if let Some(window) = window {
        out.edit(Edit::Window(window, None));
    }
    if response.drag_stopped() {
        out.push(Command::EndGesture);
    }
}

/// Values at the left and the right end of the picture.
fn axis(histogram: &VolumeHistogram) -> [f64; 2] {
    let [low, high] = [BEYOND, 1.0 - BEYOND].map(|share| histogram.percentile(share));
    let margin = ((high - low) * 0.04).max(1.0);
    [low - margin, high + margin]
}

fn picture_ui(ui: &mut Ui, histogram: &VolumeHistogram, window: Window, out: &mut Commands) {
    let t = tokens(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
    ui.painter().rect_filled(rect, size::RADIUS as f32, t.window);
    let [low, high] = axis(histogram);
    let per_px = (high - low) / f64::from(rect.width().max(1.0));
    let x_of = |value: f64| rect.left() + (((value - low) / per_px) as f32).clamp(0.0, rect.width());
    bars(ui, rect, &histogram.bins(low, high, rect.width().round().max(1.0) as usize), t.muted);

    let [black, white] = [Handle::Black, Handle::White].map(|end| x_of(end.value(window)));
    let ramp = [pos2(black, rect.bottom() - 1.0), pos2(white, rect.top() + 1.0)];
    ui.painter().line_segment(ramp, Stroke::new(1.5, t.accent));
    for handle in Handle::ALL {
        let x = x_of(handle.value(window));
        let id = Id::unique(("window handle", handle.name()));
        let place = Rect::from_center_size(pos2(x, rect.center().y), vec2(2.0 * REACH, HEIGHT));
        let response = ui.interact(place, id, Sense::click_and_drag());
        let value = handle.value(window);
        response.widget_info(|| WidgetInfo::slider(true, value, handle.name()));
        if response.hovered() || response.dragged() {
            ui.set_cursor_icon(CursorIcon::ResizeHorizontal);
        }
        mark(ui, rect, x, handle, response.has_focus() || response.hovered() || response.dragged());
        let by = moved(ui, &response, per_px, (high - low) / 100.0);
        let new = (by != 0.0).then(|| handle.at(window, value + by));
        as_gesture(&response, new, out);
        response.on_hover_text(format!("{}: {}", handle.name(), words::signed(value, 0)));
    }
}

/// How far a handle is to go, in values: dragged, or stepped by the arrow keys while it has the focus.
fn moved(ui: &Ui, response: &Response, per_px: f64, step: f64) -> f64 {
    let mut by = if response.dragged() { f64::from(response.drag_delta().x) * per_px } else { 0.0 };
    if response.has_focus() {
        let filter = EventFilter { horizontal_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|m| m.set_focus_lock_filter(response.id, filter));
        let presses = |key| ui.input(|i| i.num_presses(key)) as f64;
        let fine = if ui.input(|i| i.modifiers.shift) { 0.1 } else { 1.0 };
        by += (presses(Key::ArrowRight) - presses(Key::ArrowLeft)) * (step * fine).max(1.0).round();
    }
    by
}

/// Logarithmic heights: air outside the patient would make all else invisible.
fn bars(ui: &Ui, rect: Rect, counts: &[u64], colour: Color32) {
    let most = counts.iter().copied().max().unwrap_or(0);
    if most == 0 {
        return;
    }
    let of = |count: u64| (1.0 + count as f64).ln() / (1.0 + most as f64).ln();
    let each = rect.width() / counts.len().max(1) as f32;
    let mut mesh = Mesh::default();
    for (n, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let height = (of(*count) as f32) * (rect.height() - 6.0);
        let left = rect.left() + each * n as f32;
        let bar = Rect::from_min_max(pos2(left, rect.bottom() - height), pos2(left + each, rect.bottom()));
        mesh.add_colored_rect(bar, colour.gamma_multiply(0.55));
    }
    ui.painter().add(Shape::mesh(mesh));
}

/// A line with a grip: at the foot of black, at the head of white, in the middle.
fn mark(ui: &Ui, rect: Rect, x: f32, handle: Handle, lit: bool) {
    let t = tokens(ui);
    let colour = if lit { t.accent } else { t.text };
    let y = match handle {
        Handle::Black => rect.bottom() - 5.0,
        Handle::Middle => rect.center().y,
        Handle::White => rect.top() + 5.0,
    };
    if handle != Handle::Middle {
        ui.painter().vline(x, rect.y_range(), Stroke::new(1.0, colour.gamma_multiply(0.7)));
    }
    let grip: Pos2 = pos2(x, y);
    ui.painter().circle(grip, 4.5, colour, Stroke::new(1.0, t.window));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_moves_alone_and_never_past_the_other() {
        let window = Window::new(400.0, 40.0);
        assert_eq!(Handle::Black.at(window, -260.0), Window::new(500.0, -10.0));
        assert_eq!(Handle::White.at(window, 140.0), Window::new(300.0, -10.0));
        assert_eq!(Handle::Middle.at(window, 100.0), Window::new(400.0, 100.0));
        for handle in [Handle::Black, Handle::White] {
            let past = if handle == Handle::Black { 9000.0 } else { -9000.0 };
            assert_eq!(handle.at(window, past).width(), Window::MIN_WIDTH);
        }
    }
}
