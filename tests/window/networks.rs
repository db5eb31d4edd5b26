//! The sheet of networks: papers, licences, weights, import.

use egui::{Key, Modifiers, OutputCommand};
use egui_kittest::kittest::Queryable as _;
use triscope::app::Start;
use triscope::networks::weights::Card;
use triscope::networks::{Architecture, Family, paper};
use triscope::session::Session;

use super::support::{Window, with_weights};

fn open(window: Window) -> Window {
    let mut window = window;
    window.until("the networks are known", |s| !s.networks().is_empty());
    window.key_with(Modifiers::COMMAND, Key::M);
    window.until("its weights are read", |s| s.network_facts("m3net-compact").is_some());
    window.settle();
    window
}

/// Presses a row of the list of networks.
fn show(window: &mut Window, name: &'static str) {
    window.harness.get_by_label_contains(&format!("{name}, ")).scroll_to_me();
    window.settle();
    window.click_on(window.harness.get_by_label_contains(&format!("{name}, ")).rect());
    window.until("its weights are read", |s| s.network_facts(name).is_some());
    window.settle();
}

#[test]
fn the_sheet_tells_of_paper_licences_and_weights_and_the_citation_goes_to_the_clipboard() {
    let mut window = open(Window::blind(Start::default()));
    assert!(window.says("Networks and weights") && window.says("Macro-to-Meso-to-Micro"));
    assert!(window.says("accuracy 86.96 %") && window.says("on LIDC-IDRI"));
    assert!(window.says("Their data are not those of any weights here"));
    assert!(window.says("rights reserved"));
    window.harness.get_by_label("Copy BibTeX").scroll_to_me();
    window.settle();
    window.harness.get_by_label("Copy BibTeX").click();
    let mut copied = None;
    for _ in 0..4 {
        window.harness.step();
        let commands = &window.harness.output().platform_output.commands;
        copied = copied.or_else(|| {
            commands.iter().find_map(|c| match c {
                OutputCommand::CopyText(text) => Some(text.clone()),
                _ => None,
            })
        });
    }
    assert_eq!(copied.as_deref(), Some(paper(Family::M3Net).bibtex));
    assert!(window.says("BibTeX copied"));
    show(&mut window, "lungnodule-ssm-compact");
    assert!(window.says("98.37") && window.says("DINOv2 is Apache-2.0"));
    assert!(window.says("Its weights are never those of the paper"));
    window.key(Key::Escape);
    window.settle();
    assert!(!window.says("What its authors reported"));
}

#[test]
fn a_checkpoint_is_imported_by_its_path_and_what_does_not_fit_is_listed_and_not_written() {
    let name =
        "networks::a_checkpoint_is_imported_by_its_path_and_what_does_not_fit_is_listed_and_not_written";
    if !with_weights(name, |_| {}) {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("taught.safetensors");
    let state = Architecture::named("csf-net-compact").expect("listed").random(4);
    let card = |name| Card { trained_on: "nothing at all".to_owned(), ..Card::unknown(name, "a test") };
    std::fs::write(&file, state.to_safetensors(&card("csf-net-compact"))).expect("written");
    // The same values as if they were another network's: its keys are not among them.
    let wrong = folder.path().join("wrong.safetensors");
    std::fs::write(&wrong, state.to_safetensors(&card("mmcaf-net"))).expect("written");
    let mut window = open(Window::blind(Start::default()));
    let import = |window: &mut Window, name: &'static str, file: &std::path::Path| {
        show(window, name);
        window.harness.get_by_label("Path of a checkpoint").scroll_to_me();
        window.settle();
        window.harness.get_by_label("Path of a checkpoint").focus();
        window.harness.step();
        window.harness.get_by_label("Path of a checkpoint").type_text(&file.display().to_string());
        window.settle();
        window.click("Import path");
        window.until("it is read", |s| s.imported().is_some_and(|i| i.model == name));
        window.settle();
    };
    let ok = |s: &Session, name: &str| s.networks().iter().any(|n| n.name == name && n.weights.is_ok());

    // Nothing of it comes with the program.
    import(&mut window, "mmcaf-net", &wrong);
    let refused = window.session(|s| s.imported().and_then(|i| i.refused.clone()));
    assert!(refused.is_some_and(|why| why.contains("do not fit mmcaf-net")));
    assert!(window.says(" missing: ") && window.says(" unexpected: "), "every key is told");
    assert!(!window.session(|s| ok(s, "mmcaf-net")));

    import(&mut window, "csf-net-compact", &file);
    assert_eq!(window.session(|s| s.imported().and_then(|i| i.refused.clone())), None);
    assert!(window.says("taught.safetensors is installed") && window.says("tensors loaded"));
    window.until("it can be asked", |s| ok(s, "csf-net-compact"));
    window.until("its card is read", |s| {
        let card = |s: &Session| s.network_facts("csf-net-compact").and_then(|f| f.card.clone());
        card(s).is_some_and(|card| card.trained_on == "nothing at all")
    });
    window.settle();
    assert!(window.says("Trained on: nothing at all"));
    assert!(window.says("Replace by a checkpoint"));
}

#[test]
fn the_sheet_of_networks() {
    let mut window = open(Window::seeing(Start::default()));
    show(&mut window, "maemc-net");
    window.harness.remove_cursor();
    // Its middle: the folder of weights, below, is this machine's.
    let title = window.harness.get_by_label_contains("a hybrid self-supervised learning").rect();
    let last = window.harness.get_by_label_contains("Their data are not those").rect();
    let part = egui::Rect::from_min_max(
        egui::pos2(title.left() - 260.0, title.top() - 24.0),
        egui::pos2(title.right().max(last.right()), last.bottom() + 4.0),
    );
    window.part_looks_like(part, "networks");
}
