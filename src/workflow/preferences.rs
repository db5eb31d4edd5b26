//! The preferences file: one TOML file in the config folder. A broken file costs its content, never the
//! start. `app` reads it before the window opens and writes it away from the window's thread.

use std::io;
use std::path::{Path, PathBuf};

use crate::command::{KeyFileError, Keymap};
use crate::export::{WriteError, write_whole};
use crate::session::Preferences;

/// Why preferences could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum PreferencesError {
    /// The file is no valid TOML, or holds other things than ours.
    #[error("The preferences file {file} cannot be understood and is left out: {detail}")]
    Broken {
        /// File name.
        file: String,
        /// Line and reason.
        detail: String,
    },
    /// The file cannot be read.
    #[error("The preferences file {file} cannot be read and is left out: {source}")]
    Read {
        /// File name.
        file: String,
        /// What the system says.
        source: io::Error,
    },
    /// The file cannot be written.
    #[error("The preferences are not kept: {0}")]
    Write(#[from] WriteError),
}

/// Where the file lies on this system; `None` where there is no home.
pub fn file() -> Option<PathBuf> {
    directories::ProjectDirs::from("", "", "triscope").map(|d| d.config_dir().join("preferences.toml"))
}

/// Reads the file. A missing one gives the defaults.
pub fn read(file: &Path) -> Result<Preferences, PreferencesError> {
    match std::fs::read_to_string(file) {
        Ok(text) => Preferences::from_toml(&text)
            .map_err(|detail| PreferencesError::Broken { file: name(file), detail }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Preferences::default()),
        Err(source) => Err(PreferencesError::Read { file: name(file), source }),
    }
}

/// Writes the file whole, or leaves the old one. Makes its folder.
pub fn write(prefs: &Preferences, file: &Path) -> Result<(), PreferencesError> {
    let text = prefs.to_toml().map_err(|detail| PreferencesError::Broken { file: name(file), detail })?;
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(|source| WriteError::new(folder, source))?;
    }
    Ok(write_whole(file, text.as_bytes())?)
}

/// Reads the key file beside the preferences. A missing one gives the usual keys; what is wrong with it
/// is said, and the rest of it counts.
pub fn read_keymap(preferences: &Path) -> (Keymap, Vec<KeyFileError>) {
    match std::fs::read_to_string(preferences.with_file_name("keymap.toml")) {
        Ok(text) => Keymap::from_toml(&text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => (Keymap::default(), Vec::new()),
        Err(error) => (Keymap::default(), vec![KeyFileError::Unreadable(error.to_string())]),
    }
}

/// What a changed key file has become.
#[derive(Debug)]
pub struct ChangedKeys {
    /// The file before, to take the change back; empty where there was none.
    pub before: String,
    /// The file now.
    pub after: String,
    /// What it says.
    pub keymap: Keymap,
    /// What is wrong with it.
    pub faults: Vec<KeyFileError>,
}

/// Why keys were not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeKeysError {
    /// The file is there, and is no text or no list of keys.
    #[error("{0}. Mend or remove keymap.toml first: nothing was written over")]
    Understand(#[from] KeyFileError),
    /// The file says other things than when the change was made that is to be taken back.
    #[error("The key file was changed by something else meanwhile: nothing was taken back. Read keys again")]
    Elsewhere,
    /// The file cannot be written.
    #[error("The keys are not kept: {0}")]
    Write(#[from] WriteError),
}

/// Changes the key file beside the preferences, whole or not at all. Makes its folder.
/// - `change`: the text of the file (empty where there is none) to the text that it becomes
pub fn change_keys(
    preferences: &Path,
    change: impl FnOnce(&str) -> Result<String, ChangeKeysError>,
) -> Result<ChangedKeys, ChangeKeysError> {
    let file = preferences.with_file_name("keymap.toml");
    let before = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(KeyFileError::Unreadable(error.to_string()).into()),
    };
    let after = change(&before)?;
    if after != before {
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder).map_err(|source| WriteError::new(folder, source))?;
        }
        write_whole(&file, after.as_bytes())?;
    }
    let (keymap, faults) = Keymap::from_toml(&after);
    Ok(ChangedKeys { before, after, keymap, faults })
}

fn name(file: &Path) -> String {
    file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preferences_survive_writing_and_reading() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("deep").join("preferences.toml");
        let mut prefs = Preferences { adapter: "RTX".to_owned(), ..Preferences::default() };
        prefs.remember(Path::new("a"));
        write(&prefs, &file).expect("written");
        assert_eq!(read(&file).expect("read"), prefs);
        let beside = std::fs::read_dir(file.parent().expect("a folder")).expect("listed").count();
        assert_eq!(beside, 1, "nothing lies beside it");
    }

    #[test]
    fn a_broken_file_is_named_and_a_missing_one_is_not_an_error() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("preferences.toml");
        assert_eq!(read(&file).expect("defaults"), Preferences::default());
        std::fs::write(&file, "adapter = [").expect("written");
        let error = read(&file).expect_err("it is broken");
        assert!(error.to_string().contains("preferences.toml"), "{error}");
    }

    #[test]
    fn a_key_file_that_cannot_be_read_is_said_and_a_missing_one_is_not() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("preferences.toml");
        assert_eq!(read_keymap(&file).1, []);
        // No text: bytes that are no UTF-8.
        std::fs::write(folder.path().join("keymap.toml"), [0xff, 0xfe, 0x00]).expect("written");
        let errors = read_keymap(&file).1;
        assert!(matches!(errors[..], [KeyFileError::Unreadable(_)]), "{errors:?}");
        assert!(errors[0].to_string().contains("keymap.toml"), "{}", errors[0]);
    }

    #[test]
    fn the_key_file_is_changed_whole_or_stays_as_it_is() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("deep").join("preferences.toml");
        let keys = file.with_file_name("keymap.toml");
        let changes = |text: &str| {
            let list = vec!["F8".parse().expect("a key")];
            let change = crate::command::KeyChange { id: "undo", keys: Some(list) };
            Ok(crate::command::changed_key_file(text, &[change])?)
        };
        let changed = change_keys(&file, changes).expect("written");
        assert_eq!((changed.before.as_str(), changed.faults.len()), ("", 0));
        assert_eq!(std::fs::read_to_string(&keys).expect("there"), changed.after);
        assert_eq!(read_keymap(&file).0.entry("F8".parse().expect("a key")).map(|e| e.id), Some("undo"));
        std::fs::write(&keys, "undo = [").expect("written");
        let error = change_keys(&file, changes).expect_err("it is broken");
        assert!(error.to_string().contains("keymap.toml"), "{error}");
        assert_eq!(std::fs::read_to_string(&keys).expect("there"), "undo = [", "nothing was written over");
    }
}
