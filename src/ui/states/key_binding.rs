//! The sheet on which keys are changed: every command with its keys, one being changed at a time.

use egui::{Id, Key, Modifiers, RichText, ScrollArea, Ui};

use super::sheet::sheet_ui;
use crate::command::{
    CATALOGUE, Command, Commands, Entry, Group, Keeper, Rebinding, Shortcut, Viewing, Wish,
};
use crate::language::{heard, named};
use crate::say;
use crate::ui::theme::{size, tokens};
use crate::ui::widgets::{
    Press, card_ui, heading_ui, menu_row_ui, note_ui, paragraph_ui, press_ui, text_field,
};
use crate::ui::{Scene, UiState, icons, words};

/// Points.
const WIDTH: f32 = 620.0;

/// What the sheet remembers while it is open.
#[derive(Clone, Debug, Default)]
pub struct KeyBinding {
    /// What was typed to find a command.
    pub typed: String,
    /// The command whose key is waited for.
    pub wanted: Option<WantedKey>,
    /// Why the last change did not happen.
    pub trouble: Option<String>,
    /// There is a change to take back.
    pub can_take_back: bool,
    /// The field for finding has had the keyboard.
    pub begun: bool,
}

/// A key that is waited for, or asked about.
#[derive(Clone, Debug)]
pub struct WantedKey {
    /// The command.
    pub id: &'static str,
    /// Beside the keys that it has, otherwise in their place.
    pub beside: bool,
    /// What stands in the way of the key that was pressed.
    pub wish: Option<Wish>,
}

impl WantedKey {
    /// Whether a key is waited for; what is asked about is answered with buttons.
    pub fn is_waiting(&self) -> bool {
        !matches!(self.wish, Some(Wish::Held { .. }))
    }

    /// Waited for, in place of the keys that the command has.
    pub fn of(id: &'static str) -> Self {
        Self { id, beside: false, wish: None }
    }
}

fn asked(rebinding: Rebinding) -> Command {
    Command::Viewing(Viewing::Keys(rebinding))
}

/// The button that opens the sheet, for others.
pub(super) fn change_keys_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Commands) {
    let sheet = asked(Rebinding::ToggleSheet);
    if press_ui(ui, Press::new("", say!("binding-change")).filled())
        .on_hover_text(scene.tip(&sheet))
        .clicked()
    {
        out.push(sheet);
    }
}

/// Draws the sheet; Escape, the cross or a click beside it closes it.
pub fn key_binding_ui(ui: &Ui, scene: &Scene<'_>, state: &mut UiState, out: &mut Commands) {
    let kept = state.key_file.is_some();
    let faults = state.key_faults.clone();
    let binding = &mut state.binding;
    let closed = sheet_ui(ui, "key binding", say!("binding-change"), WIDTH, |ui, _, room| {
        let t = tokens(ui);
        ui.spacing_mut().item_spacing.y = 4.0;
        let found = top_ui(ui, scene, binding, out);
        if !kept {
            paragraph_ui(ui, say!("binding-nothing-kept"), t.muted);
        }
        for sentence in binding.trouble.iter().chain(&faults) {
            note_ui(ui, icons::WARNING, t.warning, &heard(sentence));
        }
        let left = (room - ui.min_rect().height()).max(160.0);
        // As high whatever was found: nothing jumps while somebody types.
        ScrollArea::vertical().max_height(left).auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 1.0;
            if found.is_empty() {
                paragraph_ui(ui, say!("binding-none"), t.muted);
            }
            for group in Group::ALL {
                let mut entries = found.iter().filter(|entry| entry.group == group).peekable();
                if entries.peek().is_some() {
                    heading_ui(ui, named("group", group.label()));
                }
                entries.for_each(|entry| entry_ui(ui, scene, entry, binding, out));
            }
        });
    });
    if closed {
        state.sheet = None;
        state.binding.wanted = None;
    }
}

/// The field for finding, and what concerns all keys. Returns the commands that were found.
fn top_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    binding: &mut KeyBinding,
    out: &mut Commands,
) -> Vec<&'static Entry> {
    let t = tokens(ui);
    paragraph_ui(ui, say!("binding-how"), t.muted);
    let (mut enter, mut found) = (false, Vec::new());
    ui.horizontal(|ui| {
        let field = ui.add(
            text_field(&mut binding.typed)
                .id(Id::unique("key binding field"))
                .hint_text(RichText::new(say!("binding-find")).color(t.muted))
                .desired_width(300.0),
        );
        ui.accesskit_node_builder(field.id, |node| node.set_label(say!("binding-find")));
        if !std::mem::replace(&mut binding.begun, true) {
            field.request_focus();
        }
        enter = field.lost_focus() && ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Enter));
        let back = Press::new(icons::UNDO, say!("binding-take-back")).enabled(binding.can_take_back);
        if press_ui(ui, back).on_hover_text(say!("binding-take-back-tip")).clicked() {
            out.push(asked(Rebinding::TakeBack));
        }
        let own = CATALOGUE.iter().any(|entry| scene.keymap.is_own(entry));
        let all = Press::new(icons::RERUN, say!("binding-all-usual")).enabled(own);
        if press_ui(ui, all).on_hover_text(say!("binding-all-usual-tip")).clicked() {
            out.push(asked(Rebinding::AllUsual));
        }
        found = CATALOGUE.iter().copied().filter(|entry| fits(scene, entry, &binding.typed)).collect();
    });
    if let (true, Some(first)) = (enter, found.first()) {
        out.push(asked(Rebinding::Wait(first.id)));
    }
    found
}

