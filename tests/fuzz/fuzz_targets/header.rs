//! Any bytes as a DICOM file: its header is read or refused in words.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(image) = triscope_fuzz::ingest::Image::read(bytes.to_vec()) {
        assert!(!image.size().contains(&0));
    }
});
