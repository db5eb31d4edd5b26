//! The sheet of preferences, and what is hidden before people.

use super::support::Window;
use egui::{Key, Modifiers};
use std::time::Duration;
use triscope::app::Start;
use triscope::session::CornerText;
use triscope::volume::Interpolation;

#[test]
fn what_is_changed_on_the_sheet_holds_at_once() {
    let mut window = Window::blind(Start::default()).with_phantom();
    window.key_with(Modifiers::COMMAND, Key::Comma);
    assert!(window.says("Dots per inch"), "the sheet is open");
    window.click("Theme: Light");
    assert!(!window.harness.ctx.global_style().visuals.dark_mode);
    window.click("Patient data: No text");
    assert_eq!(window.session(|s| s.look().corner_text), CornerText::None);
    window.click("Between voxels: Cubic");
    window.type_number("Pace of playing", "9");
    window.type_number("Dots per inch", "127");
    {
        let core = window.harness.state().core();
        let prefs = core.prefs();
        assert_eq!((prefs.interpolation, prefs.patient_text), (Interpolation::Cubic, CornerText::None));
        assert_eq!((prefs.play_speed, prefs.screen_dpi), (9.0, 127.0));
    }
    assert!(window.says("In use: 127 dpi, calibrated"));
    window.type_number("Text size", "120");
    window.settle();
    assert!((window.harness.ctx.zoom_factor() - 1.2).abs() < 1e-6);
    window.key(Key::Escape);
    assert!(!window.says("Dots per inch"), "Escape closes it");
    // As systems make things larger; the preference follows.
    window.harness.ctx.set_zoom_factor(1.5);
    window.settle();
    assert_eq!(window.harness.state().core().prefs().text_size, 150.0);
}

#[test]
fn the_sheet_says_where_keys_are_and_what_stands_in_the_way() {
    let mut window = Window::blind(Start::default());
    window.key_with(Modifiers::COMMAND, Key::Comma);
    assert!(window.says("No key is given twice"));
    assert!(window.says("Nothing of yours is kept here"));
    window.click("All keys");
    assert!(window.harness.state().core().help_is_open());
}

#[test]
fn before_people_nothing_that_the_files_tell_of_a_patient_is_shown() {
    let mut usual = Window::blind(Start::default()).with_phantom();
    let description = usual.session(|s| s.series().expect("open").description.reveal().trim().to_owned());
    assert!(!description.is_empty() && usual.says(&description), "{description:?}");
    usual.settle();
    let start = Start { conference: Some(Duration::from_secs(600)), ..Start::default() };
    let mut window = Window::blind(start).with_phantom();
    window.settle();
    assert!(!window.says(&description), "{description:?} is on the screen");
    for _ in 0..3 {
        window.key(Key::T);
        assert_ne!(window.session(|s| s.look().corner_text), CornerText::Full);
    }
    window.key_with(Modifiers::COMMAND, Key::Comma);
    window.click("Patient data: Full text");
    assert_eq!(window.session(|s| s.look().corner_text), CornerText::NoPatient);
}
