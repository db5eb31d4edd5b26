//! Carries commands out: the one place where anything is changed because a person asked for it.

use std::path::PathBuf;

use super::asker::Asker;
use super::core::{Core, Reopen};
use super::dialogs::{Ask, Reply};
use super::saving::Target;
use crate::command::Command;
use crate::findings::{Nodule, PriorPoint};
use crate::geometry::{Patient, Point};
use crate::jobs::Wake;
use crate::measure::Kind;
use crate::session::{
    Arrangement, CornerText, Edit, Layout, News, Pane, PriorLook, Projection, Slab, Stage, Tool, Turn,
    ViewportState, VolumeView, Work, WorkId,
};
use crate::ui::Sheet;
use crate::view::{self, ResolvedView};
use crate::volume::{Preset, Window};

impl Core {
    /// Carries out one command.
    pub(super) fn carry_out(&mut self, command: Command, ctx: &egui::Context) {
        match command {
            Command::OpenFolder => self.ask(Ask::Folder),
            Command::OpenFiles => self.ask(Ask::Files),
            Command::OpenExample => self.inbox.open_example(&self.waker),
            Command::OpenPaths(paths) => self.open(paths),
            Command::Unlock(password) => self.unlock(password),
            Command::LeaveLocked => self.leave_locked(),
            Command::CloseCase => self.close(),
            Command::Quit => ctx.send_viewport_cmd(egui::ViewportCommand::Close),
            Command::ShowSeries(index) => self.show_series(index),
            Command::NextSeries => self.series_step(1),
            Command::PreviousSeries => self.series_step(-1),
            Command::CancelAll if self.session.stage() == Stage::Report => self.toggle_report(),
            Command::CancelAll if self.session.sketch().is_some() => self.session.receive(News::Sketch(None)),
            Command::CancelAll if self.session.prior_sketch().is_some() => {
                self.session.receive(News::PriorSketch(None));
            }
            Command::CancelAll if self.session.playing().is_some() => self.toggle_play(),
            Command::CancelAll if self.session.is_working() => self.cancel_all(),
            Command::CancelAll => self.leave_pair(),
            Command::ToggleReport => self.toggle_report(),
            Command::OpenReportCase(case) => self.open_report_case(&case),
            Command::Cancel(id) => self.cancel(id),
            Command::Explain(method) => self.asker.explain(method.every_scale(), false, &mut self.session),
            Command::CheckMap(map) => self.asker.explain(vec![map], true, &mut self.session),
            Command::OpenPrior => self.ask(Ask::PriorFolder),
            Command::OpenPriorFiles => self.ask(Ask::PriorFiles),
            Command::PriorPaths(paths) => self.open_prior(paths),
            Command::PriorSeries(index) => self.choose_prior(index),
            Command::ClosePrior => self.close_prior(),
            Command::LinkPrior(at) => self.link_prior(Some(at)),
            Command::UnlinkPrior => self.link_prior(None),
            Command::ClearPainted => self.session.apply(Edit::Paint(Default::default())),
            Command::TogglePainted => {
                let brush = self.session.look().brush;
                self.session.apply(Edit::Brush(crate::session::Brush { shown: !brush.shown, ..brush }));
            }
            Command::AskAround => self.ask_around(),
            Command::ToggleNeighbourhood => {
                self.session.apply(Edit::Neighbourhood(!self.session.look().neighbourhood));
            }
            Command::ScanSlices => self.scan_slices(),
            Command::ForgetScan => self.forget_scan(),
            Command::ScanThreshold(threshold) => self.scan_threshold(threshold),
            Command::GoToCandidate(place) => self.go_to_candidate(place),
            Command::SavePicture => self.ask(Ask::Picture(self.picture_name())),
            Command::SavePictureTo(path) => self.save_picture(Target::File(path)),
            Command::ClearRecent => {
                self.prefs.recent.clear();
                self.save_prefs();
                self.forget_left_sessions();
            }

            Command::TurnTo(page) => self.session.receive(News::TurnedTo(page)),
            Command::NextSlice if self.session.turns_pages() => self.turn_page(1),
            Command::PreviousSlice if self.session.turns_pages() => self.turn_page(-1),
            Command::FirstSlice if self.session.turns_pages() => self.turn_page(i64::MIN),
            Command::LastSlice if self.session.turns_pages() => self.turn_page(i64::MAX),
            Command::NextSlice => self.step(self.session.look().focus, 1),
            Command::PreviousSlice => self.step(self.session.look().focus, -1),
            Command::FirstSlice => self.step_to_end(false),
            Command::LastSlice => self.step_to_end(true),
            Command::Step(pane, steps) => self.step(pane, steps),
            Command::Focus(pane) => self.session.apply(Edit::Focus(pane)),
            Command::Preset(preset) => self.preset(preset),
            Command::ResetViewport => self.reset(),
            Command::ToggleMaximise if self.ui.prior_has_focus => self.toggle_dates(),
            Command::ToggleMaximise if self.ui.volume_has_focus => self.maximise_volume(),
            Command::ToggleMaximise => self.toggle_maximise(),
            Command::ToggleDates => self.toggle_dates(),
            Command::ToggleStructures => self.toggle_structures(),
            Command::TogglePet => self.toggle_pet(),
            Command::LayPet(index) => self.lay_pet(index),
            Command::ClosePet => self.close_pet(),
            Command::TurnClockwise => self.turn(Turn::clockwise),
            Command::FlipAcross => self.turn(Turn::flipped_across),
            Command::FlipDown => self.turn(Turn::flipped_down),
            Command::Straighten => {
                if let Some(grid) = self.session.grid() {
                    self.session.apply(crate::tools::straightened(grid, self.session.look()));
                }
            }
            Command::ArrangeQuarters => self.arrange(Arrangement::Quarters),
            Command::ArrangeLarge => self.arrange(Arrangement::Large(self.session.look().focus)),
            Command::ArrangeRow => self.arrange(Arrangement::Row),
            Command::ToggleVolume => self.toggle_volume(),
            Command::MaximiseVolume => self.maximise_volume(),
            Command::VolumePreset(preset) => self.volume_preset(preset),
            Command::VolumeSide(side) => self.change_volume_view(|view| view.from_side(side)),
            Command::FitVolume => self.change_volume_view(VolumeView::fitted),
            Command::ToggleTable => self.toggle_table(),
            Command::CutVolume(plane) => self.cut_volume(plane),
            Command::CropVolume => self.change_volume_view(VolumeView::with_or_without_crop),
            Command::CropBox => self.toggle_crop_box(),
            Command::ResetCropBox => self.reset_crop_box(),
            Command::ToggleShading => {
                self.change_volume_view(|view| VolumeView { shaded: !view.shaded, ..view });
            }
            Command::TogglePlay => self.toggle_play(),
            Command::WindowOfRegion => self.window_of_region(),
            Command::CopyPicture => self.copy_picture(),
            Command::TogglePalette => self.ui.toggle(Sheet::Palette),
            Command::ToggleStoredSlices => self.toggle_stored_slices(),
            Command::CycleSlab => self.cycle_slab(),
            Command::Tool(tool) => {
                self.session.receive(News::Sketch(None));
                self.session.receive(News::PriorSketch(None));
                self.session.apply(Edit::Tool(tool));
            }
            Command::ToggleInvert => self.session.apply(Edit::Invert(!self.session.look().invert)),
            Command::ToggleBoxes => self.session.apply(Edit::Boxes(!self.session.look().boxes)),
            Command::ToggleHeatmap => {
                let heatmap = self.session.look().heatmap;
                self.session.apply(Edit::Heatmap(crate::session::Heatmap { on: !heatmap.on, ..heatmap }));
            }
            Command::ToggleContour => {
                let heatmap = self.session.look().heatmap;
                // Who asks how the map is drawn wants to see it.
                let contour = !(heatmap.on && heatmap.contour);
                self.session.apply(Edit::Heatmap(crate::session::Heatmap { on: true, contour, ..heatmap }));
            }
            Command::HideHeatmap => self.ui.heatmap_hidden = true,
            Command::ShowHeatmap => self.ui.heatmap_hidden = false,
            Command::CycleCornerText => {
                let next = self.session.look().corner_text.next();
                let before_people = self.conference.is_some() && next == CornerText::Full;
                let next = if before_people { next.next() } else { next };
                self.session.apply(Edit::CornerText(next));
            }
            Command::Edit(edit @ Edit::Fields(_)) => self.tell(edit),
            Command::Edit(edit) => {
                // Its text is written in the panel.
                if matches!(&edit, Edit::AddMeasurement(_, made) if made.kind == Kind::Note) {
                    self.prefs.left_panel = true;
                }
                self.session.apply(edit);
            }
            Command::BeginGesture => self.session.begin_gesture(),
            Command::EndGesture => self.session.end_gesture(),
            Command::Undo => self.travel(crate::session::Session::undo),
            Command::Redo => self.travel(crate::session::Session::redo),

            Command::ClassifyHere => self.here(),
            Command::ClassifyAt(at) => self.classify(at),
            Command::Rerun(id) => self.asker.ask(id, &mut self.session),
            Command::GoTo(id) => {
                if let Some(nodule) = self.session.findings().nodule(id) {
                    let there = |cursor| Edit::Prior(PriorLook { cursor, ..self.session.look().prior });
                    // Linked, the prior follows the cursor.
                    let linked = self.session.look().prior.link.offset().is_some();
                    let prior = self.session.at_in_prior(nodule).filter(|_| !linked).map(there);
                    let edits = [Edit::Select(Some(id)), Edit::Cursor(nodule.at)].into_iter().chain(prior);
                    self.session.apply(Edit::Many(edits.collect()));
                }
            }
            Command::SaveSession => {
                self.ask(Ask::Session(format!("reading.{}", crate::workflow::session_file::ENDING)))
            }
            Command::SaveSessionTo(path) => self.save_session(Target::File(path)),
            Command::OpenSession => self.ask(Ask::OpenSession),
            Command::RestoreSession => self.restore_session(),
            Command::Sketch(sketch) => self.session.receive(News::Sketch(sketch)),
            Command::PriorSketch(sketch) => self.session.receive(News::PriorSketch(sketch)),
            Command::GoToMeasurement(id) => self.go_to_measurement(id),
            Command::GoToPriorMeasurement(id) => self.go_to_prior_measurement(id),
            Command::CopyMeasurements => self.copy_measurements(ctx),
            Command::ExportMeasurements => {
                self.ask(Ask::Measurements("triscope-measurements.csv".to_owned()))
            }
            Command::ExportMeasurementsTo(path) => self.export_measurements(Target::File(path)),
            Command::Remove if self.remove_in_prior() => {}
            Command::Remove => match self.session.findings().picked() {
                Some(picked) => self.session.apply(Edit::RemoveMeasurement(picked.measurement.id)),
                None => self.carry_out(Command::RemoveNodule, ctx),
            },
            Command::RemoveNodule => {
                if let Some(id) = self.session.selected().map(|n| n.id) {
                    self.asker.forget(id, &mut self.session);
                    self.session.apply(Edit::RemoveNodule(id));
                }
            }

            Command::ToggleHelp => self.ui.toggle(Sheet::Keys),
            Command::ToggleModelCard => self.ui.toggle(Sheet::ModelCard(None)),
            Command::NextMode => self.next_mode(),
            Command::ToggleNetworks => self.toggle_networks(),
            Command::ShowNetwork(name) => self.show_network(name),
            Command::ImportWeights(name) => self.ask(Ask::Weights(name)),
            Command::ImportWeightsFrom(name, file) => self.import_weights(name, file),
            Command::ShowModelCard(name) => self.ui.toggle(Sheet::ModelCard(Some(name))),
            Command::ToggleLeftPanel => {
                self.prefs.left_panel = !self.prefs.left_panel;
                self.save_prefs();
            }
            Command::ToggleRightPanel => {
                self.prefs.right_panel = !self.prefs.right_panel;
                self.save_prefs();
            }
            Command::ToggleTheme => {
                self.prefs.dark = !self.prefs.dark;
                crate::ui::install(ctx, &self.prefs);
                self.save_prefs();
            }
            Command::ToggleFullScreen => {
                let full = ctx.input(|i| i.viewport().fullscreen.unwrap_or(false));
                ctx.send_viewport_cmd(egui::ViewportCommand::Fullscreen(!full));
            }
            Command::Viewing(asked) => self.view_as_asked(asked, ctx),
            Command::Explaining(asked) => self.explain_as_asked(asked),
            Command::Segmenting(asked) => self.segment_as_asked(asked),
            Command::Filming(asked) => self.film_as_asked(asked),
            Command::ChooseNetwork(name) => self.choose_network(name),
            Command::ChooseAdapter(name) => self.choose_adapter(name),
            Command::Dismiss(id) => self.session.receive(News::Dismiss(id)),
        }
    }

