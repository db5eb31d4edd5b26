//! Keys to commands.

use crate::command::{Command, Commands, Explaining, Key, Keymap, Rebinding, Shortcut, Viewing, entry};
use crate::session::Session;
use crate::ui::{Sheet, UiState};

/// Takes the keys that mean a command out of this frame's input and asks for the commands.
///
/// Nothing is taken while text is being typed. Keys that move or press a widget (space, arrows,
/// Home, End, pages) are left to the widget that has the focus, unless it is a viewport; the prior and the 3D
/// view keep those that they know themselves.
pub(super) fn keys(
    ctx: &egui::Context,
    session: &Session,
    keymap: &Keymap,
    state: &mut UiState,
    out: &mut Commands,
) {
    if ctx.text_edit_focused() {
        return;
    }
    if state.sheet == Some(Sheet::KeyBinding)
        && let Some(wanted) = &state.binding.wanted
    {
        return hear(ctx, wanted.is_waiting(), out);
    }
    let widget = ctx.memory(|m| m.focused()).is_some() && !state.viewport_has_focus;
    let own_keys = state.prior_has_focus || state.volume_has_focus;
    let on_top = state.sheet.is_some() || egui::Popup::is_any_open(ctx);
    let held = state.heatmap_hidden;
    ctx.input_mut(|input| {
        let mut not_now = state.not_now;
        input.events.retain(|event| {
            if matches!(event, egui::Event::Key { pressed: true, .. } | egui::Event::PointerButton { .. }) {
                not_now = None;
            }
            if held && ends_hold(event, keymap, &Command::HideHeatmap) {
                out.push(Command::ShowHeatmap);
            }
            let other = Command::Explaining(Explaining::ShowOtherMap);
            if state.other_map && ends_hold(event, keymap, &other) {
                out.push(Command::Explaining(Explaining::ShowFirstMap));
            }
            let Some(shortcut) = pressed(event) else { return true };
            let left = if own_keys { belongs_to_view(shortcut) } else { belongs_to_widget(shortcut) };
            if widget && left {
                return true;
            }
            // Escape closes what lies on top before it cancels work.
            if shortcut.key == Key::Escape && on_top {
                return true;
            }
            match keymap.entry(shortcut) {
                Some(entry) if (entry.enabled)(session) => {
                    out.push(entry.command.clone());
                    false
                }
                Some(entry) => {
                    not_now = Some(entry);
                    true
                }
                None => true,
            }
        });
        state.not_now = not_now;
    });
}

/// Takes the first key out of this frame's input, whatever it does at other times: it is to be bound.
/// - `waiting`: otherwise there is a question, which Escape alone leaves
fn hear(ctx: &egui::Context, waiting: bool, out: &mut Commands) {
    let mut heard = None;
    ctx.input_mut(|input| {
        input.events.retain(|event| {
            let key = match event {
                egui::Event::Paste(_) => Some(Shortcut::ctrl(Key::Char('V'))),
                event => pressed(event),
            };
            let key = key.filter(|key| waiting || key.key == Key::Escape);
            let first = heard.is_none() && key.is_some();
            heard = heard.or(key);
            !first
        });
    });
    out.extend(heard.map(|key| Command::Viewing(Viewing::Keys(Rebinding::Heard(key)))));
}

/// The shortcut that an event means. Systems tell of copying and cutting as such, and not of their keys.
fn pressed(event: &egui::Event) -> Option<Shortcut> {
    match event {
        egui::Event::Key { key, pressed: true, modifiers, .. } => shortcut(*key, *modifiers),
        egui::Event::Copy => Some(Shortcut::ctrl(Key::Char('C'))),
        egui::Event::Cut => Some(Shortcut::ctrl(Key::Char('X'))),
        _ => None,
    }
}

/// Whether the key of a command that lasts as long as it is held was let go, or will be where nobody tells us.
fn ends_hold(event: &egui::Event, keymap: &Keymap, held: &Command) -> bool {
    match event {
        egui::Event::WindowFocused(false) => true,
        egui::Event::Key { key, pressed: false, modifiers, .. } => {
            // Whatever else is held by now: the key itself counts.
            let let_go = shortcut(*key, *modifiers).map(|s| s.key);
            entry(held).is_some_and(|e| keymap.keys_of(e).iter().any(|s| Some(s.key) == let_go))
        }
        _ => false,
    }
}

fn belongs_to_widget(shortcut: Shortcut) -> bool {
    use Key::{Down, End, Home, Left, PageDown, PageUp, Right, Space, Up};
    let plain = !(shortcut.ctrl || shortcut.alt);
    plain && matches!(shortcut.key, Space | Up | Down | Left | Right | Home | End | PageUp | PageDown)
}

