//! A picture of each state of the window. `UPDATE_SNAPSHOTS=1` records them anew.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::reports;
use super::support::{SIZE, Window, explained, nodule, small};
use egui::Key;
use egui_kittest::kittest::Queryable;
use triscope::app::Start;
use triscope::command::Command;
use triscope::explain::Wanted;
use triscope::findings::{Nodule, Question};
use triscope::inference::{Answer, Readers, Said};
use triscope::ingest::{self, Scan};
use triscope::jobs::{JobContext, Progress};
use triscope::session::{Edit, News, Pane, Severity, Stage, Work, WorkId};
use triscope::synth::PhantomSpec;
use triscope::volume::Volume;
use triscope::workflow::synth::synth;

fn seeing() -> Window {
    Window::seeing(Start::default())
}

impl Window {
    /// Compares the window with its picture; numbers that change from run to run are covered.
    pub fn looks_like(&mut self, name: &str) {
        self.until("the list has its pictures", |s| {
            (0..s.scan().series.len()).all(|index| s.case().thumbnail(index).is_some())
        });
        // What can be asked stands in the panels.
        self.until("the networks are listed", |s| !s.networks().is_empty());
        self.settle();
        // Memory, at the right end of the status bar, moves what stands beside it.
        let corner = egui::pos2(SIZE[0], SIZE[1]);
        self.harness.mask(egui::Rect::from_min_max(corner - egui::vec2(520.0, 26.0), corner));
        // Times, and the processor that they were taken on.
        let timed: Vec<egui::Rect> = ["Answered in", "Crops, network", "Ran on", "Runs on"]
            .iter()
            .flat_map(|name| self.harness.query_all_by_label(name).map(|n| n.rect()).collect::<Vec<_>>())
            .collect();
        for rect in timed {
            self.harness.mask(egui::Rect::from_min_max(rect.min, egui::pos2(SIZE[0], rect.bottom())));
        }
        self.harness.snapshot(name);
    }

    /// Compares a part of the window with its picture: what the rest shows stands in others.
    pub fn part_looks_like(&mut self, part: egui::Rect, name: &str) {
        self.settle();
        let whole = self.harness.render().expect("drawn");
        let [x, y] = [part.left(), part.top()].map(|v| v.max(0.0) as u32);
        let [width, height] = [part.width(), part.height()].map(|v| v as u32);
        let cut = image::imageops::crop_imm(&whole, x, y, width, height).to_image();
        egui_kittest::image_snapshot(&cut, name);
    }

    /// Marks the largest nodule and waits for its maps.
    fn asked(mut self) -> Self {
        self.network_ready();
        let at = self.place_of(Pane::Coronal, nodule());
        self.click("Crosshair");
        self.click_at(at);
        let at = self.place_of(Pane::Axial, nodule());
        self.click("Nodule");
        self.click_at(at);
        self.until("the answer is explained", explained);
        self.harness.remove_cursor();
        self.settle();
        self
    }
}

#[test]
fn welcome() {
    seeing().looks_like("welcome");
}

#[test]
fn keys() {
    let mut window = seeing();
    window.key_with(egui::Modifiers::SHIFT, Key::Questionmark);
    window.looks_like("keys");
}

#[test]
fn nothing_to_open() {
    let empty = tempfile::tempdir().expect("a temporary folder");
    fs::write(empty.path().join("notes.dcm"), "these are only words").expect("written");
    let mut window = seeing();
    window.drop_files(&[empty.path()]);
    window.until("it has failed", |s| matches!(s.stage(), Stage::Failed(_)));
    window.looks_like("nothing_to_open");
}

#[test]
fn opening() {
    let mut window = seeing();
    let progress = Progress { what: "Reading headers".to_owned(), done: 0.4 };
    window.harness.state().report(News::Working(Work { id: WorkId::Scan, progress }));
    window.looks_like("opening");
}

/// The right panel, to the height that its cards need while there is no answer.
fn panel(height: f32) -> egui::Rect {
    egui::Rect::from_min_size(egui::pos2(SIZE[0] - 320.0, 44.0), egui::vec2(320.0, height))
}

