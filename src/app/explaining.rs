//! Maps and pictures on their way out of the program: carries [`Explaining`] out.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::core::Core;
use super::dialogs::Ask;
use super::saving::Target;
use crate::command::Explaining;
use crate::explain::DIFFERENCE;
use crate::ingest::Series;
use crate::jobs::{Cancelled, JobContext, spawn};
use crate::render::HeatmapLook;
use crate::session::{Edit, Heatmap, Layout, News, Pane, PriorSeries, ViewportState};
use crate::ui::picture::Picture;
use crate::ui::viewport::heatmap;
use crate::ui::{BeforePair, Sheet};
use crate::view;
use crate::workflow::dicom::{AsDicom, DicomError, MapFiles, is_dicom, write_view};
use crate::workflow::figure::{self, AsFigure};

/// Name of a folder with maps, where none was chosen.
const FOLDER: &str = "triscope-maps";

impl Core {
    /// Carries one command out.
    pub(super) fn explain_as_asked(&mut self, asked: Explaining) {
        match asked {
            Explaining::AskAgain => {
                self.start_network();
                self.asker.ask_again_otherwise(&mut self.session);
            }
            Explaining::ShowFeatures => self.ui.toggle(Sheet::Features),
            Explaining::ShowAttention => self.ui.toggle(Sheet::Attention),
            Explaining::LookInside(what) => {
                self.start_network();
                self.session.receive(News::LooksInside);
                self.asker.look_inside(what, &self.session);
            }
            Explaining::ShowCases => self.ui.toggle(Sheet::Cases),
            Explaining::ShowTwo => self.ui.toggle(Sheet::TwoNodules),
            Explaining::AddCases => self.ask(Ask::Cases),
            Explaining::AddCasesFrom(file) => self.read_cases(file),
            Explaining::SideBySide => self.maps_side_by_side(),
            Explaining::Blink => self.blink_maps(),
            Explaining::ShowOtherMap => self.ui.other_map = true,
            Explaining::ShowFirstMap => self.ui.other_map = false,
            Explaining::SaveMaps { with_patient: true } if self.conference.is_some() => {
                self.warn("Before people nothing of a patient leaves the program");
            }
            Explaining::SaveMaps { with_patient } => self.ask(Ask::MapsFolder { with_patient }),
            Explaining::SaveFigure => self.ask(Ask::Figure("triscope-figure.png".to_owned())),
            Explaining::SaveFigureTo(file) => self.save_figure(Target::File(file)),
            Explaining::SaveMapsIn { folder, with_patient } => self.save_maps(folder, with_patient),
        }
    }

    /// The focused viewport twice, or what was on the screen before.
    fn maps_side_by_side(&mut self) {
        if let Layout::Maps(_) = self.session.look().layout {
            return self.leave_pair();
        }
        let look = self.session.look();
        let (focus, seen) = (look.focus, *look.viewport(look.focus));
        let (layout, heatmap, lent) = (look.layout, look.heatmap, self.ui.lent_partner);
        let before = BeforePair { pane: focus, layout, heatmap, lent, viewport: seen };
        let close_up = self.close_up_of_maps(focus);
        let whole = ViewportState { zoom: 1.0, pan_mm: [0.0; 2], ..seen };
        let heatmap = Heatmap { on: true, blink: false, ..self.with_another() };
        let mut edits = vec![Edit::Heatmap(heatmap), Edit::Layout(Layout::Maps(focus))];
        let close_up = close_up.filter(|_| seen == whole);
        edits.extend(close_up.map(|close_up| Edit::Viewport(focus, close_up)));
        self.ui.before_pair = Some(before);
        self.session.apply(Edit::Many(edits));
    }

