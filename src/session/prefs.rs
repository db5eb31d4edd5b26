//! Preferences: what the program remembers from one start to the next, as a value and as TOML.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize};

use super::look::CornerText;
use super::window_place::WindowPlace;
use crate::ingest::Private;
use crate::volume::{Interpolation, Sampling, Sharpening, Window};

/// How many recently opened paths are kept.
const RECENT: usize = 10;

/// How many windows a user keeps at most: more than a menu shows at once.
const WINDOWS: usize = 20;
/// Longest name of one, characters.
const WINDOW_NAME: usize = 40;

/// A window that the user keeps under a name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptWindow {
    /// What the user calls it.
    pub name: String,
    /// From black to white, in the unit of the volume.
    pub width: f64,
    /// Value of middle grey.
    pub centre: f64,
}

impl KeptWindow {
    /// The window, whatever the file says.
    pub fn window(&self) -> Window {
        Window::new(self.width, self.centre)
    }
}

/// What the program remembers from one start to the next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// Part of the name of the graphics adapter to use; empty leaves the choice to the program.
    pub adapter: String,
    /// Where the network runs: `auto`, `gpu` or `cpu`.
    pub network_device: String,
    /// What the window speaks: the code of a language, or `system` for the system's.
    pub language: String,
    /// Left panel open.
    pub left_panel: bool,
    /// Right panel open.
    pub right_panel: bool,
    /// Dark, or else light.
    pub dark: bool,
    /// Size of text and of everything around the pictures, per cent.
    pub text_size: f64,
    /// What the corners of viewports say at the start.
    #[serde(deserialize_with = "known")]
    pub patient_text: CornerText,
    /// Where the window was when it was closed.
    #[serde(deserialize_with = "known", skip_serializing_if = "Option::is_none")]
    pub window: Option<WindowPlace>,
    /// Windows that the user keeps, in the order in which they were added.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<KeptWindow>,
    /// What is shown between voxels.
    #[serde(deserialize_with = "known")]
    pub interpolation: Interpolation,
    /// How much edges stand out.
    #[serde(deserialize_with = "known")]
    pub sharpening: Sharpening,
    /// Nothing moves by itself but what is asked to play.
    pub reduced_motion: bool,
    /// The map that is looked at is checked when the network has nothing else to do.
    pub check_maps: bool,
    /// Slices in a second while they are played.
    pub play_speed: f64,
    /// Physical pixels of the screen in an inch, as the user has measured them; 0: as the screen tells.
    pub screen_dpi: f64,
    /// Opened last, newest first. Folders are often named after patients: not for logs or messages.
    #[serde(with = "paths")]
    pub recent: Vec<Private<PathBuf>>,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            adapter: String::new(),
            network_device: "auto".to_owned(),
            language: Self::AS_THE_SYSTEM.to_owned(),
            left_panel: true,
            right_panel: true,
            dark: true,
            text_size: 100.0,
            patient_text: CornerText::Full,
            window: None,
            windows: Vec::new(),
            interpolation: Interpolation::default(),
            sharpening: Sharpening::default(),
            reduced_motion: false,
            check_maps: true,
            play_speed: 15.0,
            screen_dpi: 0.0,
            recent: Vec::new(),
        }
    }
}

impl Preferences {
    /// The language is the system's.
    pub const AS_THE_SYSTEM: &str = "system";

    /// Slowest and fastest that slices are played, in a second: faster no screen shows them.
    pub const PLAY_SPEEDS: [f64; 2] = [1.0, 60.0];

    /// Smallest and largest text, per cent.
    pub const TEXT_SIZES: [f64; 2] = [75.0, 150.0];

    /// How voxels become a picture.
    pub const fn sampling(&self) -> Sampling {
        Sampling { interpolation: self.interpolation, sharpening: self.sharpening }
    }

