//! The user's key file as text: a line changed, and everything else in it left as it stands.
//!
//! The file belongs to its reader, who may have written comments into it and names that another version knows. So
//! a line is replaced where the parser found it, and the file is never written anew from values.

use std::collections::BTreeMap;

use toml::de::DeTable;

use super::keymap::KeyFileError;
use super::keys::Shortcut;

/// What a new file begins with.
const HEADER: &str = "# Keys of Triscope, for instance: next_slice = [\"Down\", \"J\"]\n\n";

/// The keys of one command, as they are to stand in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyChange {
    /// Name of the command in the file.
    pub id: &'static str,
    /// All its keys, none being no key; `None`: no line of its own, the usual keys hold.
    pub keys: Option<Vec<Shortcut>>,
}

/// The text of a key file with some lines changed. Comments, order and names of unknown commands stay.
/// - `text`: the file as it is; empty where there is none yet
/// - errors: the file cannot be understood; then nobody knows what a change would do to it
pub fn changed_key_file(text: &str, changes: &[KeyChange]) -> Result<String, KeyFileError> {
    changes.iter().try_fold(text.to_owned(), |text, change| with(&text, change))
}

fn with(text: &str, change: &KeyChange) -> Result<String, KeyFileError> {
    let broken = |error: toml::de::Error| KeyFileError::Broken(error.message().to_owned());
    // Only a file that is read as keys is changed: behind a table a new line would belong to that.
    toml::from_str::<BTreeMap<String, Vec<String>>>(text).map_err(broken)?;
    let table = DeTable::parse(text).map_err(broken)?;
    let found = table.get_ref().iter().find(|(name, _)| name.get_ref().as_ref() == change.id);
    let places = found.map(|(name, value)| (name.span(), value.span()));
    let list = change.keys.as_ref().map(|keys| {
        let keys: Vec<String> =
            keys.iter().map(|key| toml::Value::from(key.to_string()).to_string()).collect();
        format!("[{}]", keys.join(", "))
    });
    let mut text = text.to_owned();
    match (places, list) {
        (Some((_, value)), Some(list)) => text.replace_range(value, &list),
        (Some((name, value)), None) => {
            let rest = text.get(value.end..).unwrap_or_default();
            let line = rest.split_inclusive('\n').next().unwrap_or_default();
            // A comment behind it stays, on the line alone.
            let end = if line.trim().is_empty() { value.end + line.len() } else { value.end };
            text.replace_range(name.start..end, "");
        }
        (None, Some(list)) => {
            if text.trim().is_empty() {
                HEADER.clone_into(&mut text);
            } else if !text.ends_with('\n') {
                text.push('\n');
            }
            text.push_str(&format!("{} = {list}\n", change.id));
        }
        (None, None) => {}
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::super::keymap::Keymap;
    use super::*;

    fn change(id: &'static str, keys: Option<&[&str]>) -> KeyChange {
        let keys = keys.map(|keys| keys.iter().map(|key| key.parse().expect("a key")).collect());
        KeyChange { id, keys }
    }

    const OWN: &str = "# mine\nundo = [\"F8\"] # as at work\n\n\"invert\" = [ # two\n  \"F9\",\n]\nof_another_version = [\"F10\"]\n";

    #[test]
    fn a_change_leaves_comments_order_and_unknown_names() {
        let text = changed_key_file(
            OWN,
            &[change("undo", Some(&["Ctrl+U", "\\"])), change("help", Some(&[])), change("invert", None)],
        )
        .expect("understood");
        let wanted =
            "# mine\nundo = [\"Ctrl+U\", '\\'] # as at work\n\nof_another_version = [\"F10\"]\nhelp = []\n";
        assert_eq!(text, wanted);
        let (map, faults) = Keymap::from_toml(&text);
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert_eq!(map.entry("\\".parse().expect("a key")).map(|e| e.id), Some("undo"));
        let back = changed_key_file(&text, &[change("undo", None)]).expect("understood");
        assert!(back.starts_with("# mine\n # as at work\n"), "{back:?}");
    }

    #[test]
    fn a_new_file_says_how_it_is_written_and_is_read_without_fault() {
        let text = changed_key_file("", &[change("next_slice", Some(&["J"]))]).expect("understood");
        assert!(text.starts_with('#') && text.ends_with("next_slice = [\"J\"]\n"), "{text:?}");
        assert_eq!(Keymap::from_toml(&text).1, []);
        // Without a last line's end.
        let more = changed_key_file(text.trim_end(), &[change("undo", Some(&["F8"]))]).expect("understood");
        assert_eq!(Keymap::from_toml(&more).1, []);
        assert!(changed_key_file("", &[change("undo", None)]).expect("understood").is_empty());
    }

    #[test]
    fn a_file_that_is_not_understood_is_not_changed() {
        for text in ["undo = [", "[keys]\nundo = [\"A\"]\n", "undo = 3\n"] {
            let error = changed_key_file(text, &[change("help", Some(&["F8"]))]).expect_err(text);
            assert!(matches!(error, KeyFileError::Broken(_)), "{error}");
        }
    }
}
