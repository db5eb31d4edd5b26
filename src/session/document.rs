//! The session itself: read by everyone, changed by edits and news alone.

mod edits;
mod prior;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::case::{Case, Findings, Measured, OpenSeries, Stage};
use super::first_window::first_window;
use super::history::History;
use super::locked::LockedPaths;
use super::look::{CornerText, Look};
use super::networks::{Imported, NetworkFacts};
use super::news::{
    Engine, GpuUse, GraphicsDevice, Hover, Memory, NetworkChoice, News, Notice, NoticeId, Playing, Severity,
    Stays, Work, WorkId,
};
use super::overlays::{DrawnFile, PetLook, PetSeries, StructuresLook};
use super::pages::Pages;
use super::prior::{PriorSeries, SeriesLink};
use super::probing::Interrogated;
use super::report::OpenReport;
use super::slice_scan::SliceScan;
use crate::cases::CaseSet;
use crate::clinical::ClinicalFields;
use crate::findings::{Nodule, NoduleId, Question};
use crate::geometry::{Patient, Point, VoxelGrid};
use crate::ingest::{Defect, Private, Scan, Series};
use crate::networks::Architecture;
use crate::volume::{Colours, Preset, Unit, Volume, VolumeHistogram, Window};

/// Everything that the window knows. Cloning is cheap: large arrays are shared.
#[derive(Clone, Debug, Default)]
pub struct Session {
    case: Case,
    look: Look,
    history: History,
    nobody: Findings,
    paths: Vec<Private<PathBuf>>,
    work: Vec<Work>,
    notices: Vec<Notice>,
    next_notice: u64,
    engine: Engine,
    graphics: GraphicsDevice,
    memory: Memory,
    locked: Option<LockedPaths>,
    gpu: GpuUse,
    networks: Vec<NetworkChoice>,
    facts: BTreeMap<&'static str, Arc<NetworkFacts>>,
    imported: Option<Arc<Imported>>,
    hover: Option<Hover>,
    interrogated: Interrogated,
    own_cases: Option<Arc<CaseSet>>,
    sketch: Option<Measured>,
    prior_sketch: Option<Measured>,
    last_session: bool,
    anonymous: bool,
    playing: Option<Playing>,
    revision: u64,
    case_number: u64,
    report: Option<OpenReport>,
}

impl Session {
    /// Nothing open.
    pub fn new() -> Self {
        Self::default()
    }

    // What is open.

    /// What was found on disk, and thumbnails.
    pub fn case(&self) -> &Case {
        &self.case
    }

    /// The folders or files that the case comes from.
    pub fn paths(&self) -> &[Private<PathBuf>] {
        &self.paths
    }

    /// Series and skipped files.
    pub fn scan(&self) -> &Arc<Scan> {
        self.case.scan()
    }

    /// What the centre of the window shows.
    pub fn stage(&self) -> Stage {
        if self.report.as_ref().is_some_and(|r| r.shown) {
            return Stage::Report;
        }
        if self.case.open.is_some() {
            return Stage::Open;
        }
        if self.work.iter().any(|w| matches!(w.id, WorkId::Scan | WorkId::Example | WorkId::Load)) {
            return Stage::Opening;
        }
        if let Some(sentence) = &self.case.failure {
            return Stage::Failed(sentence.clone());
        }
        self.case.chosen.map_or(Stage::Welcome, Stage::Unusable)
    }

    /// Whether the window shows pictures one by one, of a series that is no volume.
    pub fn turns_pages(&self) -> bool {
        matches!(self.stage(), Stage::Unusable(_)) && self.case.pages.total() > 1
    }

    /// The series on the screen.
    pub fn open(&self) -> Option<&OpenSeries> {
        self.case.open.as_ref()
    }

    /// Header facts of the chosen series.
    pub fn series(&self) -> Option<&Series> {
        self.case.series()
    }

    /// The voxels on the screen.
    pub fn volume(&self) -> Option<&Arc<Volume>> {
        self.case.open.as_ref().map(|o| &o.volume)
    }

    /// How often its values occur, once they were counted.
    pub fn histogram(&self) -> Option<&Arc<VolumeHistogram>> {
        self.case.open.as_ref()?.histogram.as_ref()
    }

    /// Their grid.
    pub fn grid(&self) -> Option<&VoxelGrid> {
        self.volume().map(|v| v.grid())
    }

