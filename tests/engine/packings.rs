//! Every way in which archives and volumes are packed gives the same volume, and none of them does harm.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use flate2::Crc;
use triscope::ingest::Private;
use triscope::jobs::JobContext;
use triscope::workflow::open::{OpenError, Reading, open_as};
use zip::write::SimpleFileOptions;
use zip::{AesMode, CompressionMethod};

use crate::archives::{Files, is_the_same, opened, scanned, slices, tar, write, zip, zstandard};

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut packer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    packer.write_all(bytes).expect("packed");
    packer.finish().expect("packed")
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let options = lzma_rust2::XzOptions::with_preset(1);
    let mut packer = lzma_rust2::XzWriter::new(Vec::new(), options).expect("a packer");
    packer.write_all(bytes).expect("packed");
    packer.finish().expect("packed")
}

/// As a zip holds it: version, length of the properties, properties, and the codes.
fn lzma(bytes: &[u8]) -> Vec<u8> {
    let options = lzma_rust2::LzmaOptions::with_preset(1);
    let mut packer = lzma_rust2::LzmaWriter::new_no_header(Vec::new(), &options, false).expect("a packer");
    let mut head = vec![9, 20, 5, 0, packer.props()];
    head.extend(options.dict_size.to_le_bytes());
    packer.write_all(bytes).expect("packed");
    head.extend(packer.finish().expect("packed"));
    head
}

/// Blocks as they are, which Deflate64 has from Deflate.
fn deflate64(bytes: &[u8]) -> Vec<u8> {
    let blocks = bytes.chunks(60_000);
    let last = blocks.len().saturating_sub(1);
    let block = |(n, block): (usize, &[u8])| {
        let length = block.len() as u16;
        [&[u8::from(n == last)][..], &length.to_le_bytes(), &(!length).to_le_bytes(), block].concat()
    };
    bytes.chunks(60_000).enumerate().flat_map(block).collect()
}

/// A zip by a method that no writer at hand has. Source: PKWARE's APPNOTE 4.3.
/// - `announced`: what members say that they unpack to, where that is not true
fn by_hand(files: &Files, method: u16, pack: impl Fn(&[u8]) -> Vec<u8>, announced: Option<u32>) -> Vec<u8> {
    let (mut bytes, mut table) = (Vec::new(), Vec::new());
    for (name, plain) in files {
        let packed = pack(plain);
        let mut crc = Crc::new();
        crc.update(plain);
        let mut facts = 63u16.to_le_bytes().to_vec();
        // Flags: of LZMA, that its end is marked or not; method, time, date.
        facts.extend([0u16, method, 0, 33].iter().flat_map(|n| n.to_le_bytes()));
        let long = [crc.sum(), packed.len() as u32, announced.unwrap_or(plain.len() as u32)];
        facts.extend(long.iter().flat_map(|n| n.to_le_bytes()));
        facts.extend([name.len() as u16, 0].iter().flat_map(|n| n.to_le_bytes()));
        let at = bytes.len() as u32;
        bytes.extend(b"PK\x03\x04");
        bytes.extend(&facts);
        bytes.extend(name.as_bytes());
        bytes.extend(packed);
        table.extend(b"PK\x01\x02\x3F\x00");
        table.extend(&facts);
        table.extend([0; 10]);
        table.extend(at.to_le_bytes());
        table.extend(name.as_bytes());
    }
    let (count, length, at) = (files.len() as u16, table.len() as u32, bytes.len() as u32);
    bytes.extend(table);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend([count, count].iter().flat_map(|n| n.to_le_bytes()));
    bytes.extend([length, at].iter().flat_map(|n| n.to_le_bytes()));
    bytes.extend([0, 0]);
    bytes
}

fn method(method: CompressionMethod) -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(method)
}

/// The methods of APPNOTE 4.4.5 that are read, with what packs by them.
const BY_HAND: [(&str, u16, fn(&[u8]) -> Vec<u8>); 4] =
    [("deflate64", 9, deflate64), ("lzma", 14, lzma), ("zstandard", 93, zstandard), ("xz", 95, xz)];

