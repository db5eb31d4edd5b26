//! The corpus of the fuzz targets, and random damage to it, through the reader of image files: read
//! or refused in words, never a panic. Every crash that fuzzing finds becomes a corpus file.

use std::fs;
use std::path::{Path, PathBuf};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use triscope::ingest::Image;

fn corpus() -> Vec<(PathBuf, Vec<u8>)> {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join("fuzz").join("corpus").join("image");
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).expect("the corpus").flatten().map(|e| e.path()).collect();
    files.sort();
    files.into_iter().map(|path| (path.clone(), fs::read(path).expect("readable"))).collect()
}

/// Reads and decodes; returns the values where both go well.
fn read(bytes: Vec<u8>) -> Result<Box<[i16]>, String> {
    let image = Image::read(bytes).map_err(|e| e.to_string())?;
    let [columns, rows] = image.size();
    let values = image.decode().map_err(|e| e.to_string())?;
    assert_eq!(values.len(), columns * rows);
    Ok(values)
}

/// The phantom of the corpus, row by row.
fn phantom() -> Vec<i16> {
    (0..12 * 16)
        .map(|n| {
            let (i, j) = (n % 16, n / 16);
            let inside = (f64::from(i) - 7.5).hypot(f64::from(j) - 5.5) < 4.0;
            (if inside { -100 } else { -1000 } + 3 * i + 5 * j) as i16
        })
        .collect()
}

#[test]
fn every_lossless_file_of_the_corpus_holds_the_phantom() {
    let files = corpus();
    assert!(files.len() >= 11);
    for (path, bytes) in files {
        let values = read(bytes).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        if !path.ends_with("jpeg-baseline.dcm") {
            assert_eq!(*values, *phantom(), "{}", path.display());
        }
    }
}

#[test]
fn files_cut_at_every_byte_are_read_or_refused() {
    for (_, bytes) in corpus() {
        for len in 0..bytes.len() {
            if let Err(text) = read(bytes[..len].to_vec()) {
                assert!(text.len() > 15 && !text.contains('\n'), "{text}");
            }
        }
    }
}

#[test]
fn random_damage_is_read_or_refused() {
    let rounds: u32 = std::env::var("TRISCOPE_FUZZ_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(300);
    let mut random = ChaCha8Rng::seed_from_u64(1);
    for (_, bytes) in corpus() {
        for _ in 0..rounds {
            let mut damaged = bytes.clone();
            for _ in 0..random.random_range(1..6) {
                damage(&mut damaged, &mut random);
            }
            let _ = read(damaged);
        }
    }
}

fn damage(bytes: &mut Vec<u8>, random: &mut ChaCha8Rng) {
    if bytes.len() < 8 {
        return;
    }
    let at = random.random_range(0..bytes.len());
    match random.random_range(0..5) {
        0 => bytes[at] ^= 1 << random.random_range(0..8),
        1 => bytes[at] = random.random(),
        // Lengths and offsets are most telling at their extremes.
        2 => bytes[at] = [0, 1, 0x7F, 0x80, 0xFE, 0xFF][random.random_range(0..6)],
        3 => {
            let end = (at + random.random_range(1..9)).min(bytes.len());
            bytes.drain(at..end);
        }
        _ => {
            let end = (at + random.random_range(1..9)).min(bytes.len());
            let again: Vec<u8> = bytes[at..end].to_vec();
            bytes.splice(at..at, again);
        }
    }
}
