//! Safetensors files of any size, tensor by tensor: beside the values themselves only a piece of the
//! file is in memory at a time.

use std::io::Read;

use burn::tensor::{bf16, f16};
use safetensors::Dtype;
use safetensors::tensor::Metadata;
use sha2::{Digest, Sha256};

use super::state::{Array, StateDict, hex};

/// So many bytes are read, hashed or converted at a time. A multiple of every size of a value.
const PIECE: usize = 4 << 20;
/// No header of a network is longer; a file that says so is none of ours.
pub(super) const LONGEST_HEADER: u64 = 100 << 20;

/// What is told of a file while it is read: how much of it has been, 0 to 1.
/// Returns whether to go on.
pub type Watch<'a> = &'a mut dyn FnMut(f32) -> bool;

/// Why a file was not read to its end.
pub(super) enum Halt {
    Unreadable(std::io::Error),
    Damaged(String),
    Stopped,
}

impl From<std::io::Error> for Halt {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::UnexpectedEof => Self::Damaged("values are missing at its end".to_owned()),
            _ => Self::Unreadable(error),
        }
    }
}

/// SHA-256 of what is left of a file, hex.
/// - `length`: of the whole file, bytes: told is how much of that has been hashed
pub(super) fn hashed(mut file: impl Read, length: u64, watch: Watch<'_>) -> Result<String, Halt> {
    let (mut hash, mut piece, mut done) = (Sha256::new(), vec![0; PIECE], 0u64);
    loop {
        match file.read(&mut piece) {
            Ok(0) => return Ok(hex(&hash.finalize())),
            Ok(count) => {
                hash.update(piece.get(..count).unwrap_or_default());
                done += count as u64;
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
        if !watch((done as f64 / length.max(1) as f64) as f32) {
            return Err(Halt::Stopped);
        }
    }
}

/// A file that is read from its beginning, with somebody who is told how far.
pub(super) struct Stream<'a, R> {
    file: R,
    length: u64,
    done: u64,
    watch: Watch<'a>,
}

impl<'a, R: Read> Stream<'a, R> {
    /// - `length`: of the whole file, bytes
    pub(super) fn new(file: R, length: u64, watch: Watch<'a>) -> Self {
        Self { file, length, done: 0, watch }
    }

    /// Fills all of `bytes`, in pieces.
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), Halt> {
        for piece in bytes.chunks_mut(PIECE) {
            self.file.read_exact(piece)?;
            self.done += piece.len() as u64;
            let share = self.done as f64 / self.length.max(1) as f64;
            if !(self.watch)(share as f32) {
                return Err(Halt::Stopped);
            }
        }
        Ok(())
    }

    /// A whole safetensors file: its tensors as 32-bit floats, and its header with the eight bytes before
    /// it.
    pub(super) fn safetensors(&mut self) -> Result<(StateDict, Vec<u8>), Halt> {
        let damaged = |why: &str| Halt::Damaged(why.to_owned());
        let mut header = vec![0; 8];
        self.fill(&mut header)?;
        let count = header.first_chunk().map_or(0, |length| u64::from_le_bytes(*length));
        if count > LONGEST_HEADER.min(self.length) {
            return Err(damaged("its header is cut short or too long"));
        }
        header.resize(8 + count as usize, 0);
        self.fill(&mut header[8..])?;
        let json = std::str::from_utf8(&header[8..]).map_err(|error| Halt::Damaged(error.to_string()))?;
        let tensors: Metadata = serde_json::from_str(json).map_err(|e| Halt::Damaged(e.to_string()))?;
        // Before memory is asked for: the header may say anything.
        if self.done + tensors.data_len() as u64 != self.length {
            return Err(damaged("its length is not what its header says"));
        }
        let mut state = StateDict::default();
        // They lie one after the other, without gaps: the header was refused otherwise.
        for key in tensors.offset_keys() {
            let Some(info) = tensors.info(&key) else { continue };
            let bytes = info.data_offsets.1 - info.data_offsets.0;
            let values = self.values(info.dtype, bytes)?;
            let values = values.ok_or_else(|| {
                Halt::Damaged(format!("{key} holds values of the unknown kind {:?}", info.dtype))
            })?;
            state.tensors.insert(key, Array { shape: info.shape.clone(), values });
        }
        Ok((state, header))
    }

    /// - returns: `None` for values of an unknown kind
    fn values(&mut self, kind: Dtype, bytes: usize) -> Result<Option<Vec<f32>>, Halt> {
        if kind == Dtype::F32 {
            let mut values = vec![0.0f32; bytes / 4];
            self.fill(bytemuck::cast_slice_mut(&mut values))?;
            // Files are little-endian; on a processor that is too, nothing is moved.
            values.iter_mut().for_each(|value| *value = f32::from_bits(u32::from_le(value.to_bits())));
            return Ok(Some(values));
        }
        let mut values = Vec::with_capacity(bytes / (kind.bitsize() / 8).max(1));
        let mut piece = Vec::new();
        let mut left = bytes;
        while left > 0 {
            piece.resize(left.min(PIECE), 0);
            self.fill(&mut piece)?;
            left -= piece.len();
            if !append(&mut values, kind, &piece) {
                return Ok(None);
            }
        }
        Ok(Some(values))
    }
}

/// Little-endian values of any ordinary kind as 32-bit floats.
/// - returns: whether the kind is known
fn append(values: &mut Vec<f32>, kind: Dtype, bytes: &[u8]) -> bool {
    fn each<const N: usize>(values: &mut Vec<f32>, bytes: &[u8], value: impl Fn([u8; N]) -> f32) -> bool {
        values.extend(bytes.as_chunks::<N>().0.iter().map(|bytes| value(*bytes)));
        true
    }
    match kind {
        Dtype::F64 => each(values, bytes, |b| f64::from_le_bytes(b) as f32),
        Dtype::F32 => each(values, bytes, f32::from_le_bytes),
        Dtype::F16 => each(values, bytes, |b| f16::from_le_bytes(b).to_f32()),
        Dtype::BF16 => each(values, bytes, |b| bf16::from_le_bytes(b).to_f32()),
        Dtype::I64 => each(values, bytes, |b| i64::from_le_bytes(b) as f32),
        Dtype::I32 => each(values, bytes, |b| i32::from_le_bytes(b) as f32),
        Dtype::I16 => each(values, bytes, |b| f32::from(i16::from_le_bytes(b))),
        Dtype::I8 => each(values, bytes, |b| f32::from(i8::from_le_bytes(b))),
        Dtype::U64 => each(values, bytes, |b| u64::from_le_bytes(b) as f32),
        Dtype::U32 => each(values, bytes, |b| u32::from_le_bytes(b) as f32),
        Dtype::U16 => each(values, bytes, |b| f32::from(u16::from_le_bytes(b))),
        Dtype::U8 | Dtype::BOOL => each(values, bytes, |[b]: [u8; 1]| f32::from(b)),
        _ => false,
    }
}
