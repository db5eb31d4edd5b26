//! What the network would say if some tissue were not there.

use egui::{Label, RichText, Ui};

use crate::command::{Command, Commands};
use crate::findings::Nodule;
use crate::inference::Answer;
use crate::say;
use crate::session::{Brush, Edit, Tool};
use crate::ui::theme::{size, text, tokens};
use crate::ui::widgets::{
    Press, line_ui, note_ui, paragraph_ui, press_ui, segments_ui, slider_row_ui, small_paragraph_ui, splits,
};
use crate::ui::{Scene, icons, words};
use crate::volume::Fill;

/// Draws the brush, and what the paint did; nothing for a network that cannot be asked.
pub fn counterfactual_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    nodule: &Nodule,
    answer: &Answer,
    out: &mut Commands,
) {
    let t = tokens(ui);
    let look = scene.session.look();
    let brush = look.brush;
    let painted = scene.session.findings().painted();
    splits(
        ui,
        |ui| line_ui(ui, say!("counterfactual-title"), text::strong(), t.text),
        |ui| {
            let tool = Command::Tool(Tool::Paint);
            let on = look.tool == Tool::Paint;
            let press = Press::new(icons::BRUSH, say!("counterfactual-paint-away")).selected(on).filled();
            if press_ui(ui, press).on_hover_text(scene.tip(&tool)).clicked() {
                out.push(if on { Command::Tool(Tool::Nodule) } else { tool });
            }
        },
    );
    if painted.is_empty() && look.tool != Tool::Paint {
        paragraph_ui(ui, say!("counterfactual-how"), t.muted);
        return;
    }
    let chosen = Fill::ALL.iter().position(|fill| *fill == brush.fill).unwrap_or(0);
    if let Some(n) = segments_ui(
        ui,
        say!("counterfactual-in-place"),
        &[say!("counterfactual-lung"), say!("counterfactual-air"), say!("counterfactual-blur")],
        chosen,
    ) && let Some(fill) = Fill::ALL.get(n)
    {
        out.edit(Edit::Brush(Brush { fill: *fill, ..brush }));
    }
    let [least, most] = Brush::RADII_MM;
    let share = ((brush.radius_mm - least) / (most - least)) as f32;
    let (new, _) =
        slider_row_ui(ui, say!("counterfactual-brush"), share, &format!("{:.1} mm", brush.radius_mm));
    if let Some(share) = new {
        let radius_mm = ((least + f64::from(share) * (most - least)) * 2.0).round() / 2.0;
        out.edit(Edit::Brush(Brush { radius_mm, ..brush }));
    }
    if painted.is_empty() {
        paragraph_ui(ui, say!("counterfactual-drag"), t.muted);
        return;
    }
    note_ui(ui, icons::WARNING, t.warning, &say!("counterfactual-edited", voxels = painted.voxels()));
    ui.horizontal(|ui| {
        let toggle = Command::TogglePainted;
        let words =
            if brush.shown { say!("counterfactual-show-ct") } else { say!("counterfactual-show-edit") };
        if press_ui(ui, Press::new("", words).filled()).on_hover_text(scene.tip(&toggle)).clicked() {
            out.push(toggle);
        }
        let clear = Command::ClearPainted;
        let press = Press::new(icons::REMOVE, say!("counterfactual-clear")).filled();
        if press_ui(ui, press).on_hover_text(scene.tip(&clear)).clicked() {
            out.push(clear);
        }
    });
    // Last: it grows when the answer comes, and the buttons must not move under the pointer.
    change_ui(ui, scene, nodule, answer);
}

/// Before, after, and by how much.
fn change_ui(ui: &mut Ui, scene: &Scene<'_>, nodule: &Nodule, answer: &Answer) {
    let t = tokens(ui);
    let found = nodule.counterfactual();
    let Some(found) = found else {
        paragraph_ui(ui, say!("counterfactual-being-asked"), t.muted);
        return;
    };
    let current = std::sync::Arc::ptr_eq(&found.painted, scene.session.findings().painted());
    let whole = current && found.said.len() == answer.said.len();
    let [before, after] = found.before_and_after(answer);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = size::STEP;
        let number = |p: f64, ink| {
            Label::new(RichText::new(format!("{p:.2}")).text_style(egui::TextStyle::Heading).color(ink))
        };
        ui.add(number(before, t.muted));
        line_ui(ui, "\u{2192}", egui::TextStyle::Body, t.muted);
        ui.add(number(after, if whole { t.text } else { t.muted }));
        let change = words::with_sign(after - before);
        line_ui(ui, &say!("counterfactual-change", change = change), egui::TextStyle::Body, t.muted);
    });
    if found.said.len() < answer.said.len() {
        let count = words::count(answer.ensemble);
        small_paragraph_ui(ui, &say!("counterfactual-both-first", count = count), t.muted);
    }
}
