//! What goes to stdout: one JSON document, or lines for a person. Nothing else writes there.

use std::borrow::Cow;
use std::io::{self, ErrorKind, Write};

use serde::Serialize;

use super::exit::Failure;

/// Prints one JSON document, as `--json` promises.
pub(super) fn json<T: Serialize>(document: &T) -> Result<(), Failure> {
    let mut text = serde_json::to_string_pretty(document)
        .map_err(|e| Failure::work(format!("the result could not be written as JSON: {e}")))?;
    text.push('\n');
    print(&text)
}

/// Prints one JSON document on one line: what the benchmark scripts read.
pub(super) fn json_line<T: Serialize>(document: &T) -> Result<(), Failure> {
    let text = serde_json::to_string(document)
        .map_err(|e| Failure::work(format!("the result could not be written as JSON: {e}")))?;
    print(&format!("{text}\n"))
}

/// Prints text as it is.
///
/// A reader that went away (`triscope info DIR | head -1`) has what it wanted: that is no failure.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    write_to(&mut io::stdout().lock(), &harmless(text))
}

/// What names of files and texts of tags hold may command a terminal: control characters but the end of a line
/// and the tabulator become U+FFFD.
pub(super) fn harmless(text: &str) -> Cow<'_, str> {
    let commands = |c: char| c.is_control() && c != '\n' && c != '\t';
    if text.contains(commands) { Cow::Owned(text.replace(commands, "\u{FFFD}")) } else { Cow::Borrowed(text) }
}

fn write_to(out: &mut impl Write, text: &str) -> Result<(), Failure> {
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::work(format!("the result could not be written to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// A line for the person at the terminal, on stderr; a closed stderr is nobody's loss.
pub(super) fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", harmless(text));
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Refuses(ErrorKind);
    impl Write for Refuses {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_name_commands_no_terminal() {
        assert_eq!(harmless("a\x1b[31mb\u{9b}c\r\n\td"), "a\u{FFFD}[31mb\u{FFFD}c\u{FFFD}\n\td");
        assert!(matches!(harmless("Lunge \u{E4}\n"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_reader_that_went_away_is_no_failure_and_a_full_disk_is() {
        assert_eq!(write_to(&mut Refuses(ErrorKind::BrokenPipe), "x"), Ok(()));
        assert!(matches!(write_to(&mut Refuses(ErrorKind::StorageFull), "x"), Err(Failure::Work(_))));
    }
}