    /// What dialogs answered.
    pub(super) fn poll_dialogs(&mut self) {
        match self.dialogs.poll() {
            Some(Reply::Open(paths)) => self.open(paths),
            Some(Reply::Import(name, file)) => self.import_weights(name, file),
            Some(Reply::NoDialog(Ask::Weights(_))) => {
                self.warn("There is no dialog on this system: type the checkpoint's path on the sheet");
            }
            Some(Reply::NoDialog(Ask::Cases)) => self.ui.cases_path = Some(String::new()),
            Some(Reply::Prior(paths)) => self.open_prior(paths),
            Some(Reply::Save(path)) => self.save_picture(Target::File(path)),
            Some(Reply::Explaining(asked)) => self.explain_as_asked(asked),
            Some(Reply::OpenSession(path)) => self.open_session(path, false),
            Some(Reply::SaveSession(path)) => self.save_session(Target::File(path)),
            Some(Reply::NoDialog(Ask::Session(name))) => self.save_session(Target::Here(name)),
            Some(Reply::SaveMeasurements(path)) => self.export_measurements(Target::File(path)),
            Some(Reply::NoDialog(Ask::Measurements(name))) => self.export_measurements(Target::Here(name)),
            Some(Reply::SaveSegments(path, filed)) => self.export_segments(Target::File(path), filed),
            Some(Reply::NoDialog(Ask::Segments { with_patient })) => {
                let name = super::dialogs::segments_name(with_patient).to_owned();
                self.export_segments(Target::Here(name), with_patient);
            }
            Some(Reply::SaveFilm(choice, path)) => self.save_film(choice, Target::File(path)),
            Some(Reply::NoDialog(Ask::Film(choice, name))) => self.save_film(choice, Target::Here(name)),
            Some(Reply::SaveLayout(path)) => self.save_layout_picture(Target::File(path)),
            Some(Reply::NoDialog(Ask::LayoutPicture(name))) => self.save_layout_picture(Target::Here(name)),
            // Without a dialog pictures go where the user is, under a name that is not taken.
            Some(Reply::NoDialog(Ask::Picture(name))) => self.save_picture(Target::Here(name)),
            Some(Reply::NoDialog(Ask::PriorFolder | Ask::PriorFiles)) => {
                self.warn("There is no dialog on this system: type the prior's path in the menu");
            }
            Some(Reply::NoDialog(Ask::Figure(name))) => self.save_figure(Target::Here(name)),
            Some(Reply::NoDialog(Ask::MapsFolder { with_patient })) => {
                self.save_maps(std::env::current_dir().unwrap_or_default(), with_patient);
            }
            Some(Reply::NoDialog(_)) => self.ui.path_field = Some(String::new()),
            Some(Reply::Nothing) | None => {}
        }
    }