#[test]
fn without_a_graphics_processor_the_chip_is_amber_and_its_menu_says_why() {
    let mut window = seeing();
    window.network_ready();
    window.click_on(window.harness.get_by_label_contains("Device: ").rect());
    window.settle();
    assert!(window.says("No graphics processor is in use"));
    // The chip and the sentence; below them stand this machine's adapters and processor.
    let sentence = window.harness.get_by_label_contains("No graphics processor is in use").rect();
    let part = egui::Rect::from_min_max(
        egui::pos2(sentence.left() - 16.0, 0.0),
        egui::pos2(SIZE[0], sentence.bottom() + 4.0),
    );
    window.part_looks_like(part, "no_gpu");
}

#[test]
fn a_volume_too_large_for_the_graphics_processor_is_shown_reduced_and_says_so() {
    // The adapter takes any size here; a window's device that may not is given less.
    let mut window = Window::seeing_with_textures_up_to(64).with_phantom();
    window.until("it is on the GPU", |s| s.gpu().total > 0 && s.gpu().slices == s.gpu().total);
    assert_eq!(window.session(|s| s.gpu().reduced), 2);
    let axial = window.rect(Pane::Axial);
    window.part_looks_like(axial, "reduced");
}

#[test]
fn a_question_that_waits_can_be_cancelled_and_says_so() {
    // Slices are still on their way, so that the question waits as long as the picture takes.
    let (scan, part) = half_loaded();
    let mut window = seeing();
    window.network_ready();
    for news in [
        News::Scanned(scan, vec![small().folder.clone()]),
        News::Opened { index: 0, volume: part },
        News::Working(Work {
            id: WorkId::Load,
            progress: Progress { what: "Loading slices".to_owned(), done: 0.5 },
        }),
    ] {
        window.harness.state().report(news);
    }
    window.settle();
    let ctx = window.harness.ctx.clone();
    window.harness.state().command(Command::ClassifyAt(nodule()), &ctx);
    window.settle();
    assert!(window.session(|s| matches!(s.selected().map(|n| &n.question), Some(Question::Running))));
    window.part_looks_like(panel(180.0), "question_running");
    window.click("Cancel");
    assert!(window.session(|s| matches!(s.selected().map(|n| &n.question), Some(Question::Cancelled))));
    window.harness.remove_cursor();
    window.part_looks_like(panel(180.0), "question_cancelled");
}

#[test]
fn the_light_theme() {
    let mut window = seeing().with_phantom().asked();
    let ctx = window.harness.ctx.clone();
    window.harness.state().command(Command::ToggleTheme, &ctx);
    window.looks_like("light");
}

#[test]
fn lines_of_what_speaks_for_and_against() {
    let mut window = seeing().with_phantom().asked();
    window.click("Grad-CAM");
    window.click("For and against");
    window.click("Drawn as: Lines");
    window.harness.remove_cursor();
    let axial = window.rect(Pane::Axial);
    window.part_looks_like(axial, "lines");
}

/// The small phantom with half of its slices, from the middle outwards.
fn half_loaded() -> (Arc<Scan>, Arc<Volume>) {
    let ctx = JobContext::unobserved();
    let scan = Arc::new(ingest::scan(&[small().folder.clone()], &ctx).expect("scanned"));
    let whole = ingest::begin(&scan.series[0]).expect("begun");
    ingest::load(&scan.series[0], &whole, &ctx).expect("loaded");
    let part = ingest::begin(&scan.series[0]).expect("begun");
    for k in 24..72 {
        let slice = whole.int16().and_then(|s| s.slice(k)).expect("a slice");
        part.int16().expect("whole numbers").fill(k, slice.into()).expect("fits");
    }
    (scan, part)
}