    /// How much larger than usual everything but the pictures is, whatever the file says.
    pub fn zoom_factor(&self) -> f32 {
        let [least, most] = Self::TEXT_SIZES;
        let size = if self.text_size.is_finite() { self.text_size.clamp(least, most) } else { 100.0 };
        (size / 100.0) as f32
    }

    /// Slices in a second while they are played, whatever the file says.
    pub fn slices_per_second(&self) -> f64 {
        let [least, most] = Self::PLAY_SPEEDS;
        if self.play_speed.is_finite() { self.play_speed.clamp(least, most) } else { 15.0 }
    }

    /// From the text of the file; what it does not say keeps its default.
    /// - errors: what is wrong with it, in the parser's words, which quote nothing of the file
    pub fn from_toml(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| error.message().to_owned())
    }

    /// The text of the file.
    pub fn to_toml(&self) -> Result<String, String> {
        toml::to_string_pretty(self).map_err(|error| error.to_string())
    }

    /// Keeps a window under a name, in place of the one that had it; without a name it is not kept.
    /// - returns: false where there are as many as can be kept
    pub fn keep_window(&mut self, name: &str, window: Window) -> bool {
        let name: String = name.trim().chars().filter(|c| !c.is_control()).take(WINDOW_NAME).collect();
        if name.is_empty() {
            return true;
        }
        let kept = KeptWindow { name, width: window.width(), centre: window.centre() };
        if let Some(old) = self.windows.iter_mut().find(|window| window.name == kept.name) {
            *old = kept;
        } else if self.windows.len() < WINDOWS {
            self.windows.push(kept);
        } else {
            return false;
        }
        true
    }

    /// The name under which a window is kept, if it is.
    pub fn name_of_window(&self, window: Window) -> Option<&str> {
        self.windows.iter().find(|kept| kept.window() == window).map(|kept| kept.name.as_str())
    }

    /// Puts a path first among the recent ones.
    pub fn remember(&mut self, path: &Path) {
        self.recent.retain(|p| p.reveal() != path);
        self.recent.insert(0, Private::new(path.to_owned()));
        self.recent.truncate(RECENT);
    }
}

/// The word of a newer program costs itself alone, not the whole file.
fn known<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    let value = toml::Value::deserialize(deserializer)?;
    Ok(T::deserialize(value).unwrap_or_default())
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
    fn windows_are_kept_by_name_and_wrong_words_cost_themselves_alone() {
        let mut prefs = Preferences::default();
        prefs.keep_window(" Liver ", Window::new(160.0, 60.0));
        prefs.keep_window("Liver", Window::new(170.0, 70.0));
        prefs.keep_window("  ", Window::new(1.0, 1.0));
        prefs.window = Some(WindowPlace { size: [1500.0, 900.0], corner: Some([3.0, 4.0]), maximised: true });
        prefs.interpolation = Interpolation::Cubic;
        let text = prefs.to_toml().expect("written");
        let again = Preferences::from_toml(&text).expect("read");
        assert_eq!(again, prefs);
        assert_eq!(again.name_of_window(Window::new(170.0, 70.0)), Some("Liver"));
        assert_eq!(again.windows.len(), 1);
        let text = "interpolation = \"sinc\"\npatient_text = 3\nwindow = \"wide\"\ndark = false\n";
        let read = Preferences::from_toml(text).expect("read");
        assert_eq!(read, Preferences { dark: false, ..Preferences::default() });
        for speed in ["nan", "-4", "1e9"] {
            let read =
                Preferences::from_toml(&format!("play_speed = {speed}\ntext_size = {speed}")).expect("read");
            let [slow, fast] = Preferences::PLAY_SPEEDS;
            assert!((slow..=fast).contains(&read.slices_per_second()), "{speed}");
            assert!((0.75..=1.5).contains(&read.zoom_factor()), "{speed}");
        }
    }

    #[test]
    fn a_file_of_an_older_version_keeps_what_it_says() {
        let prefs = Preferences::from_toml("left_panel = false\nunknown = 3\n").expect("read");
        assert!(!prefs.left_panel && prefs.right_panel);
    }
}
