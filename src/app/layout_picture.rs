//! A picture of all viewports as they lie beside each other, for a file or the clipboard.

use super::core::Core;
use super::dialogs::Ask;
use super::picture::{one_of_two, prior_away, request, volume_away};
use super::saving::Target;
use crate::export::write_png;
use crate::gpu::Gpu;
use crate::jobs::{JobContext, spawn};
use crate::language::carrying;
use crate::session::Session;
use crate::ui::picture::{Picture, PictureError, Pictures};
use crate::ui::viewport::{DrawnPane, PaneKind};
use crate::volume::Sampling;

impl Core {
    /// Asks where the picture of the layout goes.
    pub(super) fn ask_layout_picture(&mut self) {
        self.ask(Ask::LayoutPicture("triscope-layout.png".to_owned()));
    }

    /// Draws all viewports once more, away from the window, and writes them as one picture.
    pub(super) fn save_layout_picture(&mut self, target: Target) {
        let Some((gpu, draw)) = self.layout_request() else { return };
        let work = carrying(move |ctx: &JobContext| {
            ctx.step("Drawing the picture", 0.0)?;
            let picture = match draw(&gpu) {
                Ok(picture) => picture,
                Err(error) => return Ok(Err(error.to_string())),
            };
            ctx.step("Writing the picture", 0.8)?;
            let path = target.path();
            let written = write_png(&path, &picture.rgba, picture.size_px);
            Ok(written.map(|()| path).map_err(|error| error.to_string()))
        });
        let job = spawn("picture", self.waker.now(), work);
        self.follow_saving("Picture", job);
    }

    /// The same for the clipboard.
    pub(super) fn copy_layout_picture(&mut self) {
        let Some((gpu, draw)) = self.layout_request() else { return };
        let work = carrying(move |_: &JobContext| Ok(draw(&gpu).map_err(|error| error.to_string())));
        self.copying = Some(spawn("picture", self.waker.now(), work));
    }

    fn layout_request(
        &mut self,
    ) -> Option<(Gpu, impl FnOnce(&Gpu) -> Result<Picture, PictureError> + Send + 'static)> {
        let Some(gpu) = self.gpu.clone() else {
            self.fail("There is no graphics device to draw the picture with");
            return None;
        };
        let (session, panes) = (self.session.clone(), self.ui.panes.clone());
        let sampling = self.prefs.sampling();
        (!panes.is_empty()).then_some((gpu, move |gpu: &Gpu| layout(gpu, &session, &panes, sampling)))
    }
}

/// All panes on black, where they lie on the screen, without the patient's name. What the network saw is none.
fn layout(
    gpu: &Gpu,
    session: &Session,
    panes: &[DrawnPane],
    sampling: Sampling,
) -> Result<Picture, PictureError> {
    let low = |a: usize| panes.iter().map(|pane| pane.at_px[a]).min().unwrap_or(0);
    let corner = [low(0), low(1)];
    let high = |a: usize| {
        let ends = panes.iter().map(|pane| pane.at_px[a] + i64::from(pane.size_px[a]));
        u32::try_from(ends.max().unwrap_or(0) - corner[a]).unwrap_or(0)
    };
    let size_px = [high(0), high(1)];
    let mut rgba = [0, 0, 0, 255].repeat(size_px[0] as usize * size_px[1] as usize);
    // Two volumes: each stays on the GPU for all of its panes.
    let (mut pictures, mut prior) = (Pictures::new(gpu), Pictures::new(gpu));
    for pane in panes {
        let drawn = match pane.kind {
            PaneKind::Slices(which) => request(session, which, sampling, pane.size_px)
                .map(|request| pictures.draw(&request))
                .transpose()?,
            PaneKind::OfTwo(which, side) => one_of_two(session, which, side, sampling, pane.size_px)
                .map(|shown| pictures.draw_shown(&shown))
                .transpose()?,
            PaneKind::Prior => prior_away(session, sampling, pane.size_px)
                .map(|shown| prior.draw_shown(&shown))
                .transpose()?,
            PaneKind::Volume => volume_away(session, pane.size_px)
                .map(|picture| pictures.draw_volume(&picture))
                .transpose()?,
        };
        let Some(drawn) = drawn else { continue };
        let [x, y] = [0, 1].map(|a| (pane.at_px[a] - corner[a]) as usize);
        let wide = drawn.size_px[0] as usize * 4;
        for (n, row) in drawn.rgba.chunks_exact(wide.max(1)).enumerate() {
            let at = ((y + n) * size_px[0] as usize + x) * 4;
            if let Some(to) = rgba.get_mut(at..at + wide) {
                to.copy_from_slice(row);
            }
        }
    }
    Ok(Picture { size_px, rgba })
}
