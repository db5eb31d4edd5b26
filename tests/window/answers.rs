//! Asking the network, what the panel says, dragging the point, cancel, undo.

use super::support::{Window, nodule};
use egui::{Key, Modifiers, PointerButton, vec2};
use egui_kittest::kittest::Queryable;
use triscope::app::Start;
use triscope::findings::Question;
use triscope::geometry::{Patient, Point};
use triscope::session::{Pane, Session};

fn open() -> Window {
    let mut window = Window::blind(Start::default()).with_phantom();
    window.network_ready();
    window
}

fn explained(session: &Session) -> bool {
    matches!(session.selected().map(|n| &n.question), Some(Question::Answered { saliency, .. }) if !saliency.is_empty())
}

/// Brings the planes to the largest nodule and clicks in it with the nodule tool.
fn ask(window: &mut Window) {
    window.click("Nodule");
    let coronal = window.place_of(Pane::Coronal, nodule());
    window.click("Crosshair");
    window.click_at(coronal);
    window.settle();
    window.click("Nodule");
    let axial = window.place_of(Pane::Axial, nodule());
    window.click_at(axial);
    window.until("the answer is explained", explained);
    window.settle();
}

#[test]
fn a_click_in_a_nodule_brings_answer_crops_and_maps() {
    let mut window = open();
    ask(&mut window);
    window.session(|s| {
        let answer = s.selected().and_then(|n| n.answer()).expect("answered");
        assert!((0.0..=1.0).contains(&answer.probability));
        // The slice on the screen and the click are each at most half a voxel away.
        assert!(answer.at.distance(nodule()) < 4.0, "{:?} {:?}", answer.at, nodule());
        assert_eq!(s.selected().map(|n| [None].iter().filter_map(|s| n.saliency(*s)).count()), Some(1));
    });
    assert!(window.says("probability of malignancy"));
    assert!(window.says("untrained weights: this number means nothing"));
    assert!(window.says("Contribution of each scale"));
}

#[test]
fn n_asks_about_the_point_under_the_pointer_and_g_lays_the_map_over() {
    let mut window = open();
    let at = window.rect(Pane::Sagittal).center();
    window.move_to(at);
    window.key(Key::N);
    window.until("the answer is explained", explained);
    let (asked, hover) = window.session(|s| (s.selected().map(|n| n.at), s.hover().map(|h| h.at)));
    assert_eq!(asked, hover);
    window.key(Key::G);
    assert!(window.session(|s| s.look().heatmap.on));
}

#[test]
fn a_dragged_point_is_asked_about_again_and_undo_brings_place_and_answer_back() {
    let mut window = open();
    ask(&mut window);
    let (before, first) = window.session(|s| {
        let n = s.selected().expect("selected");
        (n.at, n.answer().cloned().expect("answered"))
    });
    let from = window.place_of(Pane::Axial, before);
    window.drag(PointerButton::Primary, from, from + vec2(25.0, 10.0));
    window.until("it is answered again", explained);
    let after = window.session(|s| s.selected().map(|n| n.at)).expect("selected");
    assert!(before.distance(after) > 10.0);
    assert_eq!(window.session(|s| s.selected().and_then(|n| n.answer()).map(|a| a.at)), Some(after));
    window.key_with(Modifiers::COMMAND, Key::Z);
    window.session(|s| {
        let n = s.selected().expect("selected");
        assert_eq!(n.at, before);
        assert_eq!(n.answer().map(|a| a.logits.clone()), Some(first.logits.clone()));
    });
    window.key_with(Modifiers::COMMAND, Key::Z);
    assert!(window.session(|s| s.findings().nodules().is_empty()));
    window.key_with(Modifiers::COMMAND, Key::Y);
    assert_eq!(window.session(|s| s.selected().map(|n| n.at)), Some(before));
}

