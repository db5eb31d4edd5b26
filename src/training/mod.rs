//! Teaching a network: pictures from real nodules in simulated chests, stages, checkpoints.
//!
//! `config` is every choice; `patch`, `draw`, `compose` and `pictures` make pictures; `split` says
//! which cases teach, and `plan` how much work that is; `encoder` and `fusion`
//! are the tasks, `marks` and `traits` what only teaches, `learner` takes a step; `fit` runs a stage so that it can be killed at any
//! moment and goes on with the same result, by what `checkpoint` keeps; `run`
//! puts the stages of one fold together; `pace` times a step. `answers` asks what was taught about the
//! same pictures, and about such as `changes` makes of them.

mod answers;
mod cache;
mod changes;
mod checkpoint;
mod compose;
mod config;
mod cut;
mod draw;
mod encoder;
mod error;
mod fit;
mod fusion;
mod guard;
mod guard_clicks;
mod learner;
mod marks;
mod pace;
mod patch;
mod pictures;
mod plan;
mod run;
mod simulate;
mod split;
#[cfg(test)]
mod tests;
mod traits;

pub use answers::{Reply, Taught};
pub use cache::SurroundingsCache;
pub use changes::Change;
pub use checkpoint::{Epoch, StageState};
pub use compose::crop;
pub use config::{Schedule, Subject, Target, TrainConfig};
pub use cut::{block_around, is_whole, nearest_voxel, nodule};
pub use draw::{Augmentation, Draw, Symmetry, generator};
pub use encoder::{Crops, EncoderInTraining, EncoderTask};
pub use error::TrainingError;
pub use fit::Stage;
pub use fusion::{FusionInTraining, FusionTask, View};
pub use guard::fit_guard;
pub use guard_clicks::{
    Click, Known, Limits, NODULE_VOLUMES, PHANTOMS, SIMULATED, elsewhere, in_block, in_chest, masses,
    on_nodule,
};
pub use learner::{Goal, Task};
pub use marks::{Marks, MarksHead};
pub use pace::pace;
pub use patch::{Block, Nodule};
pub use pictures::{Look, Pictures};
pub use plan::Plan;
pub use run::{Run, Trained, fingerprint};
pub use simulate::{SURROUNDINGS, surroundings};
pub use split::{Split, split};
pub use traits::{TRAITS, Traits};
