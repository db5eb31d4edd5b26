//! An archive with a password: asked for, refused, asked for again, left closed.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use egui::Key;
use egui_kittest::kittest::Queryable as _;
use triscope::app::Start;
use triscope::command::Command;
use triscope::session::Stage;
use zip::write::SimpleFileOptions;
use zip::{AesMode, ZipWriter};

use super::support::{Window, small};

const PASSWORD: &str = "correct horse";

/// Some slices of the small phantom, locked.
pub fn locked(folder: &Path) -> std::path::PathBuf {
    let path = folder.join("study.zip");
    let mut writer = ZipWriter::new(File::create(&path).expect("a file"));
    let options = SimpleFileOptions::default().with_aes_encryption(AesMode::Aes256, PASSWORD);
    let mut files: Vec<_> = fs::read_dir(&small().folder)
        .expect("listed")
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "dcm"))
        .collect();
    files.sort();
    for file in files.iter().take(8) {
        writer.start_file(file.file_name().expect("named").to_string_lossy(), options).expect("begun");
        writer.write_all(&fs::read(file).expect("read")).expect("written");
    }
    writer.finish().expect("finished");
    path
}

pub fn type_password(window: &mut Window, text: &str) {
    window.harness.get_by_label("Password").type_text(text);
    window.settle();
    window.key(Key::Enter);
}

#[test]
fn a_locked_archive_is_asked_for_until_the_password_is_right() {
    let home = tempfile::tempdir().expect("a folder");
    let path = locked(home.path());
    let mut window = Window::blind(Start::default());
    window.drop_files(&[&path]);
    window.until("the password is asked for", |s| s.locked().is_some());
    window.settle();
    assert!(window.says("study.zip is locked by a password") && !window.says("This was not its password"));

    type_password(&mut window, "wrong");
    window.until("it is asked for again", |s| s.locked().is_some_and(|l| l.archive.wrong));
    window.settle();
    assert!(window.says("This was not its password"));

    type_password(&mut window, PASSWORD);
    window.until("it is open", |s| s.open().is_some_and(|o| o.loaded));
    window.settle();
    assert!(!window.says("locked by a password"));
    assert_eq!(window.session(|s| s.volume().expect("open").grid().size()[2]), 8);
}

#[test]
fn a_locked_archive_can_be_left_closed() {
    let home = tempfile::tempdir().expect("a folder");
    let path = locked(home.path());
    let mut window = Window::blind(Start::default());
    window.drop_files(&[&path]);
    window.until("the password is asked for", |s| s.locked().is_some());
    window.settle();
    window.click("Cancel");
    window.until("it is left", |s| s.locked().is_none() && matches!(s.stage(), Stage::Failed(_)));
    window.settle();
    assert!(window.says("study.zip is locked by a password, and was not opened"));

    // What is open stays, and is said to.
    let mut window = window.with_phantom();
    window.drop_files(&[&path]);
    window.until("the password is asked for", |s| s.locked().is_some());
    window.settle();
    window.key(Key::Escape);
    window.until("it is left", |s| s.locked().is_none() && !s.notices().is_empty());
    assert!(window.session(|s| s.stage() == Stage::Open));
}

#[test]
fn a_locked_archive_is_asked_for_as_the_prior_too() {
    let home = tempfile::tempdir().expect("a folder");
    let path = locked(home.path());
    let mut window = Window::blind(Start::default()).with_phantom();
    let ctx = window.harness.ctx.clone();
    window.harness.state().command(Command::PriorPaths(vec![path]), &ctx);
    window.until("the password is asked for", |s| s.locked().is_some_and(|l| l.as_prior));
    window.settle();
    type_password(&mut window, PASSWORD);
    // The password was right: what it opens is the series that is on the screen already.
    window.until("it was looked at", |s| s.locked().is_none() && !s.notices().is_empty());
    assert!(window.session(|s| s.notices()[0].text.contains("very series")));
}
