//! Keys and shortcuts as text and as values, without a toolkit.

use std::fmt;
use std::str::FromStr;

/// A key by what it is for, not by where it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// A letter (upper case), a figure or a sign.
    Char(char),
    /// Function key, 1 to 35.
    F(u8),
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// Space bar.
    Space,
    /// Escape.
    Escape,
    /// Delete.
    Delete,
}

/// A key with its modifiers. Signs such as `?` carry no Shift of their own: where they lie on the
/// keyboard is the layout's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Shortcut {
    /// The key.
    pub key: Key,
    /// Control, or Command on a Mac.
    pub ctrl: bool,
    /// Shift.
    pub shift: bool,
    /// Alt.
    pub alt: bool,
}

impl Shortcut {
    /// The key alone.
    pub const fn plain(key: Key) -> Self {
        Self { key, ctrl: false, shift: false, alt: false }
    }

    /// With Control.
    pub const fn ctrl(key: Key) -> Self {
        Self { key, ctrl: true, shift: false, alt: false }
    }

    /// With Shift.
    pub const fn shift(key: Key) -> Self {
        Self { key, ctrl: false, shift: true, alt: false }
    }

    /// With Alt.
    pub const fn alt(key: Key) -> Self {
        Self { key, ctrl: false, shift: false, alt: true }
    }

    /// With Control and Shift.
    pub const fn ctrl_shift(key: Key) -> Self {
        Self { key, ctrl: true, shift: true, alt: false }
    }
}

const NAMED: [(Key, &str); 12] = [
    (Key::Up, "Up"),
    (Key::Down, "Down"),
    (Key::Left, "Left"),
    (Key::Right, "Right"),
    (Key::Home, "Home"),
    (Key::End, "End"),
    (Key::PageUp, "PageUp"),
    (Key::PageDown, "PageDown"),
    (Key::Space, "Space"),
    (Key::Escape, "Escape"),
    (Key::Delete, "Delete"),
    (Key::Char('+'), "Plus"),
];

impl fmt::Display for Shortcut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (on, word) in [(self.ctrl, "Ctrl+"), (self.alt, "Alt+"), (self.shift, "Shift+")] {
            if on {
                f.write_str(word)?;
            }
        }
        match (NAMED.iter().find(|(k, _)| *k == self.key), self.key) {
            (Some((_, name)), _) => f.write_str(name),
            (None, Key::F(n)) => write!(f, "F{n}"),
            (None, Key::Char(c)) => write!(f, "{c}"),
            (None, other) => write!(f, "{other:?}"),
        }
    }
}

/// A shortcut that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no key. Write keys as Ctrl+Shift+S, PageUp, F11, Space or ?")]
pub struct KeyParseError(pub String);

impl FromStr for Shortcut {
    type Err = KeyParseError;

    fn from_str(text: &str) -> Result<Self, KeyParseError> {
        let wrong = || KeyParseError(text.to_owned());
        let mut shortcut = Shortcut::plain(Key::Space);
        let mut rest = text.trim();
        while let Some((word, after)) = rest.split_once('+').filter(|(_, after)| !after.is_empty()) {
            let slot = match word.trim().to_ascii_lowercase().as_str() {
                "ctrl" | "cmd" => &mut shortcut.ctrl,
                "shift" => &mut shortcut.shift,
                "alt" => &mut shortcut.alt,
                _ => return Err(wrong()),
            };
            *slot = true;
            rest = after.trim();
        }
        let mut letters = rest.chars();
        shortcut.key = match (letters.next(), letters.as_str()) {
            (None, _) => return Err(wrong()),
            (Some(one), "") => Key::Char(one.to_ascii_uppercase()),
            (Some('F' | 'f'), number) if number.parse::<u8>().is_ok_and(|n| (1..=35).contains(&n)) => {
                Key::F(number.parse().map_err(|_| wrong())?)
            }
            _ => NAMED
                .iter()
                .find(|(_, name)| name.eq_ignore_ascii_case(rest))
                .map(|(key, _)| *key)
                .ok_or_else(wrong)?,
        };
        Ok(shortcut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shortcut_reads_as_it_is_written() {
        for text in
            ["Ctrl+Shift+S", "PageUp", "F11", "?", "Space", "Ctrl+Z", "Alt+Shift+1", "Plus", "Ctrl+Plus"]
        {
            let shortcut: Shortcut = text.parse().expect(text);
            assert_eq!(shortcut.to_string(), text);
        }
    }

    #[test]
    fn nonsense_is_refused_with_its_text() {
        for text in ["", "Ctrl+", "Hyper+A", "F36", "F0", "Enterr"] {
            let error = text.parse::<Shortcut>().expect_err(text);
            assert!(error.to_string().contains(text));
        }
    }
}
