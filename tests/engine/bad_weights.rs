//! Weights files that must be refused, each with one sentence, and nothing in them executed.

use std::path::{Path, PathBuf};

use triscope::jobs::JobContext;
use triscope::networks::m3net::published_layout;
use triscope::networks::m3net_config;
use triscope::networks::weights::{Array, Card, StateDict, random};
use triscope::workflow::models::{self, Besides};

fn compact() -> StateDict {
    random(&published_layout(&m3net_config("m3net-compact").expect("listed")), 3)
}

fn written(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).expect("a file");
    path
}

/// The sentence with which the file is refused; nothing may have been written.
fn refusal(file: &Path) -> String {
    let out = file.with_extension("out");
    let error = models::import(file, "m3net-compact", Besides::default(), &out, &JobContext::unobserved())
        .expect_err("refused")
        .to_string();
    assert!(!out.exists(), "nothing is written");
    assert!(!error.contains('\n'), "one sentence: {error}");
    error
}

fn safetensors(state: &StateDict) -> Vec<u8> {
    state.to_safetensors(&Card::unknown("m3net-compact", "a test"))
}

#[test]
fn a_file_that_is_no_weights_file_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in
        [("empty.pt", &b""[..]), ("text.pt", b"these are not weights"), ("dicom.safetensors", &[0; 200])]
    {
        let error = refusal(&written(folder.path(), name, bytes));
        assert!(error.contains(name) && error.contains("no weights file"), "{error}");
    }
    let error = refusal(&folder.path().join("absent.pt"));
    assert!(error.contains("absent.pt cannot be read"), "{error}");
}

#[test]
fn a_truncated_file_is_refused_wherever_it_is_cut() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = safetensors(&compact());
    for keep in [9, 100, 20_000, whole.len() / 2, whole.len() - 1] {
        let error = refusal(&written(folder.path(), "cut.safetensors", &whole[..keep]));
        assert!(error.contains("cut.safetensors"), "{keep}: {error}");
    }
}

#[test]
fn missing_unexpected_and_mis_shaped_keys_are_counted_in_the_sentence_and_listed_in_the_report() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut state = compact();
    state.tensors.remove("proj32.bias");
    state.tensors.insert("head.weight".to_owned(), Array { shape: vec![1], values: vec![0.0] });
    if let Some(array) = state.tensors.get_mut("net96.fc.weight") {
        array.shape.reverse();
    }
    let file = written(folder.path(), "other.safetensors", &safetensors(&state));
    let error = refusal(&file);
    for part in ["1 missing (first: proj32.bias)", "1 unexpected (first: head.weight)", "1 of another shape"]
    {
        assert!(error.contains(part), "{error}");
    }
    let models::ModelsError::Weights(triscope::networks::weights::WeightsError::DoNotFit { report, .. }) =
        models::import(
            &file,
            "m3net-compact",
            Besides::default(),
            &folder.path().join("out"),
            &JobContext::unobserved(),
        )
        .expect_err("refused")
    else {
        panic!("another error");
    };
    let json = serde_json::to_value(&*report).expect("serializable");
    assert_eq!(json["missing"][0], "proj32.bias");
    assert_eq!(json["wrong_shape"][0]["expected"], serde_json::json!([2, 64]));
    assert_eq!(json["wrong_shape"][0]["found"], serde_json::json!([64, 2]));
}

#[test]
fn weights_of_another_network_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let tensor = Array { shape: vec![8, 3, 3, 3], values: vec![0.5; 216] };
    let state = StateDict { tensors: [("features.0.weight".to_owned(), tensor)].into() };
    let error = refusal(&written(folder.path(), "vgg.safetensors", &safetensors(&state)));
    assert!(error.contains("do not fit m3net-compact") && error.contains("0 tensors fit"), "{error}");
}

