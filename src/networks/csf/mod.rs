//! CSF-Net: two regions of interest, an earlier and a later one, and six clinical fields.
//!
//! Field names are the published `state_dict` keys, so that weights load without a rename table. More than
//! half of a published file is never used (`keys`). Grad-CAM looks at `Trunk::EXPLAINED` of both dates;
//! `Trunk::GATES` are the network's own maps.

mod blocks;
mod clinical;
mod cmaf;
mod config;
mod keys;
mod net;
mod temporal;
mod trunk;

pub use blocks::{Cbam, CsfBlock};
pub use clinical::{
    CategoriesError, Clinical, UnknownCategory, any_categories, categories_array, categories_of,
    categories_shape,
};
pub use cmaf::{CrossModalFusion, Keys};
pub use config::{AfterTemporal, Attending, CsfConfig, FIELDS, HEADS};
pub use keys::{is_without_effect, key_of, path_of, published_layout, random};
pub use net::CsfNet;
pub use temporal::TemporalFusion;
pub use trunk::{Layer, Trunk};
