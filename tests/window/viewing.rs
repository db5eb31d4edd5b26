//! Scrolling, windows, zoom, layout, keys, undo.

use super::support::Window;
use egui::{Key, Modifiers, PointerButton, vec2};
use egui_kittest::kittest::Queryable;
use triscope::app::Start;
use triscope::session::{CornerText, Layout, Orientation, Pane, Projection, Tool};
use triscope::volume::Preset;

fn open() -> Window {
    Window::blind(Start::default()).with_phantom()
}

/// `Axial slice 49 of 96, ...` -> 49.
fn slice(window: &Window, pane: Pane) -> usize {
    let spoken = window.spoken(pane);
    spoken.split(' ').nth(2).and_then(|n| n.parse().ok()).unwrap_or_else(|| panic!("no slice in {spoken:?}"))
}

#[test]
fn the_wheel_scrolls_the_viewport_under_the_pointer_and_the_others_stay() {
    let mut window = open();
    let before = Pane::ALL.map(|pane| slice(&window, pane));
    let middle = window.rect(Pane::Coronal).center();
    window.wheel(middle, -1.0, Modifiers::NONE);
    assert_eq!(slice(&window, Pane::Coronal), before[1] + 1);
    window.wheel(middle, 1.0, Modifiers::SHIFT);
    assert_eq!(slice(&window, Pane::Coronal), before[1] - 9);
    assert_eq!(slice(&window, Pane::Axial), before[0]);
    assert_eq!(slice(&window, Pane::Sagittal), before[2]);
}

#[test]
fn a_notch_of_the_wheel_is_one_slice_and_no_more_in_the_frames_after_it() {
    let mut window = open();
    let start = slice(&window, Pane::Axial);
    let middle = window.rect(Pane::Axial).center();
    window.wheel(middle, -1.0, Modifiers::NONE);
    assert_eq!(slice(&window, Pane::Axial), start + 1);
    // egui spreads a notch over frames for what scrolls smoothly.
    window.harness.run_steps(60);
    assert_eq!(slice(&window, Pane::Axial), start + 1);
    // A touchpad's parts of a notch, a frame each.
    for _ in 0..8 {
        window.harness.event(egui::Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            delta: vec2(0.0, -5.0),
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Trackpad,
            modifiers: Modifiers::NONE,
        });
        window.settle();
    }
    assert_eq!(slice(&window, Pane::Axial), start + 2);
}

#[test]
fn keys_step_to_the_next_first_and_last_slice() {
    let mut window = open();
    let start = slice(&window, Pane::Axial);
    window.key(Key::ArrowDown);
    assert_eq!(slice(&window, Pane::Axial), start + 1);
    window.key(Key::ArrowUp);
    window.key(Key::ArrowUp);
    assert_eq!(slice(&window, Pane::Axial), start - 1);
    window.key(Key::End);
    assert_eq!(slice(&window, Pane::Axial), 96);
    window.key(Key::Home);
    assert_eq!(slice(&window, Pane::Axial), 1);
}

#[test]
fn arrows_step_in_the_viewport_that_was_clicked() {
    let mut window = open();
    let start = slice(&window, Pane::Sagittal);
    let middle = window.rect(Pane::Sagittal).center();
    window.click_at(middle);
    window.key(Key::ArrowDown);
    window.key(Key::ArrowDown);
    // Away from the viewer, who stands at the patient's left: towards the right, against the columns.
    assert_eq!(slice(&window, Pane::Sagittal), start - 2);
}

#[test]
fn presets_have_their_keys() {
    let mut window = open();
    let wanted = [
        (Key::Num1, Preset::SoftTissue, [400.0, 40.0]),
        (Key::Num2, Preset::Lung, [1500.0, -600.0]),
        (Key::Num3, Preset::Bone, [2500.0, 480.0]),
        (Key::Num4, Preset::Mediastinum, [350.0, 50.0]),
    ];
    for (key, preset, [width, centre]) in wanted {
        window.key(key);
        window.session(|s| {
            assert_eq!(s.look().preset, Some(preset));
            assert_eq!([s.look().window.width(), s.look().window.centre()], [width, centre]);
        });
    }
    window.key(Key::Num0);
    window.session(|s| {
        let [low, high] = s.volume().expect("open").range();
        assert_eq!(s.look().window.width(), f64::from(high - low));
    });
}

#[test]
fn a_left_drag_changes_the_window_and_ctrl_z_takes_it_back_at_once() {
    let mut window = open();
    let middle = window.rect(Pane::Axial).center();
    window.drag(PointerButton::Primary, middle, middle + vec2(60.0, 20.0));
    assert!(window.session(|s| s.look().window.width() > 1500.0 && s.look().window.centre() > -600.0));
    window.key_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.session(|s| (s.look().window.width(), s.look().preset)), (1500.0, Some(Preset::Lung)));
    window.key_with(Modifiers::COMMAND, Key::Y);
    assert!(window.session(|s| s.look().window.width() > 1500.0));
}