#[test]
fn a_value_that_is_no_number_is_refused_with_its_tensor() {
    let folder = tempfile::tempdir().expect("a folder");
    for bad in [f32::NAN, f32::INFINITY] {
        let mut state = compact();
        if let Some(array) = state.tensors.get_mut("net64.layer1.0.conv1.weight") {
            array.values[5] = bad;
        }
        let error = refusal(&written(folder.path(), "nan.safetensors", &safetensors(&state)));
        assert!(error.contains("'net64.layer1.0.conv1.weight'"), "{error}");
    }
}

/// What `pickle.dumps` makes of an object whose `__reduce__` is `(os.system, (command,))`.
fn pickle_that_runs(command: &str) -> Vec<u8> {
    let mut bytes = b"\x80\x02cposix\nsystem\nX".to_vec();
    bytes.extend_from_slice(&(command.len() as u32).to_le_bytes());
    bytes.extend_from_slice(command.as_bytes());
    bytes.extend_from_slice(b"\x85R.");
    bytes
}

#[test]
fn a_pickle_with_code_is_refused_and_its_code_does_not_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let trace = folder.path().join("it-ran");
    let plain = pickle_that_runs(&format!("touch {}", trace.display()));
    // Alone, as a value of a dictionary, and between two others.
    let body = &plain[2..plain.len() - 1];
    let in_dictionary = [&b"\x80\x02}X\x01\x00\x00\x00w"[..], body, b"s."].concat();
    let in_list = [&b"\x80\x02]K\x01a"[..], body, b"aK\x02a."].concat();
    for (name, bytes) in [("code.pt", &plain), ("code.pth", &in_dictionary), ("list.pt", &in_list)] {
        let error = refusal(&written(folder.path(), name, bytes));
        assert!(error.contains(name), "{error}");
        eprintln!("{error}");
        assert!(!trace.exists(), "the code ran");
    }
    // The same inside the archive that PyTorch writes since 1.6.
    let archive = stored_zip(&[("archive/data.pkl", &in_dictionary), ("archive/version", b"3\n")]);
    let error = refusal(&written(folder.path(), "archive.pt", &archive));
    assert!(error.contains("posix.system") && error.contains("nothing of it was run"), "{error}");
    assert!(!trace.exists(), "the code ran");
}

/// A zip archive without compression, as `torch.save` writes it.
fn stored_zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for (name, data) in entries {
        let offset = file.len() as u32;
        let crc = data.iter().fold(!0u32, |crc, &byte| {
            (0..8).fold(crc ^ u32::from(byte), |c, _| if c & 1 == 1 { c >> 1 ^ 0xEDB8_8320 } else { c >> 1 })
        });
        let mut common = vec![20, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        common.extend_from_slice(&(!crc).to_le_bytes());
        common.extend_from_slice(&(data.len() as u32).to_le_bytes());
        common.extend_from_slice(&(data.len() as u32).to_le_bytes());
        common.extend_from_slice(&(name.len() as u16).to_le_bytes());
        common.extend_from_slice(&[0, 0]);
        file.extend_from_slice(b"PK\x03\x04");
        file.extend_from_slice(&common);
        file.extend_from_slice(name.as_bytes());
        file.extend_from_slice(data);
        directory.extend_from_slice(b"PK\x01\x02\x14\x00");
        directory.extend_from_slice(&common);
        directory.extend_from_slice(&[0; 10]);
        directory.extend_from_slice(&offset.to_le_bytes());
        directory.extend_from_slice(name.as_bytes());
    }
    let (start, count) = (file.len() as u32, entries.len() as u16);
    file.extend_from_slice(&directory);
    file.extend_from_slice(b"PK\x05\x06\x00\x00\x00\x00");
    file.extend_from_slice(&count.to_le_bytes());
    file.extend_from_slice(&count.to_le_bytes());
    file.extend_from_slice(&(directory.len() as u32).to_le_bytes());
    file.extend_from_slice(&start.to_le_bytes());
    file.extend_from_slice(&[0, 0]);
    file
}
