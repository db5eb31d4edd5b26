//! Whether an answer can be read: is there a nodule at the point, does the network see all of it,
//! and is it like what the network was taught on.
//!
//! `Look` measures a place in the volume itself, by nothing that a network says: spheres of growing
//! size around what is round and dense near the click (`features`), and for places deep inside
//! something dense how far lung is (`far`). `GuardModel` is what was fitted on such measurements
//! (`triscope train --guard`, docs/guard.md); `EmbeddingRange` judges a network's own features and
//! travels with its weights.

mod blobs;
mod directions;
mod embedding;
mod far;
mod features;
mod judge;
mod model;
mod place;
mod range;
#[cfg(test)]
mod tests;
mod tissue;
mod trees;

pub use blobs::REACH_MM;
pub use embedding::EmbeddingRange;
pub use far::far_names;
pub use features::names;
pub use judge::{Guard, Look, Verdict};
pub use model::{Cut, EDITION, Figure, GuardError, GuardModel};
pub use place::{Place, is_deep};
pub use range::TrainingRange;
pub use tissue::Tissue;
pub use trees::{Recipe, Trees};
