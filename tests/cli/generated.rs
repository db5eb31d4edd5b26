//! Pages that the program writes are the pages that lie in the repository.

use crate::run::triscope;

fn page(name: &str) -> String {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()))
}

#[test]
fn the_manual_of_the_command_line_is_up_to_date() {
    let written = triscope(&["generate", "cli"]);
    assert_eq!(written.code, Some(0), "{}", written.stderr);
    assert!(written.stdout == page("cli.md"), "run: triscope generate cli > docs/cli.md");
}

#[test]
fn the_table_of_keys_is_up_to_date() {
    let written = triscope(&["generate", "keys"]);
    assert_eq!(written.code, Some(0), "{}", written.stderr);
    assert!(written.stdout == page("keys.md"), "run: triscope generate keys > docs/keys.md");
}

#[test]
fn man_page_and_completions_name_every_command() {
    let man = triscope(&["generate", "man"]).stdout;
    let bash = triscope(&["generate", "completions"]).stdout;
    let fish = triscope(&["generate", "completions", "--shell", "fish"]).stdout;
    for command in [
        "classify", "render", "synth", "dataset", "bench", "models", "info", "demo", "evaluate", "embed",
        "scan", "explain",
    ] {
        assert!(
            man.contains(&format!("triscope\\-{command}")) || man.contains(&command.to_uppercase()),
            "{command}"
        );
        assert!(bash.contains(command) && fish.contains(command), "{command}");
    }
}
