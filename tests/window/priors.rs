//! The prior: chosen, marked, compared, moved, taken back; refused where it is none.

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use egui::accesskit::Role;
use egui::{Key, Modifiers, PointerButton, Pos2, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use triscope::app::Start;
use triscope::command::Command;
use triscope::findings::{Question, Said};
use triscope::geometry::{Patient, Point};
use triscope::inference::RegionName;
use triscope::ingest::{self, Private};
use triscope::jobs::JobContext;
use triscope::session::{Layout, News, Pane, SeriesLink, Session, WorkId};
use triscope::synth::{PhantomSpec, Truth};
use triscope::ui::viewport::{compose, compose_prior};
use triscope::view;
use triscope::workflow::synth::synth_followup;

use super::families::{choose, install};
use super::support::{Window, with_weights};

/// Two studies of one chest on disk, made once: folders, and the largest nodule on each date, in the patient
/// space of that date.
struct Pair {
    prior: PathBuf,
    current: PathBuf,
    then: Point<Patient>,
    now: Point<Patient>,
}

fn pair() -> &'static Pair {
    static PAIR: LazyLock<(tempfile::TempDir, Pair)> = LazyLock::new(|| {
        let home = tempfile::tempdir().expect("a temporary folder");
        let spec = PhantomSpec {
            seed: 7,
            nodules: 2,
            size: [128, 128, 96],
            spacing_mm: [2.8, 2.8, 3.4],
            ..PhantomSpec::DEFAULT
        };
        let folder = home.path().join("pair");
        let truths = synth_followup(&spec, 300, &folder, &JobContext::unobserved()).expect("two studies");
        let [then, now] = truths.map(|truth: Truth| Point::from_array(truth.nodules[0].centre_lps_mm));
        let pair = Pair { prior: folder.join("prior"), current: folder.join("current"), then, now };
        (home, pair)
    });
    &PAIR.1
}

/// The later study, all there.
fn open(window: Window) -> Window {
    let mut window = window;
    window.drop_files(&[&pair().current]);
    window.until("the series is loaded", |s| s.open().is_some_and(|o| o.loaded));
    window.settle();
    window.network_ready();
    window
}

/// The same, with weights of the other networks.
fn open_with_networks(window: Window) -> Window {
    let mut window = open(window);
    let usable = |s: &Session| s.networks().iter().filter(|n| n.weights.is_ok()).count();
    window.until("the networks are known", |s| usable(s) == 5);
    window
}

/// Asks about the largest nodule of the later study.
fn ask(window: &mut Window) {
    let ctx = window.harness.ctx.clone();
    window.harness.state().command(Command::ClassifyAt(pair().now), &ctx);
    window.settle();
}

/// Types the path of a prior into the menu of the panel.
fn choose_prior(window: &mut Window, path: &Path) {
    window.click("Choose a prior\u{2026}");
    window.harness.get_by_label("Path of the prior").focus();
    window.harness.step();
    window.harness.get_by_label("Path of the prior").type_text(&path.display().to_string());
    window.settle();
    window.click("Load prior");
}

fn load_prior(window: &mut Window) {
    choose_prior(window, &pair().prior);
    window.until("the prior is loaded", |s| s.prior().is_some_and(|p| p.loaded));
    window.settle();
}

/// Of a later date it is no prior, and is not called one.
fn prior_rect(window: &Window) -> egui::Rect {
    let called = |name| window.harness.query_by_role_and_label(Role::Canvas, name);
    called("Prior").or_else(|| called("CT beside")).expect("a second series").rect()
}

fn spoken_prior(window: &Window) -> String {
    let node = window.harness.get_by_role_and_label(Role::Canvas, "Prior");
    node.accesskit_node().value().unwrap_or_default()
}

/// Where a point of the prior is drawn, and how far before or behind the shown slice it lies, mm.
fn place_in_prior(window: &Window, at: Point<Patient>) -> (Pos2, f64) {
    let rect = prior_rect(window);
    window.session(|s| {
        let size = [rect.width().round() as u32, rect.height().round() as u32];
        let look = s.look().prior;
        let grid = s.prior().expect("a prior").volume.grid();
        let view = view::resolve(grid, &look.viewport, look.cursor, size);
        let p = &view.viewport_from_patient * at;
        (rect.min + vec2(p.x as f32, p.y as f32), p.z)
    })
}

