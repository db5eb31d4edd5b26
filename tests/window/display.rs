//! Slab, interpolation, scale and pace by wheel, keys, fields and menus.

use super::support::Window;
use egui::{Key, Modifiers, PointerButton, vec2};
use egui_kittest::kittest::Queryable;
use triscope::app::Start;
use triscope::session::{Pane, Projection};
use triscope::view;
use triscope::volume::{Colours, Interpolation, Sharpening};

fn open() -> Window {
    Window::blind(Start::default()).with_phantom()
}

fn slab(window: &Window) -> Option<(f64, Projection)> {
    window.session(|s| s.look().slab().map(|slab| (slab.thickness_mm, slab.projection)))
}

const CTRL_SHIFT: Modifiers = Modifiers { ctrl: true, command: true, shift: true, ..Modifiers::NONE };

#[test]
fn the_wheel_with_alt_makes_the_slab_thicker_and_thinner() {
    let mut window = open();
    let middle = window.rect(Pane::Coronal).center();
    let cursor = window.session(|s| s.look().cursor);
    window.wheel(middle, -1.0, Modifiers::ALT);
    assert_eq!(slab(&window), None, "without a slab there is nothing to make thinner");
    window.wheel(middle, 1.0, Modifiers::ALT);
    assert_eq!(slab(&window), Some((10.0, Projection::Max)));
    window.wheel(middle, 3.0, Modifiers::ALT);
    assert_eq!(slab(&window), Some((13.0, Projection::Max)));
    // Where the system keeps Alt for itself.
    window.wheel(middle, -5.0, CTRL_SHIFT);
    assert_eq!(slab(&window), Some((8.0, Projection::Max)));
    window.key(Key::M);
    assert_eq!(slab(&window), Some((8.0, Projection::Min)), "the thickness outlasts the kind");
    window.session(|s| {
        assert_eq!(s.look().cursor, cursor, "no slice was turned");
        assert_eq!(s.look().viewport(Pane::Coronal).zoom, 1.0);
    });
    for wanted in [Some((8.0, Projection::Max)), Some((10.0, Projection::Max)), None] {
        window.key_with(Modifiers::COMMAND, Key::Z);
        assert_eq!(slab(&window), wanted);
    }
}

#[test]
fn the_slab_has_keys_and_a_field() {
    let mut window = open();
    window.key_with(Modifiers::ALT, Key::ArrowUp);
    window.key_with(Modifiers::ALT, Key::ArrowUp);
    window.key_with(Modifiers::ALT, Key::ArrowDown);
    window.key_with(Modifiers::ALT, Key::ArrowDown);
    assert_eq!(slab(&window), Some((9.0, Projection::Max)));
    // A narrow window has the field in the menu.
    window.click("Maximum 9 mm");
    window.type_number("Thickness of the slab", "2.5");
    assert_eq!(slab(&window), Some((2.5, Projection::Max)));
    window.type_number("Thickness of the slab", "900");
    assert_eq!(slab(&window), Some((200.0, Projection::Max)), "the thickest there is");
    window.key(Key::Escape);
    window.key_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(slab(&window), Some((10.0, Projection::Max)));

    let mut wide = Window::blind_of(Start::default(), [1440.0, 900.0]).with_phantom();
    wide.key(Key::M);
    wide.type_number("Thickness of the slab", "4");
    assert_eq!(slab(&wide), Some((4.0, Projection::Max)), "a wide one has it beside the button");
}

fn interpolation(window: &Window) -> Interpolation {
    window.harness.state().core().prefs().interpolation
}

#[test]
fn interpolation_is_chosen_by_key_and_menu_and_is_no_step_of_undo() {
    let mut window = open();
    for wanted in [Interpolation::Cubic, Interpolation::Nearest, Interpolation::Linear] {
        window.key_with(Modifiers::SHIFT, Key::I);
        assert_eq!(interpolation(&window), wanted);
    }
    window.click("View");
    window.settle();
    window.click("Interpolation: Nearest");
    window.settle();
    assert_eq!(interpolation(&window), Interpolation::Nearest);
    assert!(!window.session(|s| s.look().invert || s.can_undo()));
}

#[test]
fn sharpening_is_off_until_it_is_asked_for_and_is_no_step_of_undo() {
    let mut window = open();
    let strength = |window: &Window| window.harness.state().core().prefs().sharpening;
    assert_eq!(strength(&window), Sharpening::Off);
    for wanted in [Sharpening::Light, Sharpening::Strong, Sharpening::Off] {
        window.key_with(Modifiers::SHIFT, Key::S);
        assert_eq!(strength(&window), wanted);
    }
    window.click("View");
    window.settle();
    window.click("Sharpening: Light");
    window.settle();
    assert_eq!(strength(&window), Sharpening::Light);
    assert!(!window.session(|s| s.can_undo()), "no step of undo");
}

