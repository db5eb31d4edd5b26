//! A multi-frame file as one header for each frame: what the functional groups say of a frame stands where
//! a single slice would say it.
//!
//! Source: DICOM PS3.3 C.7.6.16 (functional groups).

use std::collections::BTreeMap;
use std::sync::Arc;

use dicom_core::Tag;
use dicom_dictionary_std::{tags, uids};

use super::fragments::{Fragments, Frame};
use super::header::Header;
use super::inflated::Inflated;
use super::items::Item;
use super::walk::{self, PixelPlace};
use crate::ingest::source::Tape;

/// Frames that one file may have: a chest CT has some thousands.
const MOST_FRAMES: usize = 65_536;

/// The frames of a file.
/// - `tape`: at the value of its pixel data
/// - `extended`: Extended Offset Table, or nothing
/// - returns: the header as it is, where it holds one image, or where its frames cannot be told apart
pub(super) fn split(
    tape: &mut Tape<'_>,
    header: Header,
    items: &BTreeMap<Tag, Vec<Item>>,
    extended: &[u64],
) -> Vec<Header> {
    let announced = usize::try_from(header.frames).unwrap_or(0);
    if announced < 2 {
        return vec![header];
    }
    let none = Vec::new();
    let per_frame = items.get(&tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE).unwrap_or(&none);
    let shared = items.get(&tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE).and_then(|s| s.first());
    let Some(places) = places(tape, &header, announced, extended) else { return vec![header] };
    // Frames whose pixels were cut off are known where something else tells of them.
    let count = announced.min(places.len().max(per_frame.len())).min(MOST_FRAMES);
    if count < 2 {
        return vec![header];
    }
    let inflated = (header.syntax == walk::DEFLATED).then(|| Arc::new(Inflated::new(count)));
    (0..count)
        .map(|n| {
            let (pixels, inflated) = (places.get(n).copied(), inflated.clone());
            let mut frame = Header { pixels, inflated, ..header.clone() };
            let groups = Groups { own: per_frame.get(n), shared };
            groups.describe(&mut frame, n);
            frame
        })
        .collect()
}

/// Where the pixels of each frame are; `None` where frames cannot be told apart.
fn places(
    tape: &mut Tape<'_>,
    header: &Header,
    announced: usize,
    extended: &[u64],
) -> Option<Vec<PixelPlace>> {
    let (place, form) = (header.pixels?, header.form?);
    if header.is_native() {
        // Bits of one frame may begin within a byte of another.
        let bytes = form.whole_bytes()?;
        let there = place.claimed.map_or(place.available, |c| place.available.min(u64::from(c)));
        let some = usize::try_from(there.div_ceil(bytes)).unwrap_or(usize::MAX);
        let one = |n: usize| {
            let before = bytes.saturating_mul(n as u64);
            PixelPlace {
                offset: place.offset.saturating_add(before),
                claimed: place.claimed.map(|c| u64::from(c).saturating_sub(before).min(bytes) as u32),
                available: place.available.saturating_sub(before),
                fragments: None,
            }
        };
        return Some((0..announced.min(some).min(MOST_FRAMES)).map(one).collect());
    }
    if place.claimed.is_some() {
        return None;
    }
    let end = place.offset.saturating_add(place.available);
    let one_each = header.syntax == uids::RLE_LOSSLESS;
    let frames = Fragments::read(tape, place)?.frames(announced, extended, one_each)?;
    let one = |(offset, count): Frame| PixelPlace {
        offset,
        claimed: None,
        available: end.saturating_sub(offset),
        fragments: Some(count),
    };
    Some(frames.into_iter().map(one).collect())
}

/// What is said of one frame: by itself, or for all.
#[derive(Clone, Copy)]
struct Groups<'a> {
    own: Option<&'a Item>,
    shared: Option<&'a Item>,
}

impl Groups<'_> {
    fn group(&self, sequence: Tag) -> Option<&Item> {
        let of = |item: Option<&'_ Item>| item.is_some_and(|item| item.first(sequence).is_some());
        if of(self.own) { self.own?.first(sequence) } else { self.shared?.first(sequence) }
    }

    fn describe(self, frame: &mut Header, n: usize) {
        let positive = |pair: &[f64; 2]| pair.iter().all(|&mm| mm > 0.0);
        frame.instance_number = i64::try_from(n).ok().map(|n| n.saturating_add(1));
        if let Some(plane) = self.group(tags::PLANE_POSITION_SEQUENCE) {
            frame.position = plane.some(tags::IMAGE_POSITION_PATIENT);
        }
        if let Some(plane) = self.group(tags::PLANE_ORIENTATION_SEQUENCE) {
            frame.orientation = plane.some(tags::IMAGE_ORIENTATION_PATIENT);
        }
        if let Some(measures) = self.group(tags::PIXEL_MEASURES_SEQUENCE) {
            frame.pixel_spacing = measures.some(tags::PIXEL_SPACING).filter(positive);
            frame.slice_thickness = measures.number(tags::SLICE_THICKNESS).filter(|mm| *mm > 0.0);
        }
        if let Some(values) = self.group(tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE) {
            frame.slope = values.number(tags::RESCALE_SLOPE);
            frame.intercept = values.number(tags::RESCALE_INTERCEPT);
            frame.rescale_type = values.text(tags::RESCALE_TYPE);
        }
        if let Some(shown) = self.group(tags::FRAME_VOILUT_SEQUENCE) {
            let pairs = shown.numbers(tags::WINDOW_WIDTH).into_iter().zip(shown.numbers(tags::WINDOW_CENTER));
            frame.windows = pairs
                .filter(|(width, _)| *width >= 1.0)
                .map(|(width, centre)| (width, centre, None))
                .collect();
        }
        let kind = [tags::CT_IMAGE_FRAME_TYPE_SEQUENCE, tags::MR_IMAGE_FRAME_TYPE_SEQUENCE];
        if let Some(kind) = kind.iter().find_map(|tag| self.group(*tag)) {
            frame.image_type = kind.texts(tags::FRAME_TYPE);
        }
        if let Some(made) = self.group(tags::CT_RECONSTRUCTION_SEQUENCE) {
            frame.kernel = made.text(tags::CONVOLUTION_KERNEL);
        }
        self.mark(frame);
    }

    /// What tells apart several frames at one position, in the order of [`super::header::PhaseMarks`].
    fn mark(self, frame: &mut Header) {
        const MARKS: [(usize, Tag, Tag); 6] = [
            (0, tags::FRAME_CONTENT_SEQUENCE, tags::TEMPORAL_POSITION_INDEX),
            (1, tags::CARDIAC_SYNCHRONIZATION_SEQUENCE, tags::NOMINAL_PERCENTAGE_OF_CARDIAC_PHASE),
            (2, tags::CARDIAC_SYNCHRONIZATION_SEQUENCE, tags::NOMINAL_CARDIAC_TRIGGER_DELAY_TIME),
            (3, tags::MR_ECHO_SEQUENCE, tags::EFFECTIVE_ECHO_TIME),
            (4, tags::MR_DIFFUSION_SEQUENCE, tags::DIFFUSION_B_VALUE),
            (6, tags::FRAME_CONTENT_SEQUENCE, tags::FRAME_ACQUISITION_DATE_TIME),
        ];
        for (place, sequence, tag) in MARKS {
            let Some(group) = self.group(sequence) else { continue };
            let value = group.number(tag).map(|n| n.to_string()).or_else(|| group.text(tag));
            if let (Some(mark), Some(value)) = (frame.phase.marks.get_mut(place), value) {
                *mark = Some(value);
            }
        }
    }
}
