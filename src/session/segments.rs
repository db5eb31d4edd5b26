//! Segments that the reader draws: what the brush is, which of them is drawn in, and every change of them.

use std::sync::Arc;

use super::case::Findings;
use super::look::Look;
use crate::segments::{Dab, Segment, SegmentId, Voxels};
use crate::structures::unasked;
use crate::volume::Volume;

/// What segments are drawn with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SegmentBrush {
    /// Of its ball or disc, mm.
    pub radius_mm: f64,
    /// A disc in the plane of the slice; else a ball.
    pub flat: bool,
    /// Only voxels with values in it are painted, where `limited`; in the unit of the volume.
    pub range: [f32; 2],
    /// Whether the range counts.
    pub limited: bool,
}

impl SegmentBrush {
    /// Smallest and largest radius, mm.
    pub const RADII_MM: [f64; 2] = [0.5, Dab::MOST_MM];

    /// The same, larger or smaller by a tenth at least.
    #[must_use]
    pub fn stepped(self, steps: i64) -> Self {
        let [least, most] = Self::RADII_MM;
        let mut radius_mm = self.radius_mm;
        for _ in 0..steps.unsigned_abs().min(100) {
            // Halves of a millimetre are told apart on the screen; finer ones are not.
            let by = ((radius_mm * 0.2).round() / 2.0).max(0.5);
            radius_mm += if steps > 0 { by } else { -by };
        }
        Self { radius_mm: radius_mm.clamp(least, most), ..self }
    }
}

impl Default for SegmentBrush {
    fn default() -> Self {
        // Soft tissue without bone, for whoever switches the range on before giving one.
        Self { radius_mm: 5.0, flat: false, range: [-300.0, 300.0], limited: false }
    }
}

/// How segments are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SegmentsLook {
    /// Any at all.
    pub on: bool,
    /// Filled, besides their outlines.
    pub filled: bool,
}

impl Default for SegmentsLook {
    fn default() -> Self {
        Self { on: true, filled: true }
    }
}

/// A change of segments, or of what they are drawn with.
#[derive(Clone, Debug, PartialEq)]
pub enum SegmentEdit {
    /// A new one at this place of the list; it is drawn in from now on.
    Add(usize, Segment),
    /// Take one away.
    Remove(SegmentId),
    /// Another name, colour or other voxels for the one of the same identity.
    Set(Segment),
    /// A dab of the brush in this one.
    Paint(SegmentId, Dab),
    /// The one that is drawn in. Not undone.
    Choose(Option<SegmentId>),
    /// What is drawn with. Not undone.
    Brush(SegmentBrush),
    /// How all of them are drawn.
    Look(SegmentsLook),
}

impl SegmentEdit {
    pub(super) fn undoable(&self) -> bool {
        !matches!(self, Self::Choose(_) | Self::Brush(_))
    }

    /// The one whose voxels or name it changes; `None` of what changes the list.
    pub(super) fn about(&self) -> Option<SegmentId> {
        match self {
            Self::Set(segment) => Some(segment.id),
            Self::Paint(id, _) => Some(*id),
            Self::Add(..) | Self::Remove(_) | Self::Choose(_) | Self::Brush(_) | Self::Look(_) => None,
        }
    }

    /// Carries it out and returns what takes it back. A dab is taken back by the segment as it was: both share
    /// every block that the dab did not touch.
    pub(super) fn carry_out(
        self,
        look: &mut Look,
        findings: &mut Findings,
        volume: Option<&Volume>,
    ) -> Option<Self> {
        match self {
            Self::Add(at, segment) => {
                let id = segment.id;
                findings.next_segment = findings.next_segment.max(id.0.saturating_add(1));
                findings.segments.insert(at.min(findings.segments.len()), segment);
                findings.chosen_segment = Some(id);
                findings.grid = volume.map(|volume| *volume.grid()).or(findings.grid);
                Some(Self::Remove(id))
            }
            Self::Remove(id) => {
                let at = findings.segments.iter().position(|s| s.id == id)?;
                let segment = findings.segments.remove(at);
                if findings.chosen_segment == Some(id) {
                    findings.chosen_segment = findings.segments.last().map(|s| s.id);
                }
                Some(Self::Add(at, segment))
            }
            Self::Set(segment) => {
                let slot = findings.segments.iter_mut().find(|s| s.id == segment.id)?;
                let old = std::mem::replace(slot, segment);
                let same = Arc::ptr_eq(&old.voxels, &slot.voxels)
                    && (&old.name, old.colour, old.shown) == (&slot.name, slot.colour, slot.shown);
                (!same).then_some(Self::Set(old))
            }
            Self::Paint(id, dab) => {
                let slot = findings.segments.iter_mut().find(|s| s.id == id)?;
                let voxels: Voxels = slot.voxels.with(volume?, &dab)?;
                let old = slot.clone();
                slot.voxels = Arc::new(voxels);
                Some(Self::Set(old))
            }
            Self::Choose(to) => {
                findings.chosen_segment = to;
                None
            }
            Self::Brush(to) => {
                look.segment_brush = to;
                None
            }
            Self::Look(to) => {
                let old = std::mem::replace(&mut look.segments, to);
                (old != to).then_some(Self::Look(old))
            }
        }
    }
}

impl Findings {
    /// What the reader drew, in the order in which it was begun.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// One of them.
    pub fn segment(&self, id: SegmentId) -> Option<&Segment> {
        self.segments.iter().find(|s| s.id == id)
    }

    /// The one that the brush draws in.
    pub fn chosen_segment(&self) -> Option<&Segment> {
        self.chosen_segment.and_then(|id| self.segment(id))
    }

    /// A new one without any voxel, with a name and a colour that no other has, as far as there are colours; `None`
    /// without a volume.
    pub fn new_segment(&self, volume: Option<&Volume>) -> Option<Segment> {
        let taken = |name: &str| self.segments.iter().any(|s| s.name == name);
        let names = (1..=self.segments.len() + 1).map(|n| format!("Segment {n}"));
        let name = names.into_iter().find(|name| !taken(name)).unwrap_or_default();
        let id = SegmentId(self.next_segment);
        let colour = (0..7).map(unasked).find(|c| self.segments.iter().all(|s| s.colour != *c));
        let colour = colour.unwrap_or_else(|| unasked(self.next_segment as usize));
        Some(Segment::new(id, name, crate::structures::readable(colour), volume?.grid()))
    }
}
