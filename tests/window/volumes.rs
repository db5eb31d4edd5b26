//! The 3D view: turned, enlarged, coloured, cut, clicked, maximised; by hand and by keys.

use super::support::{Window, nodule};
use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, PointerButton, Pos2, Rect, vec2};
use egui_kittest::kittest::{NodeT, Queryable};
use triscope::app::Start;
use triscope::command::Command;
use triscope::geometry::{Patient, Point, Vector, direction_letters};
use triscope::session::{Arrangement, Edit, Layout, Pane, Side, VolumeView};
use triscope::view::{Shown3d, normals, resolve_volume};
use triscope::volume::{Part, VolumePreset};

fn open() -> Window {
    let mut window = Window::blind(Start::default()).with_phantom();
    window.key(Key::F5);
    window
}

fn does(window: &mut Window, command: Command) {
    let ctx = window.harness.ctx.clone();
    window.harness.state().command(command, &ctx);
    window.settle();
}

fn rect(window: &Window) -> Rect {
    window.harness.get_by_role_and_label(Role::Canvas, "3D").rect()
}

fn is_shown(window: &Window) -> bool {
    window.harness.query_by_role_and_label(Role::Canvas, "3D").is_some()
}

fn view(window: &Window) -> VolumeView {
    window.session(|s| s.look().volume_view)
}

/// Letters of what lies at the right, below, and behind.
fn letters(window: &Window) -> [String; 3] {
    let basis = view(window).basis();
    [basis.right, basis.down, basis.into].map(direction_letters)
}

/// Where a point of the patient is drawn, in points.
fn place_of(window: &Window, at: Point<Patient>) -> Pos2 {
    let rect = rect(window);
    let size = [rect.width().round() as u32, rect.height().round() as u32];
    window.session(|s| {
        let view = resolve_volume(s.grid().expect("open"), &s.look().volume_view, s.look().cursor, size);
        let p = &view.viewport_from_patient * at;
        rect.min + vec2(p.x as f32, p.y as f32)
    })
}

#[test]
fn a_key_shows_the_volume_in_the_fourth_viewport_and_takes_it_away() {
    let mut window = Window::blind(Start::default()).with_phantom();
    assert!(!is_shown(&window));
    window.key(Key::F5);
    assert!(is_shown(&window));
    let spoken = window.harness.get_by_role_and_label(Role::Canvas, "3D").accesskit_node().value();
    assert_eq!(spoken.as_deref(), Some("3D, Lung, seen from A"));
    window.key(Key::F5);
    assert!(!is_shown(&window));
    // In a row of three planes there is no room for it: it makes some.
    window.key(Key::F4);
    window.key(Key::F5);
    assert!(is_shown(&window));
    assert_eq!(window.session(|s| s.look().arrangement), Arrangement::Quarters);
    window.key_with(Modifiers::COMMAND, Key::Z);
    assert!(!is_shown(&window));
}

#[test]
fn a_drag_turns_what_is_in_front_along_with_the_hand_and_is_one_step_of_undo() {
    let mut window = open();
    let start = view(&window);
    let middle = rect(&window).center();
    let half = rect(&window).size().min_elem() / 2.0;
    window.drag(PointerButton::Primary, middle - vec2(half / 2.0, 0.0), middle + vec2(half / 2.0, 0.0));
    // Half of the way across is a quarter turn: the front goes to the right edge.
    assert_eq!(letters(&window), ["A", "F", "L"].map(str::to_owned));
    window.key_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(view(&window), start);
    window.key_with(Modifiers::COMMAND, Key::Y);
    assert_ne!(view(&window), start);
    // Arrows turn as well, in the viewport that has the focus, and the space bar comes back.
    let before = view(&window);
    window.key(Key::ArrowLeft);
    assert_ne!(view(&window), before);
    window.key(Key::Space);
    assert_eq!(letters(&window), ["L", "F", "P"].map(str::to_owned));
}

#[test]
fn the_wheel_enlarges_what_lies_under_the_pointer_and_other_buttons_pan_and_enlarge() {
    let mut window = open();
    let there = rect(&window).center() + vec2(40.0, -25.0);
    let point = window.session(|s| {
        let size = [rect(&window).width().round() as u32, rect(&window).height().round() as u32];
        let view = resolve_volume(s.grid().expect("open"), &s.look().volume_view, s.look().cursor, size);
        let at = there - rect(&window).min;
        &view.patient_from_viewport * Point::new(f64::from(at.x), f64::from(at.y), 0.0)
    });
    window.wheel(there, 3.0, Modifiers::NONE);
    assert!(view(&window).zoom > 1.3);
    assert!(place_of(&window, point).distance(there) < 0.51, "it moved to {:?}", place_of(&window, point));
    window.drag(PointerButton::Middle, there, there + vec2(20.0, 10.0));
    assert!(place_of(&window, point).distance(there + vec2(20.0, 10.0)) < 0.51);
    let before = view(&window).zoom;
    window.drag(PointerButton::Secondary, there, there - vec2(0.0, 60.0));
    assert!(view(&window).zoom > before);
}

