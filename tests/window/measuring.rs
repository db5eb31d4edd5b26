//! Measuring by pointer and keyboard: every kind, its undo, its list, and what leaves the program.

use super::support::Window;
use egui::{Key, Modifiers, PointerButton, Pos2, vec2};
use egui_kittest::kittest::Queryable;
use triscope::app::Start;
use triscope::command::Command;
use triscope::measure::Kind;
use triscope::session::{Measured, Pane, Tool};

fn open() -> Window {
    Window::blind(Start::default()).with_phantom()
}

fn last(window: &Window) -> Measured {
    window.session(|s| s.findings().measurements().last().cloned().expect("a measurement"))
}

fn count(window: &Window) -> usize {
    window.session(|s| s.findings().measurements().len())
}

fn take(window: &mut Window, kind: Kind) {
    let ctx = window.harness.ctx.clone();
    window.harness.state().command(Command::Tool(Tool::Measure(kind)), &ctx);
    window.settle();
}

/// What is `by` points away from the middle of a viewport.
fn at(window: &Window, pane: Pane, by: [f32; 2]) -> Pos2 {
    window.rect(pane).center() + vec2(by[0], by[1])
}

fn drag(window: &mut Window, pane: Pane, from: [f32; 2], to: [f32; 2]) {
    let (from, to) = (at(window, pane, from), at(window, pane, to));
    window.drag(PointerButton::Primary, from, to);
}

fn click(window: &mut Window, pane: Pane, by: [f32; 2]) {
    let place = at(window, pane, by);
    window.click_at(place);
    window.settle();
}

/// The number of a measurement by its name.
fn number(measured: &Measured, name: &str) -> f64 {
    measured.reading.quantities.iter().find(|q| q.name == name).map_or(f64::NAN, |q| q.value)
}

#[test]
fn a_length_is_dragged_moved_removed_and_brought_back() {
    let mut window = open();
    window.key(Key::L);
    assert_eq!(window.session(|s| s.look().tool), Tool::Measure(Kind::Length));
    drag(&mut window, Pane::Axial, [-30.0, 0.0], [30.0, 0.0]);
    let first = last(&window);
    let mm = number(&first, "Length");
    assert!(mm > 10.0 && first.measurement.name == "Length 1", "{first:?}");
    assert!(window.says("Length 1"));

    // An end, with another tool in the hand.
    window.key(Key::W);
    let preset = window.session(|s| s.look().preset);
    drag(&mut window, Pane::Axial, [30.0, 0.0], [60.0, 0.0]);
    assert_eq!(window.session(|s| s.look().preset), preset, "the window was changed");
    // Tolerance: the pointer is on whole pixels of the screen.
    assert!((number(&last(&window), "Length") / mm - 1.5).abs() < 0.02);
    // All of it, by its line.
    let before = last(&window).measurement;
    drag(&mut window, Pane::Axial, [0.0, 0.0], [0.0, 40.0]);
    let after = last(&window).measurement;
    let [moved, same] = [after.points[0] - before.points[0], after.points[1] - before.points[1]];
    assert!(moved.length() > 5.0 && (moved - same).length() < 1e-9);

    window.key_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(last(&window).measurement, before);
    window.key_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(last(&window).measurement, first.measurement);
    window.key(Key::Delete);
    assert_eq!(count(&window), 0);
    window.key_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(last(&window), first);
    window.key_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(count(&window), 0);
    window.key_with(Modifiers::COMMAND, Key::Y);
    assert_eq!(last(&window), first);
}

#[test]
fn clicks_measure_as_drags_do() {
    let mut window = open();
    window.key(Key::L);
    click(&mut window, Pane::Coronal, [-20.0, -20.0]);
    assert_eq!(count(&window), 0);
    assert!(window.session(|s| s.sketch().is_some()));
    // It follows the pointer until the second click.
    let place = at(&window, Pane::Coronal, [40.0, 10.0]);
    window.move_to(place);
    window.settle();
    let sketch = window.session(|s| s.sketch().map(|m| m.measurement.points.len()));
    assert_eq!(sketch, Some(2));
    click(&mut window, Pane::Coronal, [40.0, 10.0]);
    assert_eq!(count(&window), 1);
    assert!(window.session(|s| s.sketch().is_none()));
}

