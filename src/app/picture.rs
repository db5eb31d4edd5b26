//! Saving a picture of the focused viewport.

use std::path::{Path, PathBuf};

use super::core::Core;
use crate::export::write_png;
use crate::jobs::{Job, Outcome, spawn};
use crate::session::{CornerText, News, Pane, Session, Severity, Work, WorkId};
use crate::ui::picture::{PictureRequest, picture};
use crate::ui::viewport::compose;

/// Both sides of a saved picture, in pixels: a page of a report.
const SIZE_PX: u32 = 1024;

/// A picture on its way to the disk.
pub(super) type Saving = Job<Result<PathBuf, String>>;

/// Where a picture goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// To this file; an older one is replaced, as the dialog has asked.
    File(PathBuf),
    /// To the working folder, under this name or one with a number that is not taken.
    Here(String),
}

impl Core {
    /// The name that is suggested for a picture: what it shows, nothing of the patient.
    pub(super) fn picture_name(&self) -> String {
        format!("triscope-{}.png", self.session.look().focus.plane().name())
    }

    /// Draws the focused viewport once more, away from the window, and writes it.
    pub(super) fn save_picture(&mut self, target: Target) {
        let Some(request) = request(&self.session, self.session.look().focus) else { return };
        let Some(gpu) = self.gpu.clone() else {
            self.fail("There is no graphics device to draw the picture with");
            return;
        };
        let job = spawn("picture", self.waker.now(), move |ctx| {
            ctx.step("Drawing the picture", 0.0)?;
            let picture = match picture(&gpu, &request) {
                Ok(picture) => picture,
                Err(error) => return Ok(Err(error.to_string())),
            };
            ctx.step("Writing the picture", 0.5)?;
            let path = match target {
                Target::File(path) => path,
                Target::Here(name) => free_name(&std::env::current_dir().unwrap_or_default(), &name),
            };
            let written = write_png(&path, &picture.rgba, picture.size_px);
            Ok(written.map(|()| path).map_err(|error| error.to_string()))
        });
        let progress = job.context().progress();
        self.session.receive(News::Working(Work { id: WorkId::Picture, progress }));
        self.saving = Some(job);
    }

    /// Stops before the file is written, if it is not yet.
    pub(super) fn cancel_picture(&self) {
        if let Some(saving) = &self.saving {
            saving.context().cancel();
        }
    }

    /// Says how far saving is, and how it ended.
    pub(super) fn poll_picture(&mut self) {
        let Some(saving) = &self.saving else { return };
        let Some(outcome) = saving.poll() else {
            let progress = saving.context().progress();
            self.session.receive(News::Working(Work { id: WorkId::Picture, progress }));
            return;
        };
        self.saving = None;
        self.session.receive(News::Stopped(WorkId::Picture));
        let (severity, text) = match outcome {
            Outcome::Done(Ok(path)) => (Severity::Info, format!("Picture saved: {}", path.display())),
            Outcome::Done(Err(sentence)) => (Severity::Error, sentence),
            Outcome::Cancelled => (Severity::Info, "No picture was saved".to_owned()),
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

/// `name` in `folder`, with a number where it is taken.
fn free_name(folder: &Path, name: &str) -> PathBuf {
    let stem = name.strip_suffix(".png").unwrap_or(name);
    (1..1000)
        .map(|n| folder.join(if n == 1 { format!("{stem}.png") } else { format!("{stem}-{n}.png") }))
        .find(|path| !path.exists())
        .unwrap_or_else(|| folder.join(name))
}
