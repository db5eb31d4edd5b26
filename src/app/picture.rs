//! Saving a picture of the focused viewport.

use std::path::{Path, PathBuf};

use super::core::Core;
use crate::export::write_png;
use crate::gpu::Gpu;
use crate::jobs::{Job, Outcome, spawn};
use crate::session::{CornerText, News, Pane, Session, Severity};
use crate::ui::picture::{PictureRequest, picture};
use crate::ui::viewport::compose;

/// Both sides of a saved picture, in pixels: a page of a report.
const SIZE_PX: u32 = 1024;

/// A picture on its way to the disk.
pub(super) type Saving = Job<Result<PathBuf, String>>;

impl Core {
    /// The name that is suggested for a picture: what it shows, nothing of the patient.
    pub(super) fn picture_name(&self) -> String {
        format!("triscope-{}.png", self.session.look().focus.plane().name())
    }

    /// Draws the focused viewport once more, away from the window, and writes it.
    pub(super) fn save_picture(&mut self, path: PathBuf) {
        let Some(request) = request(&self.session, self.session.look().focus) else { return };
        let Some(gpu) = self.gpu.clone() else {
            self.fail("There is no graphics device to draw the picture with");
            return;
        };
        self.saving = Some(spawn("picture", self.waker.now(), move |ctx| {
            ctx.step("Saving the picture", 0.0)?;
            Ok(write(&gpu, &request, &path).map(|()| path))
        }));
    }

    /// Says how saving ended.
    pub(super) fn poll_picture(&mut self) {
        let Some(outcome) = self.saving.as_ref().and_then(Job::poll) else { return };
        self.saving = None;
        let (severity, text) = match outcome {
            Outcome::Done(Ok(path)) => (Severity::Info, format!("Picture saved: {}", path.display())),
            Outcome::Done(Err(sentence)) => (Severity::Error, sentence),
            Outcome::Cancelled => return,
            Outcome::Failed(failure) => (Severity::Error, failure.to_string()),
        };
        self.session.receive(News::Notice(severity, text));
    }
}

/// The viewport as it is on the screen, whole, without the patient's name.
fn request(session: &Session, pane: Pane) -> Option<PictureRequest> {
    let size_px = [SIZE_PX; 2];
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
        boxes: shown.boxes,
        heatmap: shown.heatmap,
        untrained: shown.untrained,
        marks: shown.marks,
        crosshair: true,
        text,
        facts: shown.facts,
        annotations: true,
        size_px,
        pixels_per_point: 1.0,
    })
}

fn write(gpu: &Gpu, request: &PictureRequest, path: &Path) -> Result<(), String> {
    let picture = picture(gpu, request).map_err(|e| e.to_string())?;
    write_png(path, &picture.rgba, picture.size_px).map_err(|e| e.to_string())
}
