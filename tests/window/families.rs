//! The other published networks in the window: chosen, and asked beside the chosen one.

use std::path::Path;
use std::sync::Arc;

use egui::accesskit::Role;
use egui::{Key, Modifiers, vec2};
use triscope::app::Start;
use triscope::command::{Command, Explaining};
use triscope::explain::{InsideWanted, LayerWanted};
use triscope::findings::Said;
use triscope::geometry::Vector;
use triscope::inference::Detail;
use triscope::networks::Architecture;
use triscope::networks::weights::Card;
use triscope::session::{Edit, Pane, Session};
use triscope::volume::{Fill, Stroke};

use crate::support::{Window, ask, explained, with_weights};
use egui_kittest::kittest::Queryable as _;

/// Random weights of every compact network besides M3Net's, as if somebody had trained them.
pub fn install(folder: &Path) {
    std::fs::create_dir_all(folder).expect("a folder");
    for name in ["mmcaf-net-compact", "maemc-net-compact", "csf-net-compact", "lungnodule-ssm-compact"] {
        let state = Architecture::named(name).expect("listed").random(4);
        let card = Card { trained_on: "nothing at all".to_owned(), ..Card::unknown(name, "a test") };
        let file = folder.join(format!("{name}.safetensors"));
        std::fs::write(file, state.to_safetensors(&card)).expect("written");
    }
}

fn open() -> Window {
    let mut window = Window::blind(Start::default()).with_phantom();
    window.network_ready();
    window
        .until("the networks are known", |s| s.networks().iter().filter(|n| n.weights.is_ok()).count() == 5);
    window
}

/// The menu of networks is opened and one of its rows pressed.
pub fn choose(window: &mut Window, row: &str) {
    let now = window.session(|s| s.look().network);
    // The row of the panel bears the name, too.
    let button = window.harness.get_all_by_label(now).next().expect("a button").rect();
    window.click_on(button);
    window.click(row);
}

#[test]
fn each_family_shows_what_it_saw_and_its_own_maps() {
    if !with_weights("families::each_family_shows_what_it_saw_and_its_own_maps", install) {
        return;
    }
    let mut window = open();
    ask(&mut window);
    for (network, words) in [
        ("mmcaf-net-compact", "probability of adenocarcinoma, not squamous cell carcinoma"),
        ("maemc-net-compact", "probability of adenocarcinoma, not granuloma"),
        ("lungnodule-ssm-compact", "probability that the slice shows a nodule"),
    ] {
        choose(&mut window, network);
        window.until("it has answered and is explained", |s| {
            explained(s) && s.selected().and_then(|n| n.answer()).is_some_and(|a| a.model == network)
        });
        window.settle();
        assert!(window.says(words), "{network}");
        assert!(window.says("What the network saw"), "{network}");
        attention_is_shown(&mut window, network);
        window.key(Key::G);
        assert!(window.session(|s| s.look().heatmap.on));
        window.key(Key::G);
        layers_are_shown(&mut window, network);
        asked_otherwise(&mut window, network);
    }
    // One date is not enough for a network that compares two.
    choose(&mut window, "csf-net-compact");
    window.until("the answer before is back", |s| {
        s.selected().and_then(|n| n.answer()).is_some_and(|a| matches!(a.detail, Detail::Ssm(_)))
    });
    assert!(window.says("csf-net-compact compares two dates") && window.says("This answer is of lungnodule"));
}

