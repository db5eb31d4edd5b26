//! Two maps beside each other and in turn, and maps that leave the program.

use std::path::PathBuf;

use super::support::{Window, ask, nodule};
use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, Rect, vec2};
use egui_kittest::kittest::{NodeT, Queryable};
use triscope::app::Start;
use triscope::command::{Command, Explaining, Filming, Preference, Viewing};
use triscope::explain::Method;
use triscope::session::{Against, Layout, Pane, Severity};
use triscope::ui::pair_picture::PairPicture;

const SECOND: &str = "Axial, second map";

fn asked() -> Window {
    let mut window = Window::blind(Start::default()).with_phantom();
    window.network_ready();
    ask(&mut window);
    window
}

fn command(window: &mut Window, command: Command) {
    let ctx = window.harness.ctx.clone();
    window.harness.state().command(command, &ctx);
    window.settle();
}

fn second(window: &Window) -> (Rect, String) {
    let node = window.harness.get_by_role_and_label(Role::Canvas, SECOND);
    (node.rect(), node.accesskit_node().value().unwrap_or_default())
}

fn key(window: &mut Window, key: Key, pressed: bool) {
    let modifiers = Modifiers::SHIFT;
    window.harness.event(Event::Key { key, physical_key: None, pressed, repeat: false, modifiers });
    window.settle();
}

#[test]
fn shift_m_shows_one_plane_with_two_maps_and_one_cursor_and_is_taken_back() {
    let mut window = asked();
    window.key_with(Modifiers::SHIFT, Key::M);
    let shown = window.session(|s| (s.look().layout, s.look().heatmap.on, s.look().heatmap.against));
    let native = Against { model: None, method: Method::Native };
    assert_eq!(shown, (Layout::Maps(Pane::Axial), true, Some(native)));
    let (left, (right, spoken)) = (window.rect(Pane::Axial), second(&window));
    assert_eq!(left.size(), right.size());
    assert!(left.right() <= right.left());
    assert!(
        window.spoken(Pane::Axial).ends_with("map: Grad-CAM, combined"),
        "{}",
        window.spoken(Pane::Axial)
    );
    assert!(spoken.ends_with("map: For and against"), "{spoken}");
    assert!(window.says("Left Grad-CAM, right For and against, on one scale of colours."));
    // The hand may work in either: a click in the second one moves the cursor that both show.
    window.click("Crosshair");
    let aside = window.place_of(Pane::Axial, nodule()) + vec2(30.0, 12.0);
    window.click_at(aside + (right.min - left.min));
    window.settle();
    let cursor = window.session(|s| s.look().cursor);
    assert!((window.place_of(Pane::Axial, cursor) - aside).length() < 1.0);
    // The wheel with Ctrl enlarges both.
    let zoom = |window: &Window| window.session(|s| s.look().viewport(Pane::Axial).zoom);
    let before = zoom(&window);
    window.wheel(right.center(), 2.0, Modifiers::CTRL);
    assert!(zoom(&window) > before);
    window.key_with(Modifiers::CTRL, Key::Z);
    window.key_with(Modifiers::CTRL, Key::Z);
    window.key_with(Modifiers::CTRL, Key::Z);
    let shown = window.session(|s| (s.look().layout, s.look().heatmap.on, s.look().heatmap.against));
    assert_eq!(shown, (Layout::Grid, false, None));
}

