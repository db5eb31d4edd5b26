//! How the network's input is prepared: chosen by name, shown with the answer, taken back.

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use triscope::app::Start;
use triscope::inference::Mode;
use triscope::session::Session;

use super::support::{Window, ask, explained};

fn answered(session: &Session, mode: &str) -> bool {
    explained(session) && session.selected().and_then(|n| n.answer()).is_some_and(|a| a.mode == mode)
}

/// Edges of the outlined cubes, mm.
fn outlined(session: &Session) -> Vec<[i64; 3]> {
    let answer = session.selected().and_then(|n| n.answer()).expect("answered");
    answer.regions_here().iter().map(|region| region.size_mm().map(|mm| mm.round() as i64)).collect()
}

#[test]
fn clinical_input_is_chosen_in_the_panel_named_with_the_answer_and_taken_back() {
    let mut window = Window::blind(Start::default()).with_phantom();
    window.network_ready();
    ask(&mut window);
    let paper = window.session(|s| s.selected().and_then(|n| n.answer().cloned()).expect("answered"));
    assert!(window.says("paper input"));

    window.click_on(window.harness.get_by_label("Input: clinical").rect());
    window.until("it was asked again", |s| answered(s, "clinical"));
    window.settle();
    assert_eq!(window.session(|s| s.look().mode), Mode::Clinical);
    assert!(window.says("clinical input") && !window.says("paper input"));
    assert!(window.says("taught in mode paper and not in mode clinical"));
    assert_eq!(window.session(outlined), [[32; 3], [64; 3], [96; 3]]);
    // All three crops are shown, and the slider goes through those of the widest.
    assert!(window.says("/ 96"));

    window.key_with(Modifiers::CTRL, Key::Z);
    window.until("the answer before is back", |s| answered(s, "paper"));
    assert_eq!(window.session(|s| s.look().mode), Mode::Paper);
    window.session(|s| {
        let again = s.selected().and_then(|n| n.answer()).expect("answered");
        assert_eq!(again.logits, paper.logits);
    });

    // There and back before there is an answer: none of the other way stays.
    window.click_on(window.harness.get_by_label("Input: clinical").rect());
    window.settle();
    window.click_on(window.harness.get_by_label("Input: paper").rect());
    window.until("it was asked as at first", |s| answered(s, "paper") && s.work().is_empty());
    window.session(|s| {
        let again = s.selected().and_then(|n| n.answer()).expect("answered");
        assert_eq!(again.logits, paper.logits);
    });
}
