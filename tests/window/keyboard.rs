//! The window without a mouse, and as a screen reader tells it.

use std::collections::BTreeSet;

use super::support::{Window, ask};
use egui::Key;
use egui_kittest::kittest::NodeT;
use triscope::app::Start;
use triscope::session::Pane;

/// Far more controls than the window has.
const MANY: usize = 150;

/// Name of what the keyboard is on, with its role.
fn focused(window: &Window) -> Option<(String, String)> {
    let root = window.harness.root();
    let node = root.children_recursive().find(|n| n.is_focused())?;
    let node = node.accesskit_node();
    Some((format!("{:?}", node.role()), node.label().unwrap_or_default()))
}

/// Everything that Tab leads to, in order, until it comes round.
fn tab_through(window: &mut Window) -> Vec<(String, String)> {
    let mut seen: Vec<(String, String)> = Vec::new();
    for _ in 0..MANY {
        window.harness.key_press(Key::Tab);
        window.harness.step();
        window.harness.step();
        let Some(now) = focused(window) else { continue };
        if seen.first() == Some(&now) {
            // From wherever the focus was: told from the upper left corner on.
            let first = seen.iter().position(|(_, name)| name == "Open").unwrap_or(0);
            seen.rotate_left(first);
            return seen;
        }
        seen.push(now);
    }
    panic!("Tab does not come round: {seen:?}");
}

fn names(all: &[(String, String)]) -> Vec<&str> {
    all.iter().map(|(_, name)| name.as_str()).collect()
}

fn assert_named(all: &[(String, String)]) {
    let nameless: Vec<_> = all.iter().filter(|(_, name)| name.trim().is_empty()).collect();
    assert!(nameless.is_empty(), "controls without a name: {nameless:?} in {all:?}");
    // Icons are pictures to the eye and noise to the ear.
    let icon = |c: char| ('\u{E000}'..='\u{F8FF}').contains(&c);
    assert!(all.iter().all(|(_, name)| !name.chars().any(icon)), "an icon is read aloud: {all:?}");
}

/// Each of these is reached, in this order.
fn assert_in_order(all: &[(String, String)], wanted: &[&str]) {
    let names = names(all);
    let mut rest = names.iter();
    for want in wanted {
        assert!(rest.any(|name| name.starts_with(want)), "{want} is not reached, or too early: {names:?}");
    }
}

#[test]
fn the_first_page_can_be_used_with_tab_and_enter() {
    let mut window = Window::blind(Start::default());
    window.settle();
    let all = tab_through(&mut window);
    assert_named(&all);
    assert_in_order(
        &all,
        &[
            "Open",
            "Window",
            "Nodule",
            "Device: ",
            "Keys",
            "Open a folder",
            "Open the example",
            "Path of a folder",
        ],
    );
}

#[test]
fn every_control_of_an_answer_is_reached_by_tab_and_has_a_name() {
    let mut window = Window::blind(Start::default()).with_phantom();
    window.network_ready();
    ask(&mut window);
    let all = tab_through(&mut window);
    assert_named(&all);
    let reached: BTreeSet<&str> = names(&all).into_iter().collect();
    for wanted in [
        "Axial",
        "Coronal",
        "Sagittal",
        "Ask again",
        "Remove nodule",
        "Slice of the crops",
        "Heatmap off",
        "Grad-CAM",
        "Map: meso",
        "Drawn as: Lines",
        "Opacity",
        "Threshold",
        "Divider between left and right",
    ] {
        assert!(reached.contains(wanted), "{wanted} is not reached by Tab: {reached:?}");
    }
    assert_in_order(
        &all,
        &["Open", "Heatmap", "Device: ", "Keys", "Nodule 1,", "Axial", "Coronal", "Sagittal"],
    );
}

#[test]
fn a_nodule_of_the_list_is_shown_by_keyboard_alone() {
    let mut window = Window::blind(Start::default()).with_phantom();
    window.network_ready();
    ask(&mut window);
    let before = window.spoken(Pane::Axial);
    window.key(Key::Home);
    assert_ne!(window.spoken(Pane::Axial), before);
    for _ in 0..MANY {
        if focused(&window).is_some_and(|(_, name)| name.starts_with("Nodule 1,")) {
            break;
        }
        window.key(Key::Tab);
    }
    window.key(Key::Enter);
    assert_eq!(window.spoken(Pane::Axial), before);
}