#[test]
fn leaving_two_maps_by_any_key_puts_back_how_one_looked() {
    let mut window = asked();
    // Alone, enlarged and moved, without the map.
    window.key(Key::F);
    let viewport = |s: &triscope::session::Session| *s.look().viewport(Pane::Axial);
    let seen =
        triscope::session::ViewportState { pan_mm: [12.0, -7.0], zoom: 1.5, ..window.session(viewport) };
    command(&mut window, Command::Edit(triscope::session::Edit::Viewport(Pane::Axial, seen)));
    let look = |window: &Window| {
        window.session(|s| {
            let heat = s.look().heatmap;
            (s.look().layout, *s.look().viewport(Pane::Axial), heat.on, heat.against, heat.blink)
        })
    };
    let before = look(&window);
    assert_eq!(before.0, Layout::Single(Pane::Axial));
    for leave in [(Modifiers::SHIFT, Key::M), (Modifiers::NONE, Key::Escape), (Modifiers::NONE, Key::F)] {
        window.key_with(Modifiers::SHIFT, Key::M);
        assert_eq!(look(&window).0, Layout::Maps(Pane::Axial));
        let right = second(&window).0.center();
        window.wheel(right, 3.0, Modifiers::CTRL);
        window.click("For and against");
        window.click("nothing");
        assert_ne!(look(&window).1.zoom, seen.zoom);
        window.key_with(leave.0, leave.1);
        assert_eq!(look(&window), before, "{leave:?}");
    }
    // Nothing is left to be left.
    window.key(Key::Escape);
    assert_eq!(look(&window), before);
    // A close-up that was made for the pair goes with it.
    command(
        &mut window,
        Command::Edit(triscope::session::Edit::Viewport(
            Pane::Axial,
            triscope::session::ViewportState { pan_mm: [0.0; 2], zoom: 1.0, ..seen },
        )),
    );
    let whole = look(&window);
    window.key_with(Modifiers::SHIFT, Key::M);
    assert_ne!(look(&window).1, whole.1);
    window.key(Key::Escape);
    assert_eq!(look(&window), whole);
}

#[test]
fn another_method_or_none_is_chosen_beside_it_and_the_button_goes_back() {
    let mut window = asked();
    window.click("Maps side by side");
    assert!(second(&window).1.ends_with("map: For and against"));
    // The menu of what it is compared with.
    window.click("For and against");
    window.click("nothing");
    assert!(second(&window).1.ends_with("map: CT alone"));
    window.click("Maps side by side");
    assert_eq!(window.session(|s| s.look().layout), Layout::Grid);
    assert!(window.harness.query_by_role_and_label(Role::Canvas, SECOND).is_none());
}

#[test]
fn the_maps_of_two_networks_lie_beside_each_other_each_with_its_network_s_name() {
    let mut window = asked();
    let model = "maemc-net-compact";
    command(&mut window, Command::Edit(triscope::session::Edit::Beside(vec![model])));
    window.until("the other network has its map", |s| {
        s.selected().is_some_and(|nodule| nodule.maps_of_others().any(|(of, _)| of == model))
    });
    window.key_with(Modifiers::SHIFT, Key::M);
    window.click("For and against");
    window.click("maemc-net-compact: Its attention");
    window.settle();
    let against = window.session(|s| s.look().heatmap.against);
    assert_eq!(against, Some(Against { model: Some(model), method: Method::Native }));
    assert!(window.spoken(Pane::Axial).ends_with("map: m3net-compact: Grad-CAM, combined"));
    assert!(second(&window).1.ends_with("map: maemc-net-compact: Its attention"), "{}", second(&window).1);
    assert!(window.says("They may answer different questions"));
    // Their difference lies where both say something.
    window.key_with(Modifiers::SHIFT, Key::M);
    command(
        &mut window,
        Command::Edit(triscope::session::Edit::Heatmap(triscope::session::Heatmap {
            on: true,
            against,
            ..triscope::session::Heatmap::default()
        })),
    );
    window.until("they are compared", |s| {
        let two = s.compared_maps();
        two.is_some_and(|two| {
            let known = s.selected().and_then(|nodule| nodule.comparison());
            known.is_some_and(|known| known.difference(two).is_some() && known.of_two(two).is_some())
        })
    });
    window.settle();
    assert!(
        window
            .spoken(Pane::Axial)
            .ends_with("map: m3net-compact: Grad-CAM minus maemc-net-compact: Its attention"),
        "{}",
        window.spoken(Pane::Axial)
    );
    // The network that was asked beside is no longer asked: nothing is left to compare with.
    command(&mut window, Command::Edit(triscope::session::Edit::Beside(Vec::new())));
    assert!(window.session(|s| s.compared_maps().is_none()));
}

