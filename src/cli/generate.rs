//! `triscope generate`: the parts of the documentation and of the package that come from the
//! program itself. `docs/cli.md` and `docs/keys.md` are kept equal to them by `tests/cli`.

use std::fmt::Write as _;

use super::args::{Generate, Generated, command_line};
use super::exit::Failure;
use super::output;
use crate::command::Keymap;

/// Column at which generated help is wrapped, whatever the terminal.
const WIDTH: usize = 100;

/// Runs the command.
pub(super) fn run(options: &Generate) -> Result<(), Failure> {
    let text = match options.what {
        Generated::Keys => Keymap::manual(),
        Generated::Cli => manual(),
        Generated::Man => man()?,
        Generated::Completions => {
            let mut bytes = Vec::new();
            clap_complete::generate(options.shell, &mut command_line(), "triscope", &mut bytes);
            utf8(bytes)?
        }
    };
    output::print(&text)
}

fn utf8(bytes: Vec<u8>) -> Result<String, Failure> {
    String::from_utf8(bytes).map_err(Failure::work)
}

/// `docs/cli.md`: every command that works in this version with its help.
fn manual() -> String {
    let mut text = String::from(
        "# Command line\n\nWritten by `triscope generate cli`; `tests/cli` keeps it equal to the program.\n\n\
         Everything that the window computes can be had without it. `--json` prints one JSON document on\n\
         stdout; everything else goes to stderr. Progress bars appear on a terminal, for work over a second.\n\
         Ctrl+C stops a command between two steps and leaves nothing half-written; a second Ctrl+C ends it at\n\
         once. The variable `TRISCOPE_LOG` (for example `triscope=debug`) writes diagnostics to stderr; they\n\
         hold no patient data.\n\n\
         | exit code | means |\n|---|---|\n| 0 | done |\n| 1 | the work failed: one sentence on stderr |\n\
         | 2 | wrong arguments |\n| 130 | stopped by Ctrl+C |\n",
    );
    let mut root = command_line().term_width(WIDTH);
    root.build();
    section(&mut text, &mut root, "");
    text
}

fn section(text: &mut String, command: &mut clap::Command, above: &str) {
    let name = if above.is_empty() {
        command.get_name().to_owned()
    } else {
        format!("{above} {}", command.get_name())
    };
    let help = command.render_long_help().to_string();
    let help: Vec<&str> = help.lines().map(str::trim_end).collect();
    let _ = write!(text, "\n## `{name}`\n\n```text\n{}\n```\n", help.join("\n").trim());
    for sub in command.get_subcommands_mut() {
        if !sub.is_hide_set() && sub.get_name() != "help" {
            section(text, sub, &name);
        }
    }
}

/// The man page: the program, then the options of every command.
fn man() -> Result<String, Failure> {
    let mut root = command_line();
    root.build();
    let mut bytes = Vec::new();
    let page = clap_mangen::Man::new(root.clone()).manual("Triscope");
    page.render(&mut bytes).map_err(Failure::work)?;
    for command in root.get_subcommands().filter(|c| !c.is_hide_set() && c.get_name() != "help") {
        man_of(command, "triscope", &mut bytes)?;
    }
    utf8(bytes)
}

fn man_of(command: &clap::Command, above: &str, bytes: &mut Vec<u8>) -> Result<(), Failure> {
    let name = format!("{above} {}", command.get_name());
    bytes.extend(format!(".SH \"{}\"\n", name.to_uppercase()).bytes());
    let page = clap_mangen::Man::new(command.clone());
    let mut part = Vec::new();
    page.render_synopsis_section(&mut part).map_err(Failure::work)?;
    page.render_description_section(&mut part).map_err(Failure::work)?;
    page.render_options_section(&mut part).map_err(Failure::work)?;
    // Headings of the single page would read as sections of the whole one.
    let part = utf8(part)?;
    for line in part.lines() {
        let line = line.strip_prefix(".SH").map_or_else(|| line.to_owned(), |rest| format!(".SS{rest}"));
        bytes.extend(line.bytes());
        bytes.push(b'\n');
    }
    for sub in command.get_subcommands().filter(|c| !c.is_hide_set() && c.get_name() != "help") {
        man_of(sub, &name, bytes)?;
    }
    Ok(())
}