#[test]
fn loading() {
    let (scan, part) = half_loaded();
    let mut window = seeing();
    let progress = Progress { what: "Loading slices".to_owned(), done: 0.5 };
    for news in [
        News::Scanned(scan, vec![small().folder.clone()]),
        News::Opened { index: 0, volume: part },
        News::Working(Work { id: WorkId::Load, progress }),
    ] {
        window.harness.state().report(news);
    }
    window.looks_like("loading");
}

/// The middle slice of a series of its own.
fn one_slice(folder: &Path) {
    let spec = PhantomSpec {
        seed: 8,
        nodules: 0,
        size: [64, 64, 48],
        spacing_mm: [5.6, 5.6, 6.8],
        ..PhantomSpec::DEFAULT
    };
    synth(&spec, folder, &JobContext::unobserved()).expect("a phantom");
    let mut slices: Vec<_> =
        fs::read_dir(folder).expect("listed").map(|e| e.expect("an entry").path()).collect();
    slices.sort();
    for (n, slice) in slices.iter().enumerate() {
        if n != 24 {
            fs::remove_file(slice).expect("removed");
        }
    }
}

/// A folder with the small phantom and one slice of another series.
pub fn two_series(folder: &Path) {
    one_slice(&folder.join("other"));
    for entry in fs::read_dir(&small().folder).expect("listed") {
        let path = entry.expect("an entry").path();
        fs::copy(&path, folder.join(path.file_name().expect("a name"))).expect("copied");
    }
}

#[test]
fn several_series_and_one_that_cannot_be_shown() {
    let home = tempfile::tempdir().expect("a temporary folder");
    two_series(home.path());
    let mut window = seeing();
    window.drop_files(&[home.path()]);
    window.until("it is loaded", |s| s.open().is_some_and(|o| o.loaded));
    window.network_ready();
    window.looks_like("several_series");
    window.key(Key::PageDown);
    window.until("it is refused", |s| matches!(s.stage(), Stage::Unusable(1)));
    window.looks_like("unusable_series");
}

#[test]
fn answered_and_with_the_heatmap() {
    let mut window = seeing().with_phantom().asked();
    window.looks_like("answered");
    window.key(Key::G);
    window.looks_like("heatmap");
}

/// The answer on the screen as five trained networks would give it: the first ones of `margins` have
/// answered, the others run.
fn as_an_ensemble(answer: &Answer, margins: &[f64]) -> Answer {
    let said = |margin: &f64| Said {
        logits: [-margin / 2.0, margin / 2.0],
        readers: Some(Readers { mean: 3.1, sd: 1.2 }),
        forward_ms: 90.0,
    };
    let trained = Answer {
        trained: true,
        weights: "m3net-compact.safetensors".to_owned(),
        trained_on: "844 nodules of LIDC-IDRI as radiologists rated them, put into simulated chests"
            .to_owned(),
        intended_use: "research; not for a diagnosis".to_owned(),
        caution: Some("What lies around the nodule was simulated in training and is no evidence".to_owned()),
        ensemble: 5,
        temperature: Some(1.3),
        ..answer.clone()
    };
    trained.of_members(margins.iter().map(said).collect())
}

#[test]
fn an_ensemble_answers_first_alone_then_with_its_range() {
    let mut window = seeing().with_phantom().asked();
    // Its own question must have ended: that would be said over what is told below.
    window.until("nothing runs", |s| s.work().is_empty());
    let (id, at, answer, maps) = window.session(|s| {
        let nodule = s.selected().expect("selected");
        let maps: Vec<_> =
            Wanted::IN_THE_WINDOW.into_iter().filter_map(|w| nodule.saliency(w)).cloned().collect();
        (nodule.id, nodule.at, nodule.answer().cloned().expect("answered"), maps)
    });
    let mut show = |margins: &[f64], running: bool, name: &str| {
        let answer = Arc::new(as_an_ensemble(&answer, margins));
        let question = Question::Answered { answer, saliency: maps.clone() };
        window.harness.state().report(News::Question { id, at, question });
        let id = WorkId::Classify(id);
        let progress = Progress { what: "Asking network 2 of 5".to_owned(), done: 0.7 };
        window.harness.state().report(match running {
            true => News::Working(Work { id, progress }),
            false => News::Stopped(id),
        });
        window.settle();
        let part = egui::Rect::from_min_max(egui::pos2(SIZE[0] - 320.0, 44.0), egui::pos2(SIZE[0], 560.0));
        window.part_looks_like(part, name);
        let says = ["interval follows", "others not asked", "mean of five networks", "networks disagree"];
        says.map(|words| window.says(words))
    };
    assert_eq!(show(&[0.6], true, "ensemble_first"), [true, false, false, false]);
    let whole = show(&[0.6, 1.4, 0.9, 2.0, 1.2], false, "ensemble_range");
    assert_eq!(whole, [false, false, true, false]);
    assert_eq!(show(&[0.6], false, "ensemble_stopped"), [false, true, false, false]);
    let apart = show(&[1.6, -2.4, 0.9, -1.0, 1.2], false, "ensemble_apart");
    assert_eq!(apart, [false, false, true, true]);
    assert!(window.says("3.1 ± 1.2 of 5"));
    assert!(window.says("is no evidence"));
}

