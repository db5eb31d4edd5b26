//! The dependency rule: `ARCHITECTURE.md` has the table, `src/lib.rs` the order.

use std::collections::BTreeMap;
use std::path::Path;

use crate::source::{code, files, line_of, root, short, text};

/// Crates that every room may use.
const FREE: [&str; 6] = ["serde", "thiserror", "tracing", "glam", "bytemuck", "rayon"];
/// Crates that a test inside a room may use besides.
const FREE_IN_TESTS: [&str; 5] = ["proptest", "tempfile", "serde_json", "naga", "egui_kittest"];
/// Rooms open to every room, but to `networks`.
const OPEN: [&str; 2] = ["geometry", "jobs"];

/// Rooms in the order of `lib.rs`.
fn order() -> Vec<String> {
    let lib = code(&text(&root().join("src").join("lib.rs")), false);
    lib.lines()
        .filter_map(|l| l.trim().strip_prefix("pub mod ")?.strip_suffix(';').map(str::to_owned))
        .collect()
}

/// Room to its crates, from the table.
fn table() -> BTreeMap<String, Vec<String>> {
    let page = text(&root().join("ARCHITECTURE.md"));
    let rule = page.split("## The rule").nth(1).expect("the rule has a section");
    let rule = rule.split("\n## ").next().expect("a section has a text");
    rule.lines()
        .filter(|l| l.starts_with('|') && !l.starts_with("|---") && !l.starts_with("| room |"))
        .map(|l| {
            let cells: Vec<&str> = l.trim_matches('|').split('|').map(str::trim).collect();
            assert_eq!(cells.len(), 4, "a row has four cells: {l}");
            let crates =
                cells[2].split(',').map(str::trim).filter(|c| *c != "-").map(str::to_owned).collect();
            (cells[0].to_owned(), crates)
        })
        .collect()
}

/// Direct dependencies by the name that code uses.
fn dependencies(sections: &[&str]) -> Vec<String> {
    let manifest = text(&root().join("Cargo.toml"));
    let mut inside = false;
    let mut names = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = sections.contains(&line.trim());
        } else if inside && let Some((name, _)) = line.split_once('=') {
            let name = name.trim();
            if !name.starts_with('#') && !name.is_empty() {
                names.push(name.replace('-', "_"));
            }
        }
    }
    assert!(names.len() > 20, "the manifest was read: {names:?}");
    names
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// First names after `prefix`, with their positions; `crate::{a, b::c}` gives both.
fn names_after(code: &str, prefix: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (position, _) in code.match_indices(prefix) {
        if code[..position].chars().next_back().is_some_and(|c| is_word(c) || c == ':') {
            continue;
        }
        let rest = &code[position + prefix.len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut fresh = true;
            for (n, c) in group.char_indices() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => fresh = true,
                    c if fresh && is_word(c) => {
                        let name: String = group[n..].chars().take_while(|c| is_word(*c)).collect();
                        found.push((position, name));
                        fresh = false;
                    }
                    _ => {}
                }
            }
        } else {
            found.push((position, rest.chars().take_while(|c| is_word(*c)).collect()));
        }
    }
    found
}

/// The room's part and the tests' part of a file.
fn split_tests(code: &str) -> (&str, &str) {
    code.find("#[cfg(test)]\nmod tests {").map_or((code, ""), |at| code.split_at(at))
}

/// Steps from the crate's root to the module of a file: `src/a/mod.rs` 1, `src/a/b.rs` 2.
fn depth(path: &Path) -> usize {
    let inside = short(path);
    let parts = inside.split('/').count() - 1;
    if inside.ends_with("/mod.rs") { parts - 1 } else { parts }
}

