//! How far the answer moves when nothing of the nodule is changed.

use egui::Ui;

use crate::command::{Command, Commands, Explaining};
use crate::explain::{Uncertainty, Varied};
use crate::findings::Nodule;
use crate::inference::Answer;
use crate::language::heard;
use crate::say;
use crate::session::WorkId;
use crate::ui::theme::{text, tokens};
use crate::ui::widgets::{Press, fact_ui, line_ui, meter_ui, paragraph_ui, press_ui, small_paragraph_ui};
use crate::ui::{Scene, icons};

/// Draws the figures and the button; nothing for weights that were taught nothing.
pub fn uncertainty_ui(ui: &mut Ui, scene: &Scene<'_>, nodule: &Nodule, answer: &Answer, out: &mut Commands) {
    if !answer.trained {
        return;
    }
    let t = tokens(ui);
    let found = nodule.uncertainty();
    if let Some(found) = found {
        found_ui(ui, found);
    }
    if let Some(work) = scene.session.working(WorkId::Uncertainty) {
        small_paragraph_ui(ui, &heard(&work.progress.what), t.muted);
        meter_ui(ui, say!("otherwise-asking"), work.progress.done, ui.available_width());
        if press_ui(ui, Press::new(icons::STOP, say!("otherwise-stop")).filled()).clicked() {
            out.push(Command::Cancel(WorkId::Uncertainty));
        }
        return;
    }
    if found.is_some() {
        return;
    }
    let command = Command::Explaining(Explaining::AskAgain);
    let press = Press::new(icons::RERUN, say!("otherwise-ask")).filled().enabled(scene.enabled(&command));
    if press_ui(ui, press).on_hover_text(scene.tip(&command)).clicked() {
        out.push(command);
    }
}

fn found_ui(ui: &mut Ui, found: &Uncertainty) {
    let t = tokens(ui);
    line_ui(ui, say!("otherwise-title"), text::strong(), t.text);
    let figures = |varied: &Varied| {
        let [low, high] = varied.range();
        say!(
            "otherwise-mean",
            mean = format!("{:.2}", varied.mean()),
            low = format!("{low:.2}"),
            high = format!("{high:.2}")
        )
    };
    let name = |what: &str, varied: &Varied| format!("{what} ({})", varied.probabilities.len());
    fact_ui(ui, &name(say!("otherwise-turned"), &found.turned), &figures(&found.turned));
    if let Some(dropped) = &found.dropped {
        fact_ui(ui, &name(say!("otherwise-dropout"), dropped), &figures(dropped));
    }
    paragraph_ui(ui, say!("otherwise-turned-tip"), t.muted);
    if found.dropped.is_some() {
        paragraph_ui(ui, say!("otherwise-dropout-tip"), t.muted);
    }
    paragraph_ui(ui, say!("otherwise-no-interval"), t.muted);
}
