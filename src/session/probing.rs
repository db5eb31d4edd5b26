//! What a network is asked besides its answer: without the block under the pointer, and for what it computed on its way.

use std::sync::Arc;

use super::document::Session;
use super::look::Tool;
use crate::explain::{AttentionMaps, FeatureMaps, Inside, InsideWanted, block_around};
use crate::findings::{Nodule, Probed};
use crate::geometry::VoxelBox;
use crate::inference::Answer;

/// What came back.
#[derive(Clone, Debug, Default)]
pub(super) struct Interrogated {
    pub(super) probed: Option<Probed>,
    pub(super) features: Option<(Arc<Answer>, Arc<FeatureMaps>)>,
    pub(super) attention: Option<(Arc<Answer>, Arc<AttentionMaps>)>,
    pub(super) nothing: Option<(Arc<Answer>, InsideWanted)>,
}

impl Interrogated {
    pub(super) fn inside(&mut self, of: Arc<Answer>, found: Inside) {
        match found {
            Inside::Layer(maps) => self.features = Some((of, maps)),
            Inside::Attention(maps) => self.attention = Some((of, maps)),
        }
    }
}

impl Session {
    /// What the network said without the block that it was asked about last, where its nodule's answer is still the
    /// one that it was asked about.
    pub fn probed(&self) -> Option<&Probed> {
        let probed = self.interrogated().probed.as_ref()?;
        let answer = self.findings().nodule(probed.nodule).and_then(Nodule::answer)?;
        Some(probed).filter(|probed| probed.belongs_to(answer))
    }

    /// The layer that was asked for last, where it is of this answer.
    pub fn features_of(&self, answer: &Arc<Answer>) -> Option<&Arc<FeatureMaps>> {
        let (of, maps) = self.interrogated().features.as_ref()?;
        Arc::ptr_eq(of, answer).then_some(maps)
    }

    /// The attention that was asked for last, where it is of this answer.
    pub fn attention_of(&self, answer: &Arc<Answer>) -> Option<&Arc<AttentionMaps>> {
        let (of, maps) = self.interrogated().attention.as_ref()?;
        Arc::ptr_eq(of, answer).then_some(maps)
    }

    /// Whether this was asked for last of the answer's network and could not be computed.
    pub fn lacks_inside(&self, answer: &Arc<Answer>, wanted: InsideWanted) -> bool {
        let failed = self.interrogated().nothing.as_ref();
        failed.is_some_and(|(of, what)| Arc::ptr_eq(of, answer) && *what == wanted)
    }

    /// The block of tissue under the pointer, while it is to be left out: of the selected nodule's answer, in its
    /// [samples](Answer::samples).
    pub fn probing(&self) -> Option<(&Nodule, &Arc<Answer>, VoxelBox)> {
        let hover = self.hover().filter(|_| self.look().tool == Tool::Occlude)?;
        let nodule = self.selected()?;
        let answer = nodule.answer().filter(|answer| answer.can_lack_tissue())?;
        let block = block_around(answer.samples(self.grid()?), hover.at, self.look().brush.block_mm);
        Some((nodule, answer, block))
    }
}
