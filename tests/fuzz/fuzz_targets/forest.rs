//! Any bytes as a forest, JSON or ONNX: one that can be asked, or refused in words.
#![no_main]

use triscope_fuzz::forest::Forest;

/// A forest says itself how many features it reads; an example of it has to be written down.
const MOST: usize = 1 << 20;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(forest) = Forest::read(bytes) {
        let width = forest.features();
        if width <= MOST {
            let shares = forest.predict(&vec![0.5; width]).expect("as many as it reads");
            assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-3, "{shares:?}");
        }
        assert!(Forest::read(&forest.to_json()).is_ok());
    }
});
