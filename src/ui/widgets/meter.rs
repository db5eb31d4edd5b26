//! Bars that show a share, and sliders with their name and value above.

use egui::{CornerRadius, Rect, Role, Sense, Slider, TextStyle, Ui, WidgetInfo, pos2, vec2};

use super::card::ends_ui;
use crate::ui::theme::tokens;

/// A thin bar, filled up to `share` (0 to 1).
pub fn meter_ui(ui: &mut Ui, name: &str, share: f32, width: f32) {
    let t = tokens(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(width, 6.0), Sense::hover());
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::ProgressIndicator, true, name);
        info.value = Some(f64::from(share));
        info
    });
    let radius = CornerRadius::same(3);
    ui.painter().rect_filled(rect, radius, t.control);
    let end = rect.left() + rect.width() * share.clamp(0.0, 1.0);
    ui.painter().rect_filled(Rect::from_min_max(rect.min, pos2(end, rect.bottom())), radius, t.accent);
}

/// Steps of a slider from 0 to 1.
const STEP: f64 = 0.01;

/// A slider from 0 to 1 with its name at the left and its value at the right above it. Returns the
/// new value, and whether the slider is in the hand.
pub fn slider_row_ui(ui: &mut Ui, name: &str, value: f32, shown: &str) -> (Option<f32>, egui::Response) {
    let t = tokens(ui);
    ends_ui(ui, (name, TextStyle::Body, t.muted), (shown, TextStyle::Body, t.text));
    let mut new = value;
    let response =
        bare_slider_ui(ui, |ui| ui.add(Slider::new(&mut new, 0.0..=1.0).step_by(STEP).show_value(false)));
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::slider(enabled, f64::from(value), name));
    // The slider rounds a value that lies between two steps, which nobody chose.
    let chosen = f64::from((new - value).abs()) > 0.51 * STEP;
    (chosen.then_some(new), response)
}

/// A slider through things that are counted from 1 on the screen and from 0 here.
/// - `name`: for those who do not see it
/// - returns: another one that was chosen
pub fn place_slider_ui(ui: &mut Ui, name: &str, now: usize, count: usize) -> Option<usize> {
    let mut shown = now + 1;
    let slider = bare_slider_ui(ui, |ui| ui.add(Slider::new(&mut shown, 1..=count).show_value(false)));
    slider.widget_info(|| WidgetInfo::slider(true, (now + 1) as f64, name));
    slider.changed().then(|| shown.saturating_sub(1))
}

/// A slider over the whole width: thin rail, small light handle.
pub fn bare_slider_ui(ui: &mut Ui, add: impl FnOnce(&mut Ui) -> egui::Response) -> egui::Response {
    let t = tokens(ui);
    ui.scope(|ui| {
        ui.spacing_mut().slider_width = ui.available_width();
        ui.spacing_mut().interact_size.y = 14.0;
        let visuals = ui.visuals_mut();
        visuals.selection.bg_fill = t.accent.gamma_multiply(0.7);
        for (widget, ink) in [
            (&mut visuals.widgets.inactive, t.text),
            (&mut visuals.widgets.hovered, t.accent),
            (&mut visuals.widgets.active, t.accent),
        ] {
            // egui fills rail and handle alike; a thick edge makes the handle light.
            widget.bg_fill = t.control_hover;
            widget.fg_stroke = egui::Stroke::new(3.5, ink);
            widget.expansion = -1.5;
        }
        add(ui)
    })
    .inner
}