    /// Out of the pair of maps: viewports, zoom and what the map is compared with become what they were.
    pub(super) fn leave_pair(&mut self) {
        let look = self.session.look();
        let (Layout::Maps(pane), heatmap) = (look.layout, look.heatmap) else { return };
        let heatmap = self.without_lent(heatmap);
        let Some(before) = self.ui.before_pair.take().filter(|before| before.pane == pane) else {
            // Come back to by redo: nobody knows what was before.
            let edits = vec![Edit::Heatmap(heatmap), Edit::Layout(Layout::Grid)];
            return self.session.apply(Edit::Many(edits));
        };
        self.ui.lent_partner = before.lent;
        // Method, colours and how the plane is turned are chosen in the pair as anywhere else, and stay.
        let Heatmap { on, against, blink, .. } = before.heatmap;
        let ViewportState { zoom, pan_mm, .. } = before.viewport;
        let viewport = ViewportState { zoom, pan_mm, ..*self.session.look().viewport(pane) };
        self.session.apply(Edit::Many(vec![
            Edit::Heatmap(Heatmap { on, against, blink, ..heatmap }),
            Edit::Layout(before.layout),
            Edit::Viewport(pane, viewport),
        ]));
    }

    /// The viewport around what the network read of the selected nodule: of the whole body maps are a few
    /// pixels.
    fn close_up_of_maps(&self, pane: Pane) -> Option<ViewportState> {
        /// Of the widest side of what was read: a little is seen around it.
        const AROUND: f64 = 1.4;
        let nodule = self.session.selected()?;
        let sides = nodule.answer()?.regions_here().into_iter().flat_map(|region| region.size_mm());
        let field_mm = sides.fold(0.0, f64::max) * AROUND;
        let volume = self.session.volume()?;
        // Square, since both views are as wide or as high as the plane asks for.
        let size_px = [512; 2];
        let seen = self.session.look().viewport(pane);
        (field_mm > 0.0).then(|| view::close_up(volume.grid(), seen, nodule.at, size_px, field_mm))
    }

    /// Two maps in turn, or the one.
    fn blink_maps(&mut self) {
        let blink = !(self.session.look().heatmap.blink && self.session.look().heatmap.on);
        let heatmap = self.session.look().heatmap;
        let heatmap = if blink { self.with_another() } else { self.without_lent(heatmap) };
        self.session.apply(Edit::Heatmap(Heatmap { on: true, blink, ..heatmap }));
    }

    /// How the map is drawn, with another method to compare with, which is lent where none was chosen.
    fn with_another(&mut self) -> Heatmap {
        let heatmap = self.session.look().heatmap;
        let known = self.session.compared_maps().and(heatmap.against);
        self.ui.lent_partner = known.is_none();
        Heatmap {
            against: known.or_else(|| self.session.other_maps().next().map(|(against, _)| against)),
            ..heatmap
        }
    }

    /// The same without what was lent: else the difference of the two would be left on the screen.
    fn without_lent(&mut self, heatmap: Heatmap) -> Heatmap {
        let lent = std::mem::take(&mut self.ui.lent_partner);
        Heatmap { against: heatmap.against.filter(|_| !lent), ..heatmap }
    }

    /// Writes the selected nodule's maps of all scales, away from the window.
    pub(super) fn save_maps(&mut self, folder: PathBuf, with_patient: bool) {
        let (Some(series), Some(volume)) = (self.session.series(), self.session.volume()) else { return };
        let Some(nodule) = self.session.selected() else { return };
        let Some(answer) = nodule.answer().map(Arc::clone) else { return };
        let (series, grid, maps) = (series.clone(), *volume.grid(), nodule.combined_maps());
        if maps.is_empty() {
            return self.fail("This nodule has no maps; ask the network again");
        }
        let opened = self.opened_paths();
        let job = spawn("maps", self.waker.now(), move |ctx| {
            ctx.step("Writing maps as DICOM", 0.0)?;
            let folder = room_in(folder);
            let to = AsDicom { folder: folder.clone(), with_patient, opened };
            let write = || -> Result<(), DicomError> {
                let files = MapFiles::begin(&to, &series, ctx)?;
                files.write("map", &answer, maps.iter().map(AsRef::as_ref), &grid)?;
                files.finish()
            };
            said(write()).map(|written| written.map(|()| folder))
        });
        self.follow_saving("Maps", job);
    }

