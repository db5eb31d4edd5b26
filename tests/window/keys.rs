//! Keys bound anew, by pointer and by keyboard alone.

use super::support::Window;
use egui::{Event, Key, Modifiers};
use triscope::app::Start;
use triscope::command::{Command, Rebinding, Viewing};
use triscope::session::Pane;

fn sheet(window: &mut Window) {
    let ctx = window.harness.ctx.clone();
    let sheet = Command::Viewing(Viewing::Keys(Rebinding::ToggleSheet));
    window.harness.state().command(sheet, &ctx);
    window.settle();
}

fn types(window: &mut Window, text: &str) {
    window.harness.event(Event::Text(text.to_owned()));
    window.settle();
}

/// Whether the key changes the slice of the focused viewport.
fn steps(window: &mut Window, key: Key) -> bool {
    let before = window.session(|s| s.look().cursor);
    window.key(key);
    window.session(|s| s.look().cursor) != before
}

#[test]
fn a_key_that_another_command_has_is_asked_about_before_anything_is_kept() {
    let mut window = Window::blind(Start::default()).with_phantom();
    window.key_with(Modifiers::COMMAND, Key::Comma);
    window.click("Change keys");
    types(&mut window, "next slice");
    window.click("Next slice: Down");
    assert!(window.says("Press the new key for Next slice"));
    window.key(Key::I);
    assert!(window.says("I is the key of Invert"), "asked, not done");
    assert!(!window.session(|s| s.look().invert), "the key was heard, and did nothing");
    window.click("Leave it");
    assert!(window.says("Next slice: Down") && !window.says("Shall it be"));
    window.click("Next slice: Down");
    window.key(Key::I);
    window.click("Take I from Invert");
    assert!(window.says("Next slice: I"));
    window.key(Key::Escape);
    assert!(!window.says("Press a line"), "Escape closes the sheet");
    assert!(steps(&mut window, Key::I) && !window.session(|s| s.look().invert));
    assert!(!steps(&mut window, Key::ArrowDown));

    // Back, one step, and all at once.
    sheet(&mut window);
    window.click("Take back");
    window.key(Key::Escape);
    assert!(steps(&mut window, Key::ArrowDown));
    window.key(Key::I);
    assert!(window.session(|s| s.look().invert));
    sheet(&mut window);
    types(&mut window, "next slice");
    window.click("Next slice: Down");
    window.click("No key");
    assert!(window.says("Next slice: no key"));
    window.click("Next slice: no key");
    window.click("Usual: Down");
    assert!(window.says("Next slice: Down"));
    window.click("Next slice: Down");
    window.click("Keep Down as well");
    window.key(Key::F8);
    assert!(window.says("Next slice: F8  Down"), "both");
    window.click("All usual keys");
    assert!(window.says("Next slice: Down") && !window.says("F8"));
}

#[test]
fn the_keyboard_alone_binds_a_key_and_is_refused_what_others_keep() {
    let mut window = Window::blind(Start::default()).with_phantom();
    window.key_with(Modifiers::COMMAND, Key::K);
    types(&mut window, "change keys");
    window.key(Key::Enter);
    assert!(window.says("Press a line"), "the palette opens the sheet");
    types(&mut window, "previous slice");
    window.key(Key::Enter);
    assert!(window.says("Press the new key for Previous slice"));
    window.key_with(Modifiers::COMMAND, Key::Minus);
    assert!(window.says("Ctrl+- changes the size of text"), "refused with a reason");
    window.key(Key::Escape);
    assert!(window.says("Press a line") && !window.says("Press the new key"), "the sheet stays");
    // To the line by Tab: past the two buttons of the head, of which none can be pressed yet.
    for _ in 0..12 {
        if window.says("Press the new key") {
            break;
        }
        window.key(Key::Tab);
        window.key(Key::Enter);
        if !window.says("Press a line") {
            sheet(&mut window);
            types(&mut window, "previous slice");
        }
    }
    assert!(window.says("Press the new key for Previous slice"), "reached by Tab");
    window.key(Key::F8);
    assert!(window.says("Previous slice: F8"));
    window.key(Key::Escape);
    // Slices are stepped where a viewport has been chosen.
    assert_eq!(window.session(|s| s.look().focus), Pane::Axial);
    assert!(steps(&mut window, Key::F8));
}

#[test]
fn the_users_file_keeps_its_comments_and_a_broken_one_is_not_written_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("preferences.toml");
    let keys = folder.path().join("keymap.toml");
    std::fs::write(&keys, "# as at work\nundo = [\"F9\"] # mine\nlater = [\"F10\"]\n").expect("written");
    let mut window = Window::remembering(file.clone());
    sheet(&mut window);
    types(&mut window, "undo");
    window.click("Undo: Ctrl+Z");
    window.key(Key::F8);
    let wanted = "# as at work\nundo = [\"F8\"] # mine\nlater = [\"F10\"]\n";
    window.until("it is written", |_| std::fs::read_to_string(&keys).is_ok_and(|text| text == wanted));
    window.until("it is said", |_| true);
    window.settle();
    assert!(window.says("Undo: F8"));
    window.click("Take back");
    let before = "# as at work\nundo = [\"F9\"] # mine\nlater = [\"F10\"]\n";
    window.until("it is back", |_| std::fs::read_to_string(&keys).is_ok_and(|text| text == before));

    std::fs::write(&keys, "undo = [").expect("written");
    window.settle();
    window.click("Undo: F9");
    window.key(Key::F8);
    for _ in 0..200 {
        if window.says("nothing was written over") {
            break;
        }
        window.settle();
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert!(window.says("nothing was written over"));
    assert_eq!(std::fs::read_to_string(&keys).expect("there"), "undo = [");
}