/// The sheet of a layer's channels: the middle one, and another one of the slider.
fn layers_are_shown(window: &mut Window, network: &str) {
    let maps =
        |s: &Session| s.selected().and_then(|n| n.answer()).and_then(|answer| s.features_of(answer)).cloned();
    assert!(window.says("Feature maps"), "{network}");
    window.key_with(Modifiers::SHIFT, Key::F);
    window.until("a layer is there", |s| maps(s).is_some());
    window.settle();
    let first = window.session(|s| maps(s).expect("there"));
    let [depth, columns, rows] = first.shape;
    let channels = first.channels();
    let plural = if channels == 1 { "channel" } else { "channels" };
    let (slices, flat) = (", slice", ", each from its smallest");
    let told =
        format!("{channels} {plural} of {columns} × {rows} cells{}", if depth > 1 { slices } else { flat });
    assert!(window.says(&told), "{network}: {told}");
    assert!(window.says("What was read, slice"), "{network}");
    assert_eq!((first.layer, depth > 1), (first.layers.len() / 2, network == "mmcaf-net-compact"));
    let ctx = window.harness.ctx.clone();
    let wanted = LayerWanted { part: first.part, layer: Some(0) };
    window
        .harness
        .state()
        .command(Command::Explaining(Explaining::LookInside(InsideWanted::Layer(wanted))), &ctx);
    window.until("the first layer is there", |s| maps(s).is_some_and(|maps| maps.layer == 0));
    window.key(Key::Escape);
    window.settle();
}

/// What was read turned and mirrored; no other network than M3Net has its dropout on.
fn asked_otherwise(window: &mut Window, network: &str) {
    let known = |s: &Session| s.selected().and_then(|n| n.uncertainty().cloned());
    window.key_with(Modifiers::SHIFT, Key::A);
    window.until("it is asked otherwise", |s| known(s).is_some());
    window.settle();
    let (found, probability) = window.session(|s| {
        let answer = s.selected().and_then(|n| n.answer()).expect("answered");
        (known(s).expect("there"), answer.probability)
    });
    let turned = &found.turned.probabilities;
    assert_eq!(turned.len(), if network == "lungnodule-ssm-compact" { 8 } else { 16 }, "{network}");
    // As it is first.
    assert!((turned[0] - probability).abs() < 1e-6, "{network}: {turned:?} {probability}");
    // Random weights may be as sure as numbers can be.
    let sure = !(1e-6..1.0 - 1e-6).contains(&probability);
    assert!(sure || turned.iter().any(|p| (p - probability).abs() > 1e-6), "{network}: {turned:?}");
    assert!(found.dropped.is_none());
    assert!(window.says("The same, asked otherwise") && !window.says("Dropout on"), "{network}");
}

#[test]
fn a_network_besides_m3net_is_asked_around_without_a_block_and_without_painted_tissue() {
    let name = "families::a_network_besides_m3net_is_asked_around_without_a_block_and_without_painted_tissue";
    if !with_weights(name, install) {
        return;
    }
    let mut window = open();
    ask(&mut window);
    choose(&mut window, "maemc-net-compact");
    window.until("it has answered and is explained", |s| {
        explained(s)
            && s.selected().and_then(|n| n.answer()).is_some_and(|a| matches!(a.detail, Detail::Maemc(_)))
    });
    window.settle();
    let (at, probability) = window.session(|s| {
        let answer = s.selected().and_then(|n| n.answer()).expect("answered");
        (answer.at, answer.probability)
    });
    window.click("5 × 5 × 5, 2 mm");
    window.click("3 × 3 × 3 places");
    window.key(Key::Escape);
    window.settle();
    window.key(Key::J);
    window.until("all places are answered", |s| {
        s.selected().and_then(|n| n.neighbourhood()).is_some_and(|found| found.is_whole())
    });
    window.settle();
    assert!(window.says("By 2 voxels") && window.says("Same side of 0.5"));
    window.session(|s| {
        let found = s.selected().and_then(|n| n.neighbourhood()).expect("there");
        assert_eq!((found.places.len(), found.ensemble, found.centre()), (1 + 26 + 26, 1, Some(probability)));
        let all: Vec<f64> = found.places.iter().filter_map(|place| place.probability).collect();
        assert!(all.len() == 53 && all.iter().any(|p| (p - probability).abs() > 1e-6), "{all:?}");
    });
    // Without a block of tissue, which is counted in the CT's voxels.
    window.key_with(Modifiers::SHIFT, Key::P);
    let on_screen = window.place_of(Pane::Axial, at);
    window.move_to(on_screen);
    let wanted = window.session(|s| s.probing().map(|(_, _, block)| block).expect("the pointer is there"));
    window.until("the block is answered", |s| s.probed().is_some_and(|known| known.block == wanted));
    window.settle();
    let [before, after] = window.session(|s| s.probed().expect("known").before_and_after);
    // The margin is what the probability says, so that both ways round give the same.
    assert!((before - probability).abs() < 1e-9 && (after - before).abs() > 1e-6, "{before} {after}");
    assert!(window.says(&format!("Without the block: {before:.2} \u{2192} {after:.2}")));
    window.key(Key::W);
    // Without painted tissue; the CT itself is as it was.
    let ctx = window.harness.ctx.clone();
    let strokes = vec![Stroke::ball(Fill::Air, 6.0, at)];
    let volume = window.session(|s| s.volume().cloned()).expect("open");
    window.harness.state().command(Command::Edit(Edit::Paint(strokes.into())), &ctx);
    window.until("it is asked about", |s| s.selected().is_some_and(|n| n.counterfactual().is_some()));
    window.settle();
    window.session(|s| {
        let nodule = s.selected().expect("selected");
        let answer = nodule.answer().expect("answered");
        let [before, after] = nodule.counterfactual().expect("known").before_and_after(answer);
        assert!((before - after).abs() > 1e-6, "{before} {after}");
        assert!(Arc::ptr_eq(s.volume().expect("open"), &volume));
    });
    assert!(window.says("not CT") && window.says("without it"));
}

