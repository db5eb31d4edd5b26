//! Measuring and drawing in the prior: it belongs to that series, in the document, the session and the files.

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use egui::accesskit::Role;
use egui::{Key, Modifiers, PointerButton, Pos2, Rect, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use triscope::app::Start;
use triscope::command::Command;
use triscope::export::hashed_uid;
use triscope::geometry::{Patient, Point, Vector};
use triscope::jobs::JobContext;
use triscope::measure::{Kind, read};
use triscope::segments::range_of_tissue;
use triscope::session::{Edit, Findings, Layout, News, Pane, PriorLook, SeriesLink, Session, Tool};
use triscope::synth::PhantomSpec;
use triscope::ui::viewport::compose_prior;
use triscope::volume::{Unit, Volume};
use triscope::workflow::synth::synth_followup;

use super::support::Window;

/// Folders of the earlier and the later study of one chest.
fn pair() -> &'static [PathBuf; 2] {
    static PAIR: LazyLock<(tempfile::TempDir, [PathBuf; 2])> = LazyLock::new(|| {
        let home = tempfile::tempdir().expect("a temporary folder");
        let spec = PhantomSpec {
            seed: 11,
            nodules: 2,
            size: [128, 128, 96],
            spacing_mm: [2.8, 2.8, 3.4],
            ..PhantomSpec::DEFAULT
        };
        let folder = home.path().join("pair");
        synth_followup(&spec, 200, &folder, &JobContext::unobserved()).expect("two studies");
        (home, [folder.join("prior"), folder.join("current")])
    });
    &PAIR.1
}

fn does(window: &mut Window, command: Command) {
    let ctx = window.harness.ctx.clone();
    window.harness.state().command(command, &ctx);
    window.settle();
}

/// Both studies, side by side.
fn open() -> Window {
    let [then, now] = pair();
    let mut window = Window::blind(Start::default());
    window.drop_files(&[now]);
    window.until("the series is loaded", |s| s.open().is_some_and(|o| o.loaded));
    window.settle();
    does(&mut window, Command::PriorPaths(vec![then.clone()]));
    window.until("the prior is loaded", |s| s.prior().is_some_and(|p| p.loaded));
    window.settle();
    window.key(Key::D);
    window
}

fn prior(window: &Window) -> Rect {
    window.harness.get_by_role_and_label(Role::Canvas, "Prior").rect()
}

fn spoken(window: &Window) -> String {
    let node = window.harness.get_by_role_and_label(Role::Canvas, "Prior");
    node.accesskit_node().value().unwrap_or_default()
}

/// The patient point of the prior under a position of the window.
fn under(window: &Window, at: Pos2) -> Point<Patient> {
    let rect = prior(window);
    let size = [rect.width().round() as u32, rect.height().round() as u32];
    let p = at - rect.min;
    window.session(|s| {
        let view = compose_prior(s, size).expect("a prior").view;
        &view.patient_from_viewport * Point::new(f64::from(p.x), f64::from(p.y), 0.0)
    })
}

/// So long that two clicks are none that belong together.
fn pause(window: &mut Window) {
    window.harness.run_steps(40);
}

/// Marks a nodule in the middle of the later study.
fn mark(window: &mut Window) {
    let middle = window.session(|s| s.grid().expect("open").centre());
    does(window, Command::ClassifyAt(middle));
}

fn nodules(session: &Session) -> usize {
    session.findings().nodules().len()
}

fn there(session: &Session) -> usize {
    session.prior_findings().map_or(0, |f| f.measurements().len() + f.segments().len())
}

fn here(session: &Session) -> usize {
    session.findings().measurements().len() + session.findings().segments().len()
}

