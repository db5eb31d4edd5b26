//! Keys of a viewport that has the focus.

use egui::{Event, Key, Ui};

/// How often a key was pressed in this frame with none held beside it: with one it is a command's, or nobody's.
pub(super) fn presses(ui: &Ui, key: Key) -> usize {
    let is_it = |event: &Event| match event {
        Event::Key { key: which, pressed: true, modifiers, .. } => *which == key && modifiers.is_none(),
        _ => false,
    };
    ui.input(|input| input.events.iter().filter(|event| is_it(event)).count())
}
