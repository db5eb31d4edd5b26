//! Packed streams, unpacked as they are read and compared with their own checksums at their ends.
//!
//! A checksum stands behind what it is of: whoever needs only the beginning of a stream reads on to its end
//! ([`to_the_end`]) before the beginning counts. Sources: RFC 1952 (gzip), RFC 8878 (Zstandard), the .xz file format
//! (tukaani.org/xz/xz-file-format.txt), the bzip2 manual (sourceware.org/bzip2).

use std::io::{self, BufRead, BufReader, ErrorKind, Read};

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::GzDecoder;
use lzma_rust2::XzReader;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

/// First byte of every member of gzip.
const GZIP_BEGINS: u8 = 0x1F;

/// Compressed bytes that are taken at a time.
const PACKED_BUFFER: usize = 1 << 16;
/// Most memory for the dictionary of xz, KiB: `xz -9` asks for an eighth of it.
const MOST_XZ_KIB: u32 = 512 << 10;

/// How a stream is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    Gzip,
    Bzip2,
    Xz,
    Zstandard,
}

impl Packing {
    /// So many first bytes tell.
    pub(super) const HEAD: usize = 10;

    /// By how a stream begins.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        /// Digits of pi before a block, and those of its root at the end of a stream of none.
        const BLOCKS: [&[u8]; 2] =
            [&[0x31, 0x41, 0x59, 0x26, 0x53, 0x59], &[0x17, 0x72, 0x45, 0x38, 0x50, 0x90]];
        let bzip2 = || {
            head.starts_with(b"BZh") && head.get(4..).is_some_and(|b| BLOCKS.iter().any(|m| b.starts_with(m)))
        };
        match head {
            [0x1F, 0x8B, ..] => Some(Self::Gzip),
            [0x28, 0xB5, 0x2F, 0xFD, ..] => Some(Self::Zstandard),
            [0xFD, b'7', b'z', b'X', b'Z', 0, ..] => Some(Self::Xz),
            _ => bzip2().then_some(Self::Bzip2),
        }
    }

    /// What a stream unpacks to.
    /// - errors of reading: `InvalidInput` or `InvalidData` where it is damaged, by its checksum too;
    ///   `UnexpectedEof`; `OutOfMemory` where unpacking asks for more than it may
    pub(super) fn open<'a>(self, source: impl Read + 'a) -> Box<dyn Read + 'a> {
        let source = BufReader::with_capacity(PACKED_BUFFER, source);
        match self {
            Self::Gzip => Box::new(Gzip::new(source)),
            Self::Bzip2 => Box::new(MultiBzDecoder::new(source)),
            // What it makes comes in small pieces.
            Self::Xz => Box::new(BufReader::new(XzReader::new_mem_limit(source, true, MOST_XZ_KIB))),
            Self::Zstandard => Box::new(Zstandard::new(source)),
        }
    }
}

/// Members of gzip one after the other. Tapes and some writers fill up the last block: what stands behind the
/// last member and is none is left out, as `gzip` does.
pub(super) struct Gzip<R: BufRead> {
    member: Option<GzDecoder<R>>,
}

impl<R: BufRead> Gzip<R> {
    pub(super) fn new(source: R) -> Self {
        Self { member: Some(GzDecoder::new(source)) }
    }
}

impl<R: BufRead> Read for Gzip<R> {
    /// - errors: `InvalidInput` or `InvalidData` where it is damaged, by its checksum too; `UnexpectedEof`
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let got = member.read(bytes)?;
            if got > 0 || bytes.is_empty() {
                return Ok(got);
            }
            let more = member.get_mut().fill_buf()?.first() == Some(&GZIP_BEGINS);
            self.member = self.member.take().filter(|_| more).map(|done| GzDecoder::new(done.into_inner()));
        }
        Ok(0)
    }
}

/// Zstandard frames one after the other: parallel writers make many of one file.
pub(super) struct Zstandard<R: Read> {
    frame: Option<FrameDecoder>,
    source: BufReader<R>,
}

impl<R: Read> Zstandard<R> {
    pub(super) fn new(source: BufReader<R>) -> Self {
        Self { frame: None, source }
    }

    /// The header of the next frame; `false` at the end.
    fn begin(&mut self) -> io::Result<bool> {
        while !self.source.fill_buf()?.is_empty() {
            let mut frame = FrameDecoder::new();
            match frame.init(&mut self.source) {
                Ok(()) => {
                    self.frame = Some(frame);
                    return Ok(true);
                }
                // A frame for others, which the format asks to pass over.
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => {
                    io::copy(&mut self.source.by_ref().take(length.into()), &mut io::sink())?;
                }
                Err(error) => return Err(cut_off_or_damaged(&error)),
            }
        }
        Ok(false)
    }
}

impl<R: Read> Read for Zstandard<R> {
    /// - errors: `InvalidData` where it is damaged, by its checksum too; `UnexpectedEof`
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(frame) = &mut self.frame {
                while frame.can_collect() == 0 && !frame.is_finished() {
                    frame
                        .decode_blocks(&mut self.source, BlockDecodingStrategy::UptoBlocks(1))
                        .map_err(|error| cut_off_or_damaged(&error))?;
                }
                let got = frame.read(bytes)?;
                if got > 0 || bytes.is_empty() {
                    return Ok(got);
                }
                // Writers may leave the sum out.
                let sum = frame.get_checksum_from_data();
                if sum.is_some() && sum != frame.get_calculated_checksum() {
                    return Err(io::Error::new(ErrorKind::InvalidData, "its checksum does not fit"));
                }
                self.frame = None;
            }
            if !self.begin()? {
                return Ok(0);
            }
        }
    }
}

