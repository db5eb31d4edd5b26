//! The language of the window.

use super::support::Window;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use triscope::app::Start;
use triscope::session::Pane;

#[test]
fn the_language_is_chosen_on_the_sheet_of_preferences_and_holds_at_once() {
    let mut window = Window::blind(Start::default()).with_phantom();
    window.key_with(Modifiers::COMMAND, Key::Comma);
    assert!(window.says("Preferences"), "the sheet is open");
    window.click("Language: Deutsch");
    assert_eq!(window.harness.state().core().prefs().language, "de");
    assert!(window.says("Einstellungen"), "the sheet itself has changed");
    window.key(Key::Escape);

    // A menu by the pointer, and a command in it.
    window.click("Anzeige");
    assert!(window.says("Text in den Ecken") && !window.says("Corner text"));
    window.click("Invertieren");
    assert!(window.session(|s| s.look().invert));
    window.click("Anzeige");
    window.click("Rückgängig");
    assert!(!window.session(|s| s.look().invert), "undo does the same in every language");
    window.click("Anzeige");
    window.click("Wiederholen");
    assert!(window.session(|s| s.look().invert));

    // Commands are found by their German words.
    window.key_with(Modifiers::COMMAND, Key::K);
    window.settle();
    window.harness.event(egui::Event::Text("neu einlesen".to_owned()));
    window.settle();
    assert!(window.says("Tasten neu einlesen"));
    window.key(Key::Escape);

    // And back, by the name of the other language in itself.
    window.key_with(Modifiers::COMMAND, Key::Comma);
    window.click("Sprache: English");
    assert_eq!(window.harness.state().core().prefs().language, "en");
    window.key(Key::Escape);
    assert!(window.says("View") && !window.says("Anzeige"));
}

#[test]
fn what_is_copied_stays_english_in_every_language() {
    let mut window = Window::blind(Start::default()).with_phantom();
    window.key_with(Modifiers::COMMAND, Key::Comma);
    window.click("Language: Deutsch");
    window.key(Key::Escape);
    window.key(Key::B);
    let [from, to] = [-40.0, 40.0].map(|x| window.rect(Pane::Axial).center() + egui::vec2(x, 0.0));
    window.drag(egui::PointerButton::Primary, from, to);
    window.settle();
    assert!(window.says("Zwei Durchmesser 1"), "its name as it is given, in German");
    window.harness.event(egui::Event::Copy);
    window.harness.step();
    let commands = &window.harness.output().platform_output.commands;
    let english = |command: &egui::OutputCommand| matches!(command, egui::OutputCommand::CopyText(text) if text.contains("long axis"));
    assert!(commands.iter().any(english), "{commands:?}");
}

#[test]
fn the_bar_never_runs_over_its_right_part_however_long_words_are() {
    let mut window = Window::blind(Start::default()).with_phantom();
    window.key_with(Modifiers::COMMAND, Key::Comma);
    window.click("Language: Deutsch");
    window.key(Key::Escape);
    // A viewport has the focus, as after any click on a picture.
    let middle = window.rect(Pane::Axial).center();
    window.click_at(middle);
    for key in [Key::B, Key::U, Key::M, Key::E] {
        window.key(key);
        window.settle();
        let right = |part: &str| window.harness.get_by_label(part).rect();
        let (view, mark) = (right("Anzeige"), right("Nur Forschung.\nKein Medizinprodukt."));
        assert!(view.right() <= mark.left(), "{key:?}: {view:?} {mark:?}");
    }
}
