//! The cases that come with the program: files of `assets/cases`, compiled in.

use std::sync::{Arc, LazyLock};

use super::known::KnownCases;
use super::map::CaseSet;

/// Cases of the network whose weights come with the program, with their map; worked out when they are first
/// asked for.
/// - returns: `None` for a network without any
pub fn built_in(model: &str) -> Option<Arc<CaseSet>> {
    static M3NET_COMPACT: LazyLock<Option<Arc<CaseSet>>> = LazyLock::new(|| {
        let bytes = include_bytes!("../../assets/cases/m3net-compact.safetensors");
        // A test reads it; a file of the program that is damaged must not end the program.
        KnownCases::from_bytes("built-in", bytes).ok().map(|known| Arc::new(CaseSet::new(known)))
    });
    (model == "m3net-compact").then(|| M3NET_COMPACT.clone()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_of_the_compact_network_can_be_read_and_lie_on_a_map() {
        let set = built_in("m3net-compact").expect("there, and whole");
        assert!(set.known.len() > 100 && built_in("csf-net-compact").is_none());
        let labels = |wanted| set.known.cases.iter().filter(|case| case.label == Some(wanted)).count();
        assert!(labels(true) > 30 && labels(false) > 30);
        let first = set.known.features(0).to_vec();
        let near = set.known.nearest(&first, 3);
        assert_eq!((near[0].case, near[0].distance), (0, 0.0));
        assert!(set.map.shares()[0] >= set.map.shares()[1]);
    }
}
