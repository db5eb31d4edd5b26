//! MAEMC-NET: 25 slices of a lesion as one montage, an encoder that learns without labels to fill in
//! hidden slices and to know a lesion from two directions, and a classifier on it (Front. Med. 12:1507258).
//!
//! Written from the paper's and MAE's formulas; field names are MAE's `state_dict` keys. A patch is a whole
//! slice: `Encoder::attention_taps` tells what each slice counts, the decoder's `reconstruction` what was
//! not expected of it.

mod classifier;
mod config;
mod contrast;
mod encoder;
mod keys;
mod mae;
mod mask;
mod positions;

pub use classifier::Classifier;
pub use config::{CONTRAST, GRID, KEPT, MaemcConfig, PATCH, Pooling, Positions, SLICES, StackConfig};
pub use contrast::{Compared, Maemc, Projection};
pub use encoder::{Encoder, PatchEmbed, montage_of, slices_of};
pub use keys::{
    classifier_layout, classifier_path_of, is_of_pretraining, is_without_effect, key_of, path_of,
    pretraining_layout, pretraining_path_of, published_layout,
};
pub use mae::{Decoder, Mae, hidden_error, slice_errors};
pub use mask::{Mask, MaskError};
pub use positions::{UnknownPositions, positions, positions_of};