#[test]
fn the_longest_menu_fits_the_smallest_window_in_every_language() {
    for (language, view, last, pictures, first) in [
        ("English", "View", "Preferences", "Pictures and films", "Save picture"),
        ("Deutsch", "Anzeige", "Einstellungen", "Bilder und Filme", "Bild speichern"),
    ] {
        let mut window = Window::blind_of(Start::default(), [1280.0, 720.0]).with_phantom();
        window.key_with(Modifiers::COMMAND, Key::Comma);
        window.click(&format!("Language: {language}"));
        window.key(Key::Escape);
        window.settle();
        window.click(view);
        window.settle();
        let bottom = |window: &Window, label: &str| window.harness.get_by_label(label).rect().bottom();
        let found = bottom(&window, last);
        assert!(found <= 720.0, "{language}: {last} ends at {found}");
        window.click(pictures);
        window.settle();
        assert!(window.says(first) && bottom(&window, first) <= 720.0, "{language}");
    }
}

fn mm_per_px(window: &Window, pane: Pane) -> f64 {
    let rect = window.rect(pane);
    let size = [rect.width().round() as u32, rect.height().round() as u32];
    window.session(|s| {
        let look = s.look();
        view::resolve(s.grid().expect("open"), look.viewport(pane), look.cursor, size).mm_per_px
    })
}

#[test]
fn a_voxel_is_a_pixel_and_a_millimetre_a_millimetre() {
    let mut window = open();
    let fitted = mm_per_px(&window, Pane::Coronal);
    let middle = window.rect(Pane::Coronal).center();
    window.click_at(middle);
    window.key(Key::Y);
    // The phantom's voxels are 2.8 mm wide. Tolerance: rounding of a product and a quotient.
    assert!((mm_per_px(&window, Pane::Coronal) - 2.8).abs() < 1e-9);
    window.key_with(Modifiers::SHIFT, Key::Y);
    // Without a screen that tells, and without a figure of the user, a point is a 96th of an inch.
    assert!((mm_per_px(&window, Pane::Coronal) - 25.4 / 96.0).abs() < 1e-9);
    assert_eq!(window.session(|s| s.look().viewport(Pane::Axial).zoom), 1.0, "the others stay");
    window.key_with(Modifiers::COMMAND, Key::Z);
    assert!((mm_per_px(&window, Pane::Coronal) - fitted).abs() < 1e-9, "both as one step");
    window.click("View");
    window.settle();
    window.click("One to one");
    window.settle();
    assert!((mm_per_px(&window, Pane::Coronal) - 2.8).abs() < 1e-9);
}

#[test]
fn slices_are_played_at_the_pace_that_was_chosen() {
    let mut window = open();
    let pace = |window: &Window| window.harness.state().core().prefs().play_speed;
    window.key_with(Modifiers::ALT, Key::ArrowRight);
    assert_eq!(pace(&window), 20.0);
    window.key_with(Modifiers::SHIFT, Key::Space);
    assert_eq!(window.session(|s| s.playing().expect("it plays").per_second), 20.0);
    window.key_with(Modifiers::ALT, Key::ArrowLeft);
    window.key_with(Modifiers::ALT, Key::ArrowLeft);
    assert_eq!(window.session(|s| s.playing().expect("it plays on").per_second), 10.0);
    window.key(Key::Escape);
    window.click("View");
    window.settle();
    window.type_number("Slices in a second", "7");
    assert_eq!(pace(&window), 7.0);
    assert!(window.says("Slices in a second"), "the menu stays open");
}

fn window_of(window: &Window) -> [f64; 2] {
    window.session(|s| [s.look().window.width(), s.look().window.centre()])
}

fn slider(window: &Window, name: &str) -> egui::Rect {
    window.harness.get_by_role_and_label(egui::accesskit::Role::Slider, name).rect()
}

#[test]
fn the_histogram_moves_the_window_by_its_handles_and_each_drag_is_one_step() {
    let mut window = open();
    window.until("the values are counted", |s| s.histogram().is_some());
    window.click("Lung 1500 / −600");
    let white = slider(&window, "White from").center();
    window.drag(PointerButton::Primary, white, white - vec2(40.0, 0.0));
    let [width, centre] = window_of(&window);
    assert!(width < 1500.0, "{width}");
    // The other end stays. Tolerance: rounding of a few sums.
    assert!((centre - width / 2.0 + 1350.0).abs() < 1e-6, "{centre} {width}");
    let middle = slider(&window, "Centre of the window").center();
    window.drag(PointerButton::Primary, middle, middle + vec2(25.0, 0.0));
    let [same, later] = window_of(&window);
    assert!((same - width).abs() < 1e-6 && later > centre, "{same} {later}");
    window.type_number("Window width", "800");
    window.type_number("Window centre", "-500");
    assert_eq!(window_of(&window), [800.0, -500.0]);
    // By the keyboard alone.
    window.harness.get_by_role_and_label(egui::accesskit::Role::Slider, "Black from").focus();
    window.settle();
    window.key(Key::ArrowRight);
    let [narrower, _] = window_of(&window);
    assert!(narrower < 800.0 && narrower > 600.0, "{narrower}");
    window.key(Key::Escape);
    for _ in 0..4 {
        window.key_with(Modifiers::COMMAND, Key::Z);
    }
    assert_eq!(window_of(&window), [width, centre], "four steps back");
    window.key_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(window_of(&window), [1500.0, -600.0]);
}

