//! No test lies where `.ci/test` does not look.

use crate::source::{code, files, root, short, text};

#[test]
fn every_test_program_of_the_manifest_is_run() {
    // The command line's tests run on the installed package.
    let run = [".ci/test", "packaging/test-installed"].map(|name| text(&root().join(name))).concat();
    let manifest = text(&root().join("Cargo.toml"));
    let mut programs = 0;
    for program in manifest.split("[[test]]\nname = \"").skip(1) {
        let name = program.split('"').next().unwrap_or_default();
        assert!(run.contains(&format!("--test {name}")), "nothing runs the tests of {name}");
        programs += 1;
    }
    assert!(programs >= 4, "{programs} test programs are found in the manifest");
    assert!(run.contains(" --lib "), "nothing runs the unit tests");
}

/// Running them would compile the library once more and link a program for each; examples of use are
/// tests in the four programs instead.
#[test]
fn no_example_in_a_doc_comment_needs_a_run_of_its_own() {
    for path in files(&root().join("src"), "rs") {
        let mut inside = false;
        for (number, line) in text(&path).lines().enumerate() {
            let line = line.trim_start();
            let Some(doc) = line.strip_prefix("///").or_else(|| line.strip_prefix("//!")) else { continue };
            let Some(kind) = doc.trim_start().strip_prefix("```") else { continue };
            // What is named as another language is text to rustdoc.
            let is_text = ["text", "toml", "json", "wgsl", "sh"].contains(&kind.trim());
            assert!(inside || is_text, "{}:{}: a test that nothing runs", short(&path), number + 1);
            inside = !inside;
        }
    }
}

#[test]
fn the_thin_program_holds_no_tests() {
    let main = code(&text(&root().join("src").join("main.rs")), false);
    assert!(!main.contains("#[test]") && !main.contains("cfg(test)"), "tests belong into the library");
}
