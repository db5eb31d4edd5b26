//! How far the maps of one answer agree, and where two of them differ.

use std::sync::Arc;

use crate::explain::{Agreement, Saliency, agreements, difference};

/// Maps of one answer beside each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    maps: Vec<Arc<Saliency>>,
    pairs: Vec<Agreement>,
    two: Option<Two>,
}

/// Two maps that are looked at together; of two networks, perhaps.
#[derive(Clone, Debug, PartialEq)]
struct Two {
    maps: [Arc<Saliency>; 2],
    difference: Arc<Saliency>,
    agreement: Option<Agreement>,
}

impl Comparison {
    /// Compares; takes some tenths of a second for many maps.
    /// - `maps`: all of them, of all scales together
    /// - `two`: those whose difference is wanted
    pub fn between(maps: Vec<Arc<Saliency>>, two: Option<[Arc<Saliency>; 2]>) -> Self {
        let pairs = agreements(&maps);
        let two = two.and_then(|maps| {
            let [a, b] = &maps;
            let (difference, agreement) = (Arc::new(difference(a, b)?), agreements(&maps).first().copied());
            Some(Two { maps, difference, agreement })
        });
        Self { maps, pairs, two }
    }

    /// Whether it is of these maps.
    pub fn is_of(&self, maps: &[Arc<Saliency>]) -> bool {
        self.maps.len() == maps.len() && self.maps.iter().zip(maps).all(|(a, b)| Arc::ptr_eq(a, b))
    }

    /// How far two methods agree.
    pub fn agreement(&self, a: &str, b: &str) -> Option<&Agreement> {
        self.pairs.iter().find(|pair| pair.methods == [a, b] || pair.methods == [b, a])
    }

    /// The first less the second, where that was wanted of these two.
    pub fn difference(&self, two: [&Arc<Saliency>; 2]) -> Option<&Arc<Saliency>> {
        self.of(two).map(|two| &two.difference)
    }

    /// How far these two agree where both say something, where that was wanted of them.
    pub fn of_two(&self, two: [&Arc<Saliency>; 2]) -> Option<&Agreement> {
        self.of(two).and_then(|two| two.agreement.as_ref())
    }

    fn of(&self, [a, b]: [&Arc<Saliency>; 2]) -> Option<&Two> {
        self.two.as_ref().filter(|Two { maps: [x, y], .. }| Arc::ptr_eq(x, a) && Arc::ptr_eq(y, b))
    }
}
