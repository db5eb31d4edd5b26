//! How much each scale moved the answer, in logits.

use egui::{Align2, Rect, Sense, TextStyle, Ui, pos2, vec2};

use crate::inference::Answer;
use crate::networks::Scale;
use crate::ui::theme::{region_colour, text, tokens};
use crate::ui::widgets::{line_ui, splits};
use crate::ui::words;

const NAME: f32 = 48.0;
const VALUE: f32 = 44.0;

/// Bars to the left (away from the class) and right (towards it) of a middle line.
pub fn contribution_ui(ui: &mut Ui, answer: &Answer) {
    let t = tokens(ui);
    splits(
        ui,
        |ui| line_ui(ui, "Contribution of each scale", text::strong(), t.text),
        |ui| line_ui(ui, "logits", TextStyle::Small, t.muted),
    );
    let Some(seen) = answer.m3net() else { return };
    let largest = seen.scale_contribution.iter().fold(1e-6f64, |m, v| m.max(v.abs()));
    for (scale, value) in Scale::ALL.into_iter().zip(seen.scale_contribution) {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 20.0), Sense::hover());
        let said = format!("{}: {} logits", scale.name(), words::with_sign(value));
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &said));
        let y = rect.center().y;
        let font = TextStyle::Body.resolve(ui.style());
        // The box's colour as a dot: the bar's own colours say which way.
        ui.painter().circle_filled(pos2(rect.left() + 4.0, y), 3.0, region_colour(scale.into()));
        ui.painter().text(
            pos2(rect.left() + 12.0, y),
            Align2::LEFT_CENTER,
            scale.name(),
            font.clone(),
            t.muted,
        );
        let rail = Rect::from_min_max(
            pos2(rect.left() + NAME + 12.0, y - 3.0),
            pos2(rect.right() - VALUE - 8.0, y + 3.0),
        );
        ui.painter().rect_filled(rail, 3.0, t.control);
        let middle = rail.center().x;
        let end = middle + rail.width() / 2.0 * (value / largest) as f32;
        let colour = if value >= 0.0 { t.towards } else { t.away };
        let bar = Rect::from_min_max(pos2(middle.min(end), rail.top()), pos2(middle.max(end), rail.bottom()));
        ui.painter().rect_filled(bar, 0.0, colour);
        ui.painter().vline(middle, rail.expand(2.0).y_range(), egui::Stroke::new(1.0, t.muted));
        ui.painter().text(pos2(rect.right(), y), Align2::RIGHT_CENTER, words::with_sign(value), font, t.text);
    }
    let class = answer.classes.get(1).map_or("the class asked for", String::as_str);
    let hint = format!("Right: towards {class} (gradient × input)");
    line_ui(ui, &hint, TextStyle::Small, t.muted);
    if answer.ensemble > 1 {
        let whose = format!("In the first of the {} networks", words::count(answer.ensemble));
        line_ui(ui, &whose, TextStyle::Small, t.muted);
    }
}
