//! How far a click may be off before the answer is another one.

use egui::{Align2, Rect, Role, Sense, TextStyle, Ui, WidgetInfo, pos2, vec2};

use crate::command::{Command, Commands};
use crate::explain::{Neighbourhood, Stability};
use crate::findings::Nodule;
use crate::inference::Answer;
use crate::language::heard;
use crate::say;
use crate::session::WorkId;
use crate::ui::theme::{size, text, tokens};
use crate::ui::viewport::heat_colour;
use crate::ui::widgets::{
    Press, fact_ui, line_ui, menu, menu_row_ui, meter_ui, paragraph_ui, press_ui, small_paragraph_ui, splits,
};
use crate::ui::{Scene, UiState, icons, words};

/// Centres along each axis that can be chosen, and how far they lie from each other, mm.
const CENTRES: [usize; 3] = [3, 5, 7];
const STEPS_MM: [f64; 3] = [1.0, 2.0, 3.0];

/// Draws the badge, what is stable, and the button; nothing for a network that was never taught.
pub fn neighbourhood_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    state: &mut UiState,
    nodule: &Nodule,
    answer: &Answer,
    out: &mut Commands,
) {
    if !answer.trained {
        return;
    }
    let t = tokens(ui);
    let found = nodule.neighbourhood();
    if let Some(found) = found {
        found_ui(ui, scene, found, out);
    }
    if let Some(work) = scene.session.working(WorkId::Neighbourhood) {
        small_paragraph_ui(ui, &heard(&work.progress.what), t.muted);
        meter_ui(ui, say!("around-asking"), work.progress.done, ui.available_width());
        if press_ui(ui, Press::new(icons::STOP, say!("around-stop")).filled()).clicked() {
            out.push(Command::Cancel(WorkId::Neighbourhood));
        }
        return;
    }
    ui.horizontal_wrapped(|ui| {
        let command = Command::AskAround;
        let label = if found.is_some() { say!("around-again") } else { say!("around-ask") };
        let press = Press::new(icons::NODULE, label).filled().enabled(scene.enabled(&command));
        if press_ui(ui, press).on_hover_text(scene.tip(&command)).clicked() {
            out.push(command);
        }
        let around = &mut state.around;
        let (n, mm) = (around.centres, around.step_mm);
        let button = press_ui(ui, Press::new("", &format!("{n} × {n} × {n}, {mm:.0} mm")).menu());
        let button = button.on_hover_text(say!("around-how-many"));
        menu(&button).show(|ui| {
            ui.set_width(180.0);
            for centres in CENTRES {
                let words = say!("around-places", centres = centres);
                if menu_row_ui(ui, Press::new("", &words).selected(around.centres == centres)).clicked() {
                    around.centres = centres;
                }
            }
            ui.separator();
            for step_mm in STEPS_MM {
                let words = say!("around-apart", step_mm = format!("{step_mm:.0}"));
                if menu_row_ui(ui, Press::new("", &words).selected(around.step_mm == step_mm)).clicked() {
                    around.step_mm = step_mm;
                }
            }
        });
    });
}

fn found_ui(ui: &mut Ui, scene: &Scene<'_>, found: &Neighbourhood, out: &mut Commands) {
    let t = tokens(ui);
    splits(
        ui,
        |ui| line_ui(ui, say!("around-title"), text::strong(), t.text),
        |ui| {
            let command = Command::ToggleNeighbourhood;
            let on = scene.session.look().neighbourhood;
            let press = Press::new("", if on { say!("around-dots-on") } else { say!("around-dots-off") })
                .selected(on);
            if press_ui(ui, press).on_hover_text(scene.tip(&command)).clicked() {
                out.push(command);
            }
        },
    );
    if let Some(jitter) = found.jitter() {
        let ([low, high], voxels) = (jitter.range, found.how.jitter_voxels);
        let name = say!("around-by", voxels = voxels);
        fact_ui(
            ui,
            &name,
            &say!(
                "around-mean",
                mean = format!("{:.2}", jitter.mean),
                low = format!("{low:.2}"),
                high = format!("{high:.2}")
            ),
        );
    }
    // Before the first network has answered everywhere a radius would be one of the places asked so far.
    if found.members > 0 {
        if let Some(side) = found.same_side() {
            fact_ui(ui, say!("around-same-side"), &within(side));
        }
        if let Some(same) = found.same_answer() {
            fact_ui(ui, say!("around-changes"), &within(same));
        }
    }
    legend_ui(ui);
    let mut notes = Vec::new();
    if !found.is_whole() {
        let count = words::count(found.ensemble);
        notes.push(match found.members {
            0 | 1 => say!("around-so-far-first", count = count),
            members => say!("around-so-far", members = words::count(members), count = count),
        });
    }
    if found.outside > 0 {
        notes.push(say!("around-outside", places = found.outside));
    }
    if !notes.is_empty() {
        paragraph_ui(ui, &notes.join(" "), t.muted);
    }
}

/// `within 4.0 mm at least`.
fn within(found: Stability) -> String {
    let least = if found.at_least { say!("around-at-least") } else { "" };
    if found.radius_mm == 0.0 {
        return say!("around-not-even").to_owned();
    }
    say!("around-within", radius = format!("{:.1}", found.radius_mm), least = least)
}

/// Colours of the dots, from 0 to 1.
fn legend_ui(ui: &mut Ui) {
    let t = tokens(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 18.0), Sense::hover());
    let said = say!("around-colours");
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, said));
    let bar = Rect::from_min_max(rect.min + vec2(14.0, 5.0), pos2(rect.right() - 14.0, rect.top() + 13.0));
    const PARTS: usize = 48;
    for n in 0..PARTS {
        let at = |n: usize| bar.left() + bar.width() * n as f32 / PARTS as f32;
        let share = (n as f32 + 0.5) / PARTS as f32 * 2.0 - 1.0;
        let part = Rect::from_min_max(pos2(at(n), bar.top()), pos2(at(n + 1), bar.bottom()));
        ui.painter().rect_filled(part, 0.0, heat_colour(share, true));
    }
    let font = TextStyle::Small.resolve(ui.style());
    let y = rect.center().y;
    ui.painter().text(pos2(rect.left(), y), Align2::LEFT_CENTER, "0", font.clone(), t.muted);
    ui.painter().text(pos2(rect.right(), y), Align2::RIGHT_CENTER, "1", font, t.muted);
    ui.add_space(size::HALF / 2.0);
}
