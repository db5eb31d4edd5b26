//! The sheet on which a film is chosen.

use egui::{TextStyle, Ui};

use super::sheet::sheet_ui;
use crate::command::{Command, Commands, FilmChoice, FilmOf, Filming, Viewing};
use crate::session::Preferences;
use crate::ui::theme::{size, tokens};
use crate::ui::widgets::{
    NumberField, Press, line_ui, number_ui, paragraph_ui, press_ui, segments_ui, splits,
};
use crate::ui::{Scene, UiState, icons};

const WIDTH: f32 = 460.0;

/// Draws the sheet over the window; Escape, the cross or a click beside it closes it.
pub fn film_ui(ui: &Ui, scene: &Scene<'_>, state: &mut UiState, out: &mut Commands) {
    let mut choice = state.film;
    let closed = sheet_ui(ui, "film", "Save film", WIDTH, |ui, _, _| {
        let t = tokens(ui);
        let chosen = FilmOf::ALL.iter().position(|of| *of == choice.of).unwrap_or(0);
        if let Some(of) = segments_ui(ui, "Film of", &FilmOf::ALL.map(FilmOf::label), chosen)
            .and_then(|place| FilmOf::ALL.get(place))
        {
            choice.of = *of;
        }
        ui.add_space(size::HALF);
        let what = match choice.of {
            FilmOf::AllSlices => format!(
                "Every slice of the {} viewport, from the first to the last.",
                scene.session.look().focus.label().to_lowercase()
            ),
            FilmOf::NearSlices => {
                "The slices within 25 mm of the selected nodule, or of the cursor.".to_owned()
            }
            FilmOf::Turn => "The 3D view as it is set, once around, in steps of four degrees.".to_owned(),
        };
        paragraph_ui(ui, &what, t.muted);
        ui.add_space(size::STEP);
        let over = usize::from(!choice.overlays);
        if let Some(place) = segments_ui(ui, "Over it", &["Overlays as shown", "The picture alone"], over) {
            choice.overlays = place == 0;
        }
        ui.add_space(size::STEP);
        let sides = FilmChoice::SIDES;
        let words = sides.map(|side| format!("{side} × {side}"));
        let chosen = sides.iter().position(|side| *side == choice.side_px).unwrap_or(1);
        let words = words.each_ref().map(String::as_str);
        if let Some(side) = segments_ui(ui, "Size", &words, chosen).and_then(|place| sides.get(place)) {
            choice.side_px = *side;
        }
        ui.add_space(size::STEP);
        splits(
            ui,
            |ui| line_ui(ui, "Frames in a second", TextStyle::Body, t.text),
            |ui| {
                let [least, most] = Preferences::PLAY_SPEEDS;
                let name = "Frames in a second";
                let field = NumberField { name, unit: "", range: least..=most, pace: 0.2, decimals: 0 };
                let (new, _) = number_ui(ui, &field, scene.prefs.slices_per_second());
                out.extend(new.map(|pace| Command::Viewing(Viewing::PlayAt(pace))));
            },
        );
        ui.add_space(size::STEP);
        paragraph_ui(
            ui,
            "Nothing of the patient is in it. A name that ends in .gif makes one file, one in .png a picture of each \
             frame.",
            t.muted,
        );
        ui.add_space(size::STEP);
        if press_ui(ui, Press::new(icons::FILM, "Choose a file…").filled()).clicked() {
            out.push(Command::Filming(Filming::Save(choice)));
        }
    });
    state.film = choice;
    if closed {
        state.sheet = None;
    }
}
