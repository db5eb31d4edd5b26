//! Asking the network, what the panel says, dragging the point, cancel, undo.

use super::support::{Window, ask, explained, nodule, small};
use egui::{Event, Key, Modifiers, MouseWheelUnit, PointerButton, vec2};
use egui_kittest::kittest::{NodeT, Queryable};
use triscope::app::Start;
use triscope::command::{Command, Preference, Viewing};
use triscope::explain::{Method, Wanted};
use triscope::findings::Question;
use triscope::geometry::{Patient, Point};
use triscope::networks::Scale;
use triscope::session::{Pane, Session, WorkId};

fn open() -> Window {
    let mut window = Window::blind(Start::default()).with_phantom();
    window.network_ready();
    window
}

#[test]
fn a_click_in_a_nodule_brings_answer_crops_and_maps() {
    let mut window = open();
    ask(&mut window);
    window.session(|s| {
        let answer = s.selected().and_then(|n| n.answer()).expect("answered");
        assert!((0.0..=1.0).contains(&answer.probability));
        // The slice on the screen and the click are each at most half a voxel away.
        assert!(answer.at.distance(nodule()) < 4.0, "{:?} {:?}", answer.at, nodule());
        assert_eq!(
            s.selected().map(|n| Wanted::IN_THE_WINDOW.iter().filter_map(|w| n.saliency(*w)).count()),
            Some(5)
        );
    });
    assert!(window.says("probability of malignancy"));
    assert!(
        window.says("Malignant means the impression of radiologists who read the same CT, not pathology")
    );
    assert!(window.says("rating "), "what readers would say");
    assert!(window.says("Contribution of each scale"));
}

#[test]
fn the_model_card_lies_beside_the_answer_and_gives_its_figures() {
    let mut window = open();
    ask(&mut window);
    window.click("Model card");
    window.settle();
    assert!(window.says("Model card of m3net-compact, built-in"));
    assert!(window.says("No pathology was looked at"), "what malignant means");
    assert!(window.says("AUC"), "how well it does");
    window.key(Key::Escape);
    window.settle();
    assert!(!window.says("Model card of m3net-compact"));
}

#[test]
fn n_asks_about_the_point_under_the_pointer_and_g_lays_the_map_over() {
    let mut window = open();
    let at = window.rect(Pane::Sagittal).center();
    window.move_to(at);
    window.key(Key::N);
    window.until("the answer is explained", explained);
    let (asked, hover) = window.session(|s| (s.selected().map(|n| n.at), s.hover().map(|h| h.at)));
    assert_eq!(asked, hover);
    window.key(Key::G);
    assert!(window.session(|s| s.look().heatmap.on));
}

#[test]
fn a_dragged_point_is_asked_about_again_and_undo_brings_place_and_answer_back() {
    let mut window = open();
    ask(&mut window);
    let (before, first) = window.session(|s| {
        let n = s.selected().expect("selected");
        (n.at, n.answer().cloned().expect("answered"))
    });
    let from = window.place_of(Pane::Axial, before);
    window.drag(PointerButton::Primary, from, from + vec2(25.0, 10.0));
    window.until("it is answered again", explained);
    let after = window.session(|s| s.selected().map(|n| n.at)).expect("selected");
    assert!(before.distance(after) > 10.0);
    assert_eq!(window.session(|s| s.selected().and_then(|n| n.answer()).map(|a| a.at)), Some(after));
    window.key_with(Modifiers::COMMAND, Key::Z);
    window.session(|s| {
        let n = s.selected().expect("selected");
        assert_eq!(n.at, before);
        assert_eq!(n.answer().map(|a| a.logits.clone()), Some(first.logits.clone()));
    });
    window.key_with(Modifiers::COMMAND, Key::Z);
    assert!(window.session(|s| s.findings().nodules().is_empty()));
    window.key_with(Modifiers::COMMAND, Key::Y);
    assert_eq!(window.session(|s| s.selected().map(|n| n.at)), Some(before));
}

#[test]
fn a_question_can_be_cancelled_and_asked_again() {
    let mut window = open();
    let at = window.rect(Pane::Axial).center();
    window.move_to(at);
    window.harness.key_press(Key::N);
    window.harness.key_press(Key::Escape);
    window.harness.step();
    window.until("nothing runs", |s| s.work().is_empty());
    let question = window.session(|s| s.selected().map(|n| n.question.clone()));
    assert!(matches!(question, Some(Question::Cancelled)), "{question:?}");
    window.key(Key::N);
    window.until("the answer is explained", explained);
}