/// Whether what was typed stands in the words of a command, or is one of its keys.
fn fits(scene: &Scene<'_>, entry: &Entry, typed: &str) -> bool {
    let typed = typed.trim().to_lowercase();
    let is_key = |key: &Shortcut| words::key(key).to_lowercase() == typed;
    entry.said().to_lowercase().contains(&typed) || scene.keymap.keys_of(entry).iter().any(is_key)
}

fn keys(list: &[Shortcut]) -> String {
    list.iter().map(words::key).collect::<Vec<_>>().join("  ")
}

/// A command's line; below it what is asked about its key.
fn entry_ui(ui: &mut Ui, scene: &Scene<'_>, entry: &'static Entry, binding: &KeyBinding, out: &mut Commands) {
    let now = scene.keymap.keys_of(entry);
    let shown = if now.is_empty() { say!("binding-no-key-yet").to_owned() } else { keys(&now) };
    let mark = if scene.keymap.is_own(entry) { icons::OWN } else { "" };
    let wanted = binding.wanted.as_ref().filter(|wanted| wanted.id == entry.id);
    let line = menu_row_ui(ui, Press::new(mark, entry.said()).key(&shown));
    let label = format!("{}: {shown}", entry.said());
    ui.accesskit_node_builder(line.id, |node| {
        node.set_label(label);
        node.set_description(entry.said_help());
    });
    // A tip would lie over what is asked below.
    let line = if wanted.is_some() { line } else { line.on_hover_text(entry.said_help()) };
    if line.clicked() {
        let next = if wanted.is_some() { Rebinding::Leave } else { Rebinding::Wait(entry.id) };
        out.push(asked(next));
    }
    if let Some(wanted) = wanted {
        let card = card_ui(ui, |ui| match &wanted.wish {
            Some(Wish::Held { by, .. }) => held_ui(ui, entry, by, out),
            wish => waiting_ui(ui, entry, (&now, wanted.beside), wish.as_ref(), out),
        });
        card.response.scroll_to_me(None);
    }
}

fn waiting_ui(
    ui: &mut Ui,
    entry: &'static Entry,
    (now, beside): (&[Shortcut], bool),
    wish: Option<&Wish>,
    out: &mut Commands,
) {
    let t = tokens(ui);
    let sentence = say!("binding-press", name = entry.said());
    paragraph_ui(ui, &sentence, t.text);
    if let Some(Wish::Refused { key, by }) = wish {
        let why = match by {
            Keeper::TextSize => say!("binding-text-size"),
            Keeper::Pasting => say!("binding-pasting"),
            Keeper::Leaving => say!("binding-leaving"),
        };
        note_ui(ui, icons::WARNING, t.warning, &say!("binding-refused", key = words::key(key), why = why));
    }
    ui.horizontal_wrapped(|ui| {
        if !now.is_empty() {
            let words = say!("binding-beside", keys = keys(now));
            if press_ui(ui, Press::new("", &words).filled().selected(beside)).clicked() {
                out.push(asked(Rebinding::Beside(!beside)));
            }
            if press_ui(ui, Press::new("", say!("binding-without")).filled()).clicked() {
                out.push(asked(Rebinding::Without(entry.id)));
            }
        }
        if now != entry.keys {
            let usual =
                if entry.keys.is_empty() { say!("binding-none-usual").to_owned() } else { keys(entry.keys) };
            let words = say!("binding-usual", usual = usual);
            if press_ui(ui, Press::new("", &words).filled()).clicked() {
                out.push(asked(Rebinding::Usual(entry.id)));
            }
        }
    });
}

/// A key that others have: take it from there, or leave it.
fn held_ui(ui: &mut Ui, entry: &Entry, by: &[(Shortcut, &'static str)], out: &mut Commands) {
    let t = tokens(ui);
    let name = |id: &str| CATALOGUE.iter().find(|entry| entry.id == id).map_or("", |entry| entry.said());
    for (key, id) in by {
        let sentence = say!("binding-held", key = words::key(key), by = name(id), name = entry.said());
        note_ui(ui, icons::INFO, t.text, &sentence);
    }
    let from: Vec<String> =
        by.iter().map(|(key, id)| say!("binding-from", key = words::key(key), by = name(id))).collect();
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = size::STEP;
        if press_ui(ui, Press::new("", &say!("binding-take", what = from.join(", "))).filled()).clicked() {
            out.push(asked(Rebinding::Take));
        }
        if press_ui(ui, Press::new("", say!("binding-leave")).filled()).clicked() {
            out.push(asked(Rebinding::Leave));
        }
    });
}
