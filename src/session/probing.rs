//! The block of tissue under the pointer.

use std::sync::Arc;

use super::document::Session;
use super::look::Tool;
use crate::explain::block_around;
use crate::findings::Nodule;
use crate::geometry::VoxelBox;
use crate::inference::Answer;

impl Session {
    /// The block of tissue under the pointer, while it is to be left out: of the selected nodule's answer, in the
    /// samples of its crops.
    pub fn probing(&self) -> Option<(&Nodule, &Arc<Answer>, VoxelBox)> {
        let hover = self.hover().filter(|_| self.look().tool == Tool::Occlude)?;
        let nodule = self.selected()?;
        let answer = nodule.answer()?;
        let block = block_around(answer.m3net()?.sampling.grid(), hover.at, self.look().brush.block_mm);
        Some((nodule, answer, block))
    }
}
