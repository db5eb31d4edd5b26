//! Teaching a network: pictures from real nodules in simulated chests, stages, checkpoints.
//!
//! `config` is every choice; `patch`, `draw`, `compose` and `pictures` make pictures; `split` says
//! which cases teach, and `plan` how much work that is; `encoder` and `fusion`
//! are the tasks, `marks` and `traits` what only teaches, `learner` takes a step; `fit` runs a stage so that it can be killed at any
//! moment and goes on with the same result, by what `checkpoint` keeps; `run`
//! puts the stages of one fold together; `pace` times a step. `answers` asks what was taught about the
//! same pictures, and about such as `changes` makes of them.
//!
//! All of that is M3Net's but for `learner`, `fit`, `checkpoint`, `split` and `plan`, which carry any network.
//! `course` says how a stage of the others steps, `cohort` which cases they have, `inputs` keeps what they
//! read, `described` is what only teaches, `losses` and `turns` are what they share; `csf`, `mmcaf`, `maemc` and `ssm` teach them, each as a
//! `curriculum`.

mod answers;
mod cache;
mod changes;
mod checkpoint;
mod cohort;
mod compose;
mod config;
mod course;
mod csf;
mod curriculum;
mod cut;
mod described;
mod draw;
mod encoder;
mod error;
mod fit;
mod fusion;
mod guard;
mod guard_clicks;
mod inputs;
mod learner;
mod losses;
mod maemc;
mod marks;
mod mmcaf;
mod pace;
mod patch;
mod pictures;
mod plan;
mod run;
mod scales;
mod simulate;
mod slice;
mod split;
mod ssm;
#[cfg(test)]
mod tests;
mod traits;
mod turns;

pub use answers::{Reply, Taught};
pub use cache::SurroundingsCache;
pub use changes::Change;
pub use checkpoint::{Epoch, StageState, refuse_other};
pub use cohort::{Cohort, CohortCase, sum_of_ids};
pub use compose::crop;
pub use config::{MutualInformation, Part, Schedule, Subject, Target, TrainConfig};
pub use course::{Course, Optimiser};
pub use csf::{CsfAugmentation, CsfTraining};
pub use curriculum::{Asked, Curriculum, Learned, Lesson, Seen, curriculum};
pub use cut::{block_around, is_whole, nearest_voxel, nodule};
pub use described::{DESCRIBED, Description, description};
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
pub use inputs::InputCache;
pub use learner::{At, Goal, Loss, Task};
pub use maemc::{MaemcAugmentation, MaemcTraining};
pub use marks::{Marks, MarksHead};
pub use mmcaf::{MmcafAugmentation, MmcafPieces, MmcafTraining};
pub use pace::pace;
pub use patch::{Block, Nodule};
pub use pictures::{Look, Pictures};
pub use plan::Plan;
pub use run::{Run, Trained, fingerprint};
pub use scales::{ScalesInTraining, ScalesTask};
pub use simulate::{SURROUNDINGS, surroundings};
pub use slice::{NoduleSlice, nodule_slice};
pub use split::{Split, split};
pub use ssm::{ON_RANDOM_FEATURES, SsmCrops, SsmTraining};
pub use traits::{TRAITS, Traits};