#[test]
fn every_kind_can_be_drawn_and_taken_back() {
    let mut window = open();
    for (n, kind) in Kind::ALL.into_iter().enumerate() {
        take(&mut window, kind);
        // Away from those before, whose lines would be taken hold of.
        let y = -110.0 + 25.0 * n as f32;
        match kind {
            Kind::Probe => click(&mut window, Pane::Axial, [0.0, y]),
            Kind::Note => {
                click(&mut window, Pane::Axial, [0.0, y]);
                // Its text is asked for: whoever writes none leaves it as it is.
                window.key(Key::Escape);
            }
            Kind::Angle => {
                drag(&mut window, Pane::Axial, [-40.0, y], [0.0, y]);
                click(&mut window, Pane::Axial, [40.0, y + 12.0]);
            }
            Kind::Cobb => {
                drag(&mut window, Pane::Axial, [-60.0, y], [-10.0, y]);
                drag(&mut window, Pane::Axial, [10.0, y], [60.0, y + 12.0]);
            }
            Kind::Polygon => {
                for [x, down] in [[-40.0, 0.0], [40.0, 0.0], [40.0, 15.0]] {
                    click(&mut window, Pane::Axial, [x, y + down]);
                }
                let end = at(&window, Pane::Axial, [-40.0, y + 15.0]);
                window.click_at(end);
                window.click_at(end);
                window.settle();
            }
            _ => drag(&mut window, Pane::Axial, [-40.0, y], [40.0, y + 15.0]),
        }
        assert_eq!(count(&window), n + 1, "{kind:?}");
        let measured = last(&window);
        assert_eq!(measured.measurement.kind, kind);
        let [least, most] = kind.points();
        assert!((least..=most).contains(&measured.measurement.points.len()), "{measured:?}");
        match kind {
            kind if kind.is_text() => assert!(measured.reading.quantities.is_empty()),
            Kind::Polygon => assert_eq!(measured.measurement.points.len(), 4),
            _ => assert!(measured.reading.quantities.iter().all(|q| q.value.is_finite())),
        }
        if kind.is_region() {
            assert!(measured.reading.statistics.is_some_and(|figures| figures.native && figures.count > 0));
        }
    }
    for left in (0..Kind::ALL.len()).rev() {
        window.key_with(Modifiers::COMMAND, Key::Z);
        assert_eq!(count(&window), left);
    }
}

#[test]
fn a_length_may_reach_from_slice_to_slice() {
    let mut window = open();
    window.key(Key::L);
    click(&mut window, Pane::Axial, [0.0, 0.0]);
    let middle = window.rect(Pane::Axial).center();
    window.wheel(middle, -5.0, Modifiers::NONE);
    click(&mut window, Pane::Axial, [0.0, 0.0]);
    let slice_mm = window.session(|s| s.grid().expect("open").spacing_mm()[2]);
    let mm = number(&last(&window), "Length");
    assert!((mm - 5.0 * slice_mm).abs() < 1e-6, "{mm}");
    // It goes through this slice, and no more of it lies here.
    assert!(window.session(|s| {
        let look = s.look();
        let view = triscope::view::resolve(
            s.grid().expect("open"),
            look.viewport(Pane::Axial),
            look.cursor,
            [400, 300],
        );
        let seen = triscope::view::seen(&view, &s.findings().measurements()[0].measurement);
        !seen.is_empty() && !seen.whole
    }));
}

#[test]
fn escape_and_another_tool_give_a_drawing_up() {
    let mut window = open();
    window.key(Key::A);
    click(&mut window, Pane::Axial, [0.0, 0.0]);
    window.key(Key::Escape);
    assert!(window.session(|s| s.sketch().is_none()));
    click(&mut window, Pane::Axial, [30.0, 0.0]);
    click(&mut window, Pane::Axial, [60.0, 0.0]);
    assert_eq!(count(&window), 0, "the first point was kept");
    window.key(Key::E);
    assert!(window.session(|s| s.sketch().is_none()));
    drag(&mut window, Pane::Axial, [-50.0, 30.0], [-10.0, 60.0]);
    assert_eq!(last(&window).measurement.kind, Kind::Ellipse);
    assert!(!window.session(|s| s.can_undo()) || count(&window) == 1);
}

