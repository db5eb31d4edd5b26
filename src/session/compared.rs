//! Two maps that are looked at together.

use std::sync::Arc;

use crate::explain::Saliency;

/// Maps of one nodule: of two methods, or of two networks.
#[derive(Clone, Copy, Debug)]
pub struct Compared<'a> {
    /// The one that is shown, and the one that it is compared with.
    pub maps: [&'a Arc<Saliency>; 2],
    /// The network of each, where they are two.
    pub models: Option<[&'a str; 2]>,
}
