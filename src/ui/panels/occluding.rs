//! What the network would say without the block of tissue under the pointer.

use egui::Ui;

use crate::command::{Command, Commands};
use crate::findings::Nodule;
use crate::inference::Answer;
use crate::say;
use crate::session::{Brush, Edit, Tool};
use crate::ui::theme::{text, tokens};
use crate::ui::widgets::{Press, line_ui, paragraph_ui, press_ui, slider_row_ui, splits};
use crate::ui::{Scene, icons, words};

/// Draws the tool's button and the size of the block.
pub fn occluding_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Commands) {
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
    paragraph_ui(ui, say!("occluding-told"), t.muted);
}

/// What leaving the block out does, both numbers of the network that is asked: an ensemble's own number is the mean of
/// all its networks, and only the first is asked as the pointer moves. Nothing without the tool.
pub(super) fn left_out_ui(ui: &mut Ui, scene: &Scene<'_>, nodule: &Nodule, answer: &Answer) {
    if scene.session.look().tool != Tool::Occlude || !answer.can_lack_tissue() || !answer.trained {
        return;
    }
    let t = tokens(ui);
    let Some(probed) = scene.session.probed().filter(|probed| probed.nodule == nodule.id) else {
        return paragraph_ui(ui, say!("occluding-move"), t.muted);
    };
    let [before, after] = probed.before_and_after.map(|p| format!("{p:.2}"));
    let change = words::with_sign(probed.change());
    let moved = say!("occluding-change", before = before, after = after, change = change);
    let told = match answer.ensemble {
        0 | 1 => say!("occluding-without", moved = moved),
        count => {
            let whose = say!("occluding-first-of", count = words::count(count));
            say!("occluding-first-without", whose = whose, moved = moved)
        }
    };
    paragraph_ui(ui, &words::sentence(&told), t.text);
}
