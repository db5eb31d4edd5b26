//! Asking more of a network than one number.

use std::sync::Arc;

use super::support::{Window, ask};
use egui::accesskit::Role;
use egui::{Key, Modifiers, PointerButton, vec2};
use egui_kittest::kittest::Queryable;
use triscope::app::Start;
use triscope::cases::{KnownCase, KnownCases};
use triscope::command::{Command, Explaining};
use triscope::explain::{Around, block_around};
use triscope::geometry::{Patient, Point};
use triscope::inference::RegionName;
use triscope::session::{Brush, Edit, Pane, Session, Tool, WorkId};
use triscope::ui::viewport::compose;

fn asked() -> Window {
    let mut window = Window::blind(Start::default()).with_phantom();
    window.network_ready();
    ask(&mut window);
    window
}

#[test]
fn j_asks_around_the_point_and_says_how_far_the_click_may_be_off() {
    let mut window = asked();
    assert!(window.says("Ask around") && !window.says("If the click were off"));
    window.click("5 × 5 × 5, 2 mm");
    window.click("3 × 3 × 3 places");
    window.key(Key::Escape);
    window.settle();
    window.key(Key::J);
    window.until("the first network has answered everywhere", |s| {
        s.selected().and_then(|n| n.neighbourhood()).is_some_and(|found| found.members > 0)
    });
    window.settle();
    assert!(window.says("By 2 voxels") && window.says("mean 0."), "the badge");
    assert!(window.says("Same side of 0.5") && window.says("Changes under 0.1"));
    window.session(|s| {
        let found = s.selected().and_then(|n| n.neighbourhood()).expect("there").clone();
        assert_eq!(found.how, Around { centres: 3, ..Around::default() });
        assert_eq!(found.places.len(), 1 + 26 + 26);
    });
    // What is known stays when the rest is stopped.
    window.key(Key::Escape);
    window.until("nothing is asked", |s| s.working(WorkId::Neighbourhood).is_none());
    window.settle();
    assert!(window.says("If the click were off"));
    window.key_with(Modifiers::SHIFT, Key::J);
    window.settle();
    assert!(!window.session(|s| s.look().neighbourhood) && window.says("Dots off"));
    // It belongs to the point: another one has none.
    window.click("Remove nodule");
    window.settle();
    let ctx = window.harness.ctx.clone();
    window.harness.state().command(Command::AskAround, &ctx);
    window.settle();
    assert!(window.session(|s| s.working(WorkId::Neighbourhood).is_none()));
}

#[test]
fn painting_tissue_away_asks_again_marks_the_picture_and_is_taken_back() {
    let mut window = asked();
    window.until("all networks have answered", |s| {
        s.selected().and_then(|n| n.answer()).is_some_and(|answer| answer.is_whole())
    });
    let before = window.session(|s| s.volume().expect("open").range());
    window.click("Paint away");
    assert!(window.session(|s| s.look().tool == Tool::Paint));
    let at = window.session(|s| s.selected().expect("selected").at);
    let on_screen = window.place_of(Pane::Axial, at);
    // Over the mark of the nodule: it is not caught.
    window.drag(PointerButton::Primary, on_screen, on_screen + vec2(12.0, 0.0));
    window.settle();
    let painted = |s: &Session| s.findings().painted().voxels();
    assert!(window.session(painted) > 0);
    assert_eq!(window.session(|s| s.selected().map(|n| n.at)), Some(at), "the point stays");
    window.until("the network has answered without the tissue", |s| {
        let answer = s.selected().and_then(|n| n.answer().cloned());
        s.selected().and_then(|n| n.counterfactual()).is_some_and(|found| {
            Arc::ptr_eq(&found.painted, s.findings().painted())
                && answer.is_some_and(|answer| answer.said.len() == found.said.len())
        })
    });
    window.settle();
    assert!(window.says("without it") && window.says("voxels are edited: not CT"));
    // The CT is what it was, and the question about it is not asked again.
    assert_eq!(window.session(|s| s.volume().expect("open").range()), before);
    // One stroke of the hand is one step.
    window.key_with(Modifiers::CTRL, Key::Z);
    window.settle();
    assert_eq!(window.session(painted), 0);
    window.key_with(Modifiers::CTRL, Key::Y);
    window.settle();
    assert!(window.session(painted) > 0);
    window.click("Show the CT");
    assert!(!window.session(|s| s.look().brush.shown));
    window.click("Clear paint");
    window.settle();
    assert_eq!(window.session(painted), 0);
    // A session holds nothing of it: the program's own state and the file are one layout.
    window.key_with(Modifiers::CTRL, Key::Z);
    window.settle();
    let saved = window
        .session(|s| serde_json::to_string(&triscope::workflow::session_file::saved(s)).expect("written"));
    assert!(window.session(painted) > 0 && !saved.contains("paint") && !saved.contains("stroke"), "{saved}");
}

