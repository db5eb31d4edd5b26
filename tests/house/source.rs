//! Reading the repository: files, and Rust text without its comments and string contents.

use std::fs;
use std::path::{Path, PathBuf};

/// The repository's folder.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below `folder` with this extension, sorted; empty where the folder is not there.
pub fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else { return found };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The file's text.
pub fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The path from the repository's folder, with forward slashes.
pub fn short(path: &Path) -> String {
    let inside = path.strip_prefix(root()).unwrap_or(path);
    inside.components().map(|c| c.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// Rust text with comments blanked and, unless `strings` is true, the contents of string literals too.
/// Line breaks stay, so that line numbers do.
pub fn code(text: &str, strings: bool) -> String {
    let chars: Vec<char> = text.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let mut out = String::with_capacity(text.len());
    let blank = |c: char| if c == '\n' { '\n' } else { ' ' };
    let mut i = 0;
    while i < chars.len() {
        let c = chars[i];
        let starts_word = i == 0 || !(at(i - 1).is_alphanumeric() || at(i - 1) == '_');
        if c == '/' && at(i + 1) == '/' {
            while i < chars.len() && chars[i] != '\n' {
                i += 1;
            }
        } else if c == '/' && at(i + 1) == '*' {
            let mut depth = 0;
            while i < chars.len() {
                if chars[i] == '/' && at(i + 1) == '*' {
                    depth += 1;
                    i += 2;
                } else if chars[i] == '*' && at(i + 1) == '/' {
                    depth -= 1;
                    i += 2;
                    if depth == 0 {
                        break;
                    }
                } else {
                    out.push(blank(chars[i]));
                    i += 1;
                }
            }
        } else if c == 'r'
            && starts_word
            && (at(i + 1) == '"' || (at(i + 1) == '#' && (at(i + 2) == '"' || at(i + 2) == '#')))
        {
            let hashes = chars[i + 1..].iter().take_while(|c| **c == '#').count();
            let mut end = i + 2 + hashes;
            while end < chars.len() && !(chars[end] == '"' && (1..=hashes).all(|n| at(end + n) == '#')) {
                end += 1;
            }
            let end = (end + 1 + hashes).min(chars.len());
            for &inner in &chars[i..end] {
                out.push(if strings { inner } else { blank(inner) });
            }
            i = end;
        } else if c == '"' {
            out.push('"');
            i += 1;
            while i < chars.len() && chars[i] != '"' {
                let step = if chars[i] == '\\' { 2 } else { 1 };
                for &inner in &chars[i..(i + step).min(chars.len())] {
                    out.push(if strings { inner } else { blank(inner) });
                }
                i += step;
            }
            out.push('"');
            i += 1;
        } else if c == '\'' && at(i + 1) == '\\' {
            // An escaped character: at least two characters, then the closing quote.
            out.push_str("' '");
            i += 3;
            while i < chars.len() && chars[i] != '\'' {
                i += 1;
            }
            i += 1;
        } else if c == '\'' && at(i + 2) == '\'' {
            out.push_str("' '");
            i += 3;
        } else {
            out.push(c);
            i += 1;
        }
    }
    out
}

/// The line, counted from 1, of a byte position.
pub fn line_of(text: &str, position: usize) -> usize {
    text[..position].matches('\n').count() + 1
}

#[test]
fn comments_and_strings_are_told_from_code() {
    let text = "let a = \"crate::app\"; // crate::ui\n/* crate::cli /* x */ */ let b = '\"'; r#\"crate::x\"#; 'a: loop {}";
    let plain = code(text, false);
    assert!(!plain.contains("crate::"), "{plain}");
    assert!(plain.contains("let b") && plain.contains("'a: loop"), "{plain}");
    assert!(code(text, true).contains("\"crate::app\""));
}