#[test]
fn middle_pans_right_zooms_and_space_resets() {
    let mut window = open();
    let middle = window.rect(Pane::Coronal).center();
    window.drag(PointerButton::Middle, middle, middle + vec2(30.0, 0.0));
    window.drag(PointerButton::Secondary, middle, middle - vec2(0.0, 80.0));
    window.session(|s| {
        let state = s.look().viewport(Pane::Coronal);
        assert!(state.zoom > 1.2 && state.pan_mm[0] < 0.0, "{state:?}");
        assert_eq!(s.look().viewport(Pane::Axial).zoom, 1.0);
    });
    window.key(Key::Space);
    assert_eq!(window.session(|s| s.look().viewport(Pane::Coronal).zoom), 1.0);
}

#[test]
fn a_double_click_maximises_and_another_brings_all_back() {
    let mut window = open();
    let middle = window.rect(Pane::Axial).center();
    let small = window.rect(Pane::Axial).area();
    window.click_at(middle);
    window.click_at(middle);
    window.settle();
    assert_eq!(window.session(|s| s.look().layout), Layout::Single(Pane::Axial));
    assert!(window.rect(Pane::Axial).area() > 2.0 * small);
    window.key(Key::F);
    assert_eq!(window.session(|s| s.look().layout), Layout::Grid);
}

#[test]
fn letters_switch_what_they_promise() {
    let mut window = open();
    window.key(Key::I);
    assert!(window.session(|s| s.look().invert));
    window.key(Key::X);
    assert!(window.session(|s| !s.look().boxes));
    window.key(Key::M);
    assert_eq!(window.session(|s| s.look().slab().map(|s| s.projection)), Some(Projection::Max));
    window.key(Key::T);
    assert_eq!(window.session(|s| s.look().corner_text), CornerText::NoPatient);
    for (key, tool) in
        [(Key::P, Tool::Pan), (Key::Z, Tool::Zoom), (Key::C, Tool::Crosshair), (Key::W, Tool::Window)]
    {
        window.key(key);
        assert_eq!(window.session(|s| s.look().tool), tool);
    }
    // Without an answer there is nothing to lay over the pictures.
    window.key(Key::G);
    assert!(window.session(|s| !s.look().heatmap.on));
}

#[test]
fn what_lies_under_the_pointer_is_told_and_follows_the_wheel() {
    let mut window = open();
    let middle = window.rect(Pane::Axial).center();
    window.move_to(middle);
    window.settle();
    let before = window.session(|s| *s.hover().expect("over a viewport"));
    window.wheel(middle, -1.0, Modifiers::NONE);
    let after = window.session(|s| *s.hover().expect("over a viewport"));
    let [before, after] = [before, after].map(|h| h.voxel.expect("inside"));
    assert_eq!([after[0], after[1], after[2]], [before[0], before[1], before[2] + 1]);
}

#[test]
fn the_question_mark_opens_the_sheet_of_keys() {
    let mut window = open();
    window.key_with(Modifiers::SHIFT, Key::Questionmark);
    assert!(window.says("Takes the last change back") || window.says("Undo"));
    assert!(window.harness.state().core().help_is_open());
    window.key_with(Modifiers::SHIFT, Key::Questionmark);
    assert!(!window.harness.state().core().help_is_open());
}

/// The letters at the left and the top of a viewport.
fn letters(window: &Window, pane: Pane) -> [String; 2] {
    window.session(|s| {
        let look = s.look();
        let view =
            triscope::view::resolve(s.grid().expect("open"), look.viewport(pane), look.cursor, [400, 300]);
        let [left, _, top, _] = view.letters;
        [left, top]
    })
}

#[test]
fn a_picture_is_turned_and_flipped_with_its_letters_and_comes_back() {
    let mut window = open();
    assert_eq!(letters(&window, Pane::Axial), ["R", "A"]);
    window.key_with(Modifiers::SHIFT, Key::R);
    assert_eq!(letters(&window, Pane::Axial), ["P", "R"]);
    window.key_with(Modifiers::SHIFT, Key::H);
    assert_eq!(letters(&window, Pane::Axial), ["A", "R"]);
    window.key_with(Modifiers::SHIFT, Key::V);
    assert_eq!(letters(&window, Pane::Axial), ["A", "L"]);
    assert_eq!(letters(&window, Pane::Coronal), ["R", "H"]);
    // What lies under the pointer is still the same place of the patient.
    let there = window.session(|s| s.look().cursor);
    let at = window.place_of(Pane::Axial, there);
    window.move_to(at);
    window.settle();
    assert!(window.session(|s| s.hover().expect("over it").at.distance(there)) < 2.0);
    window.key(Key::Space);
    assert_eq!(letters(&window, Pane::Axial), ["R", "A"]);
}

