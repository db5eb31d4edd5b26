//! Any bytes as a file of cases: as many features and pictures as it lists cases, or refused in words.
#![no_main]

use triscope_fuzz::cases::{CaseSet, KnownCases};

/// The map of more would take the fuzzer longer than it waits.
const MOST: usize = 1 << 16;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(known) = KnownCases::from_bytes("fuzzed", bytes) else { return };
    let values = known.len() * known.width();
    for case in 0..known.len() {
        assert_eq!(known.features(case).len(), known.width());
        assert!(!known.picture(case).is_empty());
    }
    let back = KnownCases::from_bytes("fuzzed", &known.to_bytes());
    assert!(back.as_ref() == Ok(&known));
    if values <= MOST {
        assert_eq!(CaseSet::new(known).map.places().len(), back.map_or(0, |known| known.len()));
    }
});