    pub(super) fn ask(&mut self, ask: Ask) {
        let recent = self.prefs.recent.first().map(|p| p.reveal().as_path());
        let folder = recent.map(|p| p.parent().unwrap_or(p).to_owned());
        let wake: Wake = self.waker.now();
        self.dialogs.ask(ask, folder.as_deref(), wake);
    }

    /// What the program was started for; the built-in case before people, where it was started for nothing.
    pub(super) fn open_first(&mut self, ctx: &egui::Context) {
        let example = self.start.example || self.conference.is_some();
        match self.start.paths.clone() {
            paths if !paths.is_empty() && !self.start.example => self.open(paths),
            _ if example => self.carry_out(Command::OpenExample, ctx),
            _ => {}
        }
    }

    /// Opens folders and files; what was running for another case stops.
    pub(super) fn open(&mut self, paths: Vec<PathBuf>) {
        if paths.is_empty() {
            return;
        }
        // The same file by the same name, wherever the program runs next time.
        let paths: Vec<PathBuf> =
            paths.into_iter().map(|path| std::path::absolute(&path).unwrap_or(path)).collect();
        self.ui.path_field = None;
        let is_session = |path: &PathBuf| {
            path.extension().is_some_and(|ending| ending == crate::workflow::session_file::ENDING)
        };
        let (sessions, paths): (Vec<PathBuf>, Vec<PathBuf>) = paths.into_iter().partition(is_session);
        let mut sessions = sessions.into_iter();
        if let Some(path) = sessions.next() {
            let more = sessions.len();
            if more > 0 {
                let opened = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                self.warn(format!(
                    "One session is opened at a time: {opened} is; open the other {more} one after the other"
                ));
            }
            self.open_session(path, false);
        }
        if paths.is_empty() {
            return;
        }
        if self.conference.is_none() {
            for path in &paths {
                self.prefs.remember(path);
            }
            self.save_prefs();
        }
        self.keep_now();
        self.inbox.open_paths(paths, &self.waker);
    }

