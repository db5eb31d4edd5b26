//! Which key does what: the catalogue's keys, overruled by the user's file.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::catalogue::CATALOGUE;
use super::entry::{Entry, Group};
use super::keys::Shortcut;

/// Why a key file is not as it should be. The rest of the file counts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFileError {
    /// No TOML, or values that are no lists of keys.
    #[error("The key file cannot be understood, the usual keys are used: {0}")]
    Broken(String),
    /// It is there but cannot be read.
    #[error("The key file keymap.toml cannot be read, the usual keys are used: {0}")]
    Unreadable(String),
    /// No command of this name.
    #[error("The key file names `{0}`, which is no command; docs/keys.md lists them")]
    NoSuchCommand(String),
    /// No such key.
    #[error("In the key file, {id}: {error}")]
    NoSuchKey {
        /// The command.
        id: String,
        /// Why.
        error: super::keys::KeyParseError,
    },
    /// Two commands want one key; the first of the list has it.
    #[error("In the key file, {key} is given to both {first} and {second}; {first} has it")]
    Twice {
        /// The key.
        key: String,
        /// Who has it.
        first: String,
        /// Who does not.
        second: String,
    },
}

/// Keys to commands.
#[derive(Debug)]
pub struct Keymap {
    keys: BTreeMap<Shortcut, usize>,
    /// Usual keys that the user's file has given to another command: the key, whose it was, whose it is.
    taken: Vec<(Shortcut, usize, usize)>,
    /// Commands with a line of their own in the user's file.
    own: BTreeSet<usize>,
}

impl Default for Keymap {
    fn default() -> Self {
        Self::build(&BTreeMap::new()).0
    }
}

impl Keymap {
    /// Reads a key file: TOML lines `id = ["key", ...]`; an empty list takes the keys away.
    /// What cannot be understood is named and left out.
    pub fn from_toml(text: &str) -> (Self, Vec<KeyFileError>) {
        let table: BTreeMap<String, Vec<String>> = match toml::from_str(text) {
            Ok(table) => table,
            Err(error) => {
                return (Self::default(), vec![KeyFileError::Broken(error.message().to_owned())]);
            }
        };
        let mut errors = Vec::new();
        let mut overruled = BTreeMap::new();
        for (id, keys) in table {
            let Some(place) = CATALOGUE.iter().position(|e| e.id == id) else {
                errors.push(KeyFileError::NoSuchCommand(id));
                continue;
            };
            let mut understood = Vec::new();
            for key in keys {
                match key.parse() {
                    Ok(shortcut) => understood.push(shortcut),
                    Err(error) => errors.push(KeyFileError::NoSuchKey { id: id.clone(), error }),
                }
            }
            overruled.insert(place, understood);
        }
        let (map, twice) = Self::build(&overruled);
        errors.extend(twice);
        (map, errors)
    }

    fn build(overruled: &BTreeMap<usize, Vec<Shortcut>>) -> (Self, Vec<KeyFileError>) {
        let mut keys = BTreeMap::new();
        let (mut errors, mut taken) = (Vec::new(), Vec::new());
        // The user's choices first: they win over a usual key of another command, silently.
        for (&place, list) in overruled {
            for &key in list {
                if let Some(&first) = keys.get(&key) {
                    let id = |i: usize| CATALOGUE.get(i).map_or("", |e| e.id).to_owned();
                    let (first, second) = (id(first), id(place));
                    errors.push(KeyFileError::Twice { key: key.to_string(), first, second });
                } else {
                    keys.insert(key, place);
                }
            }
        }
        for (place, entry) in CATALOGUE.iter().enumerate().filter(|(i, _)| !overruled.contains_key(i)) {
            for &key in entry.keys {
                let now = *keys.entry(key).or_insert(place);
                if now != place {
                    taken.push((key, place, now));
                }
            }
        }
        (Self { keys, taken, own: overruled.keys().copied().collect() }, errors)
    }

    /// Usual keys that the user's file has given to another command: the key, whose it was, whose it is.
    pub fn taken(&self) -> impl Iterator<Item = (Shortcut, &'static Entry, &'static Entry)> {
        let entry = |place: usize| CATALOGUE.get(place).copied();
        self.taken.iter().filter_map(move |&(key, was, is)| Some((key, entry(was)?, entry(is)?)))
    }

    /// Whether a command has a line of its own in the user's file.
    pub fn is_own(&self, entry: &Entry) -> bool {
        self.own.iter().any(|&place| CATALOGUE.get(place).is_some_and(|e| e.id == entry.id))
    }

