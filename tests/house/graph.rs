//! What is really built: one of each crate that cannot be doubled, nothing that reaches the network,
//! and licences that this project may carry. `Cargo.lock` also names optional crates that are never
//! built; `cargo tree` leaves them out.

use std::process::Command;
use std::sync::OnceLock;

use crate::source::{root, text};

/// A crate that is built into the program.
struct Built {
    name: String,
    version: String,
    licence: String,
}

fn graph() -> &'static [Built] {
    static GRAPH: OnceLock<Vec<Built>> = OnceLock::new();
    GRAPH.get_or_init(|| {
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        let out = Command::new(cargo)
            .current_dir(root())
            .args([
                "tree",
                "--offline",
                "--locked",
                "-e",
                "normal",
                "--prefix",
                "none",
                "--format",
                "{p}|{l}",
            ])
            .output()
            .expect("cargo runs");
        assert!(out.status.success(), "cargo tree: {}", String::from_utf8_lossy(&out.stderr));
        let mut lines: Vec<String> = String::from_utf8_lossy(&out.stdout)
            .lines()
            .map(|l| l.trim_end_matches(" (*)").replace(" (proc-macro)", ""))
            .collect();
        lines.sort();
        lines.dedup();
        let built: Vec<Built> = lines
            .iter()
            .filter_map(|l| {
                let (package, licence) = l.split_once('|')?;
                let mut words = package.split_whitespace();
                let (name, version) = (words.next()?, words.next()?);
                Some(Built {
                    name: name.to_owned(),
                    version: version.to_owned(),
                    licence: licence.to_owned(),
                })
            })
            .collect();
        assert!(built.len() > 100, "the graph was read");
        built
    })
}

#[test]
fn there_is_one_wgpu_one_naga_and_one_egui() {
    let lock = text(&root().join("Cargo.lock"));
    for name in ["wgpu", "naga", "egui", "burn", "dicom-object"] {
        let count = lock.matches(&format!("name = \"{name}\"\n")).count();
        assert_eq!(count, 1, "Cargo.lock has {count} x {name}");
    }
}

#[test]
fn nothing_that_is_built_reaches_the_network() {
    // The D-Bus crates that dialogs and AccessKit bring (zbus) talk to the desktop, not to a network.
    const NETWORK: [&str; 27] = [
        "reqwest",
        "hyper",
        "hyper-util",
        "ureq",
        "curl",
        "curl-sys",
        "isahc",
        "surf",
        "attohttpc",
        "minreq",
        "tokio",
        "mio",
        "socket2",
        "quinn",
        "rustls",
        "native-tls",
        "openssl",
        "openssl-sys",
        "tungstenite",
        "h2",
        "hickory-resolver",
        "tiny_http",
        "axum",
        "warp",
        "actix-web",
        "async-net",
        "turso",
    ];
    let found: Vec<&str> =
        graph().iter().map(|b| b.name.as_str()).filter(|name| NETWORK.contains(name)).collect();
    assert!(found.is_empty(), "networking crates are built in: {found:?}");
}

#[test]
fn every_licence_is_one_that_we_may_carry() {
    let wrong: Vec<String> = graph()
        .iter()
        .filter(|b| !allowed(&b.licence))
        .map(|b| format!("{} {}: {}", b.name, b.version, b.licence))
        .collect();
    assert!(wrong.is_empty(), "licences outside the list:\n{}", wrong.join("\n"));
}

/// Whether an SPDX expression can be met: AND binds tighter than OR; an old-style slash is an OR.
fn allowed(expression: &str) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let met = any(&words, &mut at);
    met && at == words.len()
}

fn any(words: &[&str], at: &mut usize) -> bool {
    let mut met = all(words, at);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        met |= all(words, at);
    }
    met
}

fn all(words: &[&str], at: &mut usize) -> bool {
    let mut met = one(words, at);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        met &= one(words, at);
    }
    met
}

fn one(words: &[&str], at: &mut usize) -> bool {
    // Permissive licences, public-domain dedications, fonts that may be bundled, and MPL-2.0, whose
    // terms concern changes to its own files.
    const LIST: [&str; 17] = [
        "MIT",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "ISC",
        "Zlib",
        "0BSD",
        "Unlicense",
        "CC0-1.0",
        "BSL-1.0",
        "Unicode-3.0",
        "MPL-2.0",
        "IJG",
        "OFL-1.1",
        "Ubuntu-font-1.0",
        "MIT-0",
        "bzip2-1.0.6",
    ];
    match words.get(*at) {
        Some(&"(") => {
            *at += 1;
            let met = any(words, at);
            let closed = words.get(*at) == Some(&")");
            *at += 1;
            met && closed
        }
        Some(name) => {
            *at += 1;
            if words.get(*at) == Some(&"WITH") {
                // An exception only adds permissions.
                *at += 2;
            }
            LIST.contains(name)
        }
        None => false,
    }
}

#[test]
fn licence_expressions_are_understood() {
    for met in [
        "MIT",
        "MIT/Apache-2.0",
        "(MIT OR Apache-2.0) AND OFL-1.1",
        "GPL-2.0-only OR MIT",
        "Apache-2.0 WITH LLVM-exception",
    ] {
        assert!(allowed(met), "{met}");
    }
    for unmet in ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT", "MIT GPL-3.0"] {
        assert!(!allowed(unmet), "{unmet}");
    }
}