#[test]
fn a_question_can_be_cancelled_and_asked_again() {
    let mut window = open();
    let at = window.rect(Pane::Axial).center();
    window.move_to(at);
    window.harness.key_press(Key::N);
    window.harness.key_press(Key::Escape);
    window.harness.step();
    window.until("nothing runs", |s| s.work().is_empty());
    let question = window.session(|s| s.selected().map(|n| n.question.clone()));
    assert!(matches!(question, Some(Question::Cancelled)), "{question:?}");
    window.key(Key::N);
    window.until("the answer is explained", explained);
}

#[test]
fn a_removed_nodule_returns_with_undo() {
    let mut window = open();
    ask(&mut window);
    window.key(Key::Delete);
    assert!(window.session(|s| s.findings().nodules().is_empty()));
    window.key_with(Modifiers::COMMAND, Key::Z);
    assert!(window.session(explained));
}

/// What is known of the selected nodule: its point and the logits, if it is answered.
fn known(window: &Window) -> (Option<Point<Patient>>, Option<Vec<f64>>) {
    window.session(|s| {
        let nodule = s.selected();
        (nodule.map(|n| n.at), nodule.and_then(|n| n.answer()).map(|a| a.logits.clone()))
    })
}

#[test]
fn a_stopped_question_after_a_drag_brings_place_and_answer_back() {
    let mut window = open();
    ask(&mut window);
    let before = known(&window);
    let from = window.place_of(Pane::Axial, before.0.expect("selected"));
    window.move_to(from);
    window.button(from, PointerButton::Primary, true);
    window.move_to(from + vec2(25.0, 10.0));
    assert!(window.session(|s| s.selected().is_some_and(|n| n.question == Question::Unasked)));
    window.button(from + vec2(25.0, 10.0), PointerButton::Primary, false);
    window.harness.key_press(Key::Escape);
    window.harness.step();
    window.until("nothing runs", |s| s.work().is_empty());
    assert_eq!(known(&window), before);
    assert!(window.session(explained), "its maps are back, too");
}

#[test]
fn a_stopped_question_asked_again_leaves_the_answer() {
    let mut window = open();
    ask(&mut window);
    let before = known(&window);
    window.harness.get_by_label("Ask again").click();
    window.harness.step();
    window.harness.key_press(Key::Escape);
    window.harness.step();
    window.until("nothing runs", |s| s.work().is_empty());
    assert_eq!(known(&window), before);
}

#[test]
fn a_network_without_weights_cannot_be_chosen_and_says_why() {
    let mut window = open();
    ask(&mut window);
    let missing = "no weights installed: triscope models import CHECKPOINT --as m3net-r18x3";
    window.networks(Err(missing.to_owned()));
    window.click("m3net-compact");
    assert!(window.says("No weights installed: triscope models import CHECKPOINT --as m3net-r18x3"));
    window.click("m3net-r18x3");
    assert_eq!(window.session(|s| s.look().network), "m3net-compact");
    assert!(window.session(explained));
}

#[test]
fn another_network_is_asked_about_the_selected_nodule_and_its_failure_leaves_the_answer() {
    let mut window = open();
    if window.session(|s| s.networks().iter().any(|n| n.name == "m3net-r18x3" && n.weights.is_ok())) {
        return eprintln!("not tested here: m3net-r18x3 has weights");
    }
    ask(&mut window);
    let before = known(&window);
    // As if its weights had been taken away since the list was made.
    window.networks(Ok("m3net-r18x3.safetensors".to_owned()));
    window.click("m3net-compact");
    window.click("m3net-r18x3");
    assert_eq!(window.session(|s| s.look().network), "m3net-r18x3");
    window.until("it has failed", |s| {
        s.notices().iter().any(|n| n.text.contains("No weights for m3net-r18x3"))
    });
    assert_eq!(known(&window), before, "the answer of the other network is back");
    assert!(window.says("This answer is of m3net-compact."));
    window.key_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.session(|s| s.look().network), "m3net-compact");
    assert_eq!(known(&window), before);
}