/// Whether the bytes ended, or were others than they can be: the crate says both in one type.
fn cut_off_or_damaged(error: &FrameDecoderError) -> io::Error {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(one) = cause {
        if one.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == ErrorKind::UnexpectedEof) {
            return ErrorKind::UnexpectedEof.into();
        }
        cause = one.source();
    }
    io::Error::new(ErrorKind::InvalidData, error.to_string())
}

/// Reads a stream to its end, where its checksum is, and drops what comes.
/// - `most`: bytes that may still come; a stream that goes on behind them is not worth the time
/// - errors: those of the stream; `InvalidData` where it goes on
pub(super) fn to_the_end(stream: &mut dyn Read, most: u64) -> io::Result<()> {
    let rest = io::copy(&mut Read::take(&mut *stream, most.saturating_add(1)), &mut io::sink())?;
    if rest > most {
        return Err(io::Error::new(ErrorKind::InvalidData, "it goes on behind its end"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut packer = GzEncoder::new(Vec::new(), Compression::none());
        packer.write_all(bytes).expect("packed");
        packer.finish().expect("packed")
    }

    fn all(mut stream: impl Read) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).map(|_| bytes)
    }

    fn zstandard(bytes: &[u8]) -> io::Result<Vec<u8>> {
        all(Zstandard::new(BufReader::new(bytes)))
    }

    #[test]
    fn members_and_frames_follow_each_other_and_padding_behind_them_is_none() {
        let mut packed = gzip(b"one ");
        packed.extend(gzip(b"two"));
        assert_eq!(all(Gzip::new(packed.as_slice())).expect("whole"), b"one two");
        packed.extend([0; 700]);
        assert_eq!(all(Gzip::new(packed.as_slice())).expect("whole"), b"one two");
        let mut packed = compress_to_vec(&b"one "[..], CompressionLevel::Fastest);
        // A frame to pass over: its magic number, three bytes.
        packed.extend([0x50, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 7, 7, 7]);
        packed.extend(compress_to_vec(&b"two"[..], CompressionLevel::Fastest));
        assert_eq!(zstandard(&packed).expect("whole"), b"one two");
    }

    #[test]
    fn a_changed_byte_is_found_by_the_checksum_and_a_missing_one_is_another_fault() {
        let text: Vec<u8> = (0..4000u32).map(|n| (n * n % 251) as u8).collect();
        let kind = |read: io::Result<Vec<u8>>| read.expect_err("not whole").kind();
        let mut packed = gzip(&text);
        let end = packed.len() - 4;
        assert_eq!(kind(all(Gzip::new(&packed[..end]))), ErrorKind::UnexpectedEof);
        // The text is stored as it is, behind a header of 10 bytes and one of 5.
        packed[600] ^= 4;
        assert_eq!(kind(all(Gzip::new(packed.as_slice()))), ErrorKind::InvalidInput);
        let mut packed = compress_to_vec(text.as_slice(), CompressionLevel::Uncompressed);
        let end = packed.len() - 4;
        assert_eq!(kind(zstandard(&packed[..end])), ErrorKind::UnexpectedEof);
        packed[600] ^= 4;
        assert_eq!(kind(zstandard(&packed)), ErrorKind::InvalidData);
    }

    fn bzip2(bytes: &[u8]) -> Vec<u8> {
        let mut packer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        packer.write_all(bytes).expect("packed");
        packer.finish().expect("packed")
    }

    fn xz(bytes: &[u8]) -> Vec<u8> {
        let mut packer =
            lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(1)).expect("a packer");
        packer.write_all(bytes).expect("packed");
        packer.finish().expect("packed")
    }

    #[test]
    fn each_packing_is_told_by_its_first_bytes_and_gives_back_streams_one_after_the_other() {
        let zstandard = |bytes: &[u8]| compress_to_vec(bytes, CompressionLevel::Fastest);
        let all_of_them: [(Packing, &dyn Fn(&[u8]) -> Vec<u8>); 4] = [
            (Packing::Gzip, &gzip),
            (Packing::Bzip2, &bzip2),
            (Packing::Xz, &xz),
            (Packing::Zstandard, &zstandard),
        ];
        let text: Vec<u8> = (0..40_000u32).map(|n| (n * n % 251) as u8).collect();
        for (packing, pack) in all_of_them {
            let (a, b) = text.split_at(999);
            let packed = [pack(a), pack(b)].concat();
            assert_eq!(Packing::of(&packed), Some(packing));
            assert_eq!(Packing::of(&pack(b"")[..Packing::HEAD]), Some(packing), "of nothing");
            assert_eq!(all(packing.open(packed.as_slice())).expect("whole"), text, "{packing:?}");
            for cut in [packed.len() / 2, packed.len() - 3] {
                let kind = all(packing.open(&packed[..cut])).expect_err("cut off").kind();
                assert_eq!(kind, ErrorKind::UnexpectedEof, "{packing:?} {cut}");
            }
            let mut damaged = pack(&text);
            let middle = damaged.len() / 2;
            damaged[middle] ^= 4;
            assert!(all(packing.open(damaged.as_slice())).is_err(), "{packing:?}");
        }
        assert_eq!(Packing::of(b"BZh is a word"), None);
        assert_eq!(Packing::of(b""), None);
    }

    #[test]
    fn what_goes_on_behind_its_end_is_not_read_for_ever() {
        assert!(to_the_end(&mut io::repeat(0), 1 << 16).is_err());
        assert!(to_the_end(&mut io::repeat(0).take(1 << 16), 1 << 16).is_ok());
    }
}