#[test]
fn a_probe_says_what_the_status_bar_says() {
    let mut window = open();
    window.key(Key::H);
    click(&mut window, Pane::Sagittal, [15.0, -12.0]);
    let value = window.session(|s| s.hover().and_then(|h| h.value).map(f64::from));
    assert_eq!(Some(number(&last(&window), "Value")), value);
}

#[test]
fn the_list_goes_to_a_measurement_renames_and_removes_it() {
    let mut window = open();
    window.key(Key::E);
    drag(&mut window, Pane::Axial, [-60.0, -20.0], [-20.0, 20.0]);
    let there = last(&window).measurement.middle().expect("points");
    window.key(Key::W);
    window.key(Key::End);
    // Beside it: nothing is picked any more.
    click(&mut window, Pane::Coronal, [90.0, 90.0]);
    assert!(window.session(|s| s.findings().picked().is_none()));
    let value = last(&window).reading.brief().replace('-', "−");
    window.click(&format!("Ellipse 1, {value}"));
    window.session(|s| {
        assert!(s.look().cursor.distance(there) < 1e-9);
        assert!(s.findings().picked().is_some());
    });
    let name = "Name of the measurement";
    window.harness.get_by_label(name).focus();
    window.settle();
    window.key_with(Modifiers::COMMAND, Key::A);
    window.harness.get_by_label(name).type_text("tumour, left");
    window.settle();
    window.key(Key::Enter);
    assert_eq!(last(&window).measurement.name, "tumour, left");
    window.key_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(last(&window).measurement.name, "Ellipse 1");
    window.click("Remove");
    assert_eq!(count(&window), 0);
}

#[test]
fn measurements_leave_as_text_and_as_files() {
    let mut window = open();
    window.key(Key::B);
    drag(&mut window, Pane::Axial, [-40.0, 0.0], [40.0, 0.0]);
    // Systems tell of copying as such, not of its keys.
    window.harness.event(egui::Event::Copy);
    window.harness.step();
    let copied =
        window.harness.output().platform_output.commands.iter().any(
            |command| matches!(command, egui::OutputCommand::CopyText(text) if text.contains("long axis")),
        );
    assert!(copied, "{:?}", window.harness.output().platform_output.commands);
    let folder = tempfile::tempdir().expect("a folder");
    let uid = window.session(|s| s.series().expect("open").uid.clone());
    for name in ["m.csv", "m.json"] {
        let path = folder.path().join(name);
        let ctx = window.harness.ctx.clone();
        window.harness.state().command(Command::ExportMeasurementsTo(path.clone()), &ctx);
        window.until("it is written", |s| s.work().is_empty() && !s.notices().is_empty());
        let text = std::fs::read_to_string(&path).expect("a file");
        assert!(
            text.contains("Bidirectional 1") && text.contains("Short axis") && !text.contains(&uid),
            "{text}"
        );
    }
}

#[test]
fn a_note_is_written_where_one_clicks_moved_copied_and_taken_back() {
    let mut window = open();
    window.key_with(Modifiers::SHIFT, Key::W);
    assert_eq!(window.session(|s| s.look().tool), Tool::Measure(Kind::Note));
    click(&mut window, Pane::Axial, [30.0, 10.0]);
    assert_eq!(last(&window).measurement.name, "Note 1");
    // Its text is typed at once.
    window.harness.event(egui::Event::Text("Follow up in a year".to_owned()));
    window.settle();
    window.key(Key::Enter);
    let written = last(&window).measurement;
    assert_eq!(written.name, "Follow up in a year");
    assert!(window.says("Follow up in a year"));
    // With another tool in the hand it is moved by its point.
    window.key(Key::W);
    drag(&mut window, Pane::Axial, [30.0, 10.0], [60.0, 10.0]);
    let moved = last(&window).measurement;
    assert!(moved.points[0].distance(written.points[0]) > 3.0 && moved.name == written.name);
    window.key_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(last(&window).measurement, written);
    // Copying is told, and the sentence goes by itself.
    window.key_with(Modifiers::COMMAND, Key::C);
    let told = |s: &triscope::session::Session| s.notices().iter().any(|n| n.text == "Measurements copied");
    assert!(window.session(told));
    assert!(window.says("Measurements copied"));
    window.until("it is gone", |s| !told(s));
    window.key_with(Modifiers::COMMAND, Key::Z);
    window.key_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(count(&window), 0);
}