#[test]
fn the_menu_gives_colours_cuts_and_sides() {
    let mut window = open();
    window.click("3D  Lung");
    window.click("3D: bone");
    assert_eq!(view(&window).preset, VolumePreset::Bone);
    window.click("3D cut, coronal");
    assert_eq!(view(&window).cuts.iter().flatten().count(), 1);
    window.click("3D shading");
    assert!(!view(&window).shaded);
    window.click("Seen from: Left");
    assert_eq!(letters(&window), ["P", "F", "R"].map(str::to_owned));
    let slider = |window: &Window| {
        let found = window.harness.query_by_role_and_label(Role::Slider, "Side of the cube");
        found.is_some_and(|node| !node.accesskit_node().is_disabled())
    };
    assert!(!slider(&window));
    window.click("3D around the cursor");
    assert!(slider(&window) && view(&window).around_cursor_mm == Some(VolumeView::AROUND_MM));
    window.click("3D around the cursor");
    assert!(!slider(&window) && view(&window).around_cursor_mm.is_none());
    assert!(window.says("3D  Bone"));
    window.key(Key::Escape);
    // Colours may be asked for while the planes are alone: then they are shown.
    window.key(Key::F5);
    does(&mut window, Command::VolumePreset(VolumePreset::Nodule));
    assert!(is_shown(&window));
    assert_eq!(view(&window).around_cursor_mm, VolumePreset::Nodule.around_cursor_mm());
    does(&mut window, Command::CropVolume);
    assert_eq!(view(&window).around_cursor_mm, None);
}

#[test]
fn the_nodule_preset_brings_the_camera_to_the_nodule_and_fit_brings_it_back() {
    let mut window = open();
    let at = nodule();
    does(&mut window, Command::ClassifyAt(at));
    let elsewhere = window.session(|s| s.grid().expect("open").centre());
    does(&mut window, Command::Edit(Edit::Cursor(elsewhere)));
    does(&mut window, Command::VolumePreset(VolumePreset::Nodule));
    let close = view(&window);
    // In the middle, and what is around it fills the viewport.
    assert!(place_of(&window, at).distance(rect(&window).center()) < 1.5);
    let beside = at + Vector::new(20.0, 0.0, 0.0);
    let reach = place_of(&window, beside).distance(rect(&window).center());
    let half = rect(&window).size().min_elem() / 2.0;
    assert!(reach > 0.8 * half && reach < 1.1 * half, "{reach} of {half}");
    // The wall before it is gone, from wherever one looks, and it stays in the middle.
    let cut = |window: &Window| {
        window.session(|s| {
            let (grid, look) = (s.grid().expect("open"), s.look());
            Shown3d::of(grid, &look.volume_view, look.cursor, normals(grid, look))
        })
    };
    for turn in [0.0, 1.0] {
        does(&mut window, Command::Edit(Edit::VolumeView(close.turned(turn, 0.2))));
        let into = view(&window).basis().into;
        let cut = cut(&window);
        let [(through, normal)] = cut.cuts[..] else { panic!("one plane") };
        assert!((through - (at - into * 12.0)).length() < 1e-9 && (normal + into).length() < 1e-9);
        assert!(place_of(&window, at).distance(rect(&window).center()) < 1.5);
    }
    // From another side it is the nodule that one sees; fit shows all of it from there.
    does(&mut window, Command::VolumeSide(Side::Left));
    assert_eq!(view(&window).zoom, close.zoom);
    does(&mut window, Command::FitVolume);
    assert_eq!((view(&window).zoom, view(&window).at_cursor), (1.0, false));
    assert_eq!(cut(&window), Shown3d { part: Part::Body, ..Shown3d::default() });
    // Other colours leave nothing of the close view behind.
    does(&mut window, Command::VolumePreset(VolumePreset::Nodule));
    does(&mut window, Command::VolumePreset(VolumePreset::Bone));
    assert_eq!((view(&window).zoom, view(&window).before_cursor_mm), (1.0, None));
}

#[test]
fn the_table_is_left_out_until_it_is_asked_for() {
    let mut window = open();
    does(&mut window, Command::VolumePreset(VolumePreset::Bone));
    assert_eq!(view(&window).part(), Part::Body);
    window.click("3D  Bone");
    window.click("3D table");
    assert_eq!(view(&window).part(), Part::All);
    window.key(Key::Escape);
    window.key_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(view(&window).part(), Part::Body);
}

