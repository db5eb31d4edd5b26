//! The scan of all slices: scores, candidates, a part of it, and questions that go before it.

use std::path::Path;

use egui::{Key, pos2};
use egui_kittest::kittest::Queryable as _;
use triscope::app::Start;
use triscope::command::Command;
use triscope::networks::Architecture;
use triscope::networks::weights::Card;
use triscope::session::{Pane, ScanState, Session, SliceScan, WorkId};

use super::families::install;
use super::support::{Window, explained, nodule, with_weights};

fn open(window: Window) -> Window {
    let mut window = window.with_phantom();
    window.network_ready();
    window.until("a network can scan", |s| {
        s.networks().iter().any(|n| n.name == "lungnodule-ssm-compact" && n.weights.is_ok())
    });
    window.settle();
    window
}

fn scan<T>(window: &Window, look: impl Fn(&SliceScan) -> T) -> Option<T> {
    window.session(|s| s.slice_scan().map(|scan| look(scan)))
}

fn known(s: &Session) -> usize {
    s.slice_scan().map_or(0, |scan| scan.slices.len())
}

fn strip(window: &Window) -> egui::Rect {
    window.harness.get_by_label_contains("Slice scores").rect()
}

#[test]
fn every_so_many_slices_are_scanned_and_scores_and_candidates_lead_to_them() {
    let name = "slice_scans::every_so_many_slices_are_scanned_and_scores_and_candidates_lead_to_them";
    if !with_weights(name, install) {
        return;
    }
    let mut window = open(Window::blind(Start::default()));
    window.click("One slice in: 8");
    window.click("Scan slices");
    window.until("it runs", |s| {
        s.working(WorkId::SliceScan).is_some_and(|w| w.progress.what.starts_with("Slice "))
    });
    window.until("all are scanned", |s| s.slice_scan().is_some_and(|scan| scan.state == ScanState::Whole));
    window.settle();
    let slices = scan(&window, |scan| scan.slices.iter().map(|s| s.slice).collect::<Vec<_>>());
    assert_eq!(slices, Some((0..96).step_by(8).collect()));
    assert!(window.says("One slice in 8: what lies between was not asked"));
    assert!(window.says("Detections of a compact network, lungnodule-ssm-compact"));
    assert!(!window.says("Partial"));

    // Whatever the weights say: from zero on every slice is a candidate's.
    let ctx = window.harness.ctx.clone();
    window.harness.state().command(Command::ScanThreshold(0.0), &ctx);
    window.settle();
    let first = scan(&window, |scan| scan.candidates[0].clone()).expect("a candidate");
    window.click_on(window.harness.get_by_label_contains("Candidate 1, ").rect());
    window.settle();
    window.session(|s| {
        let grid = s.grid().expect("open");
        let at = grid.voxel_from_patient() * s.look().cursor;
        // Rounding of a transform and its inverse.
        assert!((at.z - first.at.z).abs() < 1e-6 && (at.x - first.at.x).abs() < 1e-6, "{at:?} {first:?}");
    });
    assert!(window.spoken(Pane::Axial).contains(&format!("slice {} of 96", first.at.z as usize + 1)));

    // The strip: the head is up, a click goes there, arrows step.
    let place = strip(&window);
    window.click_at(pos2(place.center().x, place.bottom() - 9.0));
    window.settle();
    assert!(window.spoken(Pane::Axial).contains("slice 1 of 96"), "{}", window.spoken(Pane::Axial));
    window.harness.get_by_label_contains("Slice scores").focus();
    window.harness.step();
    window.key(Key::ArrowUp);
    assert!(window.spoken(Pane::Axial).contains("slice 2 of 96"), "{}", window.spoken(Pane::Axial));
    window.click("Forget the scan");
    assert!(window.session(|s| s.slice_scan().is_none()));
    assert!(window.harness.query_by_label_contains("Slice scores").is_none());
}

#[test]
fn a_stopped_scan_keeps_what_it_found_says_so_and_goes_on_where_it_was() {
    if !with_weights(
        "slice_scans::a_stopped_scan_keeps_what_it_found_says_so_and_goes_on_where_it_was",
        install,
    ) {
        return;
    }
    let mut window = open(Window::blind(Start::default()));
    window.click("Scan slices");
    window.until("two slices are there", |s| known(s) >= 2);
    window.click("Stop the scan");
    let part = scan(&window, |scan| (scan.state.clone(), scan.slices.clone())).expect("a scan");
    assert!(part.0 == ScanState::Stopped && (2..96).contains(&part.1.len()), "{:?}", part.0);
    assert!(window.session(|s| s.working(WorkId::SliceScan).is_none()));
    assert!(window.says(&format!("Partial: {} of 96 slices", part.1.len())));
    window.click("Go on scanning");
    let before = part.1.len();
    window.until("it goes on", |s| known(s) > before);
    assert_eq!(scan(&window, |scan| scan.slices[..before].to_vec()), Some(part.1));
    // A question about a nodule does not wait for the rest.
    let ctx = window.harness.ctx.clone();
    window.harness.state().command(Command::ClassifyAt(nodule()), &ctx);
    window.until("the nodule is answered", explained);
    assert!(window.session(|s| known(s) < 96));
    let then = window.session(known);
    window.until("the scan goes on", |s| known(s) > then);
    window.key(Key::Escape);
    window.until("nothing runs", |s| s.work().is_empty());
}

/// Random weights that say so.
fn random(folder: &Path) {
    std::fs::create_dir_all(folder).expect("a folder");
    let name = "lungnodule-ssm-compact";
    let state = Architecture::named(name).expect("listed").random(4);
    let file = folder.join(format!("{name}.safetensors"));
    std::fs::write(file, state.to_safetensors(&Card::random(name, 4))).expect("written");
}

#[test]
fn a_scan_with_random_weights_says_that_its_scores_mean_nothing() {
    if !with_weights("slice_scans::a_scan_with_random_weights_says_that_its_scores_mean_nothing", random) {
        return;
    }
    let mut window = open(Window::seeing(Start::default()));
    window.click("One slice in: 8");
    window.click("Scan slices");
    window.until("all are scanned", |s| s.slice_scan().is_some_and(|scan| scan.state == ScanState::Whole));
    window.settle();
    assert!(window.says("Untrained weights: this number means nothing"));
    window.harness.remove_cursor();
    window.looks_like("slice_scan");
}