/// Turns the wheel over the prior until its slice goes through a point; the place of the point in it.
fn scroll_to(window: &mut Window, at: Point<Patient>) -> Pos2 {
    for _ in 0..200 {
        let (place, depth) = place_in_prior(window, at);
        // Slices are 3.4 mm apart.
        if depth.abs() <= 1.71 {
            return place;
        }
        let over = prior_rect(window).center();
        window.wheel(over, if depth > 0.0 { -1.0 } else { 1.0 }, Modifiers::NONE);
    }
    panic!("the slice is not reached");
}

fn linked(s: &Session) -> Option<Point<Patient>> {
    s.selected().and_then(|n| s.at_in_prior(n))
}

fn csf_logits(s: &Session) -> Option<Vec<f64>> {
    let answer = s.selected().and_then(|n| n.answer()).filter(|a| a.model == "csf-net-compact");
    answer.map(|a| a.logits.clone())
}

fn explained(s: &Session) -> bool {
    csf_logits(s).is_some() && super::support::explained(s)
}

#[test]
fn a_network_that_compares_dates_asks_for_the_prior_in_place_and_answers_when_it_is_marked() {
    let name =
        "priors::a_network_that_compares_dates_asks_for_the_prior_in_place_and_answers_when_it_is_marked";
    if !with_weights(name, install) {
        return;
    }
    let mut window = open_with_networks(Window::blind(Start::default()));
    choose(&mut window, "csf-net-compact");
    ask(&mut window);
    let needs = |s: &Session| s.selected().is_some_and(|n| n.question == Question::NeedsPrior);
    window.until("it asks for a prior", needs);
    assert!(window.says("csf-net-compact compares two dates") && window.says("needs a prior"));
    load_prior(&mut window);
    assert!(window.says("Click the same nodule in the prior"));

    let place = scroll_to(&mut window, pair().then);
    // The first of two quick clicks marks, and the second changes nothing.
    let layout = window.session(|s| s.look().layout);
    window.click_at(place);
    window.click_at(place);
    window.until("both dates are compared", explained);
    window.settle();
    assert_eq!(window.session(|s| s.look().layout), layout);
    let first = window.session(|s| {
        let at = linked(s).expect("marked");
        // The slice on the screen is half a slice away at most, the click half a pixel.
        assert!(at.distance(pair().then) < 2.5, "{at:?} {:?}", pair().then);
        let answer = s.selected().and_then(|n| n.answer()).expect("answered");
        let region = answer.regions.iter().find(|r| r.name == RegionName::Prior).expect("of both dates");
        let middle = region.corners[0].distance(at) - region.corners[7].distance(at);
        assert!(middle.abs() < 1e-6, "it lies around the point in the prior's own space");
        // Each box is drawn in its own series alone.
        let names =
            |boxes: Vec<triscope::inference::Region>| boxes.iter().map(|r| r.name).collect::<Vec<_>>();
        let now = compose(s, Pane::Axial, [300, 300]).expect("open").boxes;
        let then = compose_prior(s, [300, 300]).expect("a prior").boxes;
        assert_eq!((names(now), names(then)), (vec![RegionName::Current], vec![RegionName::Prior]));
        at
    });
    assert!(window.says("Nodule 1, ") && window.says(", prior "), "both points are listed");
    let before = window.session(csf_logits);

    // Moved by hand: another answer; each step can be taken back.
    let (from, _) = place_in_prior(&window, first);
    window.drag(PointerButton::Primary, from, from + vec2(24.0, 8.0));
    window.until("it is compared again", |s| {
        explained(s) && linked(s).is_some_and(|at| at.distance(first) > 5.0)
    });
    assert_ne!(window.session(csf_logits), before);
    window.key_with(Modifiers::COMMAND, Key::Z);
    assert_eq!((window.session(linked), window.session(csf_logits)), (Some(first), before.clone()));

    window.click("Remove the mark in the prior");
    assert!(window.session(|s| linked(s).is_none() && needs(s)));
    window.key_with(Modifiers::COMMAND, Key::Z);
    assert_eq!((window.session(linked), window.session(csf_logits)), (Some(first), before.clone()));

    // Without the prior the answer stays, and with it the mark is there again.
    window.click("Close the prior");
    assert!(window.session(|s| s.prior().is_none() && linked(s).is_none()));
    assert_eq!(window.session(csf_logits), before);
    load_prior(&mut window);
    assert_eq!(window.session(linked), Some(first));
}

