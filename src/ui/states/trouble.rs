//! What was opened cannot be shown: why, and what would help.

use egui::{Label, Rect, RichText, TextStyle, Ui};

use super::column_ui;
use super::pages::pages_ui;
use crate::command::{Command, Commands};
use crate::ingest::DefectCode;
use crate::language::heard;
use crate::say;
use crate::ui::panels::path_ui;
use crate::ui::theme::{size, text, tokens};
use crate::ui::widgets::{Press, note_ui, paragraph_ui, press_ui};
use crate::ui::{Scene, UiState, icons, words};

/// Height of the sentences about a series that is no volume.
const WORDS: f32 = 320.0;
/// Height of its picture.
const SMALLEST_PICTURE: f32 = 96.0;
const LARGEST_PICTURE: f32 = 360.0;
/// The same of a coloured picture, which may be a page, and of the words around it.
const LARGEST_PAGE: f32 = 900.0;
const PAGE_WORDS: f32 = 230.0;
/// Height of what turns several pictures over.
const TURNING: f32 = 40.0;

/// Nothing could be opened.
pub fn failed_ui(
    ui: &mut Ui,
    rect: Rect,
    scene: &Scene<'_>,
    sentence: &str,
    state: &mut UiState,
    out: &mut Commands,
) {
    let t = tokens(ui);
    column_ui(ui, rect, 520.0, 260.0, |ui| {
        ui.spacing_mut().item_spacing.y = size::STEP;
        title_ui(ui, say!("trouble-not-opened"));
        note_ui(ui, icons::ERROR, t.error, &heard(sentence));
        let skipped = scene.session.scan().skipped.len();
        if skipped > 0 {
            paragraph_ui(ui, &say!("trouble-passed", skipped = skipped), t.muted);
        }
        ui.add_space(size::HALF);
        ways_ui(ui, scene, out);
        path_ui(ui, state, out);
    });
}

/// The chosen series is no volume.
pub fn unusable_ui(
    ui: &mut Ui,
    rect: Rect,
    scene: &Scene<'_>,
    index: usize,
    state: &mut UiState,
    out: &mut Commands,
) {
    let t = tokens(ui);
    let Some(series) = scene.session.scan().series.get(index) else { return };
    let picture = scene.session.case().thumbnail(index);
    // A page is there to be read: it gets the room that there is.
    let coloured = series.is_coloured();
    let (largest, words, wide) =
        if coloured { (LARGEST_PAGE, PAGE_WORDS, LARGEST_PAGE) } else { (LARGEST_PICTURE, WORDS, 520.0) };
    // Turning over takes a line.
    let words = if series.pictures() > 1 { words + TURNING } else { words };
    let room = (rect.height() - words).clamp(0.0, largest);
    let side = if picture.is_some() && room >= SMALLEST_PICTURE { room } else { 0.0 };
    column_ui(ui, rect, wide, words + side, |ui| {
        ui.spacing_mut().item_spacing.y = size::STEP;
        let several = series.size[2] > 1;
        title_ui(
            ui,
            match (coloured, several) {
                (true, true) => say!("trouble-coloured-pictures"),
                (true, false) => say!("trouble-coloured-picture"),
                (false, _) => say!("trouble-not-in-planes"),
            },
        );
        if series.obstacles().next().is_none() {
            // No single defect forbids it, and still it is no volume.
            let why = series.obstacle().unwrap_or(say!("trouble-places-unknown"));
            note_ui(ui, icons::WARNING, t.warning, &words::sentence(&heard(why)));
            paragraph_ui(ui, say!("trouble-open-several"), t.muted);
        }
        for defect in series.obstacles() {
            let name = RichText::new(words::obstacle_badge(defect, series.size[2]))
                .text_style(text::strong())
                .color(t.text);
            ui.add(Label::new(name).selectable(false));
            note_ui(ui, icons::WARNING, t.warning, &heard(&defect.text));
            // Sentences about volume files say themselves what helps.
            if let Some(help) = what_helps(defect.code, several).filter(|_| !series.is_volume_file()) {
                paragraph_ui(ui, help, t.muted);
            }
        }
        if side > 0.0 {
            pages_ui(ui, scene, index, side, state, out);
        }
        ui.add_space(size::HALF);
        let usable = scene.session.scan().series.iter().position(|s| s.usable());
        ui.horizontal(|ui| {
            if let Some(usable) = usable {
                let press = Press::new(icons::SLAB, say!("trouble-largest")).filled();
                if press_ui(ui, press).clicked() {
                    out.push(Command::ShowSeries(usable));
                }
            }
            if press_ui(ui, Press::new(icons::FOLDER, say!("trouble-another-folder")).filled()).clicked() {
                out.push(Command::OpenFolder);
            }
        });
    });
}

/// - `several`: whether the series has several pictures
fn what_helps(code: DefectCode, several: bool) -> Option<&'static str> {
    match code {
        DefectCode::SingleSlice if several => Some(say!("trouble-one-position")),
        DefectCode::SingleSlice => Some(say!("trouble-scout")),
        DefectCode::NoPosition => Some(say!("trouble-export-headers")),
        DefectCode::UnsupportedSyntax => Some(say!("trouble-export-uncompressed")),
        DefectCode::NoPixelData => Some(say!("trouble-headers-alone")),
        _ => None,
    }
}

fn title_ui(ui: &mut Ui, words: &str) {
    let t = tokens(ui);
    let title = RichText::new(words).text_style(TextStyle::Heading).size(18.0).color(t.text);
    ui.add(Label::new(title).selectable(false).wrap());
}

fn ways_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Commands) {
    ui.horizontal(|ui| {
        for (command, icon) in [(Command::OpenFolder, icons::FOLDER), (Command::OpenExample, icons::EXAMPLE)]
        {
            let words = crate::command::entry(&command).map_or("", |e| e.said());
            if press_ui(ui, Press::new(icon, words).filled()).on_hover_text(scene.tip(&command)).clicked() {
                out.push(command);
            }
        }
    });
}
