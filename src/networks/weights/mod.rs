//! A network's values: from files, from a seed, into a module; and what is known of them.

mod built_in;
mod card;
mod collect;
mod ensemble;
mod error;
mod file;
mod fill;
mod glance;
mod import;
mod random;
mod state;
mod store;
mod stream;

pub use built_in::{BUILT_IN, built_in, built_in_architecture, built_in_card, has_built_in};
pub use card::{Calibration, Card, UNTRAINED};
pub use collect::collect;
pub use ensemble::pack;
pub use error::WeightsError;
pub use file::WeightsFile;
pub use glance::glance;
pub use import::{Import, WrongShape, load_into, non_finite};
pub use random::{RANDOM_SEED, random};
pub use state::{Array, StateDict};
pub use store::{Metadata, Precision, installed};
pub use stream::Watch;
