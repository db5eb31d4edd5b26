//! Saving a picture of the focused viewport.

use super::core::Core;
use super::explaining::{as_dicom, captured};
use super::saving::Target;
use crate::export::write_png;
use crate::gpu::Gpu;
use crate::jobs::{Job, JobContext, Outcome, spawn};
use crate::language::carrying;
use crate::session::{CornerText, Layout, Pane, Session};
use crate::ui::pair_picture::PairPicture;
use crate::ui::picture::{Picture, PictureError, PictureRequest, Pictures, VolumePicture, picture, shown_of};
use crate::ui::viewport::{
    PaneKind, Shown, Side, compose, compose_prior, of_pair, outlines, prior_outlines, volume_picture,
};
use crate::volume::Sampling;

/// Both sides of a saved picture, in pixels: a page of a report. Of one of two views: its longer side.
const SIZE_PX: u32 = 1024;

impl Core {
    /// The name that is suggested for a picture: what it shows, nothing of the patient.
    pub(super) fn picture_name(&self) -> String {
        let what = match self.kind() {
            PaneKind::Volume => "3d",
            PaneKind::Prior => "beside",
            PaneKind::Slices(pane) | PaneKind::OfTwo(pane, _) => pane.plane().name(),
        };
        format!("triscope-{what}.png")
    }

    /// Which viewport a picture is of: the one that has the keyboard, or that is alone on the screen.
    fn kind(&self) -> PaneKind {
        let look = self.session.look();
        if look.layout == Layout::Volume || self.ui.volume_has_focus {
            PaneKind::Volume
        } else if self.ui.prior_has_focus && self.session.prior().is_some() {
            PaneKind::Prior
        } else {
            PaneKind::Slices(look.focus)
        }
    }

    fn focused(&self) -> Option<Focused> {
        let drawn =
            |kind: &PaneKind| self.ui.panes.iter().find(|pane| pane.kind == *kind).map(|pane| pane.size_px);
        let kind = self.kind();
        match kind {
            PaneKind::Volume => {
                let size_px = of_shape(drawn(&kind).unwrap_or_default());
                return Some(Focused::Volume(Box::new(volume_away(&self.session, size_px)?)));
            }
            PaneKind::Prior => {
                let size_px = of_shape(drawn(&kind).unwrap_or_default());
                let shown = prior_away(&self.session, self.prefs.sampling(), size_px)?;
                return Some(Focused::Prior(Box::new(shown)));
            }
            PaneKind::Slices(_) | PaneKind::OfTwo(..) => {}
        }
        let drawn_px = self.ui.viewport_px.get(self.session.look().focus.index()).copied();
        Focused::of(&self.session, self.prefs.sampling(), drawn_px.unwrap_or_default())
    }

    /// Draws the focused viewport once more, away from the window, and writes it.
    pub(super) fn save_picture(&mut self, target: Target) {
        let Some(focused) = self.focused() else { return };
        let Some(gpu) = self.gpu.clone() else {
            self.fail("There is no graphics device to draw the picture with");
            return;
        };
        let series = self.session.series().filter(|_| as_dicom(&target)).cloned();
        let opened = self.opened_paths();
        let work = carrying(move |ctx: &JobContext| {
            ctx.step("Drawing the picture", 0.0)?;
            let picture = match focused.draw(&gpu) {
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
        let Some(focused) = self.focused() else { return };
        let Some(gpu) = self.gpu.clone() else {
            self.fail("There is no graphics device to draw the picture with");
            return;
        };
        let work = carrying(move |_: &JobContext| Ok(focused.draw(&gpu).map_err(|error| error.to_string())));
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

/// What the focused viewport shows: a slice, two of them with a map each, the volume in 3D, or the second series.
enum Focused {
    One(Box<PictureRequest>),
    Two(Box<PairPicture>),
    Volume(Box<VolumePicture>),
    Prior(Box<Shown>),
}

impl Focused {
    /// `None` while nothing is open.
    /// - `drawn_px`: size of the viewport on the screen; zeros where it was not drawn
    fn of(session: &Session, sampling: Sampling, drawn_px: [u32; 2]) -> Option<Self> {
        let (pane, size_px) = (session.look().focus, [SIZE_PX; 2]);
        if session.look().layout == Layout::Maps(pane) {
            let size_px = of_shape(drawn_px);
            let [first, second] =
                [Side::First, Side::Second].map(|side| one_of_two(session, pane, side, sampling, size_px));
            return Some(Self::Two(Box::new(PairPicture::of(session, pane, [first?, second?]))));
        }
        Some(Self::One(Box::new(request(session, pane, sampling, size_px)?)))
    }

    fn draw(&self, gpu: &Gpu) -> Result<Picture, PictureError> {
        match self {
            Self::One(request) => picture(gpu, request),
            Self::Two(pair) => pair.draw(&mut Pictures::new(gpu)),
            Self::Volume(request) => Pictures::new(gpu).draw_volume(request),
            Self::Prior(shown) => Pictures::new(gpu).draw_shown(shown),
        }
    }
}

/// A size of the same shape, large enough for a page; square where the shape is not known.
fn of_shape([width, height]: [u32; 2]) -> [u32; 2] {
    /// Narrower ones are no pictures to look at.
    const LEAST_PX: u32 = 256;
    let longer = width.max(height);
    if width == 0 || height == 0 {
        return [SIZE_PX; 2];
    }
    let share = |side: u32| f64::from(side) / f64::from(longer) * f64::from(SIZE_PX);
    [width, height].map(|side| (share(side).round() as u32).max(LEAST_PX))
}

/// One of two views beside each other, with its map, whole, without the patient's name.
pub(super) fn one_of_two(
    session: &Session,
    pane: Pane,
    side: Side,
    sampling: Sampling,
    size_px: [u32; 2],
) -> Option<Shown> {
    let mut shown = compose(session, pane, size_px)?;
    shown.sampling = sampling;
    shown.outlines = outlines(session, &shown.view);
    of_pair(session, side, false, &mut shown);
    Some(shown_of(shown))
}

/// The volume in 3D as it is on the screen, without the patient's name.
pub(super) fn volume_away(session: &Session, size_px: [u32; 2]) -> Option<VolumePicture> {
    let mut picture = volume_picture(session, size_px)?;
    if picture.shown.text == CornerText::Full {
        picture.shown.text = CornerText::NoPatient;
    }
    picture.shown.facts = picture.shown.facts.anonymous();
    Some(picture)
}

/// The second series as it is on the screen, without the patient's name.
pub(super) fn prior_away(session: &Session, sampling: Sampling, size_px: [u32; 2]) -> Option<Shown> {
    let mut shown = compose_prior(session, size_px)?;
    shown.sampling = sampling;
    shown.outlines = prior_outlines(session, &shown.view);
    Some(shown_of(shown))
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
        map_name: shown.map_name,
        cautioned: shown.cautioned,
        untrained: shown.untrained,
        probabilities: shown.probabilities,
        marks: shown.marks,
        measurements: shown.measurements,
        others: Some(shown.others),
        home: shown.home,
        crosshair: true,
        text,
        // What describes a series is typed by people, who type names.
        facts: shown.facts.anonymous(),
        annotations: true,
        size_px,
        pixels_per_point: 1.0,
    })
}
