//! Finding and loading the series that a command works on: `--series`, or the largest CT.

use std::io::IsTerminal;
use std::path::Path;
use std::time::Instant;

use super::args::HowRead;
use super::exit::Failure;
use super::output;
use crate::ingest::{Private, Scan, Series, count};
use crate::jobs::JobContext;
use crate::workflow::open::{self, OpenError, OpenEvent, Opened, Reading};

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Cancelled(_) => Self::Interrupted,
            other => Self::work(other),
        }
    }
}

/// A loaded series and the time it took.
pub(super) struct Case {
    /// With its volume.
    pub(super) opened: Opened,
    /// Finding, sorting and decoding.
    pub(super) load_ms: f64,
}

/// Everything at a path.
pub(super) fn scan(path: &Path, how: &HowRead, ctx: &JobContext) -> Result<Scan, Failure> {
    check_path(path)?;
    unlocked(how, |password| {
        let scan = reading(how, password).scan(&[path.to_path_buf()], ctx)?;
        // Where nothing is found, the caller says so, with what was passed over.
        match open::nothing(&scan) {
            locked @ OpenError::Locked(_) if scan.series.is_empty() => Err(locked),
            _ => Ok(scan),
        }
    })
}

fn reading<'a>(how: &HowRead, password: Option<&'a Private<String>>) -> Reading<'a> {
    Reading { password, slices_as_stored: how.slices_as_stored }
}

/// Calls with the password that there is; on a terminal it is asked for where it is missing or wrong.
fn unlocked<T>(
    how: &HowRead,
    mut with: impl FnMut(Option<&Private<String>>) -> Result<T, OpenError>,
) -> Result<T, Failure> {
    const TRIES: usize = 3;
    if let Some(file) = &how.password_file {
        return Ok(with(Some(&first_line(file)?))?);
    }
    let mut outcome = with(None);
    for _ in 0..TRIES {
        let Err(OpenError::Locked(archive)) = &outcome else { break };
        if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
            break;
        }
        let name = archive.0.file.file_name().unwrap_or_default().to_string_lossy();
        let Ok(typed) = rpassword::prompt_password(format!("Password of {name}: ")) else { break };
        outcome = with(Some(&Private::new(typed)));
    }
    Ok(outcome?)
}

fn first_line(file: &Path) -> Result<Private<String>, Failure> {
    let text = std::fs::read_to_string(file)
        .map_err(|e| Failure::work(format!("The password cannot be read from {}: {e}", file.display())))?;
    Ok(Private::new(text.lines().next().unwrap_or_default().to_owned()))
}

/// Tells a mistyped option from a path: both may begin with a hyphen.
pub(super) fn check_path(path: &Path) -> Result<(), Failure> {
    if path.exists() {
        return Ok(());
    }
    Err(if !meant_as_path(path) && path.as_os_str().as_encoded_bytes().starts_with(b"-") {
        Failure::arguments(format!(
            "{} is neither an option nor a file or folder here; `triscope --help` lists the options",
            path.display()
        ))
    } else {
        Failure::work(format!("{} does not exist, or may not be looked at", path.display()))
    })
}

/// Whether what was typed can be nothing but a path: a single hyphen, or anything after `--`.
pub(super) fn meant_as_path(path: &Path) -> bool {
    let typed = path.as_os_str();
    typed == "-" || std::env::args_os().skip_while(|a| a != "--").skip(1).any(|a| a == typed)
}

/// Finds and loads; a choice among several series is said on stderr.
pub(super) fn load(path: &Path, uid: Option<&str>, how: &HowRead, ctx: &JobContext) -> Result<Case, Failure> {
    check_path(path)?;
    let started = Instant::now();
    let note = |event: OpenEvent| {
        let OpenEvent::Scanned { scan, chosen } = event else { return };
        let Some(series) = scan.series.get(chosen) else { return };
        match uid {
            Some(wanted) => note_part(wanted, series),
            None if scan.series.len() > 1 => output::note(&format!(
                "{} series found; using {}, {} (--series picks another)",
                scan.series.len(),
                series.uid,
                count(series.files.len(), "file")
            )),
            None => {}
        }
    };
    let opened = unlocked(how, |password| {
        open::open_as(&[path.to_path_buf()], uid, reading(how, password), ctx, note)
    })?;
    Ok(Case { opened, load_ms: started.elapsed().as_secs_f64() * 1e3 })
}

/// Says which part stands for a series that was split.
pub(super) fn note_part(wanted: &str, series: &Series) {
    if series.uid != wanted {
        output::note(&format!(
            "series {wanted} was split; using its largest part {}, {} (--series '{wanted}#n' picks another)",
            series.uid,
            count(series.files.len(), "file")
        ));
    }
}