#[test]
fn maps_blink_twice_a_second_and_with_reduced_motion_by_the_key_alone() {
    let mut window = asked();
    window.key_with(Modifiers::SHIFT, Key::K);
    assert!(window.session(|s| s.look().heatmap.blink && s.look().heatmap.on));
    let mut turns = Vec::new();
    // Three seconds of sixty frames.
    for _ in 0..180 {
        window.harness.step();
        let first = window.spoken(Pane::Axial).ends_with("map: Grad-CAM, combined");
        if turns.last() != Some(&first) {
            turns.push(first);
        }
    }
    assert!((6..=8).contains(&turns.len()), "two turns a second: {turns:?}");
    command(&mut window, Command::Viewing(Viewing::Prefer(Preference::ReducedMotion(true))));
    assert!(window.says("Motion is reduced: hold Shift+X for the other one."));
    for _ in 0..90 {
        window.harness.step();
        assert!(window.spoken(Pane::Axial).ends_with("map: Grad-CAM, combined"));
    }
    key(&mut window, Key::X, true);
    assert!(window.spoken(Pane::Axial).ends_with("map: For and against"));
    key(&mut window, Key::X, false);
    assert!(window.spoken(Pane::Axial).ends_with("map: Grad-CAM, combined"));
    window.key_with(Modifiers::SHIFT, Key::K);
    assert!(!window.session(|s| s.look().heatmap.blink));
    assert!(!window.spoken(Pane::Axial).contains("map:"), "one map needs no name");
}

#[test]
fn the_other_map_is_there_for_as_long_as_its_key_is_held() {
    let mut window = asked();
    window.key(Key::G);
    key(&mut window, Key::X, true);
    assert!(window.spoken(Pane::Axial).ends_with("map: For and against"));
    // Where the window loses the keyboard nobody tells of the key any more.
    window.harness.event(Event::WindowFocused(false));
    window.settle();
    assert!(!window.spoken(Pane::Axial).contains("map:"));
}

#[test]
fn maps_pictures_and_a_figure_are_saved_without_the_patient_and_never_beside_the_ct() {
    let mut window = Window::seeing(Start::default()).with_phantom();
    window.network_ready();
    ask(&mut window);
    let home = tempfile::tempdir().expect("a folder");
    let at = |name: &str| home.path().join(name);
    let said = |window: &mut Window, what: &str| -> String {
        window.until(what, |s| s.notices().iter().any(|n| n.text.contains(what)));
        window.session(|s| {
            s.notices().iter().find(|n| n.text.contains(what)).map(|n| n.text.clone()).expect("said")
        })
    };
    let save = |folder: PathBuf| Explaining::SaveMapsIn { folder, with_patient: false };
    command(&mut window, Command::Explaining(save(at("maps"))));
    said(&mut window, "Maps saved");
    for name in ["map_grad_cam.dcm", "map_native.dcm"] {
        assert!(at("maps").join(name).is_file(), "{name}");
    }
    command(&mut window, Command::Explaining(Explaining::SaveFigureTo(at("figure.png"))));
    said(&mut window, "Figure saved");
    let bytes = std::fs::read(at("figure.png")).expect("read");
    assert!(bytes.windows(4).any(|chunk| chunk == b"pHYs"));
    command(&mut window, Command::SavePictureTo(at("view.dcm")));
    said(&mut window, "Picture saved");
    let picture = std::fs::read(at("view.dcm")).expect("read");
    assert_eq!(&picture[128..132], b"DICM");
    // In the folder that was opened nothing is written, whatever is chosen.
    let ct = super::support::small().folder.clone();
    let before = std::fs::read_dir(&ct).expect("listed").count();
    command(&mut window, Command::Explaining(save(ct.join("maps"))));
    said(&mut window, "nothing is ever written");
    assert!(window.session(|s| s.notices().iter().any(|n| n.severity == Severity::Error)));
    assert_eq!(std::fs::read_dir(&ct).expect("listed").count(), before);
}

