//! From a point in a volume to logits: context boxes, crops, the device, the thread that owns it.
//!
//! `workflow::classify` puts these together; `view` and `ui` read boxes, crops and answers.

mod adapter;
mod answer;
mod candidates;
mod context;
mod device;
mod engine;
mod error;
mod learning;
mod members;
mod mode;
mod network;
mod prepare;
mod region;
mod status;
mod warm_up;

pub use answer::{Answer, Detail, DeviceInfo, M3NetDetail};
pub use candidates::{Candidate, SliceBox, SliceFinding, grouped};
pub use context::{ContextBox, context_boxes};
pub use device::{DeviceChoice, Runtime};
pub use engine::{Engine, EngineOptions, Event, Parts, Question, Stopped};
pub use error::InferenceError;
pub use learning::LearningDevice;
pub(crate) use members::ReadersHead;
pub use members::{Readers, Said, Together};
pub use mode::Mode;
pub(crate) use network::read;
pub use network::{Forward, Network, WeightsChoice};
pub use prepare::{Crop, normalise, prepare};
pub use region::{Region, RegionName, regions};