#[test]
fn viewports_lie_beside_each_other_as_one_likes() {
    let mut window = open();
    let [quarter, _, other] = Pane::ALL.map(|pane| window.rect(pane));
    assert!((quarter.area() / other.area() - 1.0).abs() < 0.02, "{quarter:?} {other:?}");
    let coronal = window.rect(Pane::Coronal).center();
    window.click_at(coronal);
    window.key(Key::F3);
    let [axial, coronal, sagittal] = Pane::ALL.map(|pane| window.rect(pane));
    assert!(coronal.area() > 2.0 * axial.area() && coronal.right() < axial.left());
    assert!(axial.bottom() < sagittal.top());
    assert!((axial.area() / sagittal.area() - 1.0).abs() < 0.02, "{axial:?} {sagittal:?}");
    window.key(Key::F4);
    let [axial, coronal, sagittal] = Pane::ALL.map(|pane| window.rect(pane));
    assert!(axial.right() < coronal.left() && coronal.right() < sagittal.left());
    assert!((axial.area() / sagittal.area() - 1.0).abs() < 0.02);
    // One alone, and back to the row.
    window.key(Key::F);
    window.key(Key::F);
    assert_eq!(window.rect(Pane::Axial), axial);
    window.key(Key::F2);
    assert_eq!(window.rect(Pane::Axial), quarter);
    window.key_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.rect(Pane::Axial), axial);
}

#[test]
fn slices_are_played_until_escape() {
    let mut window = open();
    let start = slice(&window, Pane::Axial);
    window.key_with(Modifiers::SHIFT, Key::Space);
    assert!(window.session(|s| s.playing().is_some()));
    window.until("some slices were played", |s| {
        let look = s.look();
        let view =
            triscope::view::resolve(s.grid().expect("open"), look.viewport(Pane::Axial), look.cursor, [9, 9]);
        view.slice.expect("a plane").index + 1 >= start + 3
    });
    window.key(Key::Escape);
    assert!(window.session(|s| s.playing().is_none()));
    let stopped = slice(&window, Pane::Axial);
    std::thread::sleep(std::time::Duration::from_millis(200));
    window.settle();
    assert_eq!(slice(&window, Pane::Axial), stopped);
}

#[test]
fn a_command_is_found_by_a_few_letters() {
    let mut window = open();
    window.key_with(Modifiers::COMMAND, Key::K);
    window.harness.get_by_label("Command").type_text("inve");
    window.settle();
    assert!(window.says("Invert"));
    window.key(Key::Enter);
    assert!(window.session(|s| s.look().invert));
    assert!(window.harness.query_by_label("Command").is_none(), "it stays open");
}

#[test]
fn a_region_gives_the_window_in_which_it_is_seen_best() {
    let mut window = open();
    window.key(Key::E);
    let middle = window.rect(Pane::Axial).center();
    window.drag(PointerButton::Primary, middle, middle + vec2(50.0, 40.0));
    window.key(Key::Num5);
    window.session(|s| {
        let figures = s.findings().measurements()[0].reading.statistics.as_ref().expect("values");
        let now = s.look().window;
        assert_eq!((now.centre(), now.width()), (figures.mean, 4.0 * figures.sd));
    });
}

#[test]
fn a_dot_of_the_crosshair_turns_the_other_planes() {
    let mut window = open();
    window.key(Key::C);
    let handle = |window: &Window| {
        let rect = window.rect(Pane::Axial);
        let size = [rect.width().round() as u32, rect.height().round() as u32];
        window.session(|s| {
            let look = s.look();
            let of = |pane: Pane| {
                triscope::view::resolve(s.grid().expect("open"), look.viewport(pane), look.cursor, size)
            };
            let dots = triscope::view::turn_handles(&of(Pane::Axial), &of(Pane::Coronal), look.cursor);
            rect.min + vec2(dots[0].x as f32, dots[0].y as f32)
        })
    };
    let (dot, cursor) = (handle(&window), window.session(|s| s.look().cursor));
    window.drag(PointerButton::Primary, dot, dot + vec2(0.0, 60.0));
    let oblique = |window: &Window| {
        Pane::ALL.map(|pane| {
            window.session(|s| matches!(s.look().viewport(pane).orientation, Orientation::Oblique { .. }))
        })
    };
    assert_eq!(oblique(&window), [false, true, true]);
    assert_eq!(window.session(|s| s.look().cursor), cursor, "the cursor went away");
    assert!(window.spoken(Pane::Coronal).contains("Oblique"), "{}", window.spoken(Pane::Coronal));
    // The dot lies where it was let go: on the way round the cursor.
    let there = handle(&window);
    assert!(there.y > dot.y + 20.0, "{dot:?} {there:?}");
    window.key_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(oblique(&window), [false; 3]);
    window.key_with(Modifiers::COMMAND, Key::Y);
    window.key_with(Modifiers::SHIFT, Key::C);
    assert_eq!(oblique(&window), [false; 3]);
}
