//! Any bytes as a manifest: read or refused in words; what is read whole is written and read the same.
#![no_main]

use triscope_fuzz::dataset::{Manifest, Severity};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok((manifest, problems)) = Manifest::from_bytes(bytes) else { return };
    if problems.iter().all(|p| p.severity == Severity::Warning) {
        let written = manifest.to_bytes().expect("what was read can be written");
        assert!(Manifest::from_bytes(&written).is_ok_and(|(again, _)| again == manifest));
    }
});
