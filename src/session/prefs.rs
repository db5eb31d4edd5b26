//! Preferences: what the program remembers from one start to the next, as a value and as TOML.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::ingest::Private;

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
    /// Opened last, newest first. Folders are often named after patients: not for logs or messages.
    #[serde(with = "paths")]
    pub recent: Vec<Private<PathBuf>>,
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

impl Preferences {
    /// From the text of the file; what it does not say keeps its default.
    /// - errors: what is wrong with it, in the parser's words, which quote nothing of the file
    pub fn from_toml(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| error.message().to_owned())
    }

    /// The text of the file.
    pub fn to_toml(&self) -> Result<String, String> {
        toml::to_string_pretty(self).map_err(|error| error.to_string())
    }

    /// Puts a path first among the recent ones.
    pub fn remember(&mut self, path: &Path) {
        self.recent.retain(|p| p.reveal() != path);
        self.recent.insert(0, Private::new(path.to_owned()));
        self.recent.truncate(RECENT);
    }
}

/// The recent paths in the file, which is the user's own.
mod paths {
    use super::{Path, PathBuf, Private};
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        paths: &[Private<PathBuf>],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        // A name that is no Unicode has no place in TOML: forgotten rather than the whole file lost.
        serializer.collect_seq(paths.iter().filter_map(|p| Path::to_str(p.reveal())))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<Private<PathBuf>>, D::Error> {
        Ok(Vec::<PathBuf>::deserialize(deserializer)?.into_iter().map(Private::new).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recent_paths_are_kept_newest_first_and_never_printed() {
        let mut prefs = Preferences::default();
        for path in ["a", "Doe^Jane", "a"] {
            prefs.remember(Path::new(path));
        }
        let again = Preferences::from_toml(&prefs.to_toml().expect("written")).expect("read");
        assert_eq!(again, prefs);
        let shown: Vec<_> = again.recent.iter().map(|p| p.reveal().as_path()).collect();
        assert_eq!(shown, [Path::new("a"), Path::new("Doe^Jane")]);
        assert!(!format!("{prefs:?}").contains("Jane"), "{prefs:?}");
    }

    #[test]
    fn a_file_of_an_older_version_keeps_what_it_says() {
        let prefs = Preferences::from_toml("left_panel = false\nunknown = 3\n").expect("read");
        assert!(!prefs.left_panel && prefs.right_panel);
    }
}