#[test]
fn a_block_under_the_pointer_is_left_out_and_the_newest_place_wins() {
    let mut window = asked();
    window.key_with(Modifiers::SHIFT, Key::P);
    assert!(window.session(|s| s.look().tool == Tool::Occlude));
    assert!(window.says("Move the pointer over a view."));
    let block = |at: Point<Patient>, s: &Session| {
        let answer = s.selected().and_then(|n| n.answer().cloned()).expect("an answer");
        let grid = *answer.m3net().expect("an M3Net").sampling.grid();
        block_around(&grid, at, s.look().brush.block_mm)
    };
    let at = window.session(|s| s.selected().expect("selected").at);
    let on_screen = window.place_of(Pane::Axial, at);
    // Many places in a row: nothing waits for any of them, and the last one is answered.
    for n in 0..12 {
        window.move_to(on_screen + vec2(60.0 - 5.0 * n as f32, 0.0));
    }
    window.move_to(on_screen);
    let wanted = window.session(|s| s.probing().map(|(_, _, block)| block).expect("the pointer is there"));
    window.until("the block under the pointer is answered", |s| {
        s.probed().is_some_and(|known| known.block == wanted)
    });
    window.settle();
    let found = window.session(|s| s.probed().expect("known").clone());
    let [before, after] = found.before_and_after;
    assert!((found.change().abs() > 1e-4) && (0.0..=1.0).contains(&after), "{found:?}");
    // The panel's number is the mean of five: both of these are of the first, and say so beside it.
    let said = format!("First of five networks, without the block: {before:.2} \u{2192} {after:.2}");
    assert!(window.says(&said), "{said}");
    // It is a block of ten millimetres, drawn in every plane through it and in the view of the pointer with its words.
    let spacing = window.session(|s| s.grid().expect("open").spacing_mm());
    for (size, mm) in found.block.size.iter().zip(spacing) {
        assert!((*size as f64 * mm - 10.0).abs() <= mm, "{found:?}");
    }
    let drawn = |window: &Window, pane| {
        window.session(|s| compose(s, pane, [64, 64]).expect("open").block.expect("a block"))
    };
    let label = drawn(&window, Pane::Axial).label.expect("words");
    assert!(label.starts_with("first of 5: "), "{label}");
    assert!(drawn(&window, Pane::Axial).label.is_some() && drawn(&window, Pane::Axial).current);
    assert!(drawn(&window, Pane::Coronal).label.is_none());
    // A click brings the planes to it and asks nobody about a new nodule.
    let nodules = window.session(|s| s.findings().nodules().len());
    window.click_at(on_screen + vec2(4.0, 0.0));
    window.settle();
    assert_eq!(window.session(|s| s.findings().nodules().len()), nodules);
    let (cursor, aimed) = window.session(|s| (s.look().cursor, s.hover().expect("over it").at));
    assert!(cursor.distance(aimed) < 2.0, "{cursor:?} {aimed:?}");
    // Its size is set, and another block is asked about.
    window.session(|s| assert_eq!(block(aimed, s), s.probing().expect("there").2));
    let ctx = window.harness.ctx.clone();
    let brush = window.session(|s| Brush { block_mm: 20.0, ..s.look().brush });
    window.harness.state().command(Command::Edit(Edit::Brush(brush)), &ctx);
    window.until("the larger block is answered", |s| {
        s.probing().zip(s.probed()).is_some_and(|((_, _, wanted), known)| wanted == known.block)
    });
    assert!(window.session(|s| s.probed().expect("known").block.size[0]) > found.block.size[0]);
    // Without the tool nothing is left out.
    window.key(Key::W);
    window.settle();
    assert!(window.session(|s| s.probing().is_none()));
}

