//! Running the program in a scratch folder, as a user without a display would.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// How a run ended.
pub struct Ran {
    /// Exit code; `None` where a signal ended it.
    pub code: Option<i32>,
    /// What it wrote to stdout.
    pub stdout: String,
    /// What it wrote to stderr.
    pub stderr: String,
}

impl Ran {
    /// The one JSON document on stdout.
    pub fn json(&self) -> Value {
        assert_eq!(self.code, Some(0), "it must work: {}", self.stderr);
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e} in {}", self.stdout))
    }

    /// Checks that it ended with this code and one clear sentence, and gives the sentence.
    pub fn refused(&self, code: i32) -> &str {
        assert_eq!(self.code, Some(code), "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        let lines: Vec<&str> = self.stderr.lines().filter(|l| l.starts_with("triscope: ")).collect();
        assert_eq!(lines.len(), 1, "one sentence: {}", self.stderr);
        assert!(!self.stderr.contains("panicked") && !self.stderr.contains("backtrace"), "{}", self.stderr);
        assert!(!lines[0].contains("a fault in Triscope"), "{}", self.stderr);
        lines[0]
    }
}

/// The program: the one in `TRISCOPE_BIN` (an installed package), or the one just built.
pub fn program() -> PathBuf {
    std::env::var_os("TRISCOPE_BIN")
        .map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_triscope")), PathBuf::from)
}

/// The program with a home of its own and no display.
pub fn command() -> Command {
    let home = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("cli-home");
    // Drivers look for it, and complain where it is missing.
    std::fs::create_dir_all(home.join("runtime")).expect("a home");
    let mut command = Command::new(program());
    for (variable, folder) in [
        ("HOME", ""),
        ("XDG_CACHE_HOME", "cache"),
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_DATA_HOME", "data"),
        ("XDG_RUNTIME_DIR", "runtime"),
    ] {
        command.env(variable, home.join(folder));
    }
    for variable in ["DISPLAY", "WAYLAND_DISPLAY", "RUST_BACKTRACE", "TRISCOPE_LOG"] {
        command.env_remove(variable);
    }
    command.stdin(Stdio::null());
    command
}

/// Runs the program with these arguments.
pub fn triscope<A: AsRef<std::ffi::OsStr>>(arguments: &[A]) -> Ran {
    ran(command().args(arguments))
}

/// Runs a prepared command.
pub fn ran(command: &mut Command) -> Ran {
    ran_of(command.output().expect("the program starts"))
}

/// What a program that has ended said.
pub fn ran_of(out: std::process::Output) -> Ran {
    Ran {
        code: out.status.code(),
        stdout: String::from_utf8(out.stdout).expect("stdout is text"),
        stderr: String::from_utf8_lossy(&out.stderr).into_owned(),
    }
}

/// An empty folder for one test.
pub fn scratch(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("cli").join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).expect("last run's folder goes");
    }
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// A small phantom series, written once by the program itself: 96 x 96 x 64 voxels of 3.6 x 3.6 x 5 mm.
pub fn phantom() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = scratch("phantom");
        synth(&folder, "96,96,64", "3.6,3.6,5");
        folder
    })
}

/// Writes a phantom series.
pub fn synth(folder: &Path, size: &str, spacing: &str) {
    let folder = folder.to_str().expect("a plain name");
    let ran = triscope(&["synth", "--out", folder, "--size", size, "--spacing", spacing, "--seed", "7"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

/// The first nodule of a phantom, as an option's value.
pub fn nodule(folder: &Path) -> String {
    let truth = std::fs::read_to_string(folder.join("truth.json")).expect("there is a truth");
    let truth: Value = serde_json::from_str(&truth).expect("in JSON");
    let at = truth["nodules"][0]["centre_lps_mm"].as_array().expect("a centre").clone();
    at.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// The folder as an argument.
pub fn arg(path: &Path) -> &str {
    path.to_str().expect("a plain name")
}

/// The `.dcm` files of a folder, in the order of their names.
pub fn slices(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("listed")
        .flatten()
        .map(|e| e.path())
        .filter(|p| p.extension().is_some_and(|e| e == "dcm"))
        .collect();
    files.sort();
    files
}

/// A copy of the phantom's first `count` slices in a new folder.
pub fn copy_of_phantom(name: &str, count: usize) -> PathBuf {
    let folder = scratch(name);
    for file in slices(phantom()).into_iter().take(count) {
        std::fs::copy(&file, folder.join(file.file_name().expect("a name"))).expect("copied");
    }
    folder
}

/// Replaces the first occurrence of some bytes in a file by as many others.
pub fn patch(file: &Path, from: &[u8], to: &[u8]) {
    assert_eq!(from.len(), to.len(), "a patch keeps the length");
    let mut bytes = std::fs::read(file).expect("read");
    let at = bytes.windows(from.len()).position(|w| w == from).expect("the bytes are there");
    bytes[at..at + to.len()].copy_from_slice(to);
    std::fs::write(file, bytes).expect("written");
}

/// A folder of the shared test data, or `None` with a word where it is not at hand.
pub fn shared(inside: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join("shared").join(inside);
    if folder.exists() {
        return Some(folder);
    }
    eprintln!("skipped: {inside} is not at hand");
    None
}
