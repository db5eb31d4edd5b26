//! Shader sources: embedded, joined from their parts, and replaceable by a folder while they are
//! being written.
//!
//! A part is named in a comment, so that every file still parses as WGSL in an editor:
//! `//#import shared/window.wgsl`. Parts are joined depth-first, each once. With
//! `TRISCOPE_SHADERS=folder` the sources come from there; `render` asks [`ShaderLibrary::changed`]
//! and keeps its last good pipelines where a new source does not compile.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

macro_rules! sources {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../shaders/", $name)))),*]
    };
}

/// Every source by its path under `shaders/`.
const SOURCES: &[(&str, &str)] = sources![
    "slice.wgsl",
    "heatmap.wgsl",
    "blit.wgsl",
    "ray.wgsl",
    "stretch.wgsl",
    "shared/screen.wgsl",
    "shared/volume.wgsl",
    "shared/interpolate.wgsl",
    "shared/window.wgsl",
    "shared/colormap.wgsl",
    "shared/saliency.wgsl",
];

/// The files that hold entry points; all others are parts.
pub const ENTRY_FILES: &[&str] = &["slice.wgsl", "heatmap.wgsl", "blit.wgsl", "ray.wgsl", "stretch.wgsl"];

/// How often the folder is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Why a source could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum ShaderError {
    /// No such file among the sources.
    #[error("the shader {0} does not exist")]
    Missing(String),
    /// The folder named in `TRISCOPE_SHADERS` cannot be read.
    #[error("the shader {name} cannot be read from the folder in TRISCOPE_SHADERS")]
    Read {
        /// Path under the folder.
        name: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

/// Where shader sources come from.
#[derive(Debug)]
pub struct ShaderLibrary {
    folder: Option<PathBuf>,
    newest: Option<SystemTime>,
    looked: Instant,
}

impl ShaderLibrary {
    /// The embedded sources, or the folder in `TRISCOPE_SHADERS`.
    pub fn from_environment() -> Self {
        let folder = std::env::var_os("TRISCOPE_SHADERS").filter(|f| !f.is_empty()).map(PathBuf::from);
        Self::new(folder)
    }

    /// - `folder`: read sources from here; `None` takes the embedded ones
    pub fn new(folder: Option<PathBuf>) -> Self {
        let newest = folder.as_deref().and_then(newest_change);
        Self { folder, newest, looked: Instant::now() }
    }

    /// Names of all sources, entry files and parts.
    pub fn names() -> impl Iterator<Item = &'static str> {
        SOURCES.iter().map(|(name, _)| *name)
    }

    /// A whole module: the file with its parts in front of it.
    /// - `name`: path under `shaders/`
    pub fn compose(&self, name: &str) -> Result<String, ShaderError> {
        Ok(self.compose_listed(name)?.0)
    }

    /// As [`ShaderLibrary::compose`], with the names of the files that went in, in order.
    pub fn compose_listed(&self, name: &str) -> Result<(String, Vec<String>), ShaderError> {
        let mut joined =
            Join { library: self, text: String::new(), seen: BTreeSet::new(), order: Vec::new() };
        joined.add(name)?;
        Ok((joined.text, joined.order))
    }

    /// Whether a file of the folder was written since the last time this said so. Looks at most
    /// twice a second; never true for embedded sources.
    pub fn changed(&mut self) -> bool {
        let Some(folder) = &self.folder else { return false };
        if self.looked.elapsed() < LOOK_EVERY {
            return false;
        }
        self.looked = Instant::now();
        let newest = newest_change(folder);
        let changed = newest != self.newest;
        self.newest = newest;
        changed
    }

    fn read(&self, name: &str) -> Result<String, ShaderError> {
        let embedded = SOURCES.iter().find(|(known, _)| *known == name);
        let Some((_, text)) = embedded else { return Err(ShaderError::Missing(name.to_owned())) };
        match &self.folder {
            None => Ok((*text).to_owned()),
            Some(folder) => {
                let path: PathBuf = name.split('/').fold(folder.clone(), |path, part| path.join(part));
                std::fs::read_to_string(path)
                    .map_err(|source| ShaderError::Read { name: name.to_owned(), source })
            }
        }
    }
}

struct Join<'a> {
    library: &'a ShaderLibrary,
    text: String,
    seen: BTreeSet<String>,
    order: Vec<String>,
}

impl Join<'_> {
    fn add(&mut self, name: &str) -> Result<(), ShaderError> {
        // Noted before its parts are read, so that two files that import each other end.
        if !self.seen.insert(name.to_owned()) {
            return Ok(());
        }
        let source = self.library.read(name)?;
        for part in source.lines().filter_map(|line| line.trim().strip_prefix("//#import ")) {
            self.add(part.trim())?;
        }
        self.text.push_str(&source);
        self.text.push('\n');
        self.order.push(name.to_owned());
        Ok(())
    }
}

/// Time of the newest write below a folder, two levels deep, as deep as sources lie.
fn newest_change(folder: &Path) -> Option<SystemTime> {
    let files = |folder: &Path| std::fs::read_dir(folder).into_iter().flatten().flatten();
    files(folder)
        .chain(files(&folder.join("shared")))
        .filter_map(|entry| entry.metadata().ok()?.modified().ok())
        .max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_once_and_before_the_file_that_names_them() {
        let (text, order) = ShaderLibrary::new(None).compose_listed("slice.wgsl").expect("embedded");
        assert_eq!(order.last().map(String::as_str), Some("slice.wgsl"));
        let distinct: BTreeSet<_> = order.iter().collect();
        assert_eq!(distinct.len(), order.len(), "{order:?}");
        assert_eq!(text.matches("fn full_screen(").count(), 1);
    }

    #[test]
    fn a_folder_replaces_the_embedded_sources_and_a_missing_file_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("shared")).expect("made");
        std::fs::write(folder.path().join("blit.wgsl"), "//#import shared/screen.wgsl\n// mine").expect("w");
        let library = ShaderLibrary::new(Some(folder.path().to_owned()));
        assert!(matches!(library.compose("blit.wgsl"), Err(ShaderError::Read { .. })));
        std::fs::write(folder.path().join("shared").join("screen.wgsl"), "// part").expect("w");
        assert_eq!(
            library.compose("blit.wgsl").expect("read"),
            "// part\n//#import shared/screen.wgsl\n// mine\n"
        );
        assert!(matches!(library.compose("other.wgsl"), Err(ShaderError::Missing(_))));
    }
}
