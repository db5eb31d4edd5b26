//! Any bytes as a weights file, safetensors or pickle: tensors as large as they say, or refused in words.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    std::io::Write::write_all(&mut file, bytes).expect("written");
    if let Ok(weights) = triscope_fuzz::networks::weights::WeightsFile::read(file.path()) {
        for array in weights.state.tensors.values() {
            assert_eq!(array.values.len(), array.shape.iter().product::<usize>());
        }
    }
});
