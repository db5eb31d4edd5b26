//! Preferences: one TOML file in the config folder. A broken file costs its content, never the start.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// How many recently opened paths are kept.
const RECENT: usize = 10;

/// What the program remembers from one start to the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// Part of the name of the graphics adapter to use; empty leaves the choice to the program.
    pub adapter: String,
    /// Where the network runs: `auto`, `gpu` or `cpu`.
    pub network_device: String,
    /// Left panel open.
    pub left_panel: bool,
    /// Right panel open.
    pub right_panel: bool,
    /// Dark, or else light.
    pub dark: bool,
    /// Opened last, newest first.
    pub recent: Vec<PathBuf>,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            adapter: String::new(),
            network_device: "auto".to_owned(),
            left_panel: true,
            right_panel: true,
            dark: true,
            recent: Vec::new(),
        }
    }
}

/// Why preferences could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum PrefsError {
    /// The file is no valid TOML, or holds other things than ours.
    #[error("The preferences file {file} cannot be understood and is left out: {detail}")]
    Broken {
        /// File name.
        file: String,
        /// Line and reason.
        detail: String,
    },
    /// The file cannot be read or written.
    #[error("The preferences file {file} cannot be used: {source}")]
    Io {
        /// File name.
        file: String,
        /// What the system says.
        source: std::io::Error,
    },
}

impl Preferences {
    /// Where the file lies on this system; `None` where there is no home.
    pub fn file() -> Option<PathBuf> {
        directories::ProjectDirs::from("", "", "triscope").map(|d| d.config_dir().join("preferences.toml"))
    }

    /// Reads the file. A missing one gives the defaults.
    pub fn read(file: &Path) -> Result<Self, PrefsError> {
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(source) => return Err(PrefsError::Io { file: name(file), source }),
        };
        toml::from_str(&text)
            .map_err(|e| PrefsError::Broken { file: name(file), detail: e.message().to_owned() })
    }

    /// Writes the file whole, or leaves the old one.
    pub fn write(&self, file: &Path) -> Result<(), PrefsError> {
        let io = |source| PrefsError::Io { file: name(file), source };
        let text = toml::to_string_pretty(self)
            .map_err(|e| PrefsError::Broken { file: name(file), detail: e.to_string() })?;
        let folder = file.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).map_err(io)?;
        let mut beside = tempfile::NamedTempFile::new_in(folder).map_err(io)?;
        beside.write_all(text.as_bytes()).map_err(io)?;
        beside.persist(file).map_err(|e| io(e.error))?;
        Ok(())
    }

    /// Puts a path first among the recent ones.
    pub fn remember(&mut self, path: &Path) {
        self.recent.retain(|p| p != path);
        self.recent.insert(0, path.to_owned());
        self.recent.truncate(RECENT);
    }
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
        prefs.remember(Path::new("b"));
        prefs.remember(Path::new("a"));
        prefs.write(&file).expect("written");
        assert_eq!(Preferences::read(&file).expect("read"), prefs);
        assert_eq!(prefs.recent, [PathBuf::from("a"), PathBuf::from("b")]);
    }

    #[test]
    fn a_broken_file_is_named_and_a_missing_one_is_not_an_error() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("preferences.toml");
        assert_eq!(Preferences::read(&file).expect("defaults"), Preferences::default());
        std::fs::write(&file, "adapter = [").expect("written");
        let error = Preferences::read(&file).expect_err("it is broken");
        assert!(error.to_string().contains("preferences.toml"), "{error}");
    }

    #[test]
    fn a_file_of_an_older_version_keeps_what_it_says() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("preferences.toml");
        std::fs::write(&file, "left_panel = false\nunknown = 3\n").expect("written");
        let prefs = Preferences::read(&file).expect("read");
        assert!(!prefs.left_panel && prefs.right_panel);
    }
}