#[test]
fn what_is_measured_in_the_prior_belongs_to_it_and_undo_goes_across_both() {
    let mut window = open();
    window.key(Key::L);
    let (then, now) = (prior(&window).center(), window.rect(Pane::Axial).center());
    window.drag(PointerButton::Primary, then, then + vec2(60.0, 20.0));
    assert_eq!(window.session(|s| (here(s), there(s))), (0, 1));
    window.drag(PointerButton::Primary, now, now + vec2(40.0, 0.0));
    assert_eq!(window.session(|s| (here(s), there(s))), (1, 1));
    assert!(window.says("In the prior"));

    // A region has the values of its own series.
    does(&mut window, Command::Tool(Tool::Measure(Kind::Ellipse)));
    window.drag(PointerButton::Primary, then + vec2(-40.0, -60.0), then + vec2(30.0, -10.0));
    window.session(|s| {
        let region = s.prior_findings().and_then(Findings::picked).expect("picked");
        assert!(s.findings().picked().is_none(), "one measurement is in the hand");
        let of_then = read(&s.prior().expect("open").volume, &region.measurement);
        assert!(region.reading.statistics.is_some() && region.reading == of_then);
        assert_ne!(region.reading, read(s.volume().expect("open"), &region.measurement));
    });
    // It is moved by its line, and let go elsewhere.
    let before =
        window.session(|s| s.prior_findings().expect("made").measurements()[0].measurement.points.clone());
    window.key(Key::W);
    let middle = then + vec2(30.0, 10.0);
    window.drag(PointerButton::Primary, middle, middle + vec2(0.0, 25.0));
    let after =
        window.session(|s| s.prior_findings().expect("made").measurements()[0].measurement.points.clone());
    assert!(before[0].distance(after[0]) > 5.0, "moved");
    window.key_with(Modifiers::COMMAND, Key::Z);
    let back =
        window.session(|s| s.prior_findings().expect("made").measurements()[0].measurement.points.clone());
    assert_eq!(before, back);
    // Delete takes the picked one away, whichever series it is of.
    window.key(Key::Delete);
    assert_eq!(window.session(|s| (here(s), there(s))), (1, 1));
    for counts in [(1, 2), (1, 1), (0, 1), (0, 0)] {
        window.key_with(Modifiers::COMMAND, Key::Z);
        assert_eq!(window.session(|s| (here(s), there(s))), counts);
    }
    for counts in [(0, 1), (1, 1)] {
        window.key_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
        assert_eq!(window.session(|s| (here(s), there(s))), counts);
    }
    // Point by point, given up half way.
    does(&mut window, Command::Tool(Tool::Measure(Kind::Polygon)));
    window.click_at(then + vec2(-30.0, 30.0));
    window.click_at(then + vec2(10.0, 40.0));
    assert!(window.session(|s| s.prior_sketch().is_some() && s.sketch().is_none()));
    window.key(Key::Escape);
    assert!(window.session(|s| s.prior_sketch().is_none()));
    assert_eq!(window.session(there), 1);
}

#[test]
fn a_segment_is_drawn_in_the_prior_and_all_of_it_is_kept_and_exported() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = open();
    let then = prior(&window).center();
    window.key(Key::L);
    window.drag(PointerButton::Primary, then, then + vec2(60.0, 20.0));
    window.key_with(Modifiers::SHIFT, Key::B);
    window.drag(PointerButton::Primary, then + vec2(0.0, -60.0), then + vec2(50.0, -60.0));
    let drawn = window.session(|s| {
        assert_eq!(here(s), 0);
        let findings = s.prior_findings().expect("made");
        assert!(findings.segments()[0].voxels.figures().voxels > 20);
        findings.segments()[0].voxels.clone()
    });
    // Another one with its own key, where the prior has the keyboard.
    window.key_with(Modifiers::SHIFT, Key::N);
    assert_eq!(window.session(|s| s.prior_findings().expect("made").segments().len()), 2);
    window.key_with(Modifiers::COMMAND, Key::Z);
    assert!(window.says("Show Segment 1 of the prior"));

    let (csv, json) = (folder.path().join("all.csv"), folder.path().join("all.json"));
    let hash = window.session(|s| hashed_uid(s.prior().expect("open").uid()));
    for file in [&csv, &json] {
        does(&mut window, Command::ExportMeasurementsTo(file.clone()));
        let file = file.clone();
        window.until("it is written", move |_| file.is_file());
    }
    let table = std::fs::read_to_string(&csv).expect("read");
    assert!(table.lines().skip(1).all(|line| line.ends_with(&hash)) && table.contains("segment"), "{table}");
    let document = std::fs::read_to_string(&json).expect("read");
    assert!(document.contains("compared_with") && document.contains(&hash));

    let file = folder.path().join("reading.triscope");
    does(&mut window, Command::SaveSessionTo(file.clone()));
    window.until("it is written", |s| s.notices().iter().any(|n| n.text.starts_with("Session saved")));
    let mut window = open();
    window.drop_files(&[&file]);
    window.until("it is back", |s| there(s) == 2);
    window.session(|s| {
        assert_eq!(here(s), 0);
        assert_eq!(s.prior_findings().expect("back").segments()[0].voxels, drawn);
    });
    // What was made in the prior stays known when it is closed and chosen again.
    does(&mut window, Command::ClosePrior);
    assert!(!window.says("In the prior"));
    does(&mut window, Command::PriorPaths(vec![pair()[0].clone()]));
    window.until("the prior is loaded", |s| s.prior().is_some_and(|p| p.loaded));
    assert_eq!(window.session(there), 2);
}

