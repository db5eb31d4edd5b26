//! Any bytes as a slice beside a sound one: found, sorted and loaded, or passed over in words.
#![no_main]

use triscope_fuzz::ingest::{begin, load, scan};
use triscope_fuzz::jobs::JobContext;

static SOUND: &[u8] = include_bytes!("../corpus/image/explicit-le.dcm");

libfuzzer_sys::fuzz_target!(init: triscope_fuzz::let_guards_work(), |bytes: &[u8]| {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("any.dcm"), bytes).expect("written");
    std::fs::write(folder.path().join("sound.dcm"), SOUND).expect("written");
    let ctx = JobContext::unobserved();
    let scan = scan(&[folder.path().to_owned()], &ctx).expect("the folder is there");
    assert!(!scan.series.is_empty(), "the sound slice is always found");
    for series in &scan.series {
        let Ok(volume) = begin(series) else { continue };
        // Larger volumes only cost time.
        if volume.grid().voxel_count() <= 1 << 20 && load(series, &volume, &ctx).is_ok() {
            assert!(volume.is_complete());
        }
    }
});
