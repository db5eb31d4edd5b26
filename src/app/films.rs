//! Films of the focused viewport or of the 3D view, away from the window.

use super::core::Core;
use super::dialogs::Ask;
use super::picture::request;
use super::saving::Target;
use crate::command::{FilmChoice, FilmOf, Filming};
use crate::export::Film;
use crate::jobs::{Cancelled, JobContext, spawn};
use crate::language::carrying;
use crate::session::{CornerText, Edit, Session};
use crate::ui::Sheet;
use crate::ui::viewport::volume_picture;
use crate::view;
use crate::workflow::dicom::apart;
use crate::workflow::film::{FilmFrame, turned, write_film};

/// A film around a nodule reaches so far to either side of its middle, mm: beyond the largest nodules.
const NEAR_MM: f64 = 25.0;
/// Frames of a turn: every four degrees.
const TURN: usize = 90;

impl Core {
    /// Carries one out.
    pub(super) fn film_as_asked(&mut self, asked: Filming) {
        match asked {
            Filming::ToggleSheet => self.ui.toggle(Sheet::Film),
            Filming::Save(choice) => {
                self.ui.sheet = None;
                let what = match choice.of {
                    FilmOf::Turn => "turn",
                    FilmOf::AllSlices | FilmOf::NearSlices => self.session.look().focus.plane().name(),
                };
                self.ask(Ask::Film(choice, format!("triscope-{what}.gif")));
            }
            Filming::SaveTo(choice, path) => self.save_film(choice, Target::File(path)),
            Filming::SaveLayout => self.ask_layout_picture(),
            Filming::SaveLayoutTo(path) => self.save_layout_picture(Target::File(path)),
            Filming::CopyLayout => self.copy_layout_picture(),
        }
    }

    /// Draws and writes a film of what is on the screen now; what is changed meanwhile is not in it.
    pub(super) fn save_film(&mut self, choice: FilmChoice, target: Target) {
        let Some(gpu) = self.gpu.clone() else {
            self.fail("There is no graphics device to draw the film with");
            return;
        };
        if !self.session.open().is_some_and(|open| open.loaded) {
            self.warn("A film is made when all slices are there");
            return;
        }
        let (session, sampling) = (self.session.clone(), self.prefs.sampling());
        let per_second = self.prefs.slices_per_second();
        let size_px = [choice.side_px; 2];
        let opened = self.opened_paths();
        let work = carrying(move |ctx: &JobContext| {
            ctx.step("Drawing the film", 0.0)?;
            let film = Film { path: target.path(), size_px, per_second };
            if let Err(error) = apart(&film.path, &opened) {
                return Ok(Err(error.to_string()));
            }
            let mut session = session;
            let written = if choice.of == FilmOf::Turn {
                let start = session.look().volume_view;
                let Some(picture) = without_patient(volume_picture(&session, size_px)) else {
                    return Ok(Err("Nothing is open to make a film of".to_owned()));
                };
                write_film(ctx, &gpu, &film, TURN, |n| {
                    session.apply(Edit::VolumeView(turned(start, n, TURN)));
                    let mut frame =
                        without_patient(volume_picture(&session, size_px)).unwrap_or_else(|| picture.clone());
                    frame.annotations = choice.overlays;
                    FilmFrame::Volume(Box::new(frame))
                })?
            } else {
                let pane = session.look().focus;
                let Some(first) = request(&session, pane, sampling, size_px) else {
                    return Ok(Err("Nothing is open to make a film of".to_owned()));
                };
                let slices = slices(&session, choice.of, size_px);
                write_film(ctx, &gpu, &film, slices.len(), |n| {
                    session.apply(Edit::Cursor(slices.get(n).copied().unwrap_or(first.cursor)));
                    let mut frame =
                        request(&session, pane, sampling, size_px).unwrap_or_else(|| first.clone());
                    frame.annotations = choice.overlays;
                    FilmFrame::Slice(Box::new(frame))
                })?
            };
            Ok::<_, Cancelled>(written.map(|()| film.path).map_err(|error| error.to_string()))
        });
        let job = spawn("film", self.waker.now(), work);
        self.follow_saving("Film", job);
    }
}

/// The cursor on every slice that a film shows.
fn slices(
    session: &Session,
    of: FilmOf,
    size_px: [u32; 2],
) -> Vec<crate::geometry::Point<crate::geometry::Patient>> {
    let Some(grid) = session.grid() else { return Vec::new() };
    let look = session.look();
    let view = view::resolve(grid, look.viewport(look.focus), look.cursor, size_px);
    let around = (of == FilmOf::NearSlices)
        .then(|| (session.selected().map_or(look.cursor, |nodule| nodule.at), NEAR_MM));
    view::through(grid, &view, look.cursor, around)
}

/// What leaves the program names nobody.
fn without_patient(
    picture: Option<crate::ui::picture::VolumePicture>,
) -> Option<crate::ui::picture::VolumePicture> {
    let mut picture = picture?;
    if picture.shown.text == CornerText::Full {
        picture.shown.text = CornerText::NoPatient;
    }
    Some(picture)
}