/// What the prior and the 3D view know themselves.
fn belongs_to_view(shortcut: Shortcut) -> bool {
    use Key::{Down, End, Home, Left, Right, Space, Up};
    let plain = !(shortcut.ctrl || shortcut.alt || shortcut.shift);
    plain && matches!(shortcut.key, Space | Up | Down | Left | Right | Home | End)
}

/// The shortcut of a pressed key; `None` for keys that can mean nothing.
fn shortcut(key: egui::Key, modifiers: egui::Modifiers) -> Option<Shortcut> {
    let key = match key {
        egui::Key::ArrowUp => Key::Up,
        egui::Key::ArrowDown => Key::Down,
        egui::Key::ArrowLeft => Key::Left,
        egui::Key::ArrowRight => Key::Right,
        egui::Key::Home => Key::Home,
        egui::Key::End => Key::End,
        egui::Key::PageUp => Key::PageUp,
        egui::Key::PageDown => Key::PageDown,
        egui::Key::Space => Key::Space,
        egui::Key::Escape => Key::Escape,
        egui::Key::Delete => Key::Delete,
        egui::Key::Questionmark => Key::Char('?'),
        egui::Key::Exclamationmark => Key::Char('!'),
        egui::Key::Colon => Key::Char(':'),
        egui::Key::Comma => Key::Char(','),
        egui::Key::Backslash => Key::Char('\\'),
        egui::Key::Slash => Key::Char('/'),
        egui::Key::Pipe => Key::Char('|'),
        egui::Key::OpenBracket => Key::Char('['),
        egui::Key::CloseBracket => Key::Char(']'),
        egui::Key::Backtick => Key::Char('`'),
        egui::Key::Minus => Key::Char('-'),
        egui::Key::Period => Key::Char('.'),
        egui::Key::Plus => Key::Char('+'),
        egui::Key::Equals => Key::Char('='),
        egui::Key::Semicolon => Key::Char(';'),
        egui::Key::Quote => Key::Char('\''),
        other => named(other.name())?,
    };
    // A sign is a sign wherever it lies: Shift belongs to the keyboard layout, not to the shortcut.
    let sign = matches!(key, Key::Char(c) if !c.is_ascii_alphanumeric());
    // On US keyboards `?` comes as Slash with Shift where the system tells physical keys only.
    let key = if key == Key::Char('/') && modifiers.shift { Key::Char('?') } else { key };
    Some(Shortcut {
        key,
        ctrl: modifiers.command || modifiers.ctrl,
        shift: modifiers.shift && !sign,
        alt: modifiers.alt,
    })
}

/// Letters, figures and function keys by egui's name of them.
fn named(name: &str) -> Option<Key> {
    let mut letters = name.chars();
    match (letters.next(), letters.as_str()) {
        (Some(c), "") if c.is_ascii_alphanumeric() => Some(Key::Char(c.to_ascii_uppercase())),
        (Some('F'), number) => number.parse().ok().map(Key::F),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_the_catalogue_can_be_typed() {
        let mut typed = std::collections::BTreeSet::new();
        for &key in egui::Key::ALL {
            for bits in 0..8 {
                let modifiers = egui::Modifiers {
                    ctrl: bits & 1 != 0,
                    command: bits & 1 != 0,
                    shift: bits & 2 != 0,
                    alt: bits & 4 != 0,
                    ..egui::Modifiers::NONE
                };
                typed.extend(shortcut(key, modifiers));
            }
        }
        for entry in crate::command::CATALOGUE.iter() {
            for key in entry.keys {
                assert!(typed.contains(key), "{key} for {} cannot be typed", entry.id);
            }
        }
    }

    #[test]
    fn the_prior_and_the_3d_view_keep_plain_keys_alone() {
        for key in [Key::Space, Key::Up, Key::Left, Key::Home, Key::End] {
            assert!(belongs_to_view(Shortcut::plain(key)) && belongs_to_widget(Shortcut::shift(key)));
            assert!(!belongs_to_view(Shortcut::shift(key)) && !belongs_to_view(Shortcut::alt(key)));
        }
        for key in
            [Shortcut::plain(Key::PageDown), Shortcut::plain(Key::PageUp), Shortcut::shift(Key::PageDown)]
        {
            assert!(!belongs_to_view(key) && belongs_to_widget(key));
        }
    }

    #[test]
    fn a_question_mark_needs_no_shift_of_its_own() {
        let shift = egui::Modifiers::SHIFT;
        for key in [egui::Key::Questionmark, egui::Key::Slash] {
            assert_eq!(shortcut(key, shift), Some(Shortcut::plain(Key::Char('?'))));
        }
    }
}