/// Room to its files.
fn sources() -> Vec<(String, std::path::PathBuf)> {
    let src = root().join("src");
    order()
        .into_iter()
        .flat_map(|room| {
            let mut found = files(&src.join(&room), "rs");
            let single = src.join(format!("{room}.rs"));
            if single.exists() {
                found.push(single);
            }
            assert!(!found.is_empty(), "room {room} has no files");
            found.into_iter().map(move |f| (room.clone(), f)).collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn every_room_has_a_row_and_every_row_a_room() {
    let (rooms, table) = (order(), table());
    for room in &rooms {
        assert!(table.contains_key(room), "ARCHITECTURE.md has no row for `{room}`");
    }
    for row in table.keys() {
        assert!(rooms.contains(row), "ARCHITECTURE.md has a row for `{row}`, lib.rs no such room");
    }
}

#[test]
fn a_room_uses_only_rooms_declared_above_it() {
    let rooms = order();
    let rank = |name: &str| rooms.iter().position(|r| r == name);
    let mut wrong = Vec::new();
    for (room, path) in sources() {
        let code = code(&text(&path), false);
        let here = rank(&room).expect("a room");
        for (position, name) in names_after(&code, "crate::") {
            let Some(there) = rank(&name) else { continue };
            let closed = room == "networks" && there != here;
            if there > here || closed {
                wrong.push(format!("{}:{} uses crate::{name}", short(&path), line_of(&code, position)));
            }
        }
        // A path through the root without `crate::` would escape this test.
        let (own, tests) = split_tests(&code);
        for (part, extra) in [(own, 0), (tests, 1)] {
            let chain = "super::".repeat(depth(&path) + extra);
            if part.contains(&chain) {
                wrong.push(format!("{} leaves its room by super::; write crate::", short(&path)));
            }
        }
    }
    assert!(wrong.is_empty(), "upward paths:\n{}", wrong.join("\n"));
}

#[test]
fn a_room_uses_only_the_outside_crates_in_its_row() {
    let (table, dependencies) = (table(), dependencies(&["[dependencies]", "[dev-dependencies]"]));
    let mut wrong = Vec::new();
    for (room, path) in sources() {
        let code = code(&text(&path), false);
        let allowed = &table[&room];
        let listed = |name: &str| {
            allowed
                .iter()
                .any(|a| a == name || a.strip_suffix('*').is_some_and(|start| name.starts_with(start)))
        };
        // `mod image;` beside it: the name is the room's own.
        let local = |name: &str| {
            path.with_file_name(format!("{name}.rs")).exists() || path.with_file_name(name).is_dir()
        };
        let is_test_file = path.file_name().is_some_and(|n| n == "tests.rs");
        let (own, tests) = split_tests(&code);
        for (part, testing) in [(own, is_test_file), (tests, true)] {
            for name in dependencies.iter().filter(|n| !local(n)) {
                let used = names_after(part, &format!("{name}::"));
                let free =
                    FREE.contains(&name.as_str()) || (testing && FREE_IN_TESTS.contains(&name.as_str()));
                if !used.is_empty() && !free && !listed(name) {
                    wrong.push(format!("{}:{} uses {name}", short(&path), line_of(part, used[0].0)));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "crates without a place in ARCHITECTURE.md:\n{}", wrong.join("\n"));
}

#[test]
fn every_crate_in_the_table_is_used_by_its_room() {
    let mut wrong = Vec::new();
    let sources = sources();
    for (room, crates) in table() {
        let own: String =
            sources.iter().filter(|(r, _)| *r == room).map(|(_, path)| code(&text(path), false)).collect();
        for name in crates {
            let start = name.strip_suffix('*').map_or_else(|| format!("{name}::"), str::to_owned);
            if !own.contains(&start) {
                wrong.push(format!("{room} lists {name} and does not use it"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_dependency_of_the_manifest_is_used() {
    let all: String = sources().iter().map(|(_, path)| code(&text(path), false)).collect();
    let unused: Vec<String> = dependencies(&["[dependencies]"])
        .into_iter()
        .filter(|name| {
            names_after(&all, &format!("{name}::")).is_empty() && !all.contains(&format!("#[{name}("))
        })
        .collect();
    assert!(unused.is_empty(), "nobody uses {unused:?}");
}

#[test]
fn the_open_rooms_stand_first() {
    assert_eq!(order()[..2], OPEN);
}

#[test]
fn paths_are_read_from_code() {
    let text = "use crate::{a::{x, y}, b};\nlet z = crate::c::d; mycrate::e; abc::crate::f;";
    let names: Vec<String> = names_after(text, "crate::").into_iter().map(|(_, n)| n).collect();
    assert_eq!(names, ["a", "b", "c"]);
}