#[test]
fn every_layer_of_the_network_is_shown_channel_by_channel() {
    let mut window = asked();
    window.key_with(Modifiers::SHIFT, Key::F);
    let maps =
        |s: &Session| s.selected().and_then(|n| n.answer()).and_then(|answer| s.features_of(answer)).cloned();
    window.until("the layer is there", |s| maps(s).is_some());
    window.settle();
    // The middle one first: 16 channels of cells of eight voxels.
    let first = window.session(|s| maps(s).expect("there"));
    assert_eq!((first.part, &*first.layers[first.layer], first.channels()), (RegionName::Meso, "layer2", 16));
    assert_eq!(first.shape, [14, 8, 8]);
    assert!(window.says("16 channels of 8 × 8 cells, slice 8 of 14"));
    assert!(first.ranges.iter().all(|[low, high]| *low >= 0.0 && high >= low), "behind a ReLU");
    assert!(first.ranges.iter().any(|[low, high]| high > low));
    // Another crop and another layer are computed when they are chosen.
    window.click("What was read: macro");
    window.until("the crop is there", |s| maps(s).is_some_and(|maps| maps.part == RegionName::Macro));
    window.settle();
    window.click("Layer: layer1");
    window.until("the other layer is there", |s| {
        maps(s).is_some_and(|maps| maps.part == RegionName::Macro && maps.layers[maps.layer] == "layer1")
    });
    window.settle();
    assert!(window.says("8 channels of 24 × 24 cells, slice 15 of 28"));
    // One channel large, and back.
    let third = window.harness.get_by_label_contains("Channel 3:").rect();
    window.click_on(third);
    window.settle();
    assert!(window.says("Channel 3:") && !window.says("Channel 4:"));
    window.click("All channels");
    window.settle();
    assert!(window.says("Channel 4:"));
    window.key(Key::Escape);
    window.settle();
    assert!(!window.says("Channel 4:") && window.says("Feature maps"));
}

#[test]
fn scales_attend_to_each_other_layer_by_layer_and_head_by_head() {
    let mut window = asked();
    let maps = |s: &Session| {
        s.selected().and_then(|n| n.answer()).and_then(|answer| s.attention_of(answer)).cloned()
    };
    window.click("Attention");
    window.until("the last layer is there", |s| maps(s).is_some());
    window.settle();
    let last = window.session(|s| maps(s).expect("there"));
    assert_eq!((last.layer, last.asks.len(), last.heads), (3, 3, 4));
    // Which of the three gets most of what the first one gives.
    let row = last.row(None, 0);
    let most = (0..3).max_by(|a, b| row[*a].total_cmp(&row[*b])).expect("three");
    let names = ["micro", "meso", "macro"];
    assert!(window.says(&format!("From micro most to {} ({:.1} %)", names[most], row[most] * 100.0)));
    // Another token by the keyboard's slider.
    window.harness.get_by_role_and_label(Role::Slider, "Who asks").focus();
    window.settle();
    window.key(Key::ArrowRight);
    window.settle();
    assert!(window.says("From meso most to"));
    // The macro scale asks the two others, by one head.
    window.click("Layer: cross2");
    window.until("the other layer is there", |s| maps(s).is_some_and(|maps| maps.layer == 1));
    window.click("Head: head 3");
    let matrix = window.harness.get_by_label("Matrix of shares").rect();
    window.move_to(matrix.left_top() + egui::vec2(1.5, 0.5) / egui::vec2(2.0, 1.0) * matrix.size());
    window.settle();
    let share = window.session(|s| maps(s).expect("there").row(Some(2), 0)[1] * 100.0);
    assert!(window.says(&format!("From macro to meso: {share:.1} %")), "{share}");
    window.key(Key::Escape);
    window.settle();
    assert!(!window.says("Matrix of shares"));
}

