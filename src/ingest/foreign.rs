//! Files that may hold a study and are not opened: what they are, and what to do.

use std::io;
use std::path::Path;

use super::source::{Source, Tape};
use super::words::name;

/// What a file is that is neither DICOM nor a volume, by its first bytes: what follows its name in the sentence.
/// - returns: `None` where nothing is known of it, or it cannot be read
pub(super) fn sentence(source: &Source) -> Option<&'static str> {
    let begins = |tape: &mut Tape<'_>| tape.peek::<8>();
    let head = source.read::<_, io::Error>(begins).ok()?;
    const KINDS: [(&[u8], &str); 6] = [
        (b"7z\xBC\xAF\x27\x1C", "is a 7-Zip archive, which is not read; unpack it and open the folder"),
        (b"Rar!\x1A\x07", "is a RAR archive, which is not read; unpack it and open the folder"),
        (b"\xFD7zXZ\0", "is packed by xz, which is not read; unpack it, or pack it as .tar.gz or .zip"),
        (b"BZh", "is packed by bzip2, which is not read; unpack it, or pack it as .tar.gz or .zip"),
        (b"\x1F\x8B", "is packed by gzip, and holds neither a tar nor a DICOM file nor a volume"),
        (b"\x28\xB5\x2F\xFD", "is packed by Zstandard, and holds neither a tar nor a DICOM file"),
    ];
    let known = KINDS.iter().find(|(begins, _)| head.starts_with(begins)).map(|(_, words)| *words);
    known.or_else(|| program(source, head)).or_else(|| half_of_a_pair(source.path()))
}

/// A program with an archive behind it.
fn program(source: &Source, head: [u8; 8]) -> Option<&'static str> {
    /// The longest end of a zip: its record, and a comment.
    const END: u64 = 66_000;
    if !head.starts_with(b"MZ") {
        return None;
    }
    let end = |tape: &mut Tape<'_>| {
        let length = tape.left().min(END);
        tape.go_to(tape.left().saturating_sub(length))?;
        tape.take_bytes(length)
    };
    let bytes = source.read::<_, io::Error>(end).ok()?;
    let zip = bytes.windows(4).any(|four| four == b"PK\x05\x06");
    zip.then_some("is an archive that unpacks itself, which is not run here; unpack it and open the folder")
}

/// The voxels of a header that lies beside them.
fn half_of_a_pair(file: &Path) -> Option<&'static str> {
    let ends = name(file).to_lowercase();
    let image = ends.ends_with(".img") || ends.ends_with(".img.gz");
    let stem = file.to_string_lossy();
    let stem = stem.get(..stem.to_lowercase().rfind(".img")?)?.to_owned();
    let header = ["hdr", "HDR"].iter().any(|end| Path::new(&format!("{stem}.{end}")).is_file());
    (image && header).then_some("holds the voxels of a pair; open the .hdr that lies beside it")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn what_is_not_opened_is_called_by_its_name() {
        let said = |bytes: &[u8]| {
            sentence(&Source::memory(Path::new("x"), Arc::new(bytes.to_vec()))).unwrap_or_default()
        };
        assert!(said(b"7z\xBC\xAF\x27\x1C\0\x04").contains("7-Zip"));
        assert!(said(b"Rar!\x1A\x07\x01\0").contains("RAR"));
        assert!(said(b"\xFD7zXZ\0\0\x04").contains("xz"));
        assert!(said(b"BZh91AY&SY").contains("bzip2"));
        assert!(said(b"MZ and a program, then PK\x05\x06 and more").contains("unpacks itself"));
        assert_eq!(said(b"MZ and a program"), "");
        assert_eq!(said(b"a letter"), "");
        assert_eq!(said(b""), "");
    }
}
