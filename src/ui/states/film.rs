//! The sheet on which a film is chosen.

use egui::{TextStyle, Ui};

use super::sheet::sheet_ui;
use crate::command::{Command, Commands, FilmChoice, FilmOf, Filming, Viewing};
use crate::language::named;
use crate::say;
use crate::session::Preferences;
use crate::ui::theme::{size, tokens};
use crate::ui::widgets::{
    NumberField, Press, line_ui, number_ui, paragraph_ui, press_ui, segments_ui, splits_of,
};
use crate::ui::{Scene, UiState, icons};

const WIDTH: f32 = 460.0;

/// Draws the sheet over the window; Escape, the cross or a click beside it closes it.
pub fn film_ui(ui: &Ui, scene: &Scene<'_>, state: &mut UiState, out: &mut Commands) {
    let mut choice = state.film;
    let closed = sheet_ui(ui, "film", say!("film-title"), WIDTH, |ui, _, _| {
        let t = tokens(ui);
        let chosen = FilmOf::ALL.iter().position(|of| *of == choice.of).unwrap_or(0);
        if let Some(of) =
            segments_ui(ui, say!("film-of"), &FilmOf::ALL.map(|of| named("film", of.label())), chosen)
                .and_then(|place| FilmOf::ALL.get(place))
        {
            choice.of = *of;
        }
        ui.add_space(size::HALF);
        let what = match choice.of {
            FilmOf::AllSlices => say!(
                "film-every-slice",
                viewport = named("plane", scene.session.look().focus.label()).to_lowercase()
            ),
            FilmOf::NearSlices => say!("film-around").to_owned(),
            FilmOf::Turn => say!("film-turn").to_owned(),
        };
        paragraph_ui(ui, &what, t.muted);
        ui.add_space(size::STEP);
        let over = usize::from(!choice.overlays);
        if let Some(place) =
            segments_ui(ui, say!("film-over"), &[say!("film-overlays"), say!("film-alone")], over)
        {
            choice.overlays = place == 0;
        }
        ui.add_space(size::STEP);
        let sides = FilmChoice::SIDES;
        let words = sides.map(|side| format!("{side} × {side}"));
        let chosen = sides.iter().position(|side| *side == choice.side_px).unwrap_or(1);
        let words = words.each_ref().map(String::as_str);
        if let Some(side) =
            segments_ui(ui, say!("film-size"), &words, chosen).and_then(|place| sides.get(place))
        {
            choice.side_px = *side;
        }
        ui.add_space(size::STEP);
        splits_of(
            ui,
            size::CONTROL,
            |ui| line_ui(ui, say!("film-pace"), TextStyle::Body, t.text),
            |ui| {
                let [least, most] = Preferences::PLAY_SPEEDS;
                let name = say!("film-pace");
                let field =
                    NumberField { name, unit: "", range: least..=most, pace: 0.2, decimals: 0, nought: "" };
                let (new, _) = number_ui(ui, &field, scene.prefs.slices_per_second());
                out.extend(new.map(|pace| Command::Viewing(Viewing::PlayAt(pace))));
            },
        );
        ui.add_space(size::STEP);
        paragraph_ui(ui, say!("film-nothing"), t.muted);
        ui.add_space(size::STEP);
        if press_ui(ui, Press::new(icons::FILM, say!("film-choose")).filled()).clicked() {
            out.push(Command::Filming(Filming::Save(choice)));
        }
    });
    state.film = choice;
    if closed {
        state.sheet = None;
    }
}
