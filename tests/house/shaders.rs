//! Every WGSL file is reachable from an entry point and compiled into the program.

use std::collections::BTreeSet;

use crate::source::{files, root, short, text};

/// Names of `//#import` lines.
fn imports(source: &str) -> Vec<String> {
    source.lines().filter_map(|l| l.trim().strip_prefix("//#import ")).map(|n| n.trim().to_owned()).collect()
}

#[test]
fn every_shader_is_reachable_from_an_entry_point() {
    let folder = root().join("shaders");
    let name = |path: &std::path::Path| short(path).trim_start_matches("shaders/").to_owned();
    let all: BTreeSet<String> = files(&folder, "wgsl").iter().map(|p| name(p)).collect();
    let mut reached = BTreeSet::new();
    let mut open: Vec<String> = files(&folder, "wgsl")
        .iter()
        .filter(|p| ["@vertex", "@fragment", "@compute"].iter().any(|e| text(p).contains(e)))
        .map(|p| name(p))
        .collect();
    while let Some(file) = open.pop() {
        if reached.insert(file.clone()) {
            for import in imports(&text(&folder.join(&file))) {
                assert!(all.contains(&import), "{file} imports {import}, which is not there");
                open.push(import);
            }
        }
    }
    let lost: Vec<&String> = all.difference(&reached).collect();
    assert!(lost.is_empty(), "no entry point reaches {lost:?}");
}

#[test]
fn every_shader_is_compiled_in() {
    let sources = text(&root().join("src").join("gpu").join("shader.rs"));
    for path in files(&root().join("shaders"), "wgsl") {
        let name = format!("\"{}\"", short(&path).trim_start_matches("shaders/"));
        assert!(sources.contains(&name), "{} is not in the list of sources", short(&path));
    }
}
