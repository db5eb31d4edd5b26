//! Code that differs between operating systems lives in `app` and `gpu` alone, so that a port has
//! two places to look at.

use crate::source::{code, files, line_of, root, short, text};

/// What only platform code writes.
const MARKS: [&str; 9] = [
    "cfg(unix",
    "cfg(windows",
    "cfg!(unix",
    "cfg!(windows",
    "target_os",
    "target_family",
    "std::os::",
    "\"/tmp",
    "\"/dev/",
];
/// Calls that take a path; a slash inside their literal joins it for one system only.
const JOINS: [&str; 3] = [".join(\"", "Path::new(\"", "PathBuf::from(\""];

#[test]
fn platform_code_lives_in_app_and_gpu() {
    let src = root().join("src");
    let mut wrong = Vec::new();
    for path in files(&src, "rs") {
        if path.starts_with(src.join("app")) || path.starts_with(src.join("gpu")) {
            continue;
        }
        let code = code(&text(&path), true);
        for mark in MARKS {
            for (position, _) in code.match_indices(mark) {
                wrong.push(format!("{}:{} has {mark}", short(&path), line_of(&code, position)));
            }
        }
        for join in JOINS {
            for (position, _) in code.match_indices(join) {
                let literal = code[position + join.len()..].split('"').next().unwrap_or("");
                // `["a", "b"].join("/")` joins words, not a path of two names.
                if literal.len() > 1 && literal.contains('/') {
                    wrong.push(format!("{}:{} joins {literal}", short(&path), line_of(&code, position)));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "platform code outside app and gpu:\n{}", wrong.join("\n"));
}