#[test]
fn the_table_is_found_with_the_colours_of_the_lung_too_and_says_where_it_shows() {
    let mut window = open();
    does(&mut window, Command::VolumePreset(VolumePreset::Lung));
    window.key_with(Modifiers::COMMAND, Key::K);
    window.settle();
    window.harness.event(egui::Event::Text("3D table".to_owned()));
    window.settle();
    window.key(Key::Enter);
    assert!(view(&window).table);
    assert!(window.says("bone, vessels, surface and MIP show the table"));
    does(&mut window, Command::VolumePreset(VolumePreset::Bone));
    assert_eq!(view(&window).part(), Part::All);
}

#[test]
fn a_click_with_the_crosshair_goes_to_what_one_sees() {
    let mut window = open();
    does(&mut window, Command::VolumePreset(VolumePreset::Surface));
    window.key(Key::C);
    let there = rect(&window).center() + vec2(30.0, 20.0);
    window.click_at(there);
    window.settle();
    let cursor = window.session(|s| s.look().cursor);
    assert!(place_of(&window, cursor).distance(there) < 0.51);
    // Seen from the front, skin lies before the middle of the body: smaller y.
    let middle = window.session(|s| s.grid().expect("open").centre());
    assert!(cursor.y < middle.y - 20.0, "{cursor:?}");
    // A drag turns and leaves the cursor where it was.
    window.drag(PointerButton::Primary, there, there + vec2(50.0, 0.0));
    assert_eq!(window.session(|s| s.look().cursor), cursor);
    // Beside the body there is nothing to go to.
    window.click_at(rect(&window).left_bottom() + vec2(6.0, -6.0));
    assert_eq!(window.session(|s| s.look().cursor), cursor);
}

#[test]
fn the_key_of_the_nodule_asks_about_what_lies_under_the_pointer() {
    let mut window = open();
    does(&mut window, Command::VolumePreset(VolumePreset::Surface));
    let there = rect(&window).center() + vec2(30.0, 20.0);
    window.move_to(there);
    window.settle();
    window.key(Key::N);
    let marked = |window: &Window| window.session(|s| s.selected().map(|nodule| nodule.at));
    let at = marked(&window).expect("marked");
    assert!(place_of(&window, at).distance(there) < 0.51);
    let middle = window.session(|s| s.grid().expect("open").centre());
    assert!(at.y < middle.y - 20.0, "what is seen from the front: {at:?}");
    // Beside the body there is nothing to ask about, which is said.
    let beside = rect(&window).left_bottom() + vec2(6.0, -6.0);
    window.move_to(beside);
    window.settle();
    window.key(Key::N);
    assert_eq!((marked(&window), window.session(|s| s.findings().nodules().len())), (Some(at), 1));
    assert!(window.says("Nothing is seen there in 3D"));
}

#[test]
fn keys_that_it_does_not_know_are_left_to_commands() {
    let mut window = open();
    let middle = rect(&window).center();
    window.wheel(middle, 3.0, Modifiers::NONE);
    window.click_at(middle);
    window.settle();
    let before = view(&window);
    window.key_with(Modifiers::SHIFT, Key::Space);
    assert!(window.session(|s| s.playing().is_some()));
    window.key_with(Modifiers::SHIFT, Key::Space);
    assert!(window.session(|s| s.playing().is_none()));
    assert_eq!(view(&window), before);
    window.key(Key::Space);
    assert_eq!(view(&window).zoom, 1.0);
}

#[test]
fn a_double_click_shows_it_alone_and_the_key_brings_all_back() {
    let mut window = open();
    let small = rect(&window).area();
    let middle = rect(&window).center();
    window.click_at(middle);
    window.click_at(middle);
    window.settle();
    assert_eq!(window.session(|s| s.look().layout), Layout::Volume);
    assert!(rect(&window).area() > 2.0 * small);
    window.key(Key::F);
    assert_eq!(window.session(|s| s.look().layout), Layout::Grid);
    assert!(is_shown(&window));
    window.key(Key::F6);
    assert_eq!(window.session(|s| s.look().layout), Layout::Volume);
}