    /// The earlier series that the one on the screen is compared with.
    pub fn prior(&self) -> Option<&PriorSeries> {
        self.case.prior.as_ref()
    }

    /// Where a nodule lies in the prior that is open, LPS mm of the prior.
    pub fn at_in_prior(&self, nodule: &Nodule) -> Option<Point<Patient>> {
        nodule.prior.as_ref()?.at_in(self.prior()?.uid())
    }

    /// The files with structures that belong to the series on the screen.
    pub fn drawn_files(&self) -> impl Iterator<Item = DrawnFile<'_>> {
        self.case.drawn_files()
    }

    /// The PET that lies over the series on the screen.
    pub fn pet(&self) -> Option<&PetSeries> {
        self.case.pet.as_ref()
    }

    /// The report of a training run or an evaluation that is open, on the screen or not.
    pub fn report(&self) -> Option<&OpenReport> {
        self.report.as_ref()
    }

    /// What is odd about the series on the screen.
    pub fn defects(&self) -> &[Defect] {
        self.case.open.as_ref().map_or(&[], |o| &o.defects)
    }

    /// Whether a network may be asked about what is open.
    pub fn is_classifiable(&self) -> bool {
        self.open().is_some() && self.defects().iter().all(Defect::classifiable)
    }

    // How it is looked at.

    /// Cursor, window, viewports, overlays, tool.
    pub fn look(&self) -> &Look {
        &self.look
    }

    /// The pointer over a viewport.
    pub fn hover(&self) -> Option<&Hover> {
        self.hover.as_ref()
    }

    /// What was asked besides, and belongs to no step of undo.
    pub(super) fn interrogated(&self) -> &Interrogated {
        &self.interrogated
    }

    /// Cases that the user brought: they outlive what is open.
    pub(super) fn own_case_set(&self) -> Option<&Arc<CaseSet>> {
        self.own_cases.as_ref()
    }

    /// The viewport whose slices are played.
    pub fn playing(&self) -> Option<&Playing> {
        self.playing.as_ref()
    }

    /// Whether a program that ended has left something to go on with.
    pub fn has_last_session(&self) -> bool {
        self.last_session
    }

    /// Whether nothing that files tell of a patient may be shown: before people.
    pub fn is_anonymous(&self) -> bool {
        self.anonymous
    }

    /// Changes with every change of what a file of the session would hold.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Changes when another case is opened, or the same one again: what was made before is gone then.
    pub fn case_number(&self) -> u64 {
        self.case_number
    }

    /// The measurement that is being drawn.
    pub fn sketch(&self) -> Option<&Measured> {
        self.sketch.as_ref()
    }

    // What was found in it.

    /// Nodules of the series on the screen.
    pub fn findings(&self) -> &Findings {
        self.series().and_then(|s| self.case.findings.get(&s.uid)).unwrap_or(&self.nobody)
    }

    /// What is known of the patient of the series on the screen: what the user says, or else the files.
    pub fn fields(&self) -> ClinicalFields {
        let files = || self.series().map(|series| series.clinical.reveal().clone());
        self.findings().fields().cloned().or_else(files).unwrap_or_default()
    }

    /// The nodule that the right panel is about.
    pub fn selected(&self) -> Option<&Nodule> {
        self.findings().selected()
    }

    /// What a network said of the slices of the series on the screen.
    pub fn slice_scan(&self) -> Option<&Arc<SliceScan>> {
        self.case.scans.get(&self.series()?.uid)
    }

    // The machine.

    /// Running work, oldest first.
    pub fn work(&self) -> &[Work] {
        &self.work
    }

    /// Whether anything runs that somebody asked for: a check of a map waits for all of that, and nothing for it.
    pub fn is_working(&self) -> bool {
        self.work.iter().any(|work| work.id != WorkId::Check)
    }

    /// One piece of running work.
    pub fn working(&self, id: WorkId) -> Option<&Work> {
        self.work.iter().find(|w| w.id == id)
    }

    /// Sentences that wait to be read, oldest first.
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// The network.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Every network, and whether it can be asked; empty until that is known.
    pub fn networks(&self) -> &[NetworkChoice] {
        &self.networks
    }

    /// The layers of a network, as its weights decide them; as published until that is known.
    pub fn architecture(&self, name: &str) -> Option<Architecture> {
        let known = self.networks.iter().find(|network| network.name == name);
        known.map(|network| network.architecture).or_else(|| Architecture::named(name).ok())
    }

    /// What was read of a network and its weights, once it was.
    pub fn network_facts(&self, name: &str) -> Option<&Arc<NetworkFacts>> {
        self.facts.get(name)
    }

    /// What became of the last import.
    pub fn imported(&self) -> Option<&Arc<Imported>> {
        self.imported.as_ref()
    }

    /// The graphics device.
    pub fn graphics(&self) -> &GraphicsDevice {
        &self.graphics
    }

    /// Memory in use.
    pub fn memory(&self) -> Memory {
        self.memory
    }

    /// The archive that waits for its password.
    pub fn locked(&self) -> Option<&LockedPaths> {
        self.locked.as_ref()
    }

    /// Slices on the GPU.
    pub fn gpu(&self) -> GpuUse {
        self.gpu
    }

    // Reports of the machine.

    /// Takes a report in.
    pub fn receive(&mut self, news: News) {
        match news {
            News::Working(work) => match self.work.iter_mut().find(|w| w.id == work.id) {
                Some(known) => known.progress = work.progress,
                None => self.work.push(work),
            },
            News::Stopped(id) => self.work.retain(|w| w.id != id),
            News::Scanned(scan, paths) => {
                self.close_prior();
                self.case = Case { scan, ..Case::default() };
                self.look.structures = StructuresLook::default();
                self.case_number = self.case_number.wrapping_add(1);
                self.paths = paths.into_iter().map(Private::new).collect();
                self.show_report(false);
                self.forget_view();
            }
            News::Unusable(index) => {
                self.case.chosen = Some(index);
                self.case.open = None;
                self.case.pages = Pages::new(self.case.series().map_or(0, Series::pictures));
                self.show_report(false);
                self.forget_view();
            }
            News::Opened { index, volume } => self.opened(index, volume),
            News::Loaded { volume, defects } => self.loaded(&volume, defects),
            News::Closed => {
                self.close_prior();
                self.case = Case::default();
                self.case_number = self.case_number.wrapping_add(1);
                self.paths.clear();
                self.locked = None;
                self.forget_view();
            }
            News::Anew { anonymous } => {
                (self.locked, self.own_cases) = (None, None);
                self.look = Look::default();
                self.anonymous = anonymous;
                if anonymous {
                    self.look.corner_text = CornerText::NoPatient;
                    // Who passes by sees a body first, and planes second.
                    self.look.in_3d = true;
                }
                self.notices.clear();
                self.forget_view();
            }
            News::TextAtStart(text) => self.look.corner_text = text,
            News::Counted { volume, histogram } => {
                if let Some(open) = self.case.open.as_mut().filter(|open| Arc::ptr_eq(&open.volume, &volume))
                {
                    open.histogram = Some(histogram);
                }
            }
            News::PriorBegan { scan, index, volume } => self.prior_began(scan, index, volume),
            News::PriorLoaded { volume, defects } => {
                let prior = self.case.prior.as_mut().filter(|prior| Arc::ptr_eq(&prior.volume, &volume));
                if let Some(prior) = prior {
                    (prior.defects, prior.loaded) = (defects, true);
                    let uid = prior.uid().to_owned();
                    self.measure_again(&uid, &volume);
                }
            }
            News::Structures { volume, object, set } => {
                if self.volume().is_some_and(|open| Arc::ptr_eq(open, &volume)) {
                    self.case.structures.insert(object, set);
                }
            }
            News::PetLaid { index, volume, suv, same_frame } => {
                let pet = PetSeries { index, volume, suv, same_frame };
                self.look.pet = PetLook { on: true, range: pet.usual_range(), ..self.look.pet };
                self.case.pet = Some(pet);
            }
            News::PetClosed => self.case.pet = None,
            News::PriorClosed => self.close_prior(),
            News::PriorGpu(gpu) => {
                if let Some(prior) = &mut self.case.prior {
                    prior.gpu = gpu;
                }
            }
            News::Locked(locked) => self.locked = locked,
            News::OpenFailed(sentence) => {
                // What is on the screen stays there; the sentence comes as a notice then.
                if matches!(self.stage(), Stage::Open | Stage::Report) {
                    self.notice(Severity::Error, sentence, Stays::UntilDismissed);
                } else {
                    self.case.failure = Some(sentence);
                }
            }
            News::ReportOpened(report) => self.report = Some(OpenReport::new(report)),
            News::ReportRenewed(report) => {
                if let Some(open) = &mut self.report {
                    open.renew(report);
                }
            }
            News::ReportTrouble(sentence) => {
                if let Some(open) = &mut self.report {
                    open.trouble = Some(sentence);
                }
            }
            News::ReportShown(shown) => self.show_report(shown),
            News::ReportPicture { case, picture } => {
                if let Some(open) = &mut self.report {
                    open.pictures.insert(case, picture);
                }
            }
            News::ReportClosed => self.report = None,
            News::Thumbnail { series, picture } => {
                self.case.thumbnails.insert(series, picture);
            }
            News::TurnedTo(page) => {
                let pages = &mut self.case.pages;
                pages.wanted = page.min(pages.total.saturating_sub(1));
            }
            News::Page { series, page, picture } => {
                if self.case.chosen == Some(series) {
                    self.case.pages.shown = Some((page, picture));
                }
            }
            News::Question { id, at, question } => self.learn(id, at, question),
            News::Neighbourhood { id, found } => {
                if let Some(nodule) = self.nodule_mut(id) {
                    nodule.surround(found);
                }
            }
            News::Uncertainty { id, found } => {
                if let Some(nodule) = self.nodule_mut(id) {
                    nodule.waver(found);
                }
            }
            News::Counterfactual { id, found } => {
                if let Some(nodule) = self.nodule_mut(id) {
                    nodule.suppose(found);
                }
            }
            News::Comparison { id, found } => {
                if let Some(nodule) = self.nodule_mut(id) {
                    nodule.compare(found);
                }
            }
            News::SliceScan { series_uid, scan } => match scan {
                Some(scan) => drop(self.case.scans.insert(series_uid, scan)),
                None => drop(self.case.scans.remove(&series_uid)),
            },
            News::Opinion { id, opinion } => {
                if let Some(nodule) = self.nodule_mut(id) {
                    nodule.hear(opinion);
                }
            }
            News::NoOpinion { id, model } => {
                if let Some(nodule) = self.nodule_mut(id) {
                    nodule.unhear(model);
                }
            }
            News::Engine(engine) => self.engine = engine,
            News::Networks(networks) => self.networks = networks,
            News::NetworkFacts(facts) => {
                self.facts.insert(facts.name, facts);
            }
            News::Imported(imported) => self.imported = imported,
            News::Graphics(graphics) => self.graphics = graphics,
            News::Memory(memory) => self.memory = memory,
            News::Gpu(gpu) => self.gpu = gpu,
            News::Hover(hover) => self.hover = hover,
            News::Probed(probed) => self.interrogated.probed = Some(probed),
            News::OwnCases(cases) => self.own_cases = Some(cases),
            News::Inside { of, found } => self.interrogated.inside(of, found),
            News::LooksInside => self.interrogated.nothing = None,
            News::NotInside { of, wanted } => self.interrogated.nothing = Some((of, wanted)),
            News::Playing(playing) => self.playing = playing,
            News::LastSession(there) => self.last_session = there,
            News::Sketch(sketch) => {
                let volume = self.case.open.as_ref().map(|open| open.volume.as_ref());
                self.sketch = sketch.map(|sketch| Measured::read(sketch, volume));
                // Something is drawn in one of them.
                self.prior_sketch.take_if(|_| self.sketch.is_some());
            }
            News::PriorSketch(sketch) => {
                let volume = self.case.prior.as_ref().map(|prior| prior.volume.as_ref());
                self.prior_sketch = sketch.map(|sketch| Measured::read(sketch, volume));
                self.sketch.take_if(|_| self.prior_sketch.is_some());
            }
            News::Notice(severity, text) => {
                let stays = if severity == Severity::Info { Stays::ForAWhile } else { Stays::UntilDismissed };
                self.notice(severity, text, stays);
            }
            News::Wanting(text) => self.notice(Severity::Info, text, Stays::UntilOpened),
            News::Dismiss(id) => self.notices.retain(|n| n.id != id),
        }
    }

    fn opened(&mut self, index: usize, volume: Arc<Volume>) {
        let defects = self.case.scan.series.get(index).map(|s| s.defects.clone()).unwrap_or_default();
        let fitted = Look::fitted(volume.grid().centre());
        self.look.cursor = fitted.cursor;
        self.look.viewports = fitted.viewports;
        // What tied the prior to the series before says nothing of this one.
        self.look.prior.link = SeriesLink::None;
        // Colours stay; another patient is seen whole, and nothing of him is cut away.
        let preset = self.look.volume_view.preset;
        self.look.volume_view = fitted.volume_view.with_preset(preset).fitted();
        if let Some(series) = self.case.scan.series.get(index).filter(|_| *volume.unit() != Unit::Hu) {
            (self.look.window, self.look.preset) = first_window(series, &volume);
        } else if self.look.preset.is_some_and(|preset| !preset.fits(&Unit::Hu) || preset == Preset::Full)
            || self.case.open.as_ref().is_some_and(|before| *before.volume.unit() != Unit::Hu)
        {
            // The window was one of other values.
            self.set_window(Preset::Lung, &volume);
        }
        if *volume.unit() == Unit::Hu {
            // Colours were chosen for the other modality.
            self.look.colours = Colours::Grey;
        }
        self.notices.retain(|notice| notice.stays != Stays::UntilOpened);
        self.case.chosen = Some(index);
        self.case.failure = None;
        if self.series().is_some_and(|now| self.prior().is_some_and(|prior| prior.uid() == now.uid)) {
            self.close_prior();
        }
        self.case.structures.clear();
        self.case.pet = None;
        // Voxels of the volume before; the same series may come with another grid.
        if let Some(uid) = self.series().map(|s| s.uid.clone())
            && let Some(findings) = self.case.findings.get_mut(&uid)
        {
            findings.painted = Arc::default();
            findings.segments.retain(|segment| segment.voxels.size() == volume.grid().size());
        }
        self.case.open = Some(OpenSeries { index, volume, defects, loaded: false, histogram: None });
        self.show_report(false);
        self.forget_view();
    }

    fn loaded(&mut self, volume: &Arc<Volume>, defects: Vec<Defect>) {
        let Some(open) = self.case.open.as_mut().filter(|o| Arc::ptr_eq(&o.volume, volume)) else { return };
        open.defects = defects;
        open.loaded = true;
        if self.look.preset == Some(Preset::Full) {
            self.set_window(Preset::Full, volume);
        }
        if let Some(uid) = self.series().map(|series| series.uid.clone()) {
            self.measure_again(&uid, volume);
        }
    }

    /// Values that had not arrived when a measurement was made.
    fn measure_again(&mut self, uid: &str, volume: &Volume) {
        for measured in self.case.findings.get_mut(uid).into_iter().flat_map(|f| &mut f.measurements) {
            *measured = Measured::read(measured.measurement.clone(), Some(volume));
        }
    }

    fn show_report(&mut self, shown: bool) {
        if let Some(open) = &mut self.report {
            open.shown = shown;
        }
        // Nothing lies under the pointer but the report.
        self.hover = self.hover.filter(|_| !shown);
    }

    fn set_window(&mut self, preset: Preset, volume: &Volume) {
        let window: Window = preset.window(volume.range_at_hand());
        (self.look.window, self.look.preset) = (window, Some(preset));
    }

    /// What belonged to the series that was on the screen before.
    fn forget_view(&mut self) {
        self.revision = self.revision.wrapping_add(1);
        self.history.clear();
        (self.hover, self.interrogated) = (None, Interrogated::default());
        (self.sketch, self.prior_sketch, self.playing) = (None, None, None);
        self.gpu = GpuUse::default();
    }

    /// A nodule of the series on the screen.
    fn nodule_mut(&mut self, id: NoduleId) -> Option<&mut Nodule> {
        let uid = self.series().map(|s| s.uid.clone())?;
        self.case.findings.get_mut(&uid)?.nodules.iter_mut().find(|n| n.id == id)
    }

    fn learn(&mut self, id: NoduleId, at: Point<Patient>, what: Question) {
        self.revision = self.revision.wrapping_add(1);
        let Some(nodule) = self.nodule_mut(id).filter(|n| n.at == at) else { return };
        let failure = match &what {
            Question::Failed(sentence) => Some(sentence.clone()),
            _ => None,
        };
        // An answer is on the screen where the failure would have been.
        if nodule.learn(what)
            && let Some(sentence) = failure
        {
            self.notice(Severity::Error, sentence, Stays::UntilDismissed);
        }
    }

    fn notice(&mut self, severity: Severity, text: String, stays: Stays) {
        // The same sentence twice would only push others off the screen.
        if self.notices.iter().any(|n| n.text == text) {
            return;
        }
        self.notices.push(Notice { id: NoticeId(self.next_notice), severity, text, stays });
        self.next_notice = self.next_notice.wrapping_add(1);
    }
}