#[test]
fn a_removed_nodule_returns_with_undo() {
    let mut window = open();
    ask(&mut window);
    window.key(Key::Delete);
    assert!(window.session(|s| s.findings().nodules().is_empty()));
    window.key_with(Modifiers::COMMAND, Key::Z);
    assert!(window.session(explained));
}

/// What is known of the selected nodule: its point and the logits, if it is answered.
fn known(window: &Window) -> (Option<Point<Patient>>, Option<Vec<f64>>) {
    window.session(|s| {
        let nodule = s.selected();
        (nodule.map(|n| n.at), nodule.and_then(|n| n.answer()).map(|a| a.logits.clone()))
    })
}

#[test]
fn a_stopped_question_after_a_drag_brings_place_and_answer_back() {
    let mut window = open();
    ask(&mut window);
    let before = known(&window);
    let from = window.place_of(Pane::Axial, before.0.expect("selected"));
    window.move_to(from);
    window.button(from, PointerButton::Primary, true);
    window.move_to(from + vec2(25.0, 10.0));
    assert!(window.session(|s| s.selected().is_some_and(|n| n.question == Question::Unasked)));
    window.button(from + vec2(25.0, 10.0), PointerButton::Primary, false);
    window.harness.key_press(Key::Escape);
    window.harness.step();
    window.until("nothing runs", |s| s.work().is_empty());
    assert_eq!(known(&window), before);
    assert!(window.session(explained), "its maps are back, too");
}

#[test]
fn a_stopped_question_asked_again_leaves_the_answer() {
    let mut window = open();
    ask(&mut window);
    let before = known(&window);
    window.click_on(window.harness.get_by_label("Ask again").rect());
    window.harness.step();
    window.harness.key_press(Key::Escape);
    window.harness.step();
    window.until("nothing runs", |s| s.work().is_empty());
    assert_eq!(known(&window), before);
}

#[test]
fn a_network_without_weights_cannot_be_chosen_and_says_why() {
    let mut window = open();
    ask(&mut window);
    let missing = "no weights installed: triscope models import CHECKPOINT --as m3net-r18x3";
    window.networks(Err(missing.to_owned()));
    window.click("m3net-compact");
    window.harness.get_by_label("m3net-r18x3").hover();
    // Longer than a tooltip waits.
    window.harness.run_steps(90);
    assert!(window.says("No weights installed: triscope models import CHECKPOINT --as m3net-r18x3"));
    window.click("m3net-r18x3");
    assert_eq!(window.session(|s| s.look().network), "m3net-compact");
    assert!(window.session(explained));
}

#[test]
fn another_network_is_asked_about_the_selected_nodule_and_its_failure_leaves_the_answer() {
    let mut window = open();
    if window.session(|s| s.networks().iter().any(|n| n.name == "m3net-r18x3" && n.weights.is_ok())) {
        return eprintln!("not tested here: m3net-r18x3 has weights");
    }
    ask(&mut window);
    let before = known(&window);
    // As if its weights had been taken away since the list was made.
    window.networks(Ok("m3net-r18x3.safetensors".to_owned()));
    window.click("m3net-compact");
    window.click("m3net-r18x3");
    assert_eq!(window.session(|s| s.look().network), "m3net-r18x3");
    window.until("it has failed", |s| {
        s.notices().iter().any(|n| n.text.contains("No weights for m3net-r18x3"))
    });
    assert_eq!(known(&window), before, "the answer of the other network is back");
    assert!(window.says("This answer is of m3net-compact."));
    window.key_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.session(|s| s.look().network), "m3net-compact");
    assert_eq!(known(&window), before);
}

/// `What the network saw, slice 14 of 56` -> 14, of the fourth viewport.
fn crop_slice(window: &Window) -> usize {
    let node = window.harness.get_by_label_contains("What the network saw, slice");
    let name = node.accesskit_node().label().expect("a name");
    name.split(' ').nth(5).and_then(|n| n.parse().ok()).unwrap_or_else(|| panic!("no slice in {name:?}"))
}