#[test]
fn how_it_was_looked_at_comes_back_with_the_session() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("reading.triscope");
    let mut window = open();
    does(&mut window, Command::VolumePreset(VolumePreset::Bone));
    let middle = rect(&window).center();
    window.drag(PointerButton::Primary, middle, middle + vec2(33.0, 21.0));
    window.wheel(middle, 2.0, Modifiers::NONE);
    does(&mut window, Command::CutVolume(triscope::geometry::Plane::Sagittal));
    // A session is what somebody made: looking alone is none.
    window.key(Key::L);
    let middle = window.rect(Pane::Axial).center();
    window.drag(PointerButton::Primary, middle, middle + vec2(40.0, 10.0));
    let before = view(&window);
    does(&mut window, Command::SaveSessionTo(file.clone()));
    window.until("it is written", |s| s.work().is_empty() && !s.notices().is_empty());
    drop(window);
    let mut window = Window::blind(Start::default()).with_phantom();
    window.drop_files(&[&file]);
    window.until("it is restored", |s| s.look().in_3d);
    let after = view(&window);
    assert_eq!((after.preset, after.cuts), (before.preset, before.cuts));
    // Numbers of a file are read to the last but one digit of f64.
    let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} {b}");
    near(after.zoom, before.zoom);
    near(after.right.dot(before.right), 1.0);
    near(after.down.dot(before.down), 1.0);
    near(after.pan_mm[0], before.pan_mm[0]);
}

#[test]
fn another_series_is_seen_whole_from_the_front_in_the_same_colours() {
    let mut window = open();
    does(&mut window, Command::VolumePreset(VolumePreset::Bone));
    does(&mut window, Command::CutVolume(triscope::geometry::Plane::Axial));
    let middle = rect(&window).center();
    window.drag(PointerButton::Primary, middle, middle + vec2(33.0, 21.0));
    does(&mut window, Command::CloseCase);
    let window = window.with_phantom();
    let look = view(&window);
    assert_eq!((look.preset, look.cuts, look.zoom), (VolumePreset::Bone, [None; 3], 1.0));
    assert_eq!(letters(&window), ["L", "F", "P"].map(str::to_owned));
}

#[test]
fn turning_with_a_second_button_held_is_no_gesture_of_its_own() {
    let mut window = open();
    let middle = rect(&window).center();
    window.move_to(middle);
    window.button(middle, PointerButton::Primary, true);
    window.button(middle, PointerButton::Secondary, true);
    window.move_to(middle + vec2(30.0, 0.0));
    window.button(middle + vec2(30.0, 0.0), PointerButton::Secondary, false);
    window.move_to(middle + vec2(60.0, 0.0));
    window.button(middle + vec2(60.0, 0.0), PointerButton::Primary, false);
    window.harness.event(Event::PointerGone);
    window.settle();
    assert_eq!(view(&window).zoom, 1.0);
    assert_ne!(view(&window), VolumeView::default());
}

#[test]
fn the_picture() {
    let mut window = Window::seeing(Start::default()).with_phantom();
    let there = nodule();
    does(&mut window, Command::Edit(triscope::session::Edit::Cursor(there)));
    window.key(Key::F5);
    does(&mut window, Command::VolumePreset(VolumePreset::Surface));
    does(&mut window, Command::CutVolume(triscope::geometry::Plane::Coronal));
    let middle = rect(&window).center();
    window.drag(PointerButton::Primary, middle, middle + vec2(26.0, 18.0));
    window.move_to(window.rect(Pane::Axial).center());
    // Each drawing makes some rows more of it; at the end the picture stays.
    let mut before = window.harness.render().expect("drawn");
    for _ in 0..200 {
        window.settle();
        let after = window.harness.render().expect("drawn");
        if after == before {
            break;
        }
        before = after;
    }
    window.looks_like("volume");
}

#[test]
fn the_crop_box_is_pulled_by_a_handle_and_comes_back_by_undo() {
    let mut window = open();
    window.key_with(Modifiers::SHIFT, Key::F5);
    let whole = view(&window).crop_box.expect("a box");
    let grid = window.session(|s| *s.grid().expect("open"));
    // From the front: the handle of the patient's left face, at the right edge.
    let from = place_of(&window, whole.face(&grid, 1));
    window.drag(PointerButton::Primary, from, from - vec2(40.0, 0.0));
    let less = view(&window).crop_box.expect("a box");
    let moved = whole.face(&grid, 1).x - less.face(&grid, 1).x;
    let size = rect(&window).size();
    let size = [size.x.round() as u32, size.y.round() as u32];
    let mm = resolve_volume(&grid, &view(&window), grid.centre(), size).mm_per_px;
    // A pixel of rounding of the pointer's place.
    assert!((moved - 40.0 * mm).abs() < 1.5 * mm, "{moved} {mm}");
    assert!(less.face(&grid, 0).x == whole.face(&grid, 0).x && letters(&window)[0] == "L", "nothing turned");
    window.key_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(view(&window).crop_box, Some(whole));
    window.key_with(Modifiers::COMMAND, Key::Y);
    does(&mut window, Command::ResetCropBox);
    assert_eq!(view(&window).crop_box, Some(whole));
    window.key_with(Modifiers::SHIFT, Key::F5);
    assert_eq!(view(&window).crop_box, None);
}