    fn close(&mut self) {
        if self.close_report() {
            return;
        }
        self.keep_now();
        self.inbox.stop();
        self.session.receive(News::Closed);
        self.inbox.poll(&mut self.session, &self.waker);
    }

    fn show_series(&mut self, index: usize) {
        if self.session.open().is_some_and(|o| o.index == index && o.loaded) {
            return;
        }
        let scan = std::sync::Arc::clone(self.session.scan());
        if index < scan.series.len() {
            self.inbox.open_series(&scan, index, &self.waker);
        }
    }

    /// Reads the series anew, its slices as they are stored or resampled.
    fn toggle_stored_slices(&mut self) {
        let Some(index) = self.session.case().chosen() else { return };
        let mut scan = self.session.scan().as_ref().clone();
        let Some(series) = scan.series.get_mut(index).filter(|series| series.can_be_resampled()) else {
            return;
        };
        *series = series.clone().with_slices_as_stored(series.is_resampled());
        let paths = self.session.paths().iter().map(|path| path.reveal().clone()).collect();
        self.inbox.open_again(scan, paths, index, &self.waker);
    }

    fn series_step(&mut self, by: i64) {
        let count = i64::try_from(self.session.scan().series.len()).unwrap_or(0);
        let now = self.session.case().chosen().and_then(|i| i64::try_from(i).ok()).unwrap_or(0);
        // At the ends it stays: going round would open the largest series by mistake.
        let Ok(index) = usize::try_from((now + by).clamp(0, (count - 1).max(0))) else { return };
        if Some(index) != self.session.case().chosen() {
            self.show_series(index);
        }
    }

