//! Segments that the reader draws: carries [`Segmenting`] out.

use std::sync::Arc;

use super::core::Core;
use super::dialogs::Ask;
use super::saving::{Saved, Target};
use crate::command::Segmenting;
use crate::export::{SegmentsFile, write_segments};
use crate::geometry::{Patient, Point};
use crate::jobs::spawn;
use crate::segments::{SegmentId, range_of_tissue};
use crate::session::{Edit, SegmentBrush, SegmentEdit, SegmentsLook, Tool, WorkId};
use crate::view;
use crate::volume::Volume;
use crate::workflow::dicom::apart;

impl Core {
    /// Carries one out.
    pub(super) fn segment_as_asked(&mut self, asked: Segmenting) {
        let brush = self.session.look().segment_brush;
        let look = self.session.look().segments;
        match asked {
            Segmenting::Begin if self.ui.prior_has_focus => self.begin_prior_segment(),
            Segmenting::Begin => {
                let findings = self.session.findings();
                let new = findings.new_segment(self.session.volume().map(AsRef::as_ref));
                let place = findings.segments().len();
                if let Some(new) = new {
                    self.segments(SegmentEdit::Add(place, new));
                    self.session.apply(Edit::Tool(Tool::Segment));
                }
            }
            Segmenting::Remove => {
                if let Some(id) = self.session.findings().chosen_segment().map(|s| s.id) {
                    self.segments(SegmentEdit::Remove(id));
                }
            }
            Segmenting::Larger => self.segments(SegmentEdit::Brush(brush.stepped(1))),
            Segmenting::Smaller => self.segments(SegmentEdit::Brush(brush.stepped(-1))),
            Segmenting::ToggleFlat => {
                self.segments(SegmentEdit::Brush(SegmentBrush { flat: !brush.flat, ..brush }));
            }
            Segmenting::ToggleRange => {
                self.segments(SegmentEdit::Brush(SegmentBrush { limited: !brush.limited, ..brush }));
            }
            Segmenting::RangeHere => {
                if let Some(range) = self.range_here() {
                    self.segments(SegmentEdit::Brush(SegmentBrush { range, limited: true, ..brush }));
                }
            }
            Segmenting::ToggleShown => {
                self.segments(SegmentEdit::Look(SegmentsLook { on: !look.on, ..look }));
            }
            Segmenting::Export { with_patient: true } | Segmenting::ExportTo { with_patient: true, .. }
                if self.conference.is_some() =>
            {
                self.warn("Before people nothing of a patient leaves the program");
            }
            Segmenting::Export { with_patient } => self.ask(Ask::Segments { with_patient }),
            Segmenting::ExportTo { path, with_patient } => {
                self.export_segments(Target::File(path), with_patient);
            }
            Segmenting::GoTo(id) => self.go_to_segment(id),
            Segmenting::Early { in_prior } => self.say_why_early(in_prior),
        }
    }

    /// Why a brush does nothing yet, or will not.
    fn say_why_early(&mut self, in_prior: bool) {
        let loading = if in_prior { WorkId::Prior } else { WorkId::Load };
        if self.session.working(loading).is_some() {
            self.confirm("The brush works once all slices are there");
        } else {
            self.warn("Loading was stopped before every slice was there. Choose the series again");
        }
    }

    /// The values of the tissue under the pointer; says so where nothing is known of it.
    fn range_here(&mut self) -> Option<[f32; 2]> {
        let (volume, at) = match self.ui.volume_pointer {
            // Where it meets nothing that is said already.
            Some(_) => (self.session.volume().map(Arc::clone), self.met_in_3d()?),
            None => self.pointed(),
        };
        let range = volume.and_then(|volume| range_of_tissue(&volume, at));
        if range.is_none() {
            self.warn("Nothing is known of the tissue there: point at a place in the volume");
        }
        range
    }

    /// The place under the pointer, LPS mm of the volume that it is over. Without the pointer the cursor counts:
    /// of the prior where that has the keyboard.
    fn pointed(&self) -> (Option<Arc<Volume>>, Point<Patient>) {
        let session = &self.session;
        let cursor = || view::prior_look(session, self.ui.prior_px).cursor;
        let there = self.ui.prior_hover.or_else(|| self.ui.prior_has_focus.then(cursor));
        match (session.hover(), session.prior(), there) {
            (Some(hover), ..) => (session.volume().map(Arc::clone), hover.at),
            (None, Some(prior), Some(at)) => (Some(Arc::clone(&prior.volume)), at),
            _ => (session.volume().map(Arc::clone), session.look().cursor),
        }
    }

    fn segments(&mut self, edit: SegmentEdit) {
        self.session.apply(Edit::Segments(edit));
    }

    /// Draws in it from now on; the cursor goes to its middle.
    fn go_to_segment(&mut self, id: SegmentId) {
        let mut edits = vec![Edit::Segments(SegmentEdit::Choose(Some(id)))];
        if let (Some(segment), Some(grid)) = (self.session.findings().segment(id), self.session.grid()) {
            edits.extend(segment.voxels.middle(grid).map(Edit::Cursor));
        }
        self.session.apply(Edit::Many(edits));
    }

    /// Writes all segments, away from the window.
    pub(super) fn export_segments(&mut self, target: Target, with_patient: bool) {
        let (Some(series), Some(volume)) = (self.session.series(), self.session.volume()) else { return };
        let file = SegmentsFile {
            series: series.clone(),
            volume: Arc::clone(volume),
            segments: self.session.findings().segments().to_vec(),
            with_patient,
        };
        let opened = self.opened_paths();
        let job = spawn("segments", self.waker.now(), move |ctx| {
            ctx.step("Writing the segments", 0.0)?;
            let path = target.path();
            if let Err(error) = apart(&path, &opened) {
                return Ok(Err(error.to_string()));
            }
            let written = write_segments(ctx, &path, &file)?;
            Ok(written.map(|remarks| Saved { path, remarks }).map_err(|error| error.to_string()))
        });
        self.follow_saving("Segments", job);
    }
}