#[test]
fn a_linked_prior_says_where_it_has_no_slice() {
    let mut window = open();
    assert!(!spoken(&window).contains("beyond"), "{}", spoken(&window));
    for (z, words) in [(900.0, "beyond its last slice"), (-900.0, "beyond its first slice")] {
        let look = window.session(|s| s.look().prior);
        let link = SeriesLink::Offset(Vector::new(0.0, 0.0, z));
        does(&mut window, Command::Edit(Edit::Prior(PriorLook { link, ..look })));
        assert!(spoken(&window).contains(words), "{}", spoken(&window));
    }
}

#[test]
fn another_series_of_the_list_is_laid_beside_by_pointer_and_by_key() {
    let mut window = Window::blind(Start::default());
    window.drop_files(&[pair()[0].parent().expect("a folder")]);
    window.until("the series is loaded", |s| s.open().is_some_and(|o| o.loaded));
    window.settle();
    assert_eq!(window.session(|s| s.scan().series.len()), 2);
    let at = window.harness.get_by_label_contains("Beside: ").rect().center();
    window.click_at(at);
    window.until("it stands beside", |s| {
        s.prior().is_some_and(|p| p.loaded) && s.look().layout == Layout::Dates
    });
    let [now, then] = window
        .session(|s| [s.series().expect("open").uid.clone(), s.prior().expect("there").uid().to_owned()]);
    assert_ne!(now, then);
    window.settle();
    // The same button takes it away.
    let at = window.harness.get_by_label_contains("Beside: ").rect().center();
    window.click_at(at);
    window.settle();
    assert!(window.session(|s| s.prior().is_none() && s.look().layout == Layout::Grid));
    assert_eq!(
        window.session(|s| s.series().expect("open").uid.clone()),
        now,
        "the row itself was not pressed"
    );
    window.key_with(Modifiers::SHIFT, Key::PageDown);
    window.until("it stands beside", |s| {
        s.prior().is_some_and(|p| p.loaded) && s.look().layout == Layout::Dates
    });
}

#[test]
fn a_plain_click_marks_nothing_in_the_prior_and_a_double_click_lays_all_beside_each_other() {
    let mut window = open();
    let linked = |s: &Session| s.selected().is_some_and(|nodule| s.at_in_prior(nodule).is_some());
    let then = prior(&window).center();
    for with_nodule in [false, true] {
        if with_nodule {
            mark(&mut window);
            assert!(window.says("in the prior with the nodule tool"));
        }
        for key in [Key::W, Key::P, Key::Z] {
            window.key(key);
            pause(&mut window);
            window.click_at(then);
            window.settle();
        }
    }
    assert!(!window.session(linked));
    assert!(window.session(|s| s.notices().iter().all(|n| !n.text.contains("Mark the nodule"))));
    pause(&mut window);
    window.click_at(then);
    window.click_at(then);
    window.settle();
    assert_eq!(window.session(|s| s.look().layout), Layout::Grid);
    assert!(!window.session(linked));
    // With the nodule tool a click means nothing else.
    does(&mut window, Command::Tool(Tool::Nodule));
    let at = prior(&window).center();
    window.click_at(at);
    window.settle();
    assert!(window.session(linked));
}

