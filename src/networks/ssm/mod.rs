//! LungNodule-SSM: a DINOv2 vision transformer over axial slices, and what answers from its tokens.
//!
//! The transformer's class token goes to a random forest (`crate::forest`), as published, or to the
//! small detection head. Field names are the published `state_dict` keys.
//!
//! Source: github.com/EMeRALDsNRPU/Lung-Nodule-SSM-Self-Supervised-Lung-Nodule-Detection-and-Classification
//! (arXiv 2505.15120); facebookresearch/dinov2 (arXiv 2304.07193), Apache-2.0.

mod config;
mod detector;
mod dino;
mod keys;
mod positions;

pub use config::{DinoConfig, PATCH, SsmConfig, TABLE};
pub use detector::{Detection, DinoDetector, HEAD, detector_layout, head_layout};
pub use dino::{Dino, Tokens};
pub use keys::{dino_layout, is_dead, published};
