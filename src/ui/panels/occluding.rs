//! What the network would say without the block of tissue under the pointer.

use egui::{TextStyle, Ui};

use crate::command::{Command, Commands};
use crate::findings::Nodule;
use crate::inference::Answer;
use crate::say;
use crate::session::{Brush, Edit, Tool};
use crate::ui::theme::{text, tokens};
use crate::ui::widgets::{Press, line_ui, paragraph_ui, press_ui, slider_row_ui, splits};
use crate::ui::{Scene, icons, words};

/// Draws the tool's button, the size of the block and what it did last.
pub fn occluding_ui(ui: &mut Ui, scene: &Scene<'_>, nodule: &Nodule, answer: &Answer, out: &mut Commands) {
    let t = tokens(ui);
    let look = scene.session.look();
    let on = look.tool == Tool::Occlude;
    splits(
        ui,
        |ui| line_ui(ui, say!("occluding-title"), text::strong(), t.text),
        |ui| {
            let tool = Command::Tool(Tool::Occlude);
            let press = Press::new(icons::SINGLE, say!("occluding-button")).selected(on).filled();
            if press_ui(ui, press).on_hover_text(scene.tip(&tool)).clicked() {
                out.push(if on { Command::Tool(Tool::Nodule) } else { tool });
            }
        },
    );
    if !on {
        paragraph_ui(ui, say!("occluding-how"), t.muted);
        return;
    }
    let brush = look.brush;
    let [least, most] = Brush::BLOCKS_MM;
    let share = ((brush.block_mm - least) / (most - least)) as f32;
    let shown = format!("{:.0} mm", brush.block_mm);
    if let (Some(share), _) = slider_row_ui(ui, say!("occluding-side"), share, &shown) {
        let block_mm = (least + f64::from(share) * (most - least)).round();
        out.edit(Edit::Brush(Brush { block_mm, ..brush }));
    }
    match scene.session.probed().filter(|probed| probed.nodule == nodule.id) {
        Some(probed) => {
            let [before, after] = probed.before_and_after.map(|p| format!("{p:.2}"));
            let change = words::with_sign(probed.change());
            let words = say!("occluding-change", before = before, after = after, change = change);
            line_ui(ui, &words, TextStyle::Body, t.text);
        }
        None => line_ui(ui, say!("occluding-move"), TextStyle::Body, t.muted),
    }
    paragraph_ui(ui, say!("occluding-told"), t.muted);
    if answer.ensemble > 1 {
        let count = words::count(answer.ensemble);
        line_ui(ui, &say!("counterfactual-both-first", count = count), TextStyle::Small, t.muted);
    }
}