#[test]
fn members_of_a_zip_are_read_by_every_method_and_streams_by_every_packing() {
    let (folder, files) = slices();
    let plain = opened(folder.path()).expect("a folder");
    let mut archives: Vec<(String, Vec<u8>)> = BY_HAND
        .iter()
        .map(|(name, number, pack)| (format!("{name}.zip"), by_hand(&files, *number, pack, None)))
        .collect();
    archives.push(("bzip2.zip".to_owned(), zip(&files, method(CompressionMethod::Bzip2))));
    archives.push(("packed.tar.bz2".to_owned(), bzip2(&tar(&files))));
    archives.push(("packed.tar.xz".to_owned(), xz(&tar(&files))));
    for (name, bytes) in archives {
        let (_kept, path) = write(&name, &bytes);
        let found = opened(&path).unwrap_or_else(|e| panic!("{name}: {e}"));
        is_the_same(&found, &plain);
        assert!(found.scan.skipped.is_empty(), "{name}: {:?}", found.scan.skipped);
        assert_eq!(fs::read_dir(path.parent().expect("a folder")).expect("listed").count(), 1);
    }
    let (_kept, path) = write("0.dcm.xz", &xz(&files[0].1));
    assert_eq!(scanned(&path).series[0].files, [path]);
}

#[test]
fn what_is_locked_opens_whatever_packed_it() {
    let (folder, files) = slices();
    let plain = opened(folder.path()).expect("a folder");
    for packing in [CompressionMethod::Bzip2, CompressionMethod::Xz] {
        let locked = method(packing).with_aes_encryption(AesMode::Aes256, "a long pass phrase");
        let (_kept, path) = write("locked.zip", &zip(&files, locked));
        let Err(OpenError::Locked(archive)) = opened(&path) else { panic!("{packing} is locked") };
        assert!(!archive.0.wrong);
        let password = Private::new("a long pass phrase".to_owned());
        let reading = Reading { password: Some(&password), ..Reading::default() };
        let found = open_as(&[path], None, reading, &JobContext::unobserved(), |_| {});
        is_the_same(&found.unwrap_or_else(|e| panic!("{packing}: {e}")), &plain);
    }
}

#[test]
fn a_method_that_is_not_read_is_called_by_its_name_and_the_other_members_open() {
    let (_folder, files) = slices();
    let (some, others) = files.split_at(2);
    for (number, name) in [(98, "by PPMd,"), (6, "by Implode,"), (19, "by method 19,")] {
        let (_kept, path) = write("x.zip", &by_hand(&files, number, <[u8]>::to_vec, None));
        let error = opened(&path).expect_err("nothing is read").to_string();
        assert!(error.contains(name) && !error.contains('\n'), "{error}");
    }
    // Their table lists both, the second one first.
    let mixed = by_hand(&some.to_vec(), 98, <[u8]>::to_vec, None);
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("a.zip"), mixed).expect("written");
    fs::write(folder.path().join("b.zip"), zip(&others.to_vec(), method(CompressionMethod::Bzip2)))
        .expect("written");
    let scan = scanned(folder.path());
    assert_eq!((scan.series[0].files.len(), scan.skipped.len()), (7, 2));
}

#[test]
fn a_changed_byte_is_found_whatever_packed_it() {
    let (_folder, files) = slices();
    let (name, slice) = &files[4];
    for (packing, number, pack) in BY_HAND {
        let mut bytes = by_hand(&files, number, pack, None);
        let packed = pack(slice);
        let at = bytes.windows(packed.len()).position(|w| w == packed).expect("there");
        // Near the end of the member: in its last pixels, or in the checksum of the packing.
        let last = packed.len() - 9;
        bytes[at + last] ^= 16;
        let (_kept, path) = write("x.zip", &bytes);
        let found = opened(&path).unwrap_or_else(|e| panic!("{packing}: {e}"));
        assert!(
            !found.series().classifiable() || found.defects.iter().any(|d| !d.classifiable()),
            "{packing}"
        );
        let file = Path::new(name).file_name().expect("a name").to_string_lossy();
        let told = found.defects.iter().map(|d| d.text.as_str());
        let passed = found.scan.skipped.iter().map(|s| s.reason.as_str());
        assert!(told.chain(passed).any(|text| text.contains(&*file)), "{packing}: {:?}", found.defects);
    }
    let whole = tar(&files);
    for (name, mut bytes) in [("x.tar.bz2", bzip2(&whole)), ("x.tar.xz", xz(&whole))] {
        let at = bytes.len() * 2 / 3;
        bytes[at] ^= 4;
        let (_kept, path) = write(name, &bytes);
        let scan = scanned(&path);
        assert!(scan.series.is_empty(), "{name}");
        assert!(scan.skipped[0].reason.contains("damaged"), "{name}: {:?}", scan.skipped);
    }
}

