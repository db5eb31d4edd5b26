//! Files that may hold a study and are not opened: what they are, and what to do.

use std::io::{self, Read};
use std::path::Path;

use super::source::{Source, Tape};
use super::unpack::Packing;
use super::words::name;

/// What a file is that is neither DICOM nor a volume, by its first bytes: what follows its name in the sentence.
/// - `asked`: whether it was named by itself, and so was tried as a volume
/// - returns: `None` where nothing is known of it, or it cannot be read
pub(super) fn sentence(source: &Source, asked: bool) -> Option<&'static str> {
    let begins = |tape: &mut Tape<'_>| tape.peek::<{ Packing::HEAD }>();
    let head = source.read::<_, io::Error>(begins).ok()?;
    const KINDS: [(&[u8], &str); 2] = [
        (b"7z\xBC\xAF\x27\x1C", "is a 7-Zip archive, which is not read; unpack it and open the folder"),
        (b"Rar!\x1A\x07", "is a RAR archive, which is not read; unpack it and open the folder"),
    ];
    let known = KINDS.iter().find(|(begins, _)| head.starts_with(begins)).map(|(_, words)| *words);
    // What is packed beside a study may be a mask of it.
    let packed = || {
        let packing = Packing::of(&head).filter(|_| asked)?;
        Some(if is_damaged(source, packing) { DAMAGED } else { packed(packing) })
    };
    let known = known.or_else(packed);
    known.or_else(|| program(source, head)).or_else(|| half_of_a_pair(source.path()))
}

const DAMAGED: &str = "is packed, and damaged or cut off at its beginning: copy it again";

/// Whether its beginning cannot be unpacked.
fn is_damaged(source: &Source, packing: Packing) -> bool {
    /// The largest block of bzip2, at the end of which its checksum is.
    const BLOCK: u64 = 900_000;
    let some = |tape: &mut Tape<'_>| io::copy(&mut packing.open(tape).take(BLOCK + 1), &mut io::sink());
    source.read::<_, io::Error>(some).is_err()
}

/// A packed file with nothing in it that is read.
const fn packed(packing: Packing) -> &'static str {
    match packing {
        Packing::Gzip => "is packed by gzip, and holds neither a tar nor a DICOM file nor a volume",
        Packing::Bzip2 => "is packed by bzip2, and holds neither a tar nor a DICOM file nor a volume",
        Packing::Xz => "is packed by xz, and holds neither a tar nor a DICOM file nor a volume",
        Packing::Zstandard => "is packed by Zstandard, and holds neither a tar nor a DICOM file nor a volume",
    }
}

/// A program with an archive behind it.
fn program(source: &Source, head: [u8; Packing::HEAD]) -> Option<&'static str> {
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
            sentence(&Source::memory(Path::new("x"), Arc::new(bytes.to_vec())), false).unwrap_or_default()
        };
        assert!(said(b"7z\xBC\xAF\x27\x1C\0\x04").contains("7-Zip"));
        assert!(said(b"Rar!\x1A\x07\x01\0").contains("RAR"));
        assert!(said(b"MZ and a program, then PK\x05\x06 and more").contains("unpacks itself"));
        for packed in [&b"\x1F\x8B\x08 and more"[..], b"\xFD7zXZ\0\0\x04", b"BZh91AY&SY"] {
            assert_eq!(said(packed), "", "a volume perhaps");
        }
        let cut = Source::memory(Path::new("x"), Arc::new(b"BZh91AY&SY and nothing".to_vec()));
        assert_eq!(sentence(&cut, true), Some(DAMAGED));
        assert_eq!(said(b"MZ and a program"), "");
        assert_eq!(said(b"a letter"), "");
        assert_eq!(said(b""), "");
    }
}
