//! Phantom chests with known truth: a believable CT of nobody.
//!
//! Body, ribs, spine, heart, vessels, airways, lungs and nodules are signed distances in
//! millimetres, painted slice by slice with a scanner's blur and noise. `Phantom` is a whole CT with
//! nodules and their truth; `Chest` is for training: any region of any chest at any spacing; `Cohort` draws
//! cases for the networks whose question no data at hand answers. Nothing here writes files:
//! `workflow::synth` and `workflow::dataset` hand the slices to `export`.

mod abdomen;
mod build;
mod chest;
mod cohort;
mod field;
mod followup;
mod lung;
mod mediastinum;
mod nodule;
mod noise;
mod phantom;
mod places;
mod ratings;
mod region;
mod scanner;
mod spine;
mod tree;
mod truth;
mod wall;

pub use build::Pose;
pub use chest::Chest;
pub use cohort::{Cohort, Sample, Subject};
pub use followup::FollowUp;
pub use phantom::{Phantom, PhantomSlices, PhantomSpec, SynthError};
pub use places::{Attachment, Place};
pub use ratings::Ratings;
pub use region::Region;
pub use scanner::{Dose, Kernel, Scan};
pub use truth::{GrowthTruth, NoduleTruth, RatingsTruth, Truth};
