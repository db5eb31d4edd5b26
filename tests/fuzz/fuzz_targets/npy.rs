//! Any bytes as an array of another tool: a volume of its shape, or refused in words.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    std::io::Write::write_all(&mut file, bytes).expect("written");
    if let Ok(volume) = triscope_fuzz::npy::read_npy(file.path(), [0.7, 0.7, 1.0]) {
        assert!(volume.is_complete());
        assert!(2 * volume.grid().voxel_count() < bytes.len());
    }
});
