//! An installed ensemble in the window: the first answer at once, the range after it, and other
//! questions in between.
//!
//! Weights are found in the user's data folder, which a program takes from its environment: each test
//! runs again as a process of its own, with a folder of its own.

#![cfg(target_os = "linux")]

use std::path::Path;

use super::support::{Window, ask, explained, with_weights};
use egui::{Key, vec2};
use triscope::app::Start;
use triscope::networks::m3net::published_layout;
use triscope::networks::weights::{Card, Metadata, Precision, pack, random};
use triscope::networks::{DEFAULT_MODEL, m3net_config};
use triscope::session::{Pane, Session};

/// Runs a test of this file again, in a process that finds an ensemble of three networks installed.
/// - returns: true in that process, where the test is to go on
fn with_an_ensemble(test: &str) -> bool {
    with_weights(&format!("ensembles::{test}"), install)
}

fn install(folder: &Path) {
    let layout = published_layout(&m3net_config(DEFAULT_MODEL).expect("listed"));
    let members = [1, 2, 3].map(|seed| random(&layout, seed));
    let card = Card { trained_on: "nothing at all".to_owned(), ..Card::unknown(DEFAULT_MODEL, "a test") };
    let bytes = pack(&members, &card, Precision::Half, &Metadata::new()).expect("they fit");
    std::fs::create_dir_all(folder).expect("a folder");
    std::fs::write(folder.join(format!("{DEFAULT_MODEL}.safetensors")), bytes).expect("written");
}

fn open() -> Window {
    let mut window = Window::blind(Start::default()).with_phantom();
    window.network_ready();
    window
}

/// Members that have answered about each nodule.
fn said(session: &Session) -> Vec<usize> {
    session.findings().nodules().iter().map(|n| n.answer().map_or(0, |a| a.said.len())).collect()
}

#[test]
fn the_first_network_answers_at_once_and_the_range_follows() {
    if !with_an_ensemble("the_first_network_answers_at_once_and_the_range_follows") {
        return;
    }
    let mut window = open();
    ask(&mut window);
    // The maps come before the other networks are asked.
    let first = window.session(|s| s.selected().and_then(|n| n.answer().cloned()).expect("answered"));
    if !first.is_whole() {
        assert_eq!(first.said.len(), 1);
        assert!(window.says("first of three networks; interval follows"));
    }
    window.until("every network has answered", |s| said(s) == [3]);
    window.until("nothing runs", |s| s.work().is_empty());
    assert!(window.session(explained), "its maps stayed");
    let whole = window.session(|s| s.selected().and_then(|n| n.answer().cloned()).expect("answered"));
    let [low, high] = whole.interval().expect("a range");
    assert!(low <= whole.probability && whole.probability <= high);
    assert_eq!(whole.said[0], first.said[0]);
    assert!(window.says(&format!("mean of three networks: {low:.2} to {high:.2}")));
    assert!(window.says("Maps explain the first of the three networks"));
}

#[test]
fn another_nodule_is_answered_before_the_other_networks_are_and_both_get_their_range() {
    if !with_an_ensemble("another_nodule_is_answered_before_the_other_networks_are_and_both_get_their_range")
    {
        return;
    }
    let mut window = open();
    ask(&mut window);
    let at = window.place_of(Pane::Axial, window.session(|s| s.selected().map(|n| n.at)).expect("selected"));
    window.click_at(at + vec2(40.0, 0.0));
    // Whatever the first one's others were at: they never hold up an answer, and nothing is lost.
    window.until("the second has its first answer", |s| said(s).len() == 2 && said(s)[1] > 0);
    window.until("both have their range", |s| said(s) == [3, 3]);
    window.until("nothing runs", |s| s.work().is_empty());
}

#[test]
fn the_other_networks_can_be_stopped_and_are_asked_again_with_the_nodule() {
    if !with_an_ensemble("the_other_networks_can_be_stopped_and_are_asked_again_with_the_nodule") {
        return;
    }
    let mut window = open();
    ask(&mut window);
    window.harness.key_press(Key::Escape);
    window.harness.step();
    window.until("nothing runs", |s| s.work().is_empty());
    window.settle();
    // On a fast machine all of them may have answered before the key.
    if window.session(|s| said(s) == [1]) {
        assert!(window.session(explained), "the answer and its maps stay");
        assert!(window.says("first of three networks; others not asked"));
    }
    window.click("Ask again");
    window.until("every network has answered", |s| said(s) == [3]);
}

#[test]
fn a_click_on_lung_is_said_to_be_no_nodule_before_the_number() {
    if !with_an_ensemble("a_click_on_lung_is_said_to_be_no_nodule_before_the_number") {
        return;
    }
    let mut window = open();
    ask(&mut window);
    let guard = |window: &Window| {
        window.session(|s| s.selected().and_then(|n| n.answer().map(|a| a.guard.clone())).expect("answered"))
    };
    // The phantom's nodule first: whatever is said of it, it is not that nothing is there.
    assert_ne!(guard(&window).verdict, triscope::guard::Verdict::NotANodule, "{:?}", guard(&window));
    let at = window.place_of(Pane::Axial, window.session(|s| s.selected().map(|n| n.at)).expect("selected"));
    window.click_at(at + vec2(60.0, 0.0));
    window.until("the second has its first answer", |s| said(s).len() == 2 && said(s)[1] > 0);
    window.settle();
    assert_eq!(guard(&window).verdict, triscope::guard::Verdict::NotANodule, "{:?}", guard(&window));
    assert!(window.says("This does not look like a nodule"));
}