#[test]
fn beside_another_network_the_prior_is_chosen_in_its_row_and_the_chosen_one_is_not_asked_again() {
    let name =
        "priors::beside_another_network_the_prior_is_chosen_in_its_row_and_the_chosen_one_is_not_asked_again";
    if !with_weights(name, install) {
        return;
    }
    let mut window = open_with_networks(Window::blind(Start::default()));
    choose(&mut window, "also csf-net-compact");
    ask(&mut window);
    let said = |s: &Session| s.selected().and_then(|n| n.opinion("csf-net-compact")).map(|o| o.said.clone());
    window.until("it asks for a prior", |s| said(s) == Some(Said::NeedsPrior));
    window.settle();
    let chosen = |s: &Session| s.selected().and_then(|n| n.answer()).map(Arc::as_ptr);
    window.until("the chosen network is done", |s| super::support::explained(s) && s.work().is_empty());
    let before = window.session(chosen);
    load_prior(&mut window);
    assert!(window.says("mark the same nodule in the prior"));
    let place = scroll_to(&mut window, pair().then);
    window.move_to(place);
    window.key(Key::N);
    window.until("both dates are compared", |s| matches!(said(s), Some(Said::Answer(_))));
    assert!(window.session(|s| linked(s).is_some_and(|at| at.distance(pair().then) < 2.5)));
    assert_eq!(window.session(chosen), before, "its answer is no other");
    assert_eq!(window.session(|s| s.findings().nodules().len()), 1, "nothing is marked in the later series");
}

#[test]
fn the_same_series_is_no_prior_and_says_so() {
    let mut window = open(Window::blind(Start::default()));
    let ctx = window.harness.ctx.clone();
    window.harness.state().command(Command::PriorPaths(vec![pair().current.clone()]), &ctx);
    window.until("it is refused", |s| s.notices().iter().any(|n| n.text.contains("the very series")));
    window.harness.state().command(Command::PriorSeries(0), &ctx);
    window.settle();
    assert!(window.session(|s| s.prior().is_none() && s.work().is_empty()));
    assert!(window.session(|s| s.notices().iter().all(|n| !n.text.contains("--"))), "words of the window");
}

#[test]
fn loading_a_prior_can_be_stopped() {
    let mut window = open(Window::blind(Start::default()));
    let ctx = window.harness.ctx.clone();
    window.harness.state().command(Command::PriorPaths(vec![pair().prior.clone()]), &ctx);
    window.harness.state().command(Command::Cancel(WorkId::Prior), &ctx);
    window.until("it has stopped", |s| s.notices().iter().any(|n| n.text.contains("prior was stopped")));
    assert!(window.session(|s| s.prior().is_none() && s.working(WorkId::Prior).is_none()));
    // What is no study at all says so, and the case stays as it is.
    let empty = tempfile::tempdir().expect("a temporary folder");
    window.harness.state().command(Command::PriorPaths(vec![empty.path().to_owned()]), &ctx);
    window.until("it is refused", |s| s.notices().iter().any(|n| n.text.contains("no images here")));
    assert!(window.session(|s| s.open().is_some_and(|o| o.loaded)));
}