#[test]
fn archives_of_every_packing_cut_anywhere_are_read_as_far_as_they_go_or_refused_in_words() {
    let (_folder, files) = slices();
    let mut archives: Vec<(&str, Vec<u8>)> =
        BY_HAND.iter().map(|(name, number, pack)| (*name, by_hand(&files, *number, pack, None))).collect();
    archives.push(("cut.tar.bz2", bzip2(&tar(&files))));
    archives.push(("cut.tar.xz", xz(&tar(&files))));
    for (name, bytes) in archives {
        for percent in (0..100).step_by(3) {
            let (_kept, path) = write(name, &bytes[..bytes.len() * percent / 100]);
            if let Err(refused) = opened(&path) {
                let refused = refused.to_string();
                assert!(refused.len() > 20 && !refused.contains('\n'), "{name} {percent}: {refused}");
            }
        }
    }
}

#[test]
fn what_unpacks_to_very_much_is_refused_whatever_packed_it() {
    let began = Instant::now();
    let zeros = vec![0; 16 << 20];
    // 600 MB of zeros as a member of a tar, in one stream after the other.
    let mut header = tar::Header::new_gnu();
    header.set_path("zeros").expect("fits");
    header.set_size(8 << 30);
    header.set_cksum();
    for (name, pack) in [("bomb.tar.bz2", bzip2 as fn(&[u8]) -> Vec<u8>), ("bomb.tar.xz", xz)] {
        let mut bytes = pack(header.as_bytes());
        let one = pack(&zeros);
        (0..40).for_each(|_| bytes.extend(&one));
        let (_kept, path) = write(name, &bytes);
        let refused = opened(&path).expect_err("a bomb").to_string();
        assert!(refused.contains("100 times its size"), "{name}: {refused}");
    }
    let many: Files = (0..20).map(|n| (format!("{n}"), zeros.clone())).collect();
    for (name, number, pack) in BY_HAND.into_iter().skip(1) {
        let (_kept, path) = write("bomb.zip", &by_hand(&many, number, pack, None));
        let refused = opened(&path).expect_err("a bomb").to_string();
        assert!(refused.contains("100 times its size"), "{name}: {refused}");
    }
    // The same without its table: members are read by the headers in front of them.
    let bytes = by_hand(&many, 12, bzip2, None);
    let (_kept, path) = write("bomb.zip", &bytes[..bytes.len() - 900]);
    let refused = opened(&path).expect_err("a bomb").to_string();
    assert!(refused.contains("100 times its size"), "cut: {refused}");
    // A member that announces four gigabytes of dictionary, and little.
    let some: Files = vec![("a".to_owned(), vec![7; 4000])];
    let greedy = |bytes: &[u8]| {
        let mut packed = lzma(bytes);
        packed[5..9].copy_from_slice(&u32::MAX.to_le_bytes());
        packed
    };
    let (_kept, path) = write("greedy.zip", &by_hand(&some, 14, greedy, None));
    assert!(opened(&path).is_err());
    assert!(began.elapsed() < Duration::from_secs(120), "{:?}", began.elapsed());
}

#[test]
fn a_volume_file_opens_however_it_is_packed() {
    let path = Path::new("../shared/data/odd/other-formats/lidc0001-cut.nii.gz");
    let Ok(bytes) = fs::read(path) else {
        eprintln!("skipped: {} is not here", path.display());
        return;
    };
    let plain = opened(path).expect("opens");
    let mut unpacked = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::MultiGzDecoder::new(bytes.as_slice()), &mut unpacked)
        .expect("unpacked");
    for (name, bytes) in [
        ("ct.nii.bz2", bzip2(&unpacked)),
        ("ct.nii.xz", xz(&unpacked)),
        ("ct.nii.zst", zstandard(&unpacked)),
        ("ct.zip", by_hand(&vec![("ct.nii".to_owned(), unpacked.clone())], 14, lzma, None)),
    ] {
        let (_kept, path) = write(name, &bytes);
        is_the_same(&opened(&path).unwrap_or_else(|e| panic!("{name}: {e}")), &plain);
    }
}