#[test]
fn the_auto_window_leaves_out_a_hundredth_at_either_end() {
    let mut window = open();
    window.until("the values are counted", |s| s.histogram().is_some());
    window.key(Key::Num6);
    let [width, centre] = window_of(&window);
    let [low, high] = window.session(|s| {
        let mut values: Vec<f32> = Vec::new();
        let volume = s.volume().expect("open");
        let [x, y, z] = volume.grid().size();
        for k in 0..z {
            for j in 0..y {
                for i in 0..x {
                    values.extend(volume.value([i, j, k]));
                }
            }
        }
        values
            .retain(|v| volume.padding().is_none_or(|p| !(f32::from(p.low)..=f32::from(p.high)).contains(v)));
        values.sort_by(f32::total_cmp);
        let at = |share: f64| f64::from(values[((values.len() as f64 * share).ceil() as usize).max(1) - 1]);
        [at(0.01), at(0.99)]
    });
    assert_eq!([centre - width / 2.0, centre + width / 2.0], [low, high]);
    window.key_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(window_of(&window), [1500.0, -600.0]);
}

#[test]
fn a_window_is_kept_under_a_name_taken_again_and_forgotten() {
    let mut window = open();
    let kept = |window: &Window| window.harness.state().core().prefs().windows.clone();
    window.click("Lung 1500 / −600");
    window.type_number("Window width", "160");
    window.type_number("Window centre", "60");
    let field = window.harness.get_by_label("Name for this window");
    field.focus();
    window.settle();
    window.harness.get_by_label("Name for this window").type_text("Liver");
    window.settle();
    window.key(Key::Enter);
    assert_eq!(
        kept(&window).iter().map(|w| (w.name.as_str(), w.width)).collect::<Vec<_>>(),
        [("Liver", 160.0)]
    );
    window.key(Key::Escape);
    window.key(Key::Num3);
    window.click("Bone 2500 / 480");
    window.click("Liver");
    assert_eq!(window_of(&window), [160.0, 60.0]);
    window.click("Liver 160 / 60");
    window.click("Forget Liver");
    assert_eq!(kept(&window), []);
    assert_eq!(window_of(&window), [160.0, 60.0], "what is shown stays");
}

#[test]
fn colours_are_chosen_in_the_window_menu_and_taken_back() {
    let mut window = open();
    window.click("Lung 1500 / −600");
    window.click("Colours: Hot iron");
    assert_eq!(window.session(|s| s.look().colours), Colours::HotIron);
    window.key(Key::Escape);
    window.key_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.session(|s| s.look().colours), Colours::Grey);
}

#[test]
fn a_screen_reader_is_told_plane_place_and_value() {
    let mut window = open();
    let spoken = window.spoken(Pane::Axial);
    assert!(
        spoken.starts_with("Axial slice ") && spoken.contains("cursor at ") && spoken.ends_with(" HU"),
        "{spoken}"
    );
    let middle = window.rect(Pane::Axial).center();
    window.move_to(middle + vec2(10.0, 0.0));
    window.settle();
    let spoken = window.spoken(Pane::Axial);
    let value = window.session(|s| s.hover().expect("over it").value.expect("a value"));
    assert!(spoken.contains("pointer at ") && spoken.ends_with(&format!(", {value} HU")), "{spoken}");
    assert!(window.spoken(Pane::Coronal).contains("cursor at "), "the pointer is not there");
}

#[test]
fn seven_steps_through_the_windows_that_the_files_recommend() {
    let mut window = Window::blind(Start::default()).with_phantom();
    let shown = |window: &Window| window.session(|s| [s.look().window.width(), s.look().window.centre()]);
    window.key(Key::Num3);
    let bone = shown(&window);
    // The phantom's files have two: for lung, and for soft tissue.
    window.key(Key::Num7);
    assert_eq!(shown(&window), [1500.0, -600.0]);
    window.key(Key::Num7);
    assert_eq!(shown(&window), [400.0, 40.0]);
    window.key(Key::Num7);
    assert_eq!(shown(&window), [1500.0, -600.0]);
    for _ in 0..3 {
        window.key_with(Modifiers::COMMAND, Key::Z);
    }
    assert_eq!(shown(&window), bone);
}
