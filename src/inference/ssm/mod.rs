//! LungNodule-SSM: one axial slice as a picture of 8 bits, resized as Pillow does; the network on a device.

mod network;
mod pillow;
mod slice;

pub use network::{Patches, SsmForward, SsmNetwork};
pub(crate) use slice::CHANNELS;
pub use slice::{Resolution, SlicePicture, nearest_slice, of_hu, region, slice_picture};
