//! Why: saliency maps on the CT's own grid, and the contribution of each scale.
//!
//! The arithmetic runs on the inference thread through burn's autodiff; what leaves this room is
//! plain numbers. `workflow::classify` calls it, `render` and `export` read the maps.

mod contribution;
mod error;
mod grad_cam;
mod method;
mod saliency;

pub use contribution::{Contribution, contribution, leave_one_out};
pub use error::ExplainError;
pub use grad_cam::{NativeMap, combined, grad_cam, native_map};
pub use method::{Method, UnknownMethod, Wanted};
pub use saliency::Saliency;
