//! The clinical fields that the chosen network can be told, from the files and from whoever knows better.

use egui::{Align, Id, Layout, TextStyle, Ui};

use crate::clinical::{ClinicalFields, FieldName};
use crate::command::Commands;
use crate::inference::{csf, mmcaf};
use crate::language::named;
use crate::networks::{Family, spec};
use crate::say;
use crate::session::Edit;
use crate::ui::Scene;
use crate::ui::theme::{size, text, tokens};
use crate::ui::widgets::{Press, line_ui, menu, menu_row_ui, paragraph_ui, press_ui, text_field};

/// The fields that a network reads; none for most.
fn fields_of(network: &str) -> Vec<FieldName> {
    match spec(network).map(|spec| spec.family) {
        Ok(Family::Mmcaf) => mmcaf::COLUMNS.to_vec(),
        Ok(Family::Csf) => csf::FIELDS.map(|(field, _)| field).to_vec(),
        _ => Vec::new(),
    }
}

/// Whether the chosen network can be told anything.
pub fn has_fields(scene: &Scene<'_>) -> bool {
    // Age and the like, from the files of whoever is shown, are nobody's business before people.
    !scene.session.is_anonymous() && !fields_of(scene.session.look().network).is_empty()
}

/// The form: one line a field. What is changed holds for this series, and its question is asked again.
pub fn fields_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Commands) {
    let t = tokens(ui);
    let known = scene.session.fields();
    line_ui(ui, say!("fields-title"), text::strong(), t.text);
    for field in fields_of(scene.session.look().network) {
        let changed = match field.number() {
            Some((unit, range)) => number_ui(ui, &known, field, unit, range),
            None => words_ui(ui, &known, field),
        };
        if let Some(fields) = changed {
            out.edit(Edit::Fields(Some(fields)));
        }
    }
    let from_files = scene.session.series().map(|series| series.clinical.reveal());
    if scene.session.findings().fields().is_some() {
        if press_ui(ui, Press::new("", say!("fields-from-files")).filled()).clicked() {
            out.edit(Edit::Fields(None));
        }
    } else if from_files.is_some_and(|fields| *fields != ClinicalFields::default()) {
        paragraph_ui(ui, say!("fields-known"), t.muted);
    }
}

/// Name at the left, what can be changed at the right, both on one middle line.
fn row_ui(ui: &mut Ui, left: impl FnOnce(&mut Ui), right: impl FnOnce(&mut Ui)) {
    ui.scope(|ui| {
        ui.spacing_mut().interact_size.y = size::CONTROL;
        ui.horizontal(|ui| {
            left(ui);
            ui.with_layout(Layout::right_to_left(Align::Center), right);
        });
    });
}

/// A menu of words.
fn words_ui(ui: &mut Ui, known: &ClinicalFields, field: FieldName) -> Option<ClinicalFields> {
    let t = tokens(ui);
    let chosen = known.word(field);
    let chosen = chosen.as_deref();
    let shown = |word: Option<&str>| {
        word.map_or_else(|| say!("fields-unknown").to_owned(), |word| named("choice", word).replace('_', " "))
    };
    let mut changed = None;
    row_ui(
        ui,
        |ui| line_ui(ui, named("field", field.words()), TextStyle::Body, t.muted),
        |ui| {
            let button = press_ui(ui, Press::new("", &shown(chosen)).menu());
            let name = format!("{}: {}", named("field", field.words()), shown(chosen));
            button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
            menu(&button).show(|ui| {
                ui.set_width(200.0);
                for word in field.choices().into_iter().map(Some).chain([None]) {
                    let words = shown(word);
                    let press = Press::new("", &words).selected(word == chosen);
                    if menu_row_ui(ui, press).clicked() && word != chosen {
                        changed = Some(known.clone().choosing(field, word));
                    }
                }
            });
        },
    );
    changed
}

/// A number that is typed; nothing is unknown, and what is out of range is said and not taken.
fn number_ui(
    ui: &mut Ui,
    known: &ClinicalFields,
    field: FieldName,
    unit: &str,
    [low, high]: [u32; 2],
) -> Option<ClinicalFields> {
    let t = tokens(ui);
    let value = known.counted(field);
    let id = Id::unique(("clinical", field.key()));
    let shown = value.map_or_else(String::new, |number| number.to_string());
    let mut typed = ui.data(|d| d.get_temp::<String>(id)).unwrap_or_else(|| shown.clone());
    let mut changed = None;
    let mut editing = false;
    row_ui(
        ui,
        |ui| line_ui(ui, named("field", field.words()), TextStyle::Body, t.muted),
        |ui| {
            line_ui(ui, unit, TextStyle::Small, t.muted);
            let edit = text_field(&mut typed).hint_text(say!("fields-unknown")).desired_width(84.0);
            let response = ui.add(edit);
            response.widget_info(|| {
                egui::WidgetInfo::text_edit(true, shown.clone(), typed.clone(), named("field", field.words()))
            });
            editing = response.has_focus();
            if response.lost_focus() {
                let number = typed.trim().parse().ok().filter(|n| in_range(*n, low, high));
                if (number.is_some() || typed.trim().is_empty()) && number != value {
                    changed = Some(known.clone().counting(field, number));
                }
            }
        },
    );
    let wrong = !typed.trim().is_empty() && !typed.trim().parse().is_ok_and(|n| in_range(n, low, high));
    if wrong {
        paragraph_ui(ui, &say!("fields-number-needed", low = low, high = high), t.warning);
    }
    ui.data_mut(|d| {
        if editing || wrong {
            d.insert_temp(id, typed);
        } else {
            d.remove_temp::<String>(id);
        }
    });
    changed
}

fn in_range(number: f64, low: u32, high: u32) -> bool {
    (f64::from(low)..=f64::from(high)).contains(&number)
}