/// Moves a touchpad's fingers by some points over the fourth viewport.
fn swipe(window: &mut Window, points: f32) {
    let at = window.harness.get_by_label_contains("What the network saw, slice").rect().center();
    window.move_to(at);
    window.harness.event(Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: vec2(0.0, points),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Trackpad,
        modifiers: Modifiers::NONE,
    });
    window.settle();
}

#[test]
fn the_crops_count_parts_of_a_notch_and_begin_anew_with_the_next_nodule() {
    let mut window = open();
    ask(&mut window);
    let first = crop_slice(&window);
    // A notch is forty points: three quarters of one are no slice yet.
    for _ in 0..3 {
        swipe(&mut window, -10.0);
        assert_eq!(crop_slice(&window), first);
    }
    swipe(&mut window, -10.0);
    assert_eq!(crop_slice(&window), first + 1);
    let over = window.harness.get_by_label_contains("What the network saw, slice").rect().center();
    window.wheel(over, -1.0, Modifiers::SHIFT);
    assert_eq!(crop_slice(&window), first + 11);
    // Another nodule in the same slice: its crops begin where it lies, not where the first was left.
    let beside = window.place_of(Pane::Axial, nodule()) + vec2(40.0, 0.0);
    window.click_at(beside);
    window.until("the second is explained", |s| s.findings().nodules().len() == 2 && explained(s));
    window.settle();
    assert_eq!(crop_slice(&window), first);
    window.click_on(window.harness.get_by_label_contains("Nodule 1, ").rect());
    window.settle();
    assert_eq!(crop_slice(&window), first);
}

#[test]
fn the_heatmap_is_hidden_while_its_key_is_held() {
    let mut window = open();
    ask(&mut window);
    window.key(Key::G);
    window.harness.key_down(Key::V);
    window.settle();
    assert!(window.harness.state().core().heatmap_is_hidden());
    assert!(window.session(|s| s.look().heatmap.on), "nothing to undo");
    window.harness.key_up(Key::V);
    window.settle();
    assert!(!window.harness.state().core().heatmap_is_hidden());
    // The window loses the keyboard while the key is down: nobody will tell that it was let go.
    window.harness.key_down(Key::V);
    window.settle();
    window.harness.event(Event::WindowFocused(false));
    window.settle();
    assert!(!window.harness.state().core().heatmap_is_hidden());
}

#[test]
fn lines_and_what_speaks_for_and_against_are_chosen_by_key_and_in_the_panel() {
    let mut window = open();
    ask(&mut window);
    window.key_with(Modifiers::SHIFT, Key::G);
    assert!(window.session(|s| s.look().heatmap.on && s.look().heatmap.contour));
    window.key_with(Modifiers::SHIFT, Key::G);
    assert!(window.session(|s| s.look().heatmap.on && !s.look().heatmap.contour));
    window.click("Map: micro");
    window.click("Grad-CAM");
    window.click("For and against");
    window.session(|s| {
        let map = s.look().heatmap.map;
        assert_eq!(map, Wanted { method: Method::Native, scale: None });
        assert!(s.selected().and_then(|n| n.saliency(map)).is_some_and(|map| map.signed));
    });
    window.click("Drawn as: Lines");
    assert!(window.session(|s| s.look().heatmap.contour));
    window.click("For and against");
    window.click("Grad-CAM");
    assert!(window.session(|s| s.look().heatmap.map == Wanted::ALL_GRAD_CAM[0]));
}

