//! A file has one subject: 800 lines are too many for one.

use crate::source::{files, root, short, text};

/// Longest file, in lines.
const LONGEST: usize = 800;
/// Tables, by name: long because they list.
const TABLES: [&str; 0] = [];

#[test]
fn no_file_is_longer_than_800_lines() {
    let mut wrong = Vec::new();
    for (folder, extension) in [("src", "rs"), ("tests", "rs"), ("shaders", "wgsl")] {
        for path in files(&root().join(folder), extension) {
            let lines = text(&path).lines().count();
            if lines > LONGEST && !TABLES.contains(&short(&path).as_str()) {
                wrong.push(format!("{} has {lines} lines", short(&path)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_begins_with_what_it_is_for() {
    let mut wrong = Vec::new();
    for folder in ["src", "tests"] {
        for path in files(&root().join(folder), "rs") {
            if !text(&path).starts_with("//!") && path.file_name().is_some_and(|n| n != "tests.rs") {
                wrong.push(short(&path));
            }
        }
    }
    assert!(wrong.is_empty(), "no `//!` at the top of:\n{}", wrong.join("\n"));
}
