//! A number that is typed, dragged or stepped by the arrow keys.

use std::ops::RangeInclusive;

use egui::{DragValue, Response, Ui};

use crate::ui::theme::tokens;
use crate::ui::words::trimmed;

/// What a field for a number shows and takes.
#[derive(Clone, Debug)]
pub struct NumberField<'a> {
    /// Accessible name.
    pub name: &'a str,
    /// Behind the number, with a space before it.
    pub unit: &'a str,
    /// What is taken; others become the nearest.
    pub range: RangeInclusive<f64>,
    /// For one point of a drag.
    pub pace: f64,
    /// Shown at most.
    pub decimals: usize,
    /// What stands for zero where that is no number but a choice; nothing: the number.
    pub nought: &'a str,
}

/// Draws the field; returns another number where one was given, and the field itself.
pub fn number_ui(ui: &mut Ui, field: &NumberField<'_>, value: f64) -> (Option<f64>, Response) {
    let mut new = value;
    let drag = DragValue::new(&mut new)
        .range(field.range.clone())
        .speed(field.pace)
        .max_decimals(field.decimals)
        .custom_formatter(|number, _| match field.nought {
            nought if number == 0.0 && !nought.is_empty() => nought.to_owned(),
            _ => trimmed(number, field.decimals).replace('-', "−"),
        })
        .suffix(field.unit)
        .update_while_editing(false);
    let response = ui
        .scope(|ui| {
            // Menus leave controls without a ground; a field must be seen to be one.
            ui.visuals_mut().widgets.inactive.weak_bg_fill = tokens(ui).control;
            ui.add(drag)
        })
        .inner;
    ui.accesskit_node_builder(response.id, |node| node.set_label(field.name));
    ((new != value).then_some(new), response)
}
