//! Any bytes as a volume file (NIfTI, MetaImage, NRRD): read or refused in words.
#![no_main]

use triscope_fuzz::volume::Unit;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(volume) = triscope_fuzz::ingest::read_volume_bytes(bytes, Unit::Hu) {
        assert!(volume.is_complete());
    }
});