    fn cancel_all(&mut self) {
        let asked = |work: &&Work| work.id != WorkId::Check;
        let running: Vec<WorkId> = self.session.work().iter().filter(asked).map(|w: &Work| w.id).collect();
        running.into_iter().for_each(|id| self.cancel(id));
    }

    fn cancel(&mut self, id: WorkId) {
        match id {
            WorkId::Classify(nodule) => self.asker.cancel(nodule, &mut self.session),
            WorkId::Save => self.cancel_saving(),
            WorkId::ReportPictures => self.reports.cancel_pictures(),
            WorkId::Prior => self.priors.cancel(),
            WorkId::Structures | WorkId::Pet => self.overlays.cancel(id),
            WorkId::Import => self.shelf.cancel(),
            // Reading a file to tell of it changes nothing, and ends by itself.
            WorkId::Weights => {}
            WorkId::Check => self.asker.stop_checks(&mut self.session),
            WorkId::Explain => self.asker.stop_maps(&mut self.session),
            WorkId::Uncertainty => self.asker.stop_asking_otherwise(&mut self.session),
            WorkId::Neighbourhood => self.asker.stop_around(&mut self.session),
            WorkId::SliceScan => self.asker.stop_scan(&mut self.session),
            WorkId::Scan | WorkId::Load | WorkId::Example => self.inbox.cancel(id),
        }
    }