#[test]
fn the_nearest_known_cases_are_listed_and_own_ones_take_their_place() {
    let mut window = asked();
    window.key_with(Modifiers::SHIFT, Key::Q);
    window.settle();
    assert!(window.says("198 cases by the 192 numbers") && window.says("Nearest cases"));
    assert!(window.says("Map of 198 cases") && window.says("Simulated surroundings: 198"));
    let near = window.session(|s| {
        let answer = s.selected().and_then(|n| n.answer()).expect("answered");
        let [of_program, own] = s.cases_of(answer);
        assert!(own.is_none());
        let set = of_program.expect("those of the program");
        let near = set.known.nearest(&answer.m3net().expect("an M3Net").pooled, 8);
        let name = |case: usize| set.known.cases[case].name.clone();
        (near.iter().map(|near| name(near.case)).collect::<Vec<_>>(), set)
    });
    let (names, set) = near;
    assert!(names.len() == 8 && names[..3].iter().all(|name| window.says(name)), "{names:?}");
    // Two own cases of the same weights, of which the second is what the network sees here.
    let folder = tempfile::tempdir().expect("a folder");
    let seen = window.session(|s| {
        let answer = s.selected().and_then(|n| n.answer()).expect("answered");
        answer.m3net().expect("an M3Net").pooled.to_vec()
    });
    let own = |weights: &str| {
        let case = |name: &str| KnownCase { name: name.to_owned(), ..set.known.cases[0].clone() };
        let features = seen.iter().map(|v| v + 1.0).chain(seen.iter().copied()).collect();
        let pictures = [set.known.picture(0), set.known.picture(1)].concat();
        let of = (set.known.model.clone(), weights.to_owned());
        let cases = vec![case("own-1"), case("own-2")];
        KnownCases::new(of, (Vec::new(), 0), cases, (features, pictures)).expect("they fit")
    };
    let add = |window: &mut Window, name: &str, bytes: &[u8]| {
        let file = folder.path().join(name);
        std::fs::write(&file, bytes).expect("written");
        let ctx = window.harness.ctx.clone();
        window.harness.state().command(Command::Explaining(Explaining::AddCasesFrom(file)), &ctx);
    };
    add(&mut window, "own.safetensors", &own(&set.known.weights_sha256).to_bytes());
    window.until("own cases are there", |s| s.own_cases().is_some());
    window.settle();
    assert!(window.says("own-2") && window.says("distance 0.0") && !window.says(&names[0]));
    window.click("Cases: Of the program");
    window.settle();
    assert!(window.says(&names[0]) && !window.says("own-2"));
    // Of other weights they stay, are not compared, and it is said.
    add(&mut window, "other.safetensors", &own("another").to_bytes());
    window
        .until("they are there", |s| s.own_cases().is_some_and(|own| own.known.weights_sha256 == "another"));
    window.settle();
    assert!(window.says("seen by other weights") && window.says(&names[0]) && !window.says("own-2"));
    add(&mut window, "weights.safetensors", b"PK");
    window.until("it is refused", |s| {
        s.notices().iter().any(|n| n.text.contains("file weights.safetensors holds no cases"))
    });
    window.key(Key::Escape);
    window.settle();
    assert!(!window.says("Nearest cases"));
}