#[test]
fn the_model_card() {
    let mut window = seeing().with_phantom().asked();
    window.click("Model card");
    window.looks_like("model_card");
}

#[test]
fn a_question_that_failed_and_what_else_went_wrong() {
    let mut window = seeing().with_phantom().asked();
    let (id, at) = window.session(|s| s.selected().map(|n| (n.id, n.at))).expect("selected");
    let sentence = "The weights file is cut short; get it again".to_owned();
    // As it is where there was no answer before: one that was there would have stayed.
    window.key(Key::Delete);
    let failed = Edit::AddNodule(0, Nodule::new(id, at, Question::Failed(sentence)));
    window.harness.state().command(Command::Edit(failed), &window.harness.ctx);
    let text = "The graphics device was lost and has been opened again. Nothing of yours was lost";
    window.harness.state().report(News::Notice(Severity::Warning, text.to_owned()));
    window.looks_like("question_failed");
}

#[test]
fn one_viewport_alone() {
    let mut window = seeing().with_phantom();
    window.network_ready();
    window.key(Key::F);
    window.key(Key::M);
    window.looks_like("single");
}

#[test]
fn an_evaluation_in_the_dark_theme() {
    let home = tempfile::tempdir().expect("a folder");
    let mut window = seeing();
    window.drop_files(&[&reports::evaluation(home.path())]);
    window.until("its pictures are cut", |s| {
        s.report().is_some_and(|open| open.pictures.len() == 5) && s.work().is_empty()
    });
    window.network_ready();
    window.looks_like("report_figures");
    for (notches, name) in [(-15.0, "report_curves"), (-14.0, "report_missed")] {
        // Wheel and scrolling settle over some frames.
        window.wheel(egui::pos2(60.0, 400.0), notches, egui::Modifiers::NONE);
        window.harness.remove_cursor();
        window.harness.run_steps(40);
        window.looks_like(name);
    }
}

#[test]
fn a_run_in_the_light_theme() {
    let home = tempfile::tempdir().expect("a folder");
    let mut window = seeing();
    let ctx = window.harness.ctx.clone();
    window.harness.state().command(Command::ToggleTheme, &ctx);
    window.drop_files(&[&reports::run(home.path())]);
    window.until("it is open", |s| s.stage() == Stage::Report);
    window.network_ready();
    window.looks_like("report_run");
}

#[test]
fn measurements() {
    let mut window = seeing().with_phantom();
    let middle = window.rect(Pane::Axial).center();
    for (key, from, by) in [
        (Key::L, [-120.0, -60.0], [80.0, 20.0]),
        (Key::B, [20.0, -70.0], [80.0, 30.0]),
        (Key::E, [-110.0, 10.0], [70.0, 50.0]),
    ] {
        window.key(key);
        let from = middle + egui::Vec2::from(from);
        window.drag(egui::PointerButton::Primary, from, from + egui::Vec2::from(by));
    }
    window.key(Key::W);
    window.network_ready();
    window.looks_like("measurements");
}