    /// The viewport as it is shown now, at any size: for steps, which depend on no pixel.
    pub(super) fn resolved(&self, pane: Pane) -> Option<ResolvedView> {
        let look = self.session.look();
        Some(view::resolve(self.session.grid()?, look.viewport(pane), look.cursor, [512, 512]))
    }

    fn step(&mut self, pane: Pane, steps: i64) {
        let (Some(view), Some(grid)) = (self.resolved(pane), self.session.grid()) else { return };
        let cursor = view::step(grid, &view, self.session.look().cursor, steps);
        self.session.apply(Edit::Cursor(cursor));
    }

    fn step_to_end(&mut self, last: bool) {
        let pane = self.session.look().focus;
        let (Some(view), Some(grid)) = (self.resolved(pane), self.session.grid()) else { return };
        let cursor = view::to_end(grid, &view, self.session.look().cursor, last);
        self.session.apply(Edit::Cursor(cursor));
    }

    fn preset(&mut self, preset: Preset) {
        let Some(volume) = self.session.volume() else { return };
        let range = volume.range_at_hand();
        self.session.apply(Edit::Window(preset.window(range), Some(preset)));
    }

    fn reset(&mut self) {
        let pane = self.session.look().focus;
        let slab = self.session.look().viewport(pane).slab;
        let fitted = ViewportState { slab, ..ViewportState::fitted(pane.plane()) };
        self.session.apply(Edit::Viewport(pane, fitted));
    }

    fn toggle_maximise(&mut self) {
        let look = self.session.look();
        let layout = match look.layout {
            Layout::Grid => Layout::Single(look.focus),
            Layout::Maps(_) => return self.leave_pair(),
            Layout::Single(_) | Layout::Dates | Layout::Volume => Layout::Grid,
        };
        self.session.apply(Edit::Layout(layout));
    }

    fn turn(&mut self, by: fn(Turn) -> Turn) {
        if self.ui.prior_has_focus {
            let size = self.ui.prior_px;
            let look = view::prior_look(&self.session, size);
            let viewport = look.viewport.turned(by(look.viewport.turn));
            let edit = view::prior_edit(&self.session, PriorLook { viewport, ..look }, size);
            return self.session.apply(edit);
        }
        let pane = self.session.look().focus;
        let state = *self.session.look().viewport(pane);
        self.session.apply(Edit::Viewport(pane, state.turned(by(state.turn))));
    }

    /// All viewports, lying so.
    fn arrange(&mut self, arrangement: Arrangement) {
        self.session.apply(Edit::Many(vec![Edit::Arrange(arrangement), Edit::Layout(Layout::Grid)]));
    }

    /// Mean of the picked region in the middle, two standard deviations either way.
    fn window_of_region(&mut self) {
        let picked = self.session.findings().picked();
        let Some(figures) = picked.and_then(|m| m.reading.statistics.as_ref()) else { return };
        let window = Window::new(4.0 * figures.sd, figures.mean);
        self.session.apply(Edit::Window(window, None));
    }

    /// Both dates side by side, or everything. Keys act on what is on the screen: of the planes the axial one alone is.
    fn toggle_dates(&mut self) {
        let dates = self.session.prior().is_some() && self.session.look().layout != Layout::Dates;
        let focus = dates.then_some(Edit::Focus(Pane::Axial));
        let layout = Edit::Layout(if dates { Layout::Dates } else { Layout::Grid });
        self.session.apply(Edit::Many(focus.into_iter().chain([layout]).collect()));
    }