#[test]
fn a_prior_of_another_patient_warns_in_the_card_and_beside_the_answer() {
    let name = "priors::a_prior_of_another_patient_warns_in_the_card_and_beside_the_answer";
    if !with_weights(name, install) {
        return;
    }
    let mut window = open_with_networks(Window::blind(Start::default()));
    // The same files, as if they named their patients.
    let ctx = JobContext::unobserved();
    let named = |folder: &Path, id: &str, date: &str| {
        let mut scan = ingest::scan(&[folder.to_owned()], &ctx).expect("scanned");
        scan.series[0].patient_id = Private::new(id.to_owned());
        scan.series[0].study_date = Private::new(date.to_owned());
        let volume = ingest::begin(&scan.series[0]).expect("begun");
        ingest::load(&scan.series[0], &volume, &ctx).expect("loaded");
        (Arc::new(scan), volume)
    };
    let (now, volume) = named(&pair().current, "one", "20240301");
    let (then, earlier) = named(&pair().prior, "another", "20240302");
    for news in [
        News::Scanned(now, vec![pair().current.clone()]),
        News::Opened { index: 0, volume: Arc::clone(&volume) },
        News::Loaded { volume, defects: Vec::new() },
        News::PriorBegan { scan: then, index: 0, volume: Arc::clone(&earlier) },
        News::PriorLoaded { volume: earlier, defects: Vec::new() },
    ] {
        window.harness.state().report(news);
    }
    window.settle();
    choose(&mut window, "csf-net-compact");
    ask(&mut window);
    assert!(window.says("The two series carry different patient identifiers"));
    assert!(window.says("By its date, the second series is no earlier one") && window.says("2024-03-02"));
    assert!(window.says("CT beside"));
    // What is no prior is marked on purpose alone.
    let place = scroll_to(&mut window, pair().then);
    window.click_at(place);
    window.settle();
    assert!(window.says("with the nodule tool") && window.session(linked).is_none());
    window.key(Key::N);
    window.until("it has answered", explained);
    window.settle();
    let reasons = window.session(|s| s.selected().and_then(|n| n.answer()).map(|a| a.guard.reasons.clone()));
    let reasons = reasons.expect("answered");
    assert!(reasons.iter().any(|r| r.contains("different patient identifiers")), "{reasons:?}");
    let said = window.harness.query_all_by_label_contains("different patient identifiers").count();
    assert_eq!(said, 2, "in the card, and before the number");
    // Who takes the patient's data off the screen takes the date off, too.
    window.key(Key::T);
    assert!(!window.says("2024-03-02"));
}

#[test]
fn the_prior_can_be_chosen_scrolled_and_marked_by_keyboard_alone() {
    let mut window = open(Window::blind(Start::default()));
    ask(&mut window);
    window.until("the answer is explained", super::support::explained);
    let ctx = window.harness.ctx.clone();
    window.harness.state().command(Command::PriorPaths(vec![pair().prior.clone()]), &ctx);
    window.until("the prior is loaded", |s| s.prior().is_some_and(|p| p.loaded));
    window.settle();
    assert!(window.says("Choose a prior\u{2026}"), "another one");
    let focused = |window: &Window| {
        let node = window.harness.get_by_role_and_label(Role::Canvas, "Prior");
        node.is_focused()
    };
    for _ in 0..150 {
        if focused(&window) {
            break;
        }
        window.harness.key_press(Key::Tab);
        window.harness.step();
        window.harness.step();
    }
    assert!(focused(&window), "Tab leads to the prior");
    let (now, before) = (window.spoken(Pane::Axial), spoken_prior(&window));
    window.key(Key::ArrowDown);
    assert_ne!(spoken_prior(&window), before);
    assert_eq!(window.spoken(Pane::Axial), now, "the later date stays where it is");
    window.key(Key::N);
    let cursor = window.session(|s| s.look().prior.cursor);
    assert_eq!(window.session(linked), Some(cursor));
    assert!(window.session(super::support::explained), "a network of one date is not asked again");
    window.key(Key::F);
    assert_eq!(window.session(|s| s.look().layout), Layout::Dates);
    assert_eq!(prior_rect(&window).height(), window.rect(Pane::Axial).height());
    window.key(Key::D);
    assert_eq!(window.session(|s| s.look().layout), Layout::Grid);
    // The network's pictures take the fourth viewport where they are wanted.
    window.click("Lower left: Input");
    assert!(window.harness.query_by_role_and_label(Role::Canvas, "Prior").is_none());
    window.click("Lower left: Prior");
    assert!(window.harness.query_by_role_and_label(Role::Canvas, "Prior").is_some());
}