    /// Draws a figure of the map of the selected nodule as it is drawn now, away from the window.
    pub(super) fn save_figure(&mut self, target: Target) {
        let Some(volume) = self.session.volume().map(Arc::clone) else { return };
        let Some(nodule) = self.session.selected() else { return };
        if heatmap(&self.session).is_some_and(|look| look.saliency.method == DIFFERENCE) {
            return self.fail(
                "The figure shows one map, not the difference of two; choose nothing to compare with first",
            );
        }
        let Heatmap { map, opacity, threshold, contour, .. } = self.session.look().heatmap;
        let (Some(answer), Some(saliency)) = (nodule.answer(), nodule.shown_saliency(map)) else {
            return self.fail("This nodule has no map; ask the network again");
        };
        let (answer, saliency) = (Arc::clone(answer), Arc::clone(saliency));
        let (look, window) =
            (HeatmapLook { saliency, opacity, threshold, contour, shared: None }, self.session.look().window);
        let Some(gpu) = self.gpu.clone() else {
            return self.fail("There is no graphics device to draw the figure with");
        };
        let opened = self.opened_paths();
        let job = spawn("figure", self.waker.now(), move |ctx| {
            ctx.step("Drawing the figure", 0.0)?;
            let file = target.path();
            let to = AsFigure { file: file.clone(), opened };
            let drawn = figure::write(&gpu, &to, &volume, &answer, look, window);
            Ok(drawn.map(|()| file).map_err(|error| error.to_string()))
        });
        self.follow_saving("Figure", job);
    }

    /// What was opened, in which nothing is written.
    pub(super) fn opened_paths(&self) -> Vec<PathBuf> {
        let paths = self.session.paths().iter().map(|path| path.reveal().clone());
        let prior = self.session.prior().and_then(PriorSeries::series);
        let of_prior = prior.into_iter().flat_map(|series| series.files.iter());
        // Of the prior its slices are known: the folders that hold them.
        paths.chain(of_prior.filter_map(|file| file.parent().map(Path::to_path_buf))).collect()
    }
}

/// Writes a picture as a Secondary Capture, without the patient.
/// - returns: the file, or the sentence why there is none
pub(super) fn captured(
    target: Target,
    picture: &Picture,
    (series, opened): (&Series, Vec<PathBuf>),
    ctx: &JobContext,
) -> Result<Result<PathBuf, String>, Cancelled> {
    let to = AsDicom { folder: target.path(), with_patient: false, opened };
    said(write_view(&to, picture, series, ctx)).map(|written| written.map(|()| to.folder))
}

/// Whether a picture is wanted as DICOM.
pub(super) fn as_dicom(target: &Target) -> bool {
    match target {
        Target::File(path) => is_dicom(path),
        Target::Here(name) => is_dicom(Path::new(name)),
    }
}

fn said(done: Result<(), DicomError>) -> Result<Result<(), String>, Cancelled> {
    match done {
        Ok(()) => Ok(Ok(())),
        Err(DicomError::Cancelled(cancelled)) => Err(cancelled),
        Err(error) => Ok(Err(error.to_string())),
    }
}

/// The folder itself where it is new or empty, else one inside it that is not there yet.
fn room_in(folder: PathBuf) -> PathBuf {
    let taken = std::fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_some());
    if !taken {
        return folder;
    }
    let numbered = |n: usize| folder.join(if n == 1 { FOLDER.to_owned() } else { format!("{FOLDER}-{n}") });
    (1..1000).map(numbered).find(|path| !path.exists()).unwrap_or(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_go_into_an_empty_folder_or_a_new_one_inside() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().to_owned();
        assert_eq!(room_in(path.clone()), path);
        std::fs::create_dir(path.join(FOLDER)).expect("made");
        assert_eq!(room_in(path.clone()), path.join("triscope-maps-2"));
        assert_eq!(room_in(path.join("new")), path.join("new"));
    }

    #[test]
    fn a_picture_is_dicom_by_its_name() {
        assert!(as_dicom(&Target::File("a.DCM".into())) && !as_dicom(&Target::Here("a.png".to_owned())));
    }
}
