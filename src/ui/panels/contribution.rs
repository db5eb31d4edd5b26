//! How much each part of the input moved the answer: bars to both sides of nothing.

use egui::{Align2, Color32, Rect, Sense, TextStyle, Ui, pos2, vec2};

use crate::inference::{Answer, M3NetDetail};
use crate::language::{heard, named};
use crate::networks::Scale;
use crate::say;
use crate::ui::theme::{region_colour, text, tokens};
use crate::ui::widgets::{ends_ui, small_paragraph_ui};
use crate::ui::words;

/// Room for the name of the widest scale.
const NAME: f32 = 48.0;
const VALUE: f32 = 44.0;

/// One row.
pub struct Bar {
    /// What moved the answer.
    pub name: String,
    /// Its dot.
    pub colour: Color32,
    /// By how much.
    pub value: f64,
}

/// The scales of M3Net.
pub fn contribution_ui(ui: &mut Ui, answer: &Answer) {
    let t = tokens(ui);
    let Some(seen) = answer.m3net() else { return };
    scales_ui(ui, seen);
    let class = answer.classes.get(1).map_or(say!("contribution-class-asked").into(), |class| heard(class));
    let hint = say!("contribution-right", class = class.as_ref());
    small_paragraph_ui(ui, &hint, t.muted);
    if answer.ensemble > 1 {
        let whose = say!("contribution-first-network", count = words::count(answer.ensemble));
        small_paragraph_ui(ui, &whose, t.muted);
    }
}

/// A bar for each scale.
pub fn scales_ui(ui: &mut Ui, seen: &M3NetDetail) {
    // The box's colour as a dot: the bar's own colours say which way.
    let bars = Scale::ALL.into_iter().zip(seen.scale_contribution).map(|(scale, value)| Bar {
        name: named("scale", scale.name()).to_owned(),
        colour: region_colour(scale.into()),
        value,
    });
    bars_ui(ui, say!("contribution-title"), "logits", &bars.collect::<Vec<_>>());
}

/// Bars to the left (away from the class) and right (towards it) of a middle line.
pub fn bars_ui(ui: &mut Ui, title: &str, unit: &str, bars: &[Bar]) {
    let t = tokens(ui);
    ends_ui(ui, (title, text::strong(), t.text), (unit, TextStyle::Small, t.muted));
    let font = TextStyle::Body.resolve(ui.style());
    let wide = |bar: &Bar| ui.painter().layout_no_wrap(bar.name.clone(), font.clone(), t.muted).size().x;
    let most = ui.available_width() / 2.0;
    let name = bars.iter().map(wide).fold(NAME, f32::max).min(most);
    let largest = bars.iter().fold(1e-6f64, |m, bar| m.max(bar.value.abs()));
    for bar in bars {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 20.0), Sense::hover());
        let said = format!("{}: {} {unit}", bar.name, words::with_sign(bar.value));
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &said));
        let y = rect.center().y;
        ui.painter().circle_filled(pos2(rect.left() + 4.0, y), 3.0, bar.colour);
        let room = Rect::from_min_max(rect.min, pos2(rect.left() + 12.0 + name, rect.bottom()));
        ui.painter().with_clip_rect(room).text(
            pos2(rect.left() + 12.0, y),
            Align2::LEFT_CENTER,
            &bar.name,
            font.clone(),
            t.muted,
        );
        let rail = Rect::from_min_max(
            pos2(rect.left() + name + 12.0, y - 3.0),
            pos2(rect.right() - VALUE - 8.0, y + 3.0),
        );
        ui.painter().rect_filled(rail, 3.0, t.control);
        let middle = rail.center().x;
        let end = middle + rail.width() / 2.0 * (bar.value / largest) as f32;
        let colour = if bar.value >= 0.0 { t.towards } else { t.away };
        let drawn =
            Rect::from_min_max(pos2(middle.min(end), rail.top()), pos2(middle.max(end), rail.bottom()));
        ui.painter().rect_filled(drawn, 0.0, colour);
        ui.painter().vline(middle, rail.expand(2.0).y_range(), egui::Stroke::new(1.0, t.muted));
        let value = words::with_sign(bar.value);
        ui.painter().text(pos2(rect.right(), y), Align2::RIGHT_CENTER, value, font.clone(), t.text);
    }
}
