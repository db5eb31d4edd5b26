//! The code speaks of itself alone: no machine's paths, no tale of how it was written.

use std::path::{Path, PathBuf};

use crate::source::{root, short};

/// Words that have no place here, split so that this file does not hold them.
const WORDS: [(&str, &str); 8] = [
    ("/wor", "k/"),
    ("issue", " #"),
    ("clau", "de"),
    ("anthro", "pic"),
    ("chat", "gpt"),
    ("language", " model"),
    ("previous ses", "sion of work"),
    ("my collea", "gue"),
];

/// Text files of the repository; build outputs and version control are no part of it.
fn texts(folder: &Path, found: &mut Vec<PathBuf>) {
    const EXTENSIONS: [&str; 13] =
        ["rs", "md", "toml", "wgsl", "sh", "yml", "yaml", "desktop", "json", "svg", "py", "txt", "1"];
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if ["target", ".git", "shared"].contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() {
            texts(&path, found);
        } else if path.extension().is_none_or(|e| EXTENSIONS.iter().any(|known| e == *known)) {
            found.push(path);
        }
    }
}

#[test]
fn the_repository_speaks_of_itself_alone() {
    let mut found = Vec::new();
    texts(&root(), &mut found);
    assert!(found.len() > 50, "the repository was read");
    let mut wrong = Vec::new();
    for path in found {
        // A file without extension that is no text is no text.
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let lower = text.to_lowercase();
        for (first, second) in WORDS {
            let word = format!("{first}{second}");
            if lower.contains(&word) {
                wrong.push(format!("{} has `{word}`", short(&path)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
