//! Any bytes as the one file that is opened: an archive, an index of a disc, frames, a volume file. Found and
//! loaded, or passed over in words.
#![no_main]

use triscope_fuzz::ingest::{begin, load, scan};
use triscope_fuzz::jobs::JobContext;

libfuzzer_sys::fuzz_target!(init: triscope_fuzz::let_guards_work(), |bytes: &[u8]| {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("any");
    std::fs::write(&path, bytes).expect("written");
    let ctx = JobContext::unobserved();
    let scan = scan(&[path], &ctx).expect("the file is there");
    for series in &scan.series {
        // Larger volumes only cost time.
        if series.size.iter().product::<usize>() > 1 << 20 {
            continue;
        }
        let Ok(volume) = begin(series) else { continue };
        if let Ok(loaded) = load(series, &volume, &ctx) {
            assert!(loaded.volume.is_complete());
        }
    }
});
