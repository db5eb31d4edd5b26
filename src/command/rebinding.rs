//! Keys bound anew: what a person asks for, and who would lose a key by it.

use super::catalogue::CATALOGUE;
use super::entry::Entry;
use super::key_file::KeyChange;
use super::keymap::Keymap;
use super::keys::{Key, Shortcut};

/// What is asked for on the sheet on which keys are changed.
#[derive(Clone, Debug, PartialEq)]
pub enum Rebinding {
    /// The sheet itself.
    ToggleSheet,
    /// Wait for a key for this command, in place of those that it has.
    Wait(&'static str),
    /// The key that is waited for comes beside those that the command has, or in their place.
    Beside(bool),
    /// This key was pressed while one was waited for.
    Heard(Shortcut),
    /// Wait no longer; nothing changes.
    Leave,
    /// Take the key from whoever has it.
    Take,
    /// The command has no key.
    Without(&'static str),
    /// The command has its usual keys.
    Usual(&'static str),
    /// Every command has its usual keys.
    AllUsual,
    /// The change before last is the last one again.
    TakeBack,
}

/// What a wish for a key comes to.
#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    /// It is so already.
    AsItIs,
    /// Nobody else has the keys.
    Free(Vec<KeyChange>),
    /// Others have them.
    Held {
        /// Each key, and who has it.
        by: Vec<(Shortcut, &'static str)>,
        /// What takes them away from there.
        changes: Vec<KeyChange>,
    },
    /// The key cannot be given to any command.
    Refused {
        /// The key.
        key: Shortcut,
        /// Who keeps it, to stand behind "is kept by".
        by: Keeper,
    },
}

/// Who keeps keys that no command can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeper {
    /// Ctrl with plus, minus and 0 change the size of text.
    TextSize,
    /// Systems tell of pasting, and not of its key.
    Pasting,
    /// Escape leaves whatever is open: it can be the key of what leaves, and of nothing else.
    Leaving,
}

impl Keymap {
    /// What it comes to when a command is given a key.
    /// - `beside`: beside those that it has, otherwise in their place
    pub fn wish(&self, entry: &Entry, key: Shortcut, beside: bool) -> Wish {
        if let Some(by) = keeper(key) {
            return Wish::Refused { key, by };
        }
        let had = self.keys_of(entry);
        let keys = if beside && had.contains(&key) {
            had.clone()
        } else if beside {
            had.iter().copied().chain([key]).collect()
        } else {
            vec![key]
        };
        if keys == had {
            return Wish::AsItIs;
        }
        self.taking(entry, KeyChange { id: entry.id, keys: Some(keys.clone()) }, &keys)
    }

    /// What it comes to when a command is given its usual keys again.
    pub fn usual_wish(&self, entry: &Entry) -> Wish {
        let (mut had, mut usual) = (self.keys_of(entry), entry.keys.to_vec());
        had.sort();
        usual.sort();
        if had == usual {
            return Wish::AsItIs;
        }
        self.taking(entry, KeyChange { id: entry.id, keys: None }, entry.keys)
    }

    /// A change, and what takes its keys from whoever else has them.
    fn taking(&self, entry: &Entry, change: KeyChange, keys: &[Shortcut]) -> Wish {
        let holder = |key: &Shortcut| self.entry(*key).filter(|holder| holder.id != entry.id);
        let by: Vec<(Shortcut, &'static Entry)> =
            keys.iter().filter_map(|key| Some((*key, holder(key)?))).collect();
        if by.is_empty() {
            return Wish::Free(vec![change]);
        }
        let mut changes = vec![change];
        for (_, loser) in &by {
            // A usual key gives way to one of the file by itself, and comes back when that one goes.
            if !self.is_own(loser) || changes.iter().any(|change| change.id == loser.id) {
                continue;
            }
            let left = self.keys_of(loser).into_iter().filter(|key| !keys.contains(key)).collect();
            changes.push(KeyChange { id: loser.id, keys: Some(left) });
        }
        Wish::Held { by: by.into_iter().map(|(key, holder)| (key, holder.id)).collect(), changes }
    }

    /// The changes after which every command has its usual keys.
    pub fn all_usual() -> Vec<KeyChange> {
        CATALOGUE.iter().map(|entry| KeyChange { id: entry.id, keys: None }).collect()
    }
}

/// Who keeps a key for something that is no command.
fn keeper(shortcut: Shortcut) -> Option<Keeper> {
    let Shortcut { key, ctrl, alt, .. } = shortcut;
    match key {
        Key::Char('+' | '=' | '-' | '0') if ctrl && !alt => Some(Keeper::TextSize),
        Key::Char('V') if ctrl && !alt => Some(Keeper::Pasting),
        Key::Escape => Some(Keeper::Leaving),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::key_file::changed_key_file;
    use super::*;
    use crate::command::{Command, entry};

    fn of(id: &str) -> &'static Entry {
        CATALOGUE.iter().find(|entry| entry.id == id).copied().expect("listed")
    }

    fn key(text: &str) -> Shortcut {
        text.parse().expect("a key")
    }

    fn ids(wish: &Wish) -> Vec<&str> {
        match wish {
            Wish::Free(changes) | Wish::Held { changes, .. } => changes.iter().map(|c| c.id).collect(),
            Wish::AsItIs | Wish::Refused { .. } => Vec::new(),
        }
    }

    /// The map after a wish was granted.
    fn granted(text: &str, wish: Wish) -> (String, Keymap) {
        let changes = match wish {
            Wish::Free(changes) | Wish::Held { changes, .. } => changes,
            other => panic!("{other:?}"),
        };
        let text = changed_key_file(text, &changes).expect("understood");
        let (map, faults) = Keymap::from_toml(&text);
        assert_eq!(faults, [], "{text}");
        (text, map)
    }

    #[test]
    fn a_usual_key_gives_way_without_a_line_and_one_of_the_file_with_its_line() {
        let map = Keymap::default();
        let wish = map.wish(of("next_slice"), key("I"), false);
        assert!(matches!(&wish, Wish::Held { by, .. } if *by == [(key("I"), "invert")]), "{wish:?}");
        assert_eq!(ids(&wish), ["next_slice"]);
        let (text, map) = granted("", wish);
        assert_eq!(map.entry(key("I")).map(|e| e.id), Some("next_slice"));
        assert_eq!(map.entry(key("Down")).map(|e| e.id), None, "in place of the key that it had");
        // Now it is one of the file.
        let wish = map.wish(of("invert"), key("I"), true);
        assert_eq!(ids(&wish), ["invert", "next_slice"]);
        let (_, map) = granted(&text, wish);
        assert_eq!(map.entry(key("I")).map(|e| e.id), Some("invert"));
        assert!(map.keys_of(of("next_slice")).is_empty());
    }

    #[test]
    fn the_usual_keys_come_back_and_who_has_them_is_told() {
        let (text, map) = granted("", Keymap::default().wish(of("next_slice"), key("I"), true));
        assert_eq!(map.keys_of(of("next_slice")).len(), 2);
        assert_eq!(map.usual_wish(of("undo")), Wish::AsItIs);
        let wish = map.usual_wish(of("invert"));
        assert!(matches!(&wish, Wish::Held { by, .. } if *by == [(key("I"), "next_slice")]), "{wish:?}");
        let (_, map) = granted(&text, wish);
        assert_eq!(map.entry(key("I")).map(|e| e.id), Some("invert"));
        assert_eq!(map.entry(key("Down")).map(|e| e.id), Some("next_slice"));
        let text = changed_key_file(&text, &Keymap::all_usual()).expect("understood");
        let (map, _) = Keymap::from_toml(&text);
        for entry in CATALOGUE.iter() {
            assert_eq!(map.usual_wish(entry), Wish::AsItIs, "{}", entry.id);
        }
    }

    #[test]
    fn keys_that_something_else_keeps_are_refused() {
        let map = Keymap::default();
        for (text, by) in
            [("Ctrl+Plus", Keeper::TextSize), ("Ctrl+V", Keeper::Pasting), ("Escape", Keeper::Leaving)]
        {
            let wish = map.wish(of("undo"), key(text), false);
            assert_eq!(wish, Wish::Refused { key: key(text), by });
        }
        let undo = entry(&Command::Undo).expect("listed");
        assert_eq!(map.wish(undo, key("Ctrl+Z"), true), Wish::AsItIs);
    }
}
