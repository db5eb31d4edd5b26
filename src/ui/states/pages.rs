//! The pictures of a series that is no volume, one by one: pages of a report, a film of another machine, slices
//! without a place.

use egui::{Align, Layout, Role, Sense, Ui, WidgetInfo, vec2};

use crate::command::{Command, Commands};
use crate::language::heard;
use crate::say;
use crate::ui::panels::thumbnail_ui;
use crate::ui::theme::{PICTURE, size, tokens};
use crate::ui::viewport::scrolled;
use crate::ui::widgets::{Press, note_ui, paragraph_ui, place_slider_ui, press_ui};
use crate::ui::{Scene, UiState, icons};

/// - `index`: of the series in the scan, which the window shows
/// - `height`: of the picture
pub fn pages_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    index: usize,
    height: f32,
    state: &mut UiState,
    out: &mut Commands,
) {
    let t = tokens(ui);
    let case = scene.session.case();
    let Some(series) = scene.session.scan().series.get(index) else { return };
    let pages = case.pages();
    let (total, wanted) = (pages.total().max(1), pages.wanted());
    let picture = match pages.shown() {
        Some((_, picture)) => picture.as_ref(),
        None => match case.thumbnail(index) {
            Some(picture) => Ok(picture),
            // It is still being read, or there is none and the reason stands above.
            None => return,
        },
    };
    let which = if total > 1 {
        say!("pages-picture-of", number = wanted + 1, total = total)
    } else {
        say!("pages-picture").to_owned()
    };
    let (place, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &which));
    ui.painter().rect_filled(place, 2.0, PICTURE.ground);
    match picture {
        Ok(picture) => thumbnail_ui(ui, "large", place, index, picture),
        Err(sentence) => {
            let mut inner = ui.new_child(egui::UiBuilder::new().max_rect(place.shrink(size::STEP)));
            note_ui(&mut inner, icons::WARNING, PICTURE.text, &heard(sentence));
        }
    }
    if total > 1 {
        if let Some(next) = scrolled(ui, &response, &mut state.crop_wheel, "pages", wanted, total) {
            out.push(Command::TurnTo(next));
        }
        turning_ui(ui, wanted, total, &which, out);
    }
    let caption = if series.is_coloured() {
        say!("pages-as-stored-colours", which = which)
    } else {
        say!("pages-as-stored", which = which)
    };
    paragraph_ui(ui, &caption, t.muted);
}

/// Back, a slider, on.
fn turning_ui(ui: &mut Ui, wanted: usize, total: usize, which: &str, out: &mut Commands) {
    ui.horizontal(|ui| {
        let turn = |ui: &mut Ui, icon, words, to: Option<usize>| {
            let press = Press::new(icon, words).icon_only().enabled(to.is_some());
            if press_ui(ui, press).clicked() { to } else { None }
        };
        let back = turn(ui, icons::LEFT, say!("pages-before"), wanted.checked_sub(1));
        let on = ui
            .with_layout(Layout::right_to_left(Align::Center), |ui| {
                let on = turn(ui, icons::RIGHT, say!("pages-next"), Some(wanted + 1).filter(|n| *n < total));
                // Drawn whether or not the button was pressed.
                let slid = place_slider_ui(ui, which, wanted, total);
                on.or(slid)
            })
            .inner;
        if let Some(page) = back.or(on) {
            out.push(Command::TurnTo(page));
        }
    });
}
