//! The scan of all slices: how far it is, what it found, and what to think of it.

use egui::{Align2, Color32, Role, Sense, TextStyle, Ui, WidgetInfo, pos2, vec2};

use crate::command::{Command, Commands};
use crate::inference::Candidate;
use crate::language::heard;
use crate::networks::weights::UNTRAINED;
use crate::networks::{Family, Size, spec};
use crate::say;
use crate::session::{ScanState, SliceScan, WorkId};
use crate::ui::theme::{size, text, tokens};
use crate::ui::widgets::{
    Press, heading_ui, line_ui, meter_ui, note_ui, paragraph_ui, press_ui, row_ground, segments_ui,
    slider_row_ui,
};
use crate::ui::{Scene, UiState, icons, words};

/// One slice in so many.
const STEPS: [usize; 4] = [1, 2, 4, 8];
/// Candidates in the list; more would be no list any more.
const MOST: usize = 30;

/// Draws the part of the left panel; nothing while no series is on the screen, or no network can scan it.
pub fn slice_scan_ui(ui: &mut Ui, scene: &Scene<'_>, state: &mut UiState, out: &mut Commands) {
    let session = scene.session;
    let scan = session.slice_scan();
    let scans = |name: &str| spec(name).is_ok_and(|spec| spec.family == Family::Ssm);
    let usable = session.networks().iter().any(|n| n.weights.is_ok() && scans(n.name));
    if session.open().is_none() || !(usable || scan.is_some()) {
        return;
    }
    ui.add_space(size::STEP);
    heading_ui(ui, say!("scan-title"));
    let running = session.working(WorkId::SliceScan).is_some();
    if running {
        running_ui(ui, scene, out);
    } else {
        start_ui(ui, scene, state, scan.map(AsRef::as_ref), out);
    }
    if let Some(scan) = scan {
        found_ui(ui, scene, scan, out);
    }
}

fn running_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Commands) {
    let t = tokens(ui);
    let progress =
        scene.session.working(WorkId::SliceScan).map(|work| work.progress.clone()).unwrap_or_default();
    line_ui(ui, &heard(&progress.what), TextStyle::Body, t.text);
    ui.add_space(2.0);
    meter_ui(ui, say!("scan-title"), progress.done, ui.available_width());
    ui.add_space(size::HALF);
    if press_ui(ui, Press::new(icons::STOP, say!("scan-stop")).filled()).clicked() {
        out.push(Command::Cancel(WorkId::SliceScan));
    }
}

/// The step, and the button.
fn start_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    state: &mut UiState,
    scan: Option<&SliceScan>,
    out: &mut Commands,
) {
    let t = tokens(ui);
    let chosen = STEPS.iter().position(|step| *step == state.scan_every.max(1)).unwrap_or(0);
    line_ui(ui, say!("scan-one-in"), TextStyle::Small, t.muted);
    if let Some(chosen) = segments_ui(ui, say!("scan-one-in"), &["1", "2", "4", "8"], chosen) {
        state.scan_every = STEPS[chosen];
    }
    ui.add_space(size::HALF);
    let part = scan.is_some_and(|scan| {
        matches!(scan.state, ScanState::Stopped | ScanState::Failed(_))
            && scan.every == state.scan_every.max(1)
    });
    let words = match scan {
        Some(_) if part => say!("scan-go-on"),
        Some(_) => say!("scan-again"),
        None => say!("scan-scan"),
    };
    ui.horizontal(|ui| {
        let command = Command::ScanSlices;
        let press = Press::new(icons::SLAB, words).filled().enabled(scene.enabled(&command));
        if press_ui(ui, press).on_hover_text(scene.tip(&command)).clicked() {
            out.push(command);
        }
        if scan.is_some() {
            let forget = Command::ForgetScan;
            let press = Press::new(icons::REMOVE, say!("scan-forget")).icon_only();
            if press_ui(ui, press).on_hover_text(scene.tip(&forget)).clicked() {
                out.push(forget);
            }
        }
    });
}