#[test]
fn delete_takes_what_was_chosen_last_and_a_click_beside_lets_go() {
    let mut window = open();
    mark(&mut window);
    let then = prior(&window).center();
    let measure = |window: &mut Window, down: f32| {
        window.key(Key::L);
        window.drag(PointerButton::Primary, then + vec2(0.0, down), then + vec2(60.0, down));
        window.key(Key::W);
    };
    let picked = |s: &Session| s.prior_findings().and_then(Findings::picked).is_some();
    measure(&mut window, 0.0);
    assert!(window.session(picked));
    let id = window.session(|s| s.selected().expect("marked").id);
    does(&mut window, Command::GoTo(id));
    assert!(!window.session(picked));
    window.key(Key::Delete);
    assert_eq!(window.session(|s| (nodules(s), there(s))), (0, 1));
    // A nodule that comes is chosen, too.
    measure(&mut window, 40.0);
    mark(&mut window);
    window.key(Key::Delete);
    assert_eq!(window.session(|s| (nodules(s), there(s))), (0, 2));
    // Beside it nothing is in the hand any more, and nothing is there to be taken away.
    measure(&mut window, -40.0);
    pause(&mut window);
    window.click_at(then + vec2(-70.0, 90.0));
    window.settle();
    assert!(!window.session(picked));
    window.key(Key::Delete);
    assert_eq!(window.session(there), 3);
}

#[test]
fn the_tissue_under_the_pointer_is_that_of_the_prior() {
    let mut window = open();
    window.key_with(Modifiers::SHIFT, Key::B);
    // In a corner of the picture: air, where the cursor of the other series lies in tissue.
    let half = prior(&window).size().min_elem() / 2.0 - 12.0;
    let at = prior(&window).center() - vec2(half, half);
    window.move_to(at);
    window.settle();
    window.key_with(Modifiers::SHIFT, Key::T);
    let place = under(&window, at);
    window.session(|s| {
        let of_then = range_of_tissue(&s.prior().expect("open").volume, place);
        assert!(s.look().segment_brush.limited);
        assert_eq!(Some(s.look().segment_brush.range), of_then);
        assert_ne!(of_then, range_of_tissue(s.volume().expect("open"), s.look().cursor));
    });
}

#[test]
fn the_prior_leaves_keys_that_it_does_not_know_to_commands() {
    let mut window = open();
    let then = prior(&window).center();
    window.wheel(then, 4.0, Modifiers::COMMAND);
    window.click_at(then);
    window.settle();
    let zoom = |window: &Window| window.session(|s| s.look().prior.viewport.zoom);
    let before = zoom(&window);
    window.key_with(Modifiers::SHIFT, Key::Space);
    assert!(window.session(|s| s.playing().is_some()));
    window.key_with(Modifiers::SHIFT, Key::Space);
    assert!(window.session(|s| s.playing().is_none()) && zoom(&window) == before);
    window.key(Key::Space);
    assert_eq!(zoom(&window), 1.0);
}

#[test]
fn a_brush_says_that_it_waits_for_all_slices() {
    let mut window = open();
    // As if the prior had just begun to load.
    let (scan, index, grid) = window.session(|s| {
        let prior = s.prior().expect("open");
        (Arc::clone(&prior.scan), prior.index, *prior.volume.grid())
    });
    let volume = Arc::new(Volume::loading(grid, Unit::Hu, None));
    window.harness.state().report(News::PriorBegan { scan, index, volume });
    window.settle();
    window.key_with(Modifiers::SHIFT, Key::B);
    let then = prior(&window).center();
    window.drag(PointerButton::Primary, then, then + vec2(40.0, 0.0));
    assert_eq!(window.session(there), 0);
    // Nothing loads it: the window was told so.
    assert!(window.session(|s| s.notices().iter().any(|n| n.text.contains("Choose the series again"))));
}
