//! Reading one DICOM file: its header, and its pixels as values.

mod characters;
mod codestream;
pub(super) mod contours;
mod colour;
mod decode;
mod fragments;
mod frame_places;
mod frames;
mod header;
mod inflated;
mod items;
mod jpeg;
mod jpeg_2000;
mod jpeg_lossless;
mod jpeg_ls;
mod kind;
mod lut;
mod named;
mod object;
mod rescale;
pub(super) mod segmentation;
mod walk;

pub(super) use decode::{SliceFault, SliceSource};
pub(super) use header::{Header, syntax_name};
pub(super) use kind::{is_index, not_an_image};
pub(super) use lut::Lut;
pub(super) use named::Named;
pub(super) use object::ObjectFacts;
pub(super) use rescale::Rescale;
pub(super) use walk::{WalkError, may_begin};