#[test]
fn a_method_that_takes_longer_is_computed_when_it_is_chosen_and_stays() {
    let mut window = open();
    ask(&mut window);
    let wanted = |scale| Wanted { method: Method::GradientTimesInput, scale };
    assert!(window.session(|s| s.selected().and_then(|n| n.saliency(wanted(None))).is_none()));
    window.click("Grad-CAM");
    window.click("Gradient × input");
    window.until("the maps are there", |s| {
        s.working(WorkId::Explain).is_none()
            && s.selected().is_some_and(|n| n.saliency(wanted(None)).is_some())
    });
    window.settle();
    assert!(window.session(|s| s.look().heatmap.on && s.look().heatmap.map == wanted(None)));
    assert!(window.says("Orange speaks for the class asked about"));
    // Every scale came with it, and what was there before is still there.
    window.click("Map: meso");
    assert!(window.session(|s| s.look().heatmap.map == wanted(Some(Scale::Meso))));
    window.session(|s| {
        let nodule = s.selected().expect("selected");
        for map in Wanted::IN_THE_WINDOW {
            assert!(nodule.saliency(map).is_some(), "{map:?}");
        }
    });
    // The map is checked on request, and keeps what was found.
    window.click("Check this map");
    let checked = |s: &Session| {
        let map = s.selected().and_then(|n| n.saliency(wanted(Some(Scale::Meso))).cloned());
        map.is_some_and(|map| map.told.iter().any(|(name, _)| *name == "randomisation_passed"))
    };
    window.until("it is checked", checked);
    window.until("nothing is computed", |s| s.working(WorkId::Explain).is_none());
    window.settle();
    assert!(window.says("The map of random weights is") && window.says("in a random order"));
    // A nodule that is taken away takes the question with it.
    window.click("Gradient × input");
    window.click("RISE");
    window.click("Remove nodule");
    window.until("nothing is computed", |s| s.working(WorkId::Explain).is_none());
}

#[test]
fn a_map_that_is_looked_at_is_checked_when_nothing_else_is_asked_and_is_known_from_then_on() {
    let mut window = open();
    ask(&mut window);
    let checked = |s: &Session| {
        let map = s.selected().and_then(|n| n.shown_saliency(s.look().heatmap.map));
        map.is_some_and(|map| map.told.iter().any(|(name, _)| *name == "randomisation_passed"))
    };
    let ctx = window.harness.ctx.clone();
    let command = |window: &Window, command: Command| window.harness.state().command(command, &ctx);
    command(&window, Command::Viewing(Viewing::Prefer(Preference::CheckMaps(true))));
    // Of a map that nobody sees nothing is asked.
    window.settle();
    assert!(window.session(|s| !s.look().heatmap.on && !checked(s) && s.working(WorkId::Check).is_none()));
    window.key(Key::G);
    window.until("it is being checked", |s| s.working(WorkId::Check).is_some());
    assert!(window.says("This map is being checked") && !window.says("Check this map"));
    window.until("it is checked", checked);
    window.until("nothing is computed", |s| s.working(WorkId::Check).is_none());
    window.settle();
    assert!(window.says("The map of random weights is"));
    let told = |s: &Session| {
        s.selected().and_then(|n| n.shown_saliency(s.look().heatmap.map)).map(|map| map.told.clone())
    };
    let first = window.session(told);
    // Asked anew the network draws the same map, of which everything is known.
    let id = window.session(|s| s.selected().expect("there").id);
    command(&window, Command::Rerun(id));
    window.until("it is asked", |s| !checked(s));
    window.until("it is known", checked);
    assert!(window.session(|s| s.working(WorkId::Check).is_none()));
    assert_eq!(window.session(told), first);
}

#[test]
fn a_defect_that_slices_tell_of_refuses_the_question_in_words_of_the_window() {
    let broken = tempfile::tempdir().expect("a temporary folder");
    let mut paths: Vec<_> =
        std::fs::read_dir(&small().folder).expect("listed").map(|e| e.expect("an entry").path()).collect();
    paths.retain(|p| p.extension().is_some_and(|e| e == "dcm"));
    paths.sort();
    for (n, path) in paths.iter().enumerate() {
        let mut bytes = std::fs::read(path).expect("read");
        if n == 0 {
            // The last slice to be decoded, without the end of its pixels: no header tells of it.
            bytes.truncate(bytes.len() - 4096);
        }
        std::fs::write(broken.path().join(path.file_name().expect("a name")), bytes).expect("written");
    }
    let mut window = Window::blind(Start::default());
    window.drop_files(&[broken.path()]);
    window.until("it is opened", |s| s.open().is_some());
    let centre = window.session(|s| s.grid().expect("open").centre());
    let ctx = window.harness.ctx.clone();
    window.harness.state().command(Command::ClassifyAt(centre), &ctx);
    let text = std::cell::RefCell::new(String::new());
    window.until("it is refused", |s| {
        // Asked before the slice was decoded, or after.
        let failed = s.selected().and_then(|n| match &n.question {
            Question::Failed(text) => Some(text.clone()),
            _ => None,
        });
        let said = failed.or_else(|| s.notices().first().map(|n| n.text.clone()));
        said.map(|said| *text.borrow_mut() = said).is_some()
    });
    let text = text.into_inner();
    assert!(text.starts_with("The network cannot be asked about this series"), "{text}");
    assert!(!text.contains("--"), "{text}");
}

