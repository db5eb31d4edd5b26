//! What is measured and drawn in the prior: going to it, taking it away, and bringing it back from a session.

use std::sync::Arc;

use super::core::Core;
use crate::export::{SegmentValues, SeriesMeasurements, hashed_uid};
use crate::measure::MeasureId;
use crate::session::{Edit, Findings, PriorLook, SegmentEdit, Tool};
use crate::view;
use crate::volume::Volume;
use crate::workflow::session_file::{SavedSeries, SavedSession, restore_in_prior};

impl Core {
    /// Picks a measurement of the prior and shows it there; linked, the series on the screen goes along.
    pub(super) fn go_to_prior_measurement(&mut self, id: MeasureId) {
        let findings = self.session.prior_findings();
        let at = findings.and_then(|f| f.measurement(id)).and_then(|m| m.measurement.middle());
        let Some(cursor) = at else { return };
        let look = view::prior_look(&self.session, self.ui.prior_px);
        let there = view::prior_edit(&self.session, PriorLook { cursor, ..look }, self.ui.prior_px);
        self.session.apply(Edit::Many(vec![Edit::Pick(Some(id)).in_prior(), there]));
    }

    /// Takes the picked measurement of the prior away; false where none is.
    pub(super) fn remove_in_prior(&mut self) -> bool {
        let picked = self.session.prior_findings().and_then(Findings::picked).map(|m| m.measurement.id);
        if let Some(id) = picked {
            self.session.apply(Edit::RemoveMeasurement(id).in_prior());
        }
        picked.is_some()
    }

    /// Begins another segment in the prior.
    pub(super) fn begin_prior_segment(&mut self) {
        let Some(volume) = self.session.prior().map(|prior| Arc::clone(&prior.volume)) else { return };
        let nobody = Findings::default();
        let findings = self.session.prior_findings().unwrap_or(&nobody);
        let place = findings.segments().len();
        if let Some(new) = findings.new_segment(Some(&volume)) {
            self.session.apply(Edit::Segments(SegmentEdit::Add(place, new)).in_prior());
            self.session.apply(Edit::Tool(Tool::Segment));
        }
    }

    /// What was measured in the series on the screen, and in the prior where something was.
    pub(super) fn measured_series(&self) -> Vec<SeriesMeasurements> {
        let of = |uid: &str, volume: &Volume, findings: &Findings| SeriesMeasurements {
            series_uid: uid.to_owned(),
            unit: volume.unit().clone(),
            measurements: findings.measurements().to_vec(),
            segments: SegmentValues::of(findings.segments(), volume),
        };
        let now = self.session.series().zip(self.session.volume());
        let now = now.map(|(series, volume)| of(&series.uid, volume, self.session.findings()));
        let then = self.session.prior().zip(self.session.prior_findings());
        let then = then.map(|(prior, findings)| of(prior.uid(), &prior.volume, findings));
        let then = then.filter(|then| !then.measurements.is_empty() || !then.segments.is_empty());
        now.into_iter().chain(then).collect()
    }

    /// Brings back what a session has for the prior, once that is whole.
    pub(super) fn bring_back_in_prior(&mut self) {
        let prior = self.session.prior().filter(|prior| prior.loaded && !prior.uid().is_empty());
        let Some((hash, volume)) = prior.map(|prior| (hashed_uid(prior.uid()), Arc::clone(&prior.volume)))
        else {
            return;
        };
        let waits = |saved: &SavedSession| {
            saved.series.iter().any(|series| series.series == hash && has_marks(series))
        };
        let Some(saved) = self.sessions.waiting.take_if(|saved| waits(saved)) else { return };
        let Some(mut saved) = self.fill(saved, &hash, &volume) else { return };
        if let Some(restored) = restore_in_prior(&saved, &self.session) {
            if !restored.edits.is_empty() {
                self.session.apply(Edit::Many(restored.edits));
            }
            if !restored.lost.is_empty() {
                self.warn(format!(
                    "Of the session not all came back in the prior: {}",
                    restored.lost.join("; ")
                ));
            }
        }
        // Its nodules wait for it to be on the screen itself.
        for series in saved.series.iter_mut().filter(|series| series.series == hash) {
            series.measurements.clear();
            series.segments.clear();
        }
        saved.series.retain(|series| has_marks(series) || !series.nodules.is_empty());
        self.sessions.waiting = (!saved.series.is_empty()).then_some(saved);
    }
}

fn has_marks(series: &SavedSeries) -> bool {
    !series.measurements.is_empty() || !series.segments.is_empty()
}
