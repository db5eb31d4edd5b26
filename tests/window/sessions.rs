//! What a reader made comes back: from a file, and after a program that was killed.

use std::path::Path;
use std::time::{Duration, Instant};

use super::support::{Window, small};
use egui::{Key, Modifiers, PointerButton, vec2};
use triscope::app::Start;
use triscope::command::Command;
use triscope::session::{Measured, Pane, Session};
use triscope::volume::Preset;

fn does(window: &mut Window, command: Command) {
    let ctx = window.harness.ctx.clone();
    window.harness.state().command(command, &ctx);
    window.settle();
}

/// Two lengths and an ellipse, another window, another slice.
fn with_measurements(mut window: Window) -> Window {
    let middle = window.rect(Pane::Axial).center();
    for (key, y) in [(Key::L, 0.0), (Key::L, 30.0), (Key::E, -60.0)] {
        window.key(key);
        let from = middle + vec2(-40.0, y);
        window.drag(PointerButton::Primary, from, from + vec2(60.0, 20.0));
    }
    window.key(Key::W);
    window.key(Key::Num1);
    window.wheel(middle, -3.0, Modifiers::NONE);
    window
}

fn made(session: &Session) -> (Vec<Measured>, [f64; 3], Option<Preset>) {
    let look = session.look();
    (session.findings().measurements().to_vec(), look.cursor.to_array(), look.preset)
}

/// Tolerance: numbers of a file are read to the last but one digit of f64.
fn same_place(a: [f64; 3], b: [f64; 3]) {
    assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-9), "{a:?} {b:?}");
}

fn same(after: &[Measured], before: &[Measured]) {
    assert_eq!(after.len(), before.len());
    for (a, b) in after.iter().zip(before) {
        assert_eq!((&a.measurement.name, a.measurement.kind), (&b.measurement.name, b.measurement.kind));
        assert_eq!(a.reading.lines(), b.reading.lines());
        for (p, q) in a.measurement.points.iter().zip(&b.measurement.points) {
            same_place(p.to_array(), q.to_array());
        }
    }
}

#[test]
fn a_session_is_saved_and_comes_back_with_its_series() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("reading.triscope");
    let mut window = with_measurements(Window::blind(Start::default()).with_phantom());
    let before = window.session(made);
    does(&mut window, Command::SaveSessionTo(file.clone()));
    window.until("it is written", |s| s.work().is_empty() && !s.notices().is_empty());
    let text = std::fs::read_to_string(&file).expect("a file");
    let uid = window.session(|s| s.series().expect("open").uid.clone());
    let paths = small().folder.display().to_string();
    assert!(text.contains("Ellipse 1") && !text.contains(&uid) && !text.contains(&paths), "{text}");
    drop(window);

    // The session first, its series afterwards.
    let mut window = Window::blind(Start::default());
    window.drop_files(&[&file]);
    window.until("it is read", |s| !s.notices().is_empty());
    assert!(window.session(|s| s.notices()[0].text.contains("Open the folder")));
    let mut window = window.with_phantom();
    window.until("all of it is back", |s| s.findings().measurements().len() == 3);
    let after = window.session(made);
    same(&after.0, &before.0);
    same_place(after.1, before.1);
    assert_eq!(after.2, before.2);
    // One step of undo.
    window.key_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.session(|s| s.findings().measurements().len()), 0);
}

/// The promise is five seconds.
fn until_kept(window: &mut Window, folder: &Path) {
    let begun = Instant::now();
    let kept = folder.join("session-0.triscope");
    let whole = || std::fs::read_to_string(&kept).is_ok_and(|text| text.contains("Ellipse 1"));
    while !whole() {
        assert!(begun.elapsed() < Duration::from_secs(30), "it was never kept");
        window.harness.step();
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn what_was_made_is_there_when_the_same_folder_is_opened_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = with_measurements(Window::keeping(folder.path()).with_phantom());
    until_kept(&mut window, folder.path());
    let before = window.session(made);
    let mut window = window.with_phantom();
    window.until("it was put aside", Session::has_last_session);
    assert!(window.session(|s| s.findings().measurements().is_empty()));
    // Asked for twice it comes back once.
    for _ in 0..2 {
        does(&mut window, Command::RestoreSession);
        window.until("all of it is back", |s| s.findings().measurements().len() >= 3);
        for _ in 0..30 {
            window.harness.step();
            std::thread::sleep(Duration::from_millis(5));
        }
        same(&window.session(made).0, &before.0);
    }
}

#[test]
fn what_was_made_survives_a_program_that_is_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = with_measurements(Window::keeping(folder.path()).with_phantom());
    assert!(!window.session(Session::has_last_session));
    let before = window.session(made);
    until_kept(&mut window, folder.path());
    // No closing, no last write.
    drop(window);

    let mut window = Window::keeping(folder.path());
    window.settle();
    window.click("Go on with the last session");
    window.until("all of it is back", |s| s.findings().measurements().len() == 3);
    same(&window.session(made).0, &before.0);
}

#[test]
fn a_file_that_is_no_session_is_one_sentence_and_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = with_measurements(Window::blind(Start::default()).with_phantom());
    let before = window.session(made);
    for (name, text) in
        [("a", "no JSON"), ("b", "{\"triscope_session\": 99}"), ("c", "{\"triscope_session\": 1}")]
    {
        let file = folder.path().join(format!("{name}.triscope"));
        std::fs::write(&file, text).expect("written");
        let known = window.session(|s| s.notices().len());
        window.drop_files(&[&file]);
        window.until("it is refused", |s| s.notices().len() > known);
    }
    assert_eq!(window.session(made), before);
}

#[test]
fn where_nothing_was_made_the_views_alone_are_saved_and_come_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("views.triscope");
    let mut window = Window::blind(Start::default()).with_phantom();
    window.key(Key::Num3);
    window.wheel(window.rect(Pane::Axial).center(), -7.0, Modifiers::NONE);
    let before = window.session(made);
    does(&mut window, Command::SaveSessionTo(file.clone()));
    window.until("it is written", |s| s.notices().iter().any(|n| n.text.starts_with("Session saved")));
    let mut window = Window::blind(Start::default()).with_phantom();
    assert_ne!(window.session(made), before);
    window.drop_files(&[&file]);
    window.until("it is back", |s| s.look().preset == Some(Preset::Bone));
    let after = window.session(made);
    same_place(after.1, before.1);
}

#[test]
fn of_several_sessions_that_are_dropped_one_is_opened_and_the_others_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = ["first", "second", "third"].map(|name| folder.path().join(format!("{name}.triscope")));
    let mut window = with_measurements(Window::blind(Start::default()).with_phantom());
    for file in &files {
        does(&mut window, Command::SaveSessionTo(file.clone()));
        window.until("it is written", |s| s.work().is_empty());
    }
    let mut window = Window::blind(Start::default());
    window.drop_files(&files.each_ref().map(|file| file.as_path()));
    let text = |s: &Session| s.notices().iter().map(|n| n.text.clone()).collect::<Vec<_>>().join("; ");
    window.until("it is read", |s| text(s).contains("The session is read"));
    let said = window.session(text);
    assert!(said.contains("first.triscope is; open the other 2"), "{said}");
    // What asks for a series goes when one is there.
    window.drop_files(&[&small().folder]);
    window.until("its series is there", |s| s.findings().measurements().len() == 3);
    let said = window.session(text);
    assert!(!said.contains("The session is read"), "{said}");
}