#[test]
fn a_picture_on_its_way_to_the_disk_is_running_work() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("a.png");
    let mut window = Window::seeing(Start::default()).with_phantom();
    let ctx = window.harness.ctx.clone();
    window.harness.state().command(Command::SavePictureTo(file.clone()), &ctx);
    assert!(window.session(|s| s.working(WorkId::Save).is_some()));
    window.until("it is saved", |s| s.notices().iter().any(|n| n.text.starts_with("Picture saved")));
    assert!(window.session(|s| s.working(WorkId::Save).is_none()));
    assert!(file.is_file());
}

/// Words of the right panel that end in dots for lack of room.
/// - `panel`: where it begins, points
fn cut_words(window: &Window, panel: f32) -> Vec<String> {
    fn texts(shape: &egui::Shape, found: &mut Vec<(egui::Rect, std::sync::Arc<egui::Galley>)>) {
        match shape {
            egui::Shape::Vec(shapes) => shapes.iter().for_each(|shape| texts(shape, found)),
            egui::Shape::Text(text) => found.push((text.visual_bounding_rect(), text.galley.clone())),
            _ => {}
        }
    }
    let mut found = Vec::new();
    window.harness.output().shapes.iter().for_each(|clipped| texts(&clipped.shape, &mut found));
    let there = found.into_iter().filter(|(rect, _)| rect.left() > panel && rect.is_positive());
    let there: Vec<_> = there.collect();
    assert!(there.len() > 10, "the panel was read");
    let outside = |rect: egui::Rect| rect.right() > super::support::SIZE[0];
    let cut = there.into_iter().filter(|(rect, galley)| galley.elided || outside(*rect));
    cut.map(|(_, galley)| galley.text().to_owned()).collect()
}

#[test]
fn nothing_in_the_right_panel_is_cut_in_either_language() {
    let mut window = open();
    ask(&mut window);
    window.until("all networks have answered", |s| {
        s.selected().and_then(|n| n.answer()).is_some_and(|answer| answer.is_whole())
    });
    // Viewports have other names in German.
    let panel = window.rect(Pane::Coronal).right();
    for language in ["Language: English", "Language: Deutsch"] {
        window.key_with(Modifiers::COMMAND, Key::Comma);
        window.click(language);
        window.key(Key::Escape);
        // From the answer down to where it comes from.
        let over = egui::pos2(panel + 60.0, 400.0);
        for _ in 0..12 {
            window.settle();
            assert_eq!(cut_words(&window, panel), Vec::<String>::new(), "{language}");
            window.wheel(over, -8.0, Modifiers::NONE);
            window.harness.run_steps(20);
        }
    }
}

#[test]
fn the_wheel_goes_on_through_the_panel_where_a_crop_slides_under_the_pointer() {
    let mut window = Window::blind(Start::default()).with_phantom();
    window.network_ready();
    ask(&mut window);
    let crop = |window: &Window| {
        // Its tooltip says the same.
        let mut all = window.harness.query_all_by_label_contains("macro crop");
        let found = all.find(|node| node.accesskit_node().role() == egui::accesskit::Role::Image);
        found.expect("a crop").rect()
    };
    let (before, first) = (crop_slice(&window), crop(&window));
    let at = egui::pos2(first.center().x, 400.0);
    let mut turned = 0;
    while !crop(&window).contains(at) {
        window.wheel(at, -0.5, Modifiers::NONE);
        turned += 1;
        assert!(turned < 120, "the panel can be scrolled: {:?}", crop(&window));
    }
    let there = crop(&window);
    window.wheel(at, -0.5, Modifiers::NONE);
    assert!(crop(&window).top() < there.top() - 1.0, "the panel went on");
    assert_eq!(crop_slice(&window), before);
    // Moved there a moment later the hand means the crop.
    for _ in 0..30 {
        window.harness.step();
    }
    let over = crop(&window).center();
    window.wheel(over + vec2(3.0, 0.0), 0.0, Modifiers::NONE);
    let still = crop(&window);
    window.wheel(over, -1.0, Modifiers::NONE);
    assert_ne!(crop_slice(&window), before);
    assert_eq!(crop(&window), still);
}
