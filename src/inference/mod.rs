//! From a point in a volume to logits: what each network reads, the device, the thread that owns it.
//!
//! Each network has a folder of its name, which turns a volume and a point into the numbers that it reads and
//! the regions that they come from, and runs it on a device. `opened` reads weights of any of them,
//! `loaded` is any of them ready to answer. `workflow::classify` puts these together; `view` and `ui` read
//! regions, inputs and answers.

mod adapter;
mod answer;
mod candidates;
pub mod csf;
mod device;
mod engine;
mod error;
mod learning;
mod loaded;
mod m3net;
pub mod maemc;
pub mod mmcaf;
mod mode;
mod numbers;
mod opened;
mod place;
mod region;
mod scanned;
pub mod ssm;
mod status;
mod trilinear;
mod warm_up;

pub use answer::{
    Answer, CsfDetail, Detail, DeviceInfo, FieldShare, M3NetDetail, MaemcDetail, MmcafDetail, SliceDetection,
    SsmDetail,
};
pub use candidates::{Candidate, SliceBox, SliceFinding, grouped};
pub use device::{DeviceChoice, Runtime};
pub use engine::{Engine, EngineOptions, Event, Parts, Question, Stopped};
pub use error::InferenceError;
pub use learning::LearningDevice;
pub use loaded::{Loaded, Randomised};
pub(crate) use m3net::ReadersHead;
pub use m3net::{
    ContextBox, Crop, Forward, M3NetNetwork, Readers, Said, Sampling, Together, context_boxes, normalise,
    prepare,
};
pub use mode::Mode;
pub(crate) use numbers::{read, read_single};
pub use opened::{Known, WeightsChoice};
pub use place::{repeated, squeezed};
pub use region::{Region, RegionName, regions};
pub use scanned::{ScannedSlice, Scanner, candidates};
