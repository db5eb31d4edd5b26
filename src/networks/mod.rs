//! The published networks: tensors in, logits out. Knows nothing of CT, millimetres or threads.
//!
//! `registry` lists what there is as plain facts; `architecture` turns a name and a file into layers; `csf`, `m3net`, `maemc`, `mmcaf` and `ssm` are
//! networks; `weights` fills them.

mod architecture;
pub mod csf;
mod cuts;
mod figures;
pub mod layers;
mod layout;
pub mod m3net;
pub mod maemc;
pub mod mmcaf;
mod papers;
mod registry;
mod spec;
pub mod ssm;
mod taps;
pub mod weights;

pub use architecture::{Architecture, Keys};
pub use cuts::Rule;
pub use figures::thousands;
pub use layout::{Layout, layout_of};
pub use papers::{Paper, Reported, paper};
pub use registry::{
    DEFAULT_MODEL, M3NET_SCALES, M3NET_WIDEST, Size, UnknownNetwork, m3net_config, names, spec,
};
pub use spec::{CellGrid, Family, NetworkSpec, Scale, ScaleSpec};
pub use taps::{Tapped, Taps};
