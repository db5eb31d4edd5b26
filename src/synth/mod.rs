//! Phantom chests with known truth: a believable CT of nobody.
//!
//! Body, ribs, spine, heart, vessels, airways, lungs and nodules are signed distances in
//! millimetres, painted slice by slice with a scanner's blur and noise. Nothing here writes files:
//! `workflow::synth` hands the slices to `export`.

mod abdomen;
mod build;
mod field;
mod lung;
mod mediastinum;
mod nodule;
mod noise;
mod paint;
mod phantom;
mod spine;
mod tree;
mod truth;
mod wall;

pub use nodule::{Attachment, Margin};
pub use phantom::{Phantom, PhantomSpec, SynthError};
pub use truth::{NoduleTruth, Truth};
