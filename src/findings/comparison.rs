//! How far the maps of one answer agree, and where two of them differ.

use std::sync::Arc;

use crate::explain::{Agreement, Saliency, agreements, difference};

/// Maps of one answer beside each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    maps: Vec<Arc<Saliency>>,
    pairs: Vec<Agreement>,
    difference: Option<([Arc<Saliency>; 2], Arc<Saliency>)>,
}

impl Comparison {
    /// Compares; takes some tenths of a second for many maps.
    /// - `maps`: all of them, of all scales together
    /// - `two`: those whose difference is wanted
    pub fn of(maps: Vec<Arc<Saliency>>, two: Option<[Arc<Saliency>; 2]>) -> Self {
        let pairs = agreements(&maps);
        let difference = two.and_then(|[a, b]| {
            let map = Arc::new(difference(&a, &b)?);
            Some(([a, b], map))
        });
        Self { maps, pairs, difference }
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
    pub fn difference(&self, [a, b]: [&Arc<Saliency>; 2]) -> Option<&Arc<Saliency>> {
        let same =
            |([x, y], _): &&([Arc<Saliency>; 2], Arc<Saliency>)| Arc::ptr_eq(x, a) && Arc::ptr_eq(y, b);
        self.difference.as_ref().filter(same).map(|(_, map)| map)
    }
}