    /// What a key does.
    pub fn entry(&self, shortcut: Shortcut) -> Option<&'static Entry> {
        self.keys.get(&shortcut).and_then(|&i| CATALOGUE.get(i).copied())
    }

    /// The keys of a command, for its button, the menu and the sheet.
    pub fn keys_of(&self, entry: &Entry) -> Vec<Shortcut> {
        self.keys
            .iter()
            .filter(|&(_, &i)| CATALOGUE.get(i).is_some_and(|e| e.id == entry.id))
            .map(|(&key, _)| key)
            .collect()
    }

    /// The manual's table of keys, as Markdown; `docs/keys.md` is this text.
    pub fn manual() -> String {
        let map = Self::default();
        let mut text = String::from(
            "# Keys\n\nWritten by the program from its list of commands. To change keys, press *Change keys* \
             in the preferences, or put lines such as \
             `next_slice = [\"Down\", \"J\"]` into `keymap.toml` in the config folder.\n",
        );
        for group in Group::ALL {
            // Writing into a String cannot fail.
            let _ = writeln!(
                text,
                "\n## {}\n\n| key | command | name in the file | what it does |\n|---|---|---|---|",
                group.label()
            );
            for entry in CATALOGUE.iter().filter(|e| e.group == group) {
                let keys: Vec<String> = map.keys_of(entry).iter().map(|k| format!("`{k}`")).collect();
                let _ = writeln!(
                    text,
                    "| {} | {} | `{}` | {} |",
                    keys.join(" "),
                    entry.words,
                    entry.id,
                    entry.help
                );
            }
        }
        text.push_str(
            "\n## Mouse\n\n| gesture | what it does |\n|---|---|\n\
             | wheel | one slice; with Shift ten; with Ctrl zoom at the pointer; with Alt, or Ctrl and Shift, the slab, or with a segment brush its size |\n\
             | left drag | the active tool (window and level at the start) |\n\
             | middle drag | pan |\n\
             | right drag | zoom |\n\
             | double-click | maximise |\n\
             | Shift+move | the crosshair follows |\n\
             | click with the nodule tool | ask the network there |\n\
             | drag a marked point | move it; the network is asked again on release |\n",
        );
        text
    }
}

#[cfg(test)]
mod tests {
    use super::super::keys::Key;
    use super::*;

    #[test]
    fn no_key_and_no_name_is_used_twice() {
        let mut seen = std::collections::BTreeSet::new();
        let mut names = std::collections::BTreeSet::new();
        for entry in CATALOGUE.iter() {
            assert!(names.insert(entry.id), "{} stands twice in the list", entry.id);
            for key in entry.keys {
                assert!(seen.insert(*key), "{key} is given twice");
            }
        }
    }

    #[test]
    fn the_file_overrules_the_usual_keys() {
        let (map, errors) = Keymap::from_toml("next_slice = [\"F8\", \"Down\"]\nundo = []\n");
        assert_eq!(errors, []);
        let id = |key| map.entry(key).map(|e| e.id);
        assert_eq!(id(Shortcut::plain(Key::F(8))), Some("next_slice"));
        assert_eq!(id(Shortcut::ctrl(Key::Char('Z'))), None);
        assert_eq!(id(Shortcut::plain(Key::Up)), Some("previous_slice"));
        assert_eq!(map.taken().count(), 0, "its own key was taken from nobody");
        let (map, errors) = Keymap::from_toml("next_slice = [\"I\"]\n");
        assert_eq!(errors, []);
        let taken: Vec<_> = map.taken().map(|(key, was, is)| (key.to_string(), was.id, is.id)).collect();
        assert_eq!(taken, [("I".to_owned(), "invert", "next_slice")]);
    }

    #[test]
    fn each_fault_of_the_file_is_named_and_the_rest_counts() {
        let (map, errors) =
            Keymap::from_toml("fly = [\"A\"]\nhelp = [\"Hyper+H\", \"K\"]\ninvert = [\"K\"]\n");
        assert_eq!(errors.len(), 3, "{errors:?}");
        assert!(map.entry(Shortcut::plain(Key::Char('K'))).is_some());
        let (map, errors) = Keymap::from_toml("not toml [");
        assert!(matches!(errors[..], [KeyFileError::Broken(_)]));
        assert_eq!(map.entry(Shortcut::plain(Key::Down)).map(|e| e.id), Some("next_slice"));
    }
}
