//! Any bytes as a DICOM file: header and pixels are read or refused in words.
#![no_main]

libfuzzer_sys::fuzz_target!(init: triscope_fuzz::let_guards_work(), |bytes: &[u8]| {
    let Ok(image) = triscope_fuzz::ingest::Image::read(bytes.to_vec()) else { return };
    let [columns, rows] = image.size();
    // Larger pictures only cost time.
    if columns * rows > 1 << 20 {
        return;
    }
    if let Ok(values) = image.decode() {
        assert_eq!(values.len(), columns * rows);
    }
});
