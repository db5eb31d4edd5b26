//! Saving a picture of the focused viewport.

use super::core::Core;
use super::explaining::{as_dicom, captured};
use super::saving::Target;
use crate::export::write_png;
use crate::jobs::{Job, JobContext, Outcome, spawn};
use crate::language::carrying;
use crate::session::{CornerText, Pane, Session};
use crate::ui::picture::{Picture, PictureRequest, picture};
use crate::ui::viewport::{compose, outlines};
use crate::volume::Sampling;

/// Both sides of a saved picture, in pixels: a page of a report.
const SIZE_PX: u32 = 1024;

impl Core {
    /// The name that is suggested for a picture: what it shows, nothing of the patient.
    pub(super) fn picture_name(&self) -> String {
        format!("triscope-{}.png", self.session.look().focus.plane().name())
    }

    /// Draws the focused viewport once more, away from the window, and writes it.
    pub(super) fn save_picture(&mut self, target: Target) {
        let pane = self.session.look().focus;
        let Some(request) = request(&self.session, pane, self.prefs.sampling(), [SIZE_PX; 2]) else {
            return;
        };
        let Some(gpu) = self.gpu.clone() else {
            self.fail("There is no graphics device to draw the picture with");
            return;
        };
        let series = self.session.series().filter(|_| as_dicom(&target)).cloned();
        let opened = self.opened_paths();
        let work = carrying(move |ctx: &JobContext| {
            ctx.step("Drawing the picture", 0.0)?;
            let picture = match picture(&gpu, &request) {
                Ok(picture) => picture,
                Err(error) => return Ok(Err(error.to_string())),
            };
            ctx.step("Writing the picture", 0.5)?;
            if let Some(series) = &series {
                return captured(target, &picture, (series, opened), ctx);
            }
            let path = target.path();
            let written = write_png(&path, &picture.rgba, picture.size_px);
            Ok(written.map(|()| path).map_err(|error| error.to_string()))
        });
        let job = spawn("picture", self.waker.now(), work);
        self.follow_saving("Picture", job);
    }
}

/// A picture on its way to the clipboard.
pub(super) type Copying = Job<Result<Picture, String>>;

impl Core {
    /// Draws the focused viewport once more, away from the window, for the clipboard.
    pub(super) fn copy_picture(&mut self) {
        let pane = self.session.look().focus;
        let Some(request) = request(&self.session, pane, self.prefs.sampling(), [SIZE_PX; 2]) else {
            return;
        };
        let Some(gpu) = self.gpu.clone() else {
            self.fail("There is no graphics device to draw the picture with");
            return;
        };
        let work =
            carrying(move |_: &JobContext| Ok(picture(&gpu, &request).map_err(|error| error.to_string())));
        self.copying = Some(spawn("picture", self.waker.now(), work));
    }

    /// Puts a picture that was drawn on the clipboard.
    pub(super) fn poll_copied(&mut self, ctx: &egui::Context) {
        let Some(outcome) = self.copying.as_ref().and_then(Job::poll) else { return };
        self.copying = None;
        match outcome {
            Outcome::Done(Ok(picture)) => {
                let size = picture.size_px.map(|n| n as usize);
                ctx.copy_image(egui::ColorImage::from_rgba_unmultiplied(size, &picture.rgba));
                self.confirm("Picture copied, without patient data");
            }
            Outcome::Done(Err(sentence)) => self.fail(sentence),
            Outcome::Failed(failure) => self.fail(failure.to_string()),
            Outcome::Cancelled => {}
        }
    }
}

/// The viewport as it is on the screen, whole, without the patient's name.
pub(super) fn request(
    session: &Session,
    pane: Pane,
    sampling: Sampling,
    size_px: [u32; 2],
) -> Option<PictureRequest> {
    let shown = compose(session, pane, size_px)?;
    let look = session.look();
    // Pictures leave the program: what names the patient stays here, whatever the screen shows.
    let text = match look.corner_text {
        CornerText::None => CornerText::None,
        CornerText::Full | CornerText::NoPatient => CornerText::NoPatient,
    };
    Some(PictureRequest {
        volume: shown.volume,
        viewport: *look.viewport(pane),
        cursor: look.cursor,
        window: look.window,
        invert: look.invert,
        sampling,
        colours: look.colours,
        boxes: shown.boxes,
        outlines: outlines(session, &shown.view),
        layer: shown.layer,
        heatmap: shown.heatmap,
        untrained: shown.untrained,
        probabilities: shown.probabilities,
        marks: shown.marks,
        measurements: shown.measurements,
        others: Some(shown.others),
        home: shown.home,
        crosshair: true,
        text,
        facts: shown.facts,
        annotations: true,
        size_px,
        pixels_per_point: 1.0,
    })
}