#[test]
fn another_series_of_the_case_is_the_prior_and_what_was_scrolled_in_one_is_not_undone_in_the_next() {
    let mut window = Window::blind(Start::default());
    let both = pair().current.parent().expect("a folder").to_owned();
    window.drop_files(&[&both]);
    window.until("the series is loaded", |s| s.open().is_some_and(|o| o.loaded));
    window.settle();
    let ctx = window.harness.ctx.clone();
    let (shown, other) = window.session(|s| {
        let shown = s.open().expect("open").index;
        (shown, 1 - shown)
    });
    window.harness.state().command(Command::PriorSeries(other), &ctx);
    window.until("the prior is loaded", |s| s.prior().is_some_and(|p| p.loaded && p.index == other));
    window.settle();
    let over = prior_rect(&window).center();
    window.wheel(over, -3.0, Modifiers::NONE);
    assert!(window.session(Session::can_undo));
    window.click("Close the prior");
    assert!(!window.session(Session::can_undo), "positions of a prior that is gone are not brought back");
    // The series that becomes the one on the screen is no prior of itself.
    window.harness.state().command(Command::PriorSeries(other), &ctx);
    window.until("the prior is loaded", |s| s.prior().is_some_and(|p| p.loaded));
    window.harness.state().command(Command::ShowSeries(other), &ctx);
    window.until("it is on the screen", |s| s.open().is_some_and(|o| o.index == other && o.loaded));
    assert!(window.session(|s| s.prior().is_none()));
    assert_ne!(shown, other);
}

#[test]
fn both_dates_in_one_picture() {
    if !with_weights("priors::both_dates_in_one_picture", install) {
        return;
    }
    let mut window = open_with_networks(Window::seeing(Start::default()));
    choose(&mut window, "csf-net-compact");
    ask(&mut window);
    let ctx = window.harness.ctx.clone();
    window.harness.state().command(Command::PriorPaths(vec![pair().prior.clone()]), &ctx);
    window.until("the prior is loaded", |s| s.prior().is_some_and(|p| p.loaded));
    window.settle();
    let place = scroll_to(&mut window, pair().then);
    window.click_at(place);
    window.until("both dates are compared", explained);
    window
        .until("it is drawn", |s| s.prior().is_some_and(|p| p.gpu.slices == p.gpu.total && p.gpu.total > 0));
    window.harness.remove_cursor();
    window.looks_like("prior");
}

#[test]
fn linked_by_hand_the_prior_follows_and_is_followed_until_it_is_unlinked() {
    let mut window = open(Window::blind(Start::default()));
    let ctx = window.harness.ctx.clone();
    window.harness.state().command(Command::PriorPaths(vec![pair().prior.clone()]), &ctx);
    window.until("the prior is loaded", |s| s.prior().is_some_and(|p| p.loaded));
    window.settle();
    let [now, then] = [|s: &Session| s.look().cursor, |s: &Session| view::prior_look(s, [400, 400]).cursor];
    let apart = |window: &Window| window.session(|s| (then(s) - now(s)).to_array());
    assert_eq!(window.session(|s| s.look().prior.link), SeriesLink::None, "two frames of reference");
    window.wheel(prior_rect(&window).center(), -4.0, Modifiers::NONE);
    let before = apart(&window);
    window.key_with(Modifiers::SHIFT, Key::L);
    assert!(matches!(window.session(|s| s.look().prior.link), SeriesLink::Offset(_)));
    assert!(spoken_prior(&window).contains("linked by hand"));
    let near = |a: [f64; 3], b: [f64; 3]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-6);
    assert!(near(apart(&window), before), "nothing jumps");

    let start = window.session(now);
    window.wheel(window.rect(Pane::Axial).center(), -3.0, Modifiers::NONE);
    assert!(window.session(now) != start && near(apart(&window), before));
    window.wheel(prior_rect(&window).center(), -2.0, Modifiers::NONE);
    assert!(near(apart(&window), before), "the series follows the prior");
    let zoom = |s: &Session| s.look().viewport(Pane::Axial).zoom;
    let was = window.session(zoom);
    window.wheel(prior_rect(&window).center(), 2.0, Modifiers::COMMAND);
    assert!(window.session(zoom) > was);

    let there = window.session(then);
    window.click("Slices and zoom: Unlinked");
    assert_eq!(window.session(then), there, "it stays where it is");
    window.wheel(window.rect(Pane::Axial).center(), 3.0, Modifiers::NONE);
    assert_eq!(window.session(then), there);
}
