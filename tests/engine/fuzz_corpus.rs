//! The corpus of the fuzz targets, and random damage to it, through the readers of files: read or
//! refused in words, never a panic. Every crash that fuzzing finds becomes a corpus file.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use triscope::cases::{CaseSet, KnownCase, KnownCases};
use triscope::command::Keymap;
use triscope::ingest::{self, Image, Scan};
use triscope::jobs::JobContext;
use triscope::networks::weights::WeightsFile;
use triscope::session::Preferences;
use triscope::workflow::bench::npy::read_npy;
use triscope::workflow::preferences;

fn corpus_folder(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join("fuzz").join("corpus").join(target)
}

fn corpus() -> Vec<(PathBuf, Vec<u8>)> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(corpus_folder("image")).expect("the corpus").flatten().map(|e| e.path()).collect();
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
        if [DAMAGED_LS, TOO_LONG].iter().any(|name| path.ends_with(name)) {
            continue;
        }
        let values = read(bytes).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        if !path.ends_with("jpeg-baseline.dcm") {
            assert_eq!(*values, *phantom(), "{}", path.display());
        }
    }
}

/// Damage over which CharLS spent seconds: it looks for the end of a code behind the end of the bytes.
const DAMAGED_LS: &str = "jpeg-ls-damaged.dcm";

#[test]
fn a_damaged_jpeg_ls_is_refused_at_once() {
    let bytes = fs::read(corpus_folder("image").join(DAMAGED_LS)).expect("readable");
    let begun = Instant::now();
    let text = read(bytes).expect_err("damaged");
    assert!(text.contains("its JPEG-LS is cut off or damaged"), "{text}");
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
}

/// A number of 85 bytes, whose last one was read as the first of the next element, of gigabytes.
const TOO_LONG: &str = "number-too-long.dcm";

#[test]
fn of_a_number_with_a_byte_too_many_the_rest_is_left_out() {
    let bytes = fs::read(corpus_folder("image").join(TOO_LONG)).expect("readable");
    let begun = Instant::now();
    assert!(read(bytes).is_err());
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    // Pixel Representation, three bytes long: the elements behind it are what they were.
    let mut bytes = fs::read(corpus_folder("image").join("implicit-le.dcm")).expect("readable");
    let at = bytes.windows(8).position(|w| w == [0x28, 0, 3, 1, 2, 0, 0, 0]).expect("there");
    bytes[at + 4] = 3;
    bytes.insert(at + 10, 7);
    assert_eq!(*read(bytes).expect("a picture"), *phantom());
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
    for (_, bytes) in corpus() {
        each_damaged(&bytes, 300, |damaged| {
            let _ = read(damaged);
        });
    }
}

#[test]
fn damaged_jpeg_of_12_bits_is_read_or_refused() {
    let folder = Path::new("../shared/data/odd/transfer-syntax");
    for name in
        ["ct-4.51-jpeg-extended-12bit.dcm", "ct-4.53-jpeg-spectral.dcm", "ct-4.55-jpeg-progressive.dcm"]
    {
        let Ok(bytes) = fs::read(folder.join(name)) else {
            eprintln!("skipped: {name} is not here");
            continue;
        };
        each_damaged(&bytes, 40, |damaged| {
            let _ = read(damaged);
        });
        // The headers, where damage tells most.
        let header = bytes.windows(2).position(|w| w == [0xFF, 0xD8]).expect("a picture");
        each_damaged(&bytes[header..header + 400], 60, |damaged| {
            let _ = read([&bytes[..header], damaged.as_slice(), &bytes[header + 400..]].concat());
        });
    }
}

/// What is found where a file is opened by itself; every series is loaded as far as it can be.
fn opened(file: &Path) -> Scan {
    let ctx = JobContext::unobserved();
    let scan = ingest::scan(&[file.to_owned()], &ctx).expect("the file is there");
    for series in &scan.series {
        // Damage may make sizes of gigabytes, which a scan does not ask for.
        if series.size.iter().product::<usize>() > 1 << 20 {
            continue;
        }
        if let Ok(volume) = ingest::begin(series) {
            assert!(ingest::load(series, &volume, &ctx).map_or(true, |loaded| loaded.volume.is_complete()));
        }
    }
    for passed in &scan.skipped {
        assert!(passed.reason.len() > 15 && !passed.reason.contains('\n'), "{}", passed.reason);
    }
    scan
}

#[test]
fn archives_frames_and_volume_files_of_the_corpus_are_one_volume() {
    let mut seen = 0;
    for file in fs::read_dir(corpus_folder("file")).expect("the corpus").flatten().map(|e| e.path()) {
        let scan = opened(&file);
        if file.ends_with("DICOMDIR") {
            assert!(scan.skipped.iter().any(|s| s.reason.contains("is not there")), "{:?}", scan.skipped);
            continue;
        }
        let [series] = scan.series.as_slice() else { panic!("{}: {:?}", file.display(), scan.skipped) };
        let volume = ingest::begin(series).expect("a volume");
        ingest::load(series, &volume, &JobContext::unobserved()).expect("loads");
        assert_eq!(volume.grid().size(), [5, 4, 3]);
        // A square root of a square in f64.
        assert!(volume.grid().spacing_mm().iter().zip([0.7, 0.7, 2.0]).all(|(a, b)| (a - b).abs() < 1e-12));
        assert_eq!(volume.grid().patient_from_voxel().origin().to_array(), [-5.0, -4.0, 0.0]);
        assert_eq!(volume.value([3, 2, 1]), Some(30.0 + 200.0 - 20.0 - 200.0), "{}", file.display());
        seen += 1;
    }
    assert!(seen >= 16);
}