/// The sheet of who attends to whom: of MAEMC-NET a matrix, row 3, column 12 of 26; of LungNodule-SSM the patch under
/// the pointer.
fn attention_is_shown(window: &mut Window, network: &str) {
    let maps = |s: &Session| {
        s.selected().and_then(|n| n.answer()).and_then(|answer| s.attention_of(answer)).cloned()
    };
    let on = |window: &Window, name: &str| window.harness.get_by_role_and_label(Role::Image, name).rect();
    window.key_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::A);
    window.settle();
    match network {
        "maemc-net-compact" => {
            window.until("it is there", |s| maps(s).is_some());
            window.settle();
            assert!(window.says("From class token most to"));
            let rect = on(window, "Matrix of shares");
            window.move_to(rect.min + vec2(12.5, 3.5) / 26.0 * rect.size());
            window.settle();
            let share = window.session(|s| maps(s).expect("there").row(None, 3)[12] * 100.0);
            assert!(window.says(&format!("From slice 3 to slice 12: {share:.1} %")), "{share}");
        }
        "lungnodule-ssm-compact" => {
            window.until("it is there", |s| maps(s).is_some());
            window.settle();
            // A click lets a patch ask, and by one head alone.
            let rect = on(window, "What was read, with what one token attends to");
            let at = |column: f32, row: f32| rect.min + vec2(column + 0.5, row + 0.5) / 36.0 * rect.size();
            window.click_on(egui::Rect::from_center_size(at(20.0, 3.0), vec2(1.0, 1.0)));
            window.click("Head: head 2");
            window.move_to(at(5.0, 30.0));
            window.settle();
            let share =
                window.session(|s| maps(s).expect("there").row(Some(1), 1 + 3 * 36 + 20)[1 + 30 * 36 + 5]);
            let words = format!(
                "From patch in row 4, column 21 to patch in row 31, column 6: {:.1} %",
                share * 100.0
            );
            assert!(window.says(&words), "{words}");
            // The same patch in another layer, and without a pointer.
            window.click("Layer: blocks.0.attn");
            window.until("the first layer is there", |s| maps(s).is_some_and(|maps| maps.layer == 0));
            window.move_to(egui::pos2(2.0, 2.0));
            window.settle();
            assert!(window.says("From patch in row 4, column 21 most to"));
        }
        _ => assert!(window.says("as one token each, as published"), "{network}"),
    }
    window.key(Key::Escape);
    window.settle();
}

