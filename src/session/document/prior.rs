//! The prior in the document: the series itself, and what was made in it.

use std::sync::Arc;

use super::Session;
use crate::ingest::Scan;
use crate::session::case::{Findings, Measured};
use crate::session::edit::Edit;
use crate::session::first_window::first_window;
use crate::session::look::Layout;
use crate::session::news::GpuUse;
use crate::session::prior::{PriorLook, PriorSeries, SeriesLink};
use crate::volume::{Preset, Unit, Volume, Window};

impl Session {
    /// The measurement that is being drawn in the prior.
    pub fn prior_sketch(&self) -> Option<&Measured> {
        self.prior_sketch.as_ref()
    }

    /// What was found in the prior that is open; `None` without one, and where nothing was made in it yet.
    pub fn prior_findings(&self) -> Option<&Findings> {
        self.case.findings.get(self.prior()?.uid())
    }

    /// Whether values of the prior mean the same as those on the screen: one window is for both then.
    pub fn prior_shares_window(&self) -> bool {
        self.prior().zip(self.volume()).is_some_and(|(prior, now)| prior.volume.unit() == now.unit())
    }

    /// The window that the prior is shown with, in the unit of its own values.
    pub fn prior_window(&self) -> Option<Window> {
        let prior = self.prior()?;
        if self.prior_shares_window() {
            return Some(self.look.window);
        }
        let first = || match prior.series() {
            _ if *prior.volume.unit() == Unit::Hu => Preset::Lung.window([0.0, 0.0]),
            Some(series) => first_window(series, &prior.volume).0,
            None => Preset::Full.window(prior.volume.range_at_hand()),
        };
        Some(self.look.prior.window.unwrap_or_else(first))
    }

    /// What is made in the prior is found in that series, and read off its voxels.
    pub(super) fn carry_out_in_prior(&mut self, edit: Edit) -> Option<Edit> {
        let prior = self.case.prior.as_ref().filter(|prior| !prior.uid().is_empty())?;
        let (uid, volume) = (prior.uid().to_owned(), Arc::clone(&prior.volume));
        if edit.takes_hold()
            && let Some(now) = self.series().map(|series| series.uid.clone())
            && let Some(findings) = self.case.findings.get_mut(&now)
        {
            findings.picked = None;
        }
        let findings = self.case.findings.entry(uid).or_default();
        edit.carry_out(&mut self.look, findings, Some(&volume)).map(Edit::in_prior)
    }

    /// The series on the screen is never its own prior.
    pub(super) fn prior_began(&mut self, scan: Arc<Scan>, index: usize, volume: Arc<Volume>) {
        let (Some(series), Some(now)) = (scan.series.get(index), self.series()) else { return };
        if series.uid == now.uid {
            return;
        }
        let same_frame = now.same_frame(series);
        self.history.forget_prior();
        let grid = volume.grid();
        let begin = |now| PriorLook::beginning(now, self.look.cursor, grid);
        self.look.prior = self.grid().map_or_else(|| PriorLook::fitted(grid.centre()), begin);
        if same_frame {
            self.look.prior.link = SeriesLink::Frame;
        }
        if let Some(findings) = self.case.findings.get_mut(&series.uid) {
            // Voxels of another grid: the same series may have come with its slices as stored.
            findings.segments.retain(|segment| segment.voxels.size() == grid.size());
            // What was in the hand when it was open before is long let go of.
            findings.picked = None;
        }
        let defects = series.defects.clone();
        let gpu = GpuUse::default();
        self.case.prior = Some(PriorSeries { scan, index, volume, defects, loaded: false, gpu });
    }

    pub(super) fn close_prior(&mut self) {
        self.history.forget_prior();
        self.prior_sketch = None;
        self.case.prior = None;
        if self.look.layout == Layout::Dates {
            self.look.layout = Layout::Grid;
        }
    }
}