#[test]
fn damaged_archives_frames_and_volume_files_are_read_or_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let any = folder.path().join("any");
    for file in fs::read_dir(corpus_folder("file")).expect("the corpus").flatten().map(|e| e.path()) {
        let bytes = fs::read(&file).expect("readable");
        each_damaged(&bytes, 200, |damaged| {
            fs::write(&any, damaged).expect("written");
            opened(&any);
        });
        for percent in 0..100 {
            fs::write(&any, &bytes[..bytes.len() * percent / 100]).expect("written");
            opened(&any);
        }
    }
}

#[test]
fn damaged_files_of_cases_are_read_or_refused() {
    let cases: Vec<KnownCase> = (0..3)
        .map(|n| KnownCase {
            name: format!("case {n}"),
            label: (n < 2).then_some(n == 0),
            rating: Some(3.0),
            diameter_mm: None,
            probability: 0.5,
        })
        .collect();
    let features = (0..12).map(|n| n as f32).collect();
    let of = ("m3net-compact".to_owned(), "00".to_owned());
    let known =
        KnownCases::new(of, (vec!["Made up.".to_owned()], 0), cases, (features, vec![7; 3 * 48 * 48]));
    let bytes = known.expect("they fit").to_bytes();
    each_damaged(&bytes, 2000, |damaged| match KnownCases::from_bytes("damaged", &damaged) {
        Ok(known) => {
            assert!((0..known.len()).all(|case| known.features(case).len() == known.width()));
            assert_eq!(CaseSet::new(known.clone()).map.places().len(), known.len());
        }
        Err(error) => assert!(error.to_string().len() > 15),
    });
}

/// Reads these bytes as a file, damaged again and again; `reads` gives the words of a refusal.
fn each_damaged_file(name: &str, bytes: &[u8], reads: impl Fn(&Path) -> Result<(), String>) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join(name);
    fs::write(&file, bytes).expect("written");
    assert_eq!(reads(&file), Ok(()), "whole it is read");
    each_damaged(bytes, 200, |damaged| {
        fs::write(&file, damaged).expect("written");
        if let Err(text) = reads(&file) {
            assert!(text.contains(name), "{text}");
        }
    });
}

#[test]
fn damaged_weights_are_read_or_refused() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join("data").join("golden");
    // Both kinds of PyTorch's archive, old and new, and safetensors.
    for name in ["block.pt", "block_legacy.pth", "block_io.safetensors"] {
        let bytes = fs::read(golden.join(name)).expect("readable");
        each_damaged_file(name, &bytes, |file| {
            let weights = WeightsFile::read(file).map_err(|e| e.to_string())?;
            for array in weights.state.tensors.values() {
                assert_eq!(array.values.len(), array.shape.iter().product::<usize>());
            }
            Ok(())
        });
    }
}

#[test]
fn damaged_arrays_are_read_or_refused() {
    let bytes = fs::read(corpus_folder("npy").join("int16.npy")).expect("readable");
    each_damaged_file("int16.npy", &bytes, |file| {
        read_npy(file, [0.7, 0.7, 1.0]).map(|volume| assert!(volume.is_complete())).map_err(|e| e.to_string())
    });
}

#[test]
fn damaged_preferences_and_keys_are_read_or_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("preferences.toml");
    let mut prefs = Preferences { adapter: "RTX".to_owned(), ..Preferences::default() };
    prefs.remember("a b".as_ref());
    preferences::write(&prefs, &file).expect("written");
    each_damaged_file("preferences.toml", &fs::read(file).expect("read"), |file| {
        preferences::read(file).map(drop).map_err(|e| e.to_string())
    });
    let keys = b"next_slice = [\"J\", \"Ctrl+Shift+Down\"]\nundo = []\nhelp = [\"?\", \"F1\"]\n";
    each_damaged(keys, 2000, |damaged| {
        for error in Keymap::from_toml(&String::from_utf8_lossy(&damaged)).1 {
            assert!(error.to_string().len() > 15, "{error}");
        }
    });
}

/// Calls with damaged copies, the same ones in every run.
fn each_damaged(bytes: &[u8], rounds: u32, mut with: impl FnMut(Vec<u8>)) {
    let asked = std::env::var("TRISCOPE_FUZZ_ROUNDS").ok().and_then(|n| n.parse().ok());
    let mut random = ChaCha8Rng::seed_from_u64(1);
    for _ in 0..asked.unwrap_or(rounds) {
        let mut damaged = bytes.to_vec();
        for _ in 0..random.random_range(1..6) {
            damage(&mut damaged, &mut random);
        }
        with(damaged);
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