fn found_ui(ui: &mut Ui, scene: &Scene<'_>, scan: &SliceScan, out: &mut Commands) {
    let t = tokens(ui);
    ui.add_space(size::HALF);
    for (icon, colour, sentence) in notes(scan) {
        let colour = if colour { t.warning } else { t.muted };
        note_ui(ui, icon, colour, &sentence);
    }
    if scan.slices.is_empty() {
        return;
    }
    let shown = format!("{:.2}", scan.threshold);
    let (new, _) = slider_row_ui(ui, say!("scan-from"), scan.threshold as f32, &shown);
    if let Some(new) = new {
        out.push(Command::ScanThreshold(f64::from(new)));
    }
    if scan.candidates.is_empty() {
        paragraph_ui(ui, say!("scan-none"), t.muted);
    }
    for (n, candidate) in scan.candidates.iter().take(MOST).enumerate() {
        if row_ui(ui, scene, n, candidate, scan.is_trained()) {
            out.push(Command::GoToCandidate(n));
        }
    }
    if scan.candidates.len() > MOST {
        paragraph_ui(ui, &say!("scan-more", more = scan.candidates.len() - MOST), t.muted);
    }
}

/// What must be known before a score is read: icon, whether it is a warning, sentence.
fn notes(scan: &SliceScan) -> Vec<(&'static str, bool, String)> {
    let mut notes = Vec::new();
    if let ScanState::Failed(sentence) = &scan.state {
        notes.push((icons::ERROR, true, format!("{}.", heard(sentence.trim_end_matches('.')))));
    }
    if !scan.is_whole() {
        let (known, total) = (scan.slices.len(), scan.total);
        notes.push((icons::INFO, true, say!("scan-partial", known = known, total = total)));
    }
    if scan.every > 1 {
        notes.push((icons::INFO, false, say!("scan-every", every = scan.every)));
    }
    let Some(scanner) = &scan.scanner else { return notes };
    if !scanner.trained {
        notes.push((icons::WARNING, true, words::sentence(&heard(UNTRAINED))));
    }
    if spec(scan.model).is_ok_and(|spec| spec.size == Size::Compact) {
        let sentence = say!("scan-compact", model = scan.model);
        notes.push((icons::INFO, false, sentence));
    }
    if let Some(caution) = &scanner.caution {
        notes.push((
            icons::INFO,
            false,
            format!("{}.", words::sentence(&heard(caution.trim_end_matches('.')))),
        ));
    }
    if scanner.forest && !scan.has_boxes() {
        notes.push((icons::INFO, false, say!("scan-forest").to_owned()));
    }
    notes
}

fn row_ui(ui: &mut Ui, scene: &Scene<'_>, n: usize, candidate: &Candidate, readable: bool) -> bool {
    let t = tokens(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 38.0), Sense::click());
    let [first, last] = candidate.slices.map(|slice| slice + 1);
    let slices = if first == last {
        say!("scan-slice", first = first)
    } else {
        say!("scan-slices", first = first, last = last)
    };
    let score = format!("{:.2}", candidate.probability);
    let said = say!("scan-candidate", number = n + 1, slices = slices, score = score);
    response.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, &said));
    if ui.is_rect_visible(rect) {
        row_ground(ui, rect, &response, false);
        let ink = if readable { t.text } else { t.muted };
        let write = |x: f32, y: f32, anchor: Align2, words: &str, style: TextStyle, colour: Color32| {
            ui.painter().text(pos2(x, y), anchor, words, style.resolve(ui.style()), colour);
        };
        let left = rect.left() + 10.0;
        let name = format!("c{}", n + 1);
        write(left, rect.top() + 4.0, Align2::LEFT_TOP, &name, text::strong(), ink);
        write(left, rect.top() + 20.0, Align2::LEFT_TOP, &slices, TextStyle::Small, t.muted);
        let style = if readable { TextStyle::Heading } else { TextStyle::Small };
        write(rect.right() - 10.0, rect.center().y, Align2::RIGHT_CENTER, &score, style, ink);
    }
    let clicked = response.clicked();
    let place =
        scene.session.grid().map(|grid| words::patient_position(grid.patient_from_voxel() * candidate.at));
    response.on_hover_text(say!("scan-show", place = place.unwrap_or_default()));
    clicked
}