#[test]
fn two_nodules_stand_side_by_side_with_their_maps_on_one_scale() {
    let mut window = asked();
    let two = |s: &Session| s.findings().nodules().iter().filter(|n| !n.maps().is_empty()).count();
    window.key_with(Modifiers::SHIFT, Key::Z);
    window.settle();
    assert!(!window.says(" minus ") && !window.says("Side by side"), "one alone has nothing beside it");
    window.settle();
    let at = window
        .session(|s| s.selected().expect("there").at + triscope::geometry::Vector::new(12.0, -9.0, 6.0));
    let ctx = window.harness.ctx.clone();
    window.harness.state().command(Command::ClassifyAt(at), &ctx);
    window.until("the second one is answered", |s| two(s) == 2);
    window.settle();
    window.click("Side by side");
    window.settle();
    assert!(window.says("Nodules 2 and 1 side by side") && window.says("2 minus 1"));
    assert!(window.says("Switch the heatmap on to see where the maps differ"));
    window.key(Key::G);
    window.settle();
    assert!(
        window.says("the colours of both maps end at") && window.says("Orange: more of 2, blue: more of 1")
    );
    assert!(window.says("Apart in features") && window.says("slices through both points"));
    window.click("Crop: micro");
    window.settle();
    assert!(window.says("Slices from the points") && window.says("What the network saw of nodule 1"));
    // The selected one is the first; from the other's side it is the other way round.
    window.key(Key::Escape);
    window.settle();
    let first = window.session(|s| s.findings().nodules()[0].id);
    window.harness.state().command(Command::GoTo(first), &ctx);
    window.settle();
    window.key_with(Modifiers::SHIFT, Key::Z);
    window.settle();
    assert!(window.says("Nodules 1 and 2 side by side") && window.says("1 minus 2"));
}

#[test]
fn one_method_is_taken_off_another_and_the_panel_says_how_far_they_agree() {
    let mut window = asked();
    window.until("its maps are compared", |s| s.selected().is_some_and(|n| n.comparison().is_some()));
    window.settle();
    window.click("nothing");
    window.click("For and against");
    window.until("the difference is there", |s| {
        let two = s.compared_maps();
        s.selected().and_then(|n| n.comparison()?.difference(two?)).is_some()
    });
    window.settle();
    assert!(window.session(|s| s.look().heatmap.on));
    assert!(window.says("Orange: Grad-CAM is stronger; blue: For and against is"), "what the colours mean");
    assert!(window.says("10 % by chance"));
    let drawn = window.session(|s| triscope::ui::viewport::heatmap(s).expect("shown").saliency.method);
    assert_eq!(drawn, triscope::explain::DIFFERENCE);
    assert!(window.says("Grad-CAM minus For and against."), "the panel");
    assert!(window.spoken(Pane::Axial).ends_with("map: Grad-CAM minus For and against"));
    window.key_with(Modifiers::CTRL, Key::Z);
    window.settle();
    assert!(window.session(|s| s.look().heatmap.against.is_none()));
}

#[test]
fn the_same_is_asked_otherwise_in_the_background_and_can_be_stopped() {
    let mut window = asked();
    let known = |s: &Session| s.selected().and_then(|n| n.uncertainty().cloned());
    window.key_with(Modifiers::SHIFT, Key::A);
    assert!(window.says("Stop asking again") || window.session(known).is_some());
    window.key(Key::Escape);
    window.until("nothing is asked", |s| s.working(WorkId::Uncertainty).is_none());
    window.settle();
    if window.session(known).is_none() {
        window.click("Ask otherwise");
    }
    window.until("it is known", |s| known(s).is_some());
    window.settle();
    assert!(window.says("Turned (16)") && window.says("Dropout on (100)"));
    assert!(window.says("which should make no difference") && window.says("as while it learned"));
    let (found, probability) = window.session(|s| {
        (
            known(s).expect("there"),
            s.selected().and_then(|n| n.answer()).map(|a| a.probability).expect("answered"),
        )
    });
    // The first position is the crops as they are.
    assert!((found.turned.probabilities[0] - probability).abs() < 1e-4, "{found:?}");
    // It belongs to the answer: another input has another one.
    window.click("Input: clinical");
    window.until("the answer is another one", |s| known(s).is_none());
}
