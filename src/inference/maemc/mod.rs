//! MAEMC-NET: 25 axial and 25 coronal slices of 50 x 50 mm around a point, as two montages; the network on
//! a device.

mod montage;
mod network;

pub use montage::{Montage, montages, of_hu, regions};
pub use network::{MaemcForward, MaemcNetwork};
