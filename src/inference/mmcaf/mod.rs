//! MMCAF-Net: windows of 12 whole slices, and a row of seven clinical fields; the network on a device.

mod area;
mod network;
mod table;
mod window;

pub use network::{MmcafForward, MmcafNetwork};
pub use table::{COLUMNS, Table, table};
pub(crate) use window::MEAN;
pub use window::{Window, of_hu, regions, windows};