#[test]
fn a_picture_of_two_maps_side_by_side_has_both_and_says_nothing_of_the_series() {
    let mut window = Window::seeing(Start::default()).with_phantom();
    window.network_ready();
    ask(&mut window);
    window.key_with(Modifiers::SHIFT, Key::M);
    let shape = [window.rect(Pane::Axial).width(), window.rect(Pane::Axial).height()];
    let sentences = window.session(|s| {
        let size = [512; 2];
        let view = |side| {
            let mut shown = triscope::ui::viewport::compose(s, Pane::Axial, size).expect("open");
            triscope::ui::viewport::of_pair(s, side, false, &mut shown);
            shown
        };
        use triscope::ui::viewport::Side;
        let pair = PairPicture::of(s, Pane::Axial, [view(Side::First), view(Side::Second)]);
        pair.sentences().map(str::to_owned).collect::<Vec<_>>()
    });
    let all = sentences.join(" ");
    for part in [
        "Network m3net-compact",
        "weights built-in",
        "Left Grad-CAM, combined, right For and against.",
        " mm",
    ] {
        assert!(all.contains(part), "{part}: {all}");
    }
    let home = tempfile::tempdir().expect("a folder");
    let mut saved = |name: &str, make: fn(PathBuf) -> Command| {
        let file = home.path().join(name);
        command(&mut window, make(file.clone()));
        window.until("it is saved", |s| s.notices().iter().any(|n| n.text.contains(name)));
        image::open(&file).expect("a picture").into_rgba8()
    };
    let pair = saved("pair.png", Command::SavePictureTo);
    // Two views of the shape that they have on the screen, with a narrow gap, and words under them.
    let [on_screen_x, on_screen_y] = shape;
    let (width, height) = pair.dimensions();
    let side = (width - 8) / 2;
    let high = (side as f32 * on_screen_y / on_screen_x).round() as u32;
    assert!(side.max(high).abs_diff(1024) <= 1, "{side} x {high}");
    assert!(height > high + 40, "{height}: words under {high}");
    let half = |from: u32| image::imageops::crop_imm(&pair, from, 0, side, high).to_image();
    let (first, second) = (half(0), half(side + 8));
    let changed = first.pixels().zip(second.pixels()).filter(|(a, b)| a != b).count();
    // The map's place at least: crops of some centimetres in a chest of some thirty.
    assert!(changed > (side * high / 200) as usize, "{changed} of {}", side * high);
    assert!((side..side + 8).all(|x| pair.get_pixel(x, high / 2).0 == [0, 0, 0, 255]));
    let words = image::imageops::crop_imm(&pair, 0, high, width, height - high).to_image();
    assert!(words.pixels().filter(|p| p.0[0] > 150).count() > 500, "sentences");
    let layout = saved("layout.png", |file| Command::Filming(Filming::SaveLayoutTo(file)));
    let (width, height) = layout.dimensions();
    let half = |from: u32| image::imageops::crop_imm(&layout, from, 0, width / 2 - 8, height).to_image();
    assert!(half(0).pixels().zip(half(width / 2 + 8).pixels()).any(|(a, b)| a != b));
    // People type names into descriptions.
    let facts = window.session(|s| {
        let shown = triscope::ui::viewport::compose(s, Pane::Axial, [64, 64]).expect("open");
        assert!(!shown.facts.description.is_empty());
        triscope::ui::picture::shown_of(shown).facts
    });
    assert!(facts.description.is_empty() && facts.patient.is_empty(), "{facts:?}");
}