    /// Asks about what is under the pointer, in 3D about what is seen there; in the prior it is marked there instead. Without the pointer
    /// the cursor counts: of the prior where that has the keyboard.
    fn here(&mut self) {
        if self.ui.volume_pointer.is_some() {
            // Where nothing is seen that is said, and nothing is asked.
            if let Some(at) = self.met_in_3d() {
                self.classify(at);
            }
            return;
        }
        let prior = self.session.prior().map(|prior| prior.uid().to_owned());
        let there = self
            .ui
            .prior_hover
            .or(self.ui.prior_has_focus.then(|| view::prior_look(&self.session, self.ui.prior_px).cursor));
        match (self.session.hover(), prior, there) {
            (Some(hover), ..) => self.classify(hover.at),
            (None, Some(uid), Some(at)) => self.link_prior(Some(PriorPoint::new(&uid, at))),
            _ => self.classify(self.session.look().cursor),
        }
    }

    fn cycle_slab(&mut self) {
        let look = self.session.look();
        let with = |projection| Some(Slab { thickness_mm: look.slab_thickness_mm, projection });
        let next = match look.slab().map(|s| s.projection) {
            None => with(Projection::Max),
            Some(Projection::Max) => with(Projection::Min),
            Some(Projection::Min) => with(Projection::Mean),
            Some(Projection::Mean) => None,
        };
        self.session.apply(Edit::Slab(next));
    }

    fn travel(&mut self, go: fn(&mut crate::session::Session) -> bool) {
        // Each played slice would be the step that is taken back.
        self.session.receive(News::Playing(None));
        go(&mut self.session);
        self.asker.reconcile(&mut self.session);
    }

    fn classify(&mut self, at: Point<Patient>) {
        if self.session.stage() != Stage::Open {
            return;
        }
        match super::asker::refusal(&self.session, at) {
            Some(sentence) => self.warn(sentence),
            None => {
                let id = Asker::mark(at, &mut self.session);
                // A question counts as work, and the network is otherwise started when there is none.
                self.start_network();
                self.asker.ask(id, &mut self.session);
                if self.session.look().tool == Tool::Nodule && !self.prefs.right_panel {
                    self.prefs.right_panel = true;
                }
            }
        }
    }

    /// Goes to a nodule that is known beforehand, and asks about it.
    pub(super) fn show_nodule(&mut self, at: Point<Patient>) {
        self.session.apply(Edit::Cursor(at));
        self.classify(at);
    }

    /// One step of undo brings the network before and its answer back.
    fn choose_network(&mut self, name: &'static str) {
        let other = |n: &&Nodule| n.answer().is_none_or(|answer| answer.model != name);
        let again = self.session.selected().filter(other).map(Nodule::asked_again);
        let id = again.as_ref().map(|n| n.id);
        let edits = std::iter::once(Edit::Network(name)).chain(again.map(Edit::SetNodule)).collect();
        self.session.apply(Edit::Many(edits));
        if let Some(id) = id {
            self.start_network();
            self.asker.ask(id, &mut self.session);
        }
    }

    /// Other clinical fields: what was answered without them is asked again, of every nodule; what other networks said
    /// is no longer known.
    fn tell(&mut self, fields: Edit) {
        let nodules = self.session.findings().nodules();
        let asked: Vec<Nodule> = nodules
            .iter()
            .filter(|n| n.answer().is_some_and(|answer| answer.is_told_fields()))
            .map(Nodule::asked_again)
            .collect();
        let others = nodules.iter().filter(|n| asked.iter().all(|again| again.id != n.id)).cloned();
        let heard = others.filter(Nodule::is_heard);
        let changed = asked.iter().cloned().chain(heard).map(Nodule::unheard).map(Edit::SetNodule);
        let edits = std::iter::once(fields).chain(changed).collect();
        self.session.apply(Edit::Many(edits));
        if !asked.is_empty() {
            self.start_network();
        }
        for nodule in asked {
            self.asker.ask(nodule.id, &mut self.session);
        }
    }

    fn choose_adapter(&mut self, name: String) {
        let current = self.session.graphics().current.as_ref();
        if current.is_some_and(|a| name.is_empty() || !a.name.contains(&name)) {
            self.reopen = Some(Reopen::Chosen);
        }
        self.prefs.adapter = name;
        self.save_prefs();
        let options = super::network::options(&self.prefs, self.session.graphics());
        self.asker.move_to(options, &mut self.session, &self.waker);
    }
}