#[test]
fn a_number_that_another_network_said_names_it_in_the_list() {
    let mut window = Window::blind(Start::default()).with_phantom();
    window.network_ready();
    window.until("the networks are known", |s| {
        s.networks().iter().any(|n| n.name == "maemc-net-compact" && n.weights.is_ok())
    });
    ask(&mut window);
    let elsewhere = window.session(|s| s.selected().expect("asked").at) + Vector::new(0.0, 0.0, 30.0);
    let ctx = window.harness.ctx.clone();
    window.harness.state().command(Command::ClassifyAt(elsewhere), &ctx);
    window.settle();
    window.until("both are answered", |s| s.findings().nodules().iter().all(|n| n.answer().is_some()));
    assert!(!window.says("asked of"));
    choose(&mut window, "maemc-net-compact");
    window.until("the other network answers", |s| {
        s.selected().and_then(|n| n.answer()).is_some_and(|answer| answer.model == "maemc-net-compact")
    });
    window.settle();
    // The first nodule keeps the number of the network before.
    assert!(window.says("asked of m3net-compact") && !window.says("asked of maemc-net-compact"));
}

#[test]
fn networks_beside_the_chosen_one_answer_or_say_what_they_need() {
    if !with_weights("families::networks_beside_the_chosen_one_answer_or_say_what_they_need", install) {
        return;
    }
    let mut window = open();
    for name in ["also mmcaf-net-compact", "also maemc-net-compact", "also csf-net-compact"] {
        choose(&mut window, name);
    }
    assert_eq!(window.session(|s| s.look().beside.len()), 3);
    ask(&mut window);
    let beside = ["mmcaf-net-compact", "maemc-net-compact", "csf-net-compact"];
    let settled = |said: &Said| !matches!(said, Said::Asked);
    window.until("all are settled", |s| {
        let Some(nodule) = s.selected() else { return false };
        beside.iter().all(|name| nodule.opinion(name).is_some_and(|o| settled(&o.said)))
    });
    window.settle();
    window.session(|s| {
        let said = |name: &str| s.selected().and_then(|n| n.opinion(name)).map(|o| o.said.clone());
        for name in &beside[..2] {
            assert!(matches!(said(name), Some(Said::Answer(answer)) if answer.model == *name), "{name}");
        }
        assert!(said("csf-net-compact") == Some(Said::NeedsPrior));
        assert_eq!(
            s.selected().and_then(|n| n.answer()).map(|a| a.model.clone()),
            Some("m3net-compact".into())
        );
    });
    assert!(window.says("Side by side"));
    assert!(window.says("Different questions"));
    // One that is taken off is gone; the others stay.
    choose(&mut window, "also maemc-net-compact");
    window.settle();
    assert_eq!(window.session(|s| s.look().beside.clone()), ["mmcaf-net-compact", "csf-net-compact"]);
}

#[test]
fn clinical_fields_are_chosen_in_the_panel_and_change_the_answer() {
    if !with_weights("families::clinical_fields_are_chosen_in_the_panel_and_change_the_answer", install) {
        return;
    }
    let mut window = open();
    ask(&mut window);
    assert!(!window.says("Clinical fields"), "the chosen network takes none");
    choose(&mut window, "mmcaf-net-compact");
    let answered = |s: &triscope::session::Session| {
        explained(s) && s.selected().and_then(|n| n.answer()).is_some_and(|a| a.model == "mmcaf-net-compact")
    };
    window.until("it has answered", answered);
    window.settle();
    let logit =
        |window: &Window| window.session(|s| s.selected().and_then(|n| n.answer()).map(|a| a.logits[0]));
    let unknown = logit(&window);
    window.click("sex: unknown");
    window.click("female");
    window.until("it has answered again", answered);
    window.settle();
    assert!(window.says("sex: female"));
    assert_ne!(logit(&window), unknown);
    window.session(|s| {
        let Some(Detail::Mmcaf(detail)) = s.selected().and_then(|n| n.answer()).map(|a| a.detail.clone())
        else {
            panic!("an answer of MMCAF-Net")
        };
        let known: Vec<_> = detail.fields.iter().filter(|f| f.known).map(|f| f.field).collect();
        assert_eq!(known, [triscope::clinical::FieldName::Sex]);
    });
    window.click("As the files tell");
    window.until("it has answered again", answered);
    assert_eq!(logit(&window), unknown);
    window.key_with(egui::Modifiers::COMMAND, Key::Z);
    assert_eq!(window.session(|s| s.fields().sex), Some(triscope::clinical::Sex::Female));
}
