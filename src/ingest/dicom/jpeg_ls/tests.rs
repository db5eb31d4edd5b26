//! Against the standard's example, and against what CharLS writes and reads.

use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_encoding::adapters::EncodeOptions;
use dicom_encoding::{Codec, TransferSyntaxIndex};
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};
use dicom_transfer_syntax_registry::TransferSyntaxRegistry;
use proptest::prelude::*;

use super::{decode, decode_colours};

#[derive(Clone, Debug)]
struct Picture {
    size: [usize; 2],
    precision: u32,
    /// 100 for lossless.
    quality: u8,
    values: Vec<u16>,
}

/// The picture as an object of which the bits are not compressed, or are.
fn object(
    p: &Picture,
    syntax: &str,
    pixels: DataElement<InMemDicomObject>,
) -> dicom_object::DefaultDicomObject {
    let mut object = InMemDicomObject::new_empty();
    let mut put = |tag: Tag, value: usize| {
        object.put_element(DataElement::new(tag, VR::US, PrimitiveValue::from(value as u16)));
    };
    let [columns, rows] = p.size;
    put(tags::SAMPLES_PER_PIXEL, 1);
    put(tags::ROWS, rows);
    put(tags::COLUMNS, columns);
    put(tags::BITS_ALLOCATED, if p.precision > 8 { 16 } else { 8 });
    put(tags::BITS_STORED, p.precision as usize);
    put(tags::HIGH_BIT, p.precision as usize - 1);
    put(tags::PIXEL_REPRESENTATION, 0);
    object.put_element(DataElement::new(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "MONOCHROME2"));
    object.put_element(pixels);
    let meta = FileMetaTableBuilder::new()
        .transfer_syntax(syntax)
        .media_storage_sop_class_uid(uids::CT_IMAGE_STORAGE)
        .media_storage_sop_instance_uid("2.25.1");
    object.with_exact_meta(meta.build().unwrap())
}

fn codec<T>(
    ask: impl FnOnce(
        &dyn dicom_encoding::adapters::PixelDataReader,
        &dyn dicom_encoding::adapters::PixelDataWriter,
    ) -> T,
) -> T {
    let syntax = TransferSyntaxRegistry.get(uids::JPEGLS_NEAR_LOSSLESS).unwrap();
    let Codec::EncapsulatedPixelData(Some(reader), Some(writer)) = syntax.codec() else { panic!("CharLS") };
    ask(&**reader, &**writer)
}

/// As CharLS writes it.
fn encoded(p: &Picture) -> Vec<u8> {
    let bytes: Vec<u8> = match p.precision {
        ..=8 => p.values.iter().map(|v| *v as u8).collect(),
        _ => p.values.iter().flat_map(|v| v.to_le_bytes()).collect(),
    };
    let pixels = DataElement::new(tags::PIXEL_DATA, VR::OW, PrimitiveValue::from(bytes));
    let object = object(p, uids::EXPLICIT_VR_LITTLE_ENDIAN, pixels);
    let mut options = EncodeOptions::new();
    options.quality = Some(p.quality);
    let mut out = Vec::new();
    codec(|_, writer| writer.encode_frame(&object, 0, options, &mut out)).unwrap();
    out
}

/// What CharLS reads.
fn read_by_charls(p: &Picture, bytes: &[u8]) -> Vec<u16> {
    let fragments = dicom_core::value::PixelFragmentSequence::new(vec![], vec![bytes.to_vec()]);
    let pixels = DataElement::new(tags::PIXEL_DATA, VR::OB, fragments);
    let object = object(p, uids::JPEGLS_NEAR_LOSSLESS, pixels);
    let mut out = Vec::new();
    codec(|reader, _| reader.decode_frame(&object, 0, &mut out)).unwrap();
    match p.precision {
        ..=8 => out.into_iter().map(u16::from).collect(),
        _ => out.as_chunks::<2>().0.iter().map(|b| u16::from_le_bytes(*b)).collect(),
    }
}

fn pictures() -> impl Strategy<Value = Picture> {
    let shape = (1usize..40, 1usize..16, 4u32..=16, prop_oneof![Just(100u8), 0u8..100], 1usize..60);
    shape.prop_flat_map(|(columns, rows, precision, quality, even)| {
        let most = (1u32 << precision) - 1;
        // NEAR is at most 255, and the writer makes it of the quality.
        let quality = if precision > 10 { quality.max(97) } else { quality };
        prop::collection::vec(0..=most, columns * rows).prop_map(move |values| {
            // Even stretches, slopes and leaps.
            let near = |n: usize| if n.is_multiple_of(even) { values[n] } else { values[n / even * even] };
            let value = |n: usize| (near(n) + (n % 7 == even % 9) as u32).min(most) as u16;
            let values = (0..columns * rows).map(value).collect();
            Picture { size: [columns, rows], precision, quality, values }
        })
    })
}

/// The example of T.87 annex H.3: lossless, 4 x 4, 8 bits.
const EXAMPLE: [u8; 60] = [
    0xFF, 0xD8, 0xFF, 0xF7, 0x00, 0x0B, 0x08, 0x00, 0x04, 0x00, 0x04, 0x01, 0x01, 0x11, 0x00, 0xFF, 0xDA,
    0x00, 0x08, 0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0xC0, 0x00, 0x00, 0x6C, 0x80, 0x20, 0x8E, 0x01, 0xC0,
    0x00, 0x00, 0x57, 0x40, 0x00, 0x00, 0x6E, 0xE6, 0x00, 0x00, 0x01, 0xBC, 0x18, 0x00, 0x00, 0x05, 0xD8,
    0x00, 0x00, 0x91, 0x60, 0xFF, 0xD9, 0, 0, 0,
];

#[test]
fn the_example_of_the_standard_is_read() {
    let values = [0, 0, 90, 74, 68, 50, 43, 205, 64, 145, 145, 145, 100, 145, 145, 145];
    assert_eq!(decode(&EXAMPLE[..57], [4, 4]), Ok(values.to_vec()));
    // With the byte that makes the length even, and without the last mark.
    assert_eq!(decode(&EXAMPLE[..58], [4, 4]), Ok(values.to_vec()));
    assert_eq!(decode(&EXAMPLE[..55], [4, 4]), Ok(values.to_vec()));
    assert!(decode(&EXAMPLE[..57], [4, 5]).is_err());
    assert!(decode(&EXAMPLE[..53], [4, 4]).is_err());
}

/// Written by CharLS with T1 = 5, T2 = 11, T3 = 40, RESET = 8 and NEAR = 2.
const PRESET: [u8; 173] = [
    0xFF, 0xD8, 0xFF, 0xF7, 0x00, 0x0B, 0x0C, 0x00, 0x07, 0x00, 0x0D, 0x01, 0x01, 0x11, 0x00, 0xFF, 0xF8,
    0x00, 0x0D, 0x01, 0x0F, 0xFF, 0x00, 0x05, 0x00, 0x0B, 0x00, 0x28, 0x00, 0x08, 0xFF, 0xDA, 0x00, 0x08,
    0x01, 0x01, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x7E, 0x11, 0x12, 0x4A, 0xB8, 0x00, 0x00, 0x04,
    0xC8, 0x04, 0x04, 0x00, 0xC7, 0x00, 0x80, 0x00, 0x00, 0x00, 0x00, 0xAF, 0x43, 0xF0, 0x00, 0x6E, 0x00,
    0x80, 0x0F, 0x02, 0xCF, 0xC9, 0x61, 0xC4, 0xE4, 0xD8, 0x00, 0x00, 0x00, 0x00, 0x52, 0x00, 0x00, 0x00,
    0x00, 0x80, 0xCF, 0x81, 0xA0, 0x00, 0x00, 0x03, 0x10, 0x80, 0x88, 0x77, 0x10, 0x80, 0x00, 0x00, 0x00,
    0x01, 0xE0, 0x00, 0x00, 0x00, 0x00, 0xC7, 0xB0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x66, 0x56, 0x1E, 0x05,
    0x11, 0x1D, 0x27, 0x1F, 0x78, 0x02, 0xBA, 0x04, 0x5B, 0x85, 0xF0, 0x00, 0x00, 0x00, 0x00, 0x38, 0xF0,
    0x00, 0x00, 0x00, 0x07, 0xB5, 0x98, 0x71, 0x38, 0x64, 0xA1, 0x40, 0x1A, 0x00, 0x29, 0x12, 0x92, 0xD4,
    0x00, 0x00, 0x00, 0x00, 0x0A, 0xF7, 0x08, 0xB5, 0x1D, 0xB4, 0x04, 0x03, 0xF8, 0x02, 0x04, 0xC0, 0xCC,
    0x00, 0xFF, 0xD9,
];

#[test]
fn thresholds_and_resets_of_its_own_are_kept_to() {
    let values = decode(&PRESET, [13, 7]).unwrap();
    for (n, value) in values.into_iter().enumerate() {
        let (x, y) = (n % 13, n / 13);
        let was = if y % 3 == 0 { 1000 } else { (x * x * 7 + y * 29) % 97 * if x > 6 { 40 } else { 1 } };
        assert!(usize::from(value).abs_diff(was) <= 2, "{x} {y}: {value} was {was}");
    }
    // Without its thresholds the bits mean something else.
    let usual = [&PRESET[..15], &PRESET[30..]].concat();
    assert_ne!(decode(&usual, [13, 7]), decode(&PRESET, [13, 7]));
}

#[test]
fn a_mapping_table_a_point_transform_and_several_components_are_refused() {
    for (at, byte) in [(11, 3), (19, 2), (21, 1), (24, 2), (22, 200), (3, 0xC3)] {
        let mut bytes = EXAMPLE;
        bytes[at] = byte;
        assert_eq!(
            decode(&bytes, [4, 4]),
            Err("the head of its JPEG-LS is damaged or of another kind"),
            "{at}"
        );
    }
}

#[test]
fn a_kilobyte_is_no_picture_of_gigabytes() {
    let mut bytes = EXAMPLE;
    bytes[7..11].fill(0xFF);
    assert_eq!(decode(&bytes, [65535, 65535]), Err("its JPEG-LS is cut off or damaged"));
}

/// Columns and rows of the coloured pictures.
const COLOURED: [usize; 2] = [37, 21];

/// `tests/data/jpeg_ls/make.py` tells how they were written.
macro_rules! coloured {
    ($name:literal) => {
        (
            [
                include_bytes!(concat!("../../../../tests/data/jpeg_ls/", $name, "-0.jls")).as_slice(),
                include_bytes!(concat!("../../../../tests/data/jpeg_ls/", $name, "-1.jls")),
                include_bytes!(concat!("../../../../tests/data/jpeg_ls/", $name, "-2.jls")),
            ],
            include_bytes!(concat!("../../../../tests/data/jpeg_ls/", $name, ".bin")).as_slice(),
        )
    };
}

#[test]
fn colours_are_read_by_planes_by_rows_and_by_pixels() {
    for (near, (orders, stored)) in [(0, coloured!("bytes")), (3, coloured!("near")), (0, coloured!("words"))]
    {
        let stored: Vec<u16> = stored.as_chunks::<2>().0.iter().map(|b| u16::from_le_bytes(*b)).collect();
        for (order, bytes) in orders.into_iter().enumerate() {
            let read = decode_colours(bytes, COLOURED).unwrap_or_else(|e| panic!("{order}: {e}"));
            assert_eq!(read.len(), stored.len());
            let worst = read.iter().zip(&stored).map(|(a, b)| a.abs_diff(*b)).max();
            // What near-lossless promises; anything amiss spreads over all that follows.
            assert!(worst <= Some(near), "{order}: {worst:?}");
            assert!(decode(bytes, COLOURED).is_err(), "no grey picture");
            // A half of it, another size, a plane that is missing.
            assert!(decode_colours(&bytes[..bytes.len() / 2], COLOURED).is_err());
            assert!(decode_colours(bytes, [21, 37]).is_err());
        }
    }
    let by_planes = coloured!("bytes").0[0];
    let marks = || by_planes.windows(2).enumerate().filter(|(_, w)| *w == [0xFF, 0xDA]).map(|(n, _)| n);
    let last = marks().next_back().unwrap();
    assert_eq!(marks().count(), 3);
    assert_eq!(decode_colours(&by_planes[..last], COLOURED), Err("its JPEG-LS is cut off or damaged"));
    // The components' order in the scans is that of the frame.
    let mut turned = by_planes.to_vec();
    turned[last + 5] ^= 3;
    assert!(decode_colours(&turned, COLOURED).is_err());
    // Colours that were turned into others are not shown as they are.
    let turned = [&by_planes[..2], &[0xFF, 0xE8, 0, 7], b"mrfx", &[1], &by_planes[2..]].concat();
    assert_eq!(
        decode_colours(&turned, COLOURED),
        Err("the head of its JPEG-LS is damaged or of another kind")
    );
}

/// Where the bits of a scan begin, as CharLS writes it.
fn scan_begins(bytes: &[u8]) -> usize {
    bytes.windows(2).position(|w| w == [0xFF, 0xDA]).unwrap() + 10
}

proptest! {
    #[test]
    fn what_charls_wrote_is_read_as_charls_reads_it(picture in pictures()) {
        let bytes = encoded(&picture);
        let read = decode(&bytes, picture.size);
        if picture.quality == 100 {
            prop_assert_eq!(read.as_ref(), Ok(&picture.values));
        }
        prop_assert_eq!(read, Ok(read_by_charls(&picture, &bytes)));
    }

    #[test]
    fn behind_a_restart_marker_nothing_is_remembered(picture in pictures(), times in 2usize..12) {
        let bytes = encoded(&picture);
        let (head, scan) = bytes[..bytes.len() - 2].split_at(scan_begins(&bytes));
        let [columns, rows] = picture.size;
        let all = rows * times;
        let mut head = head.to_vec();
        let frame = head.windows(2).position(|w| w == [0xFF, 0xF7]).unwrap();
        head[frame + 5..frame + 7].copy_from_slice(&(all as u16).to_be_bytes());
        let mut again = [&[0xFF, 0xD8, 0xFF, 0xDD, 0, 4, 0, rows as u8][..], &head[2..]].concat();
        let mut marks = Vec::new();
        for n in 0..times {
            again.extend_from_slice(scan);
            // Fill bytes may come before any marker.
            again.extend_from_slice(&[0xFF, 0xFF][n % 2..]);
            marks.push(again.len());
            again.push(if n + 1 < times { 0xD0 + (n % 8) as u8 } else { 0xD9 });
        }
        let one = decode(&bytes, picture.size);
        prop_assert_eq!(decode(&again, [columns, all]), one.map(|values| values.repeat(times)));
        // The last one between two scans.
        again[marks[times - 2]] ^= 1;
        prop_assert!(decode(&again, [columns, all]).is_err());
    }

    #[test]
    fn a_picture_that_is_cut_off_is_not_read(picture in pictures(), share in 0.0f64..1.0) {
        let bytes = encoded(&picture);
        // Its last byte may be there for its padding alone.
        let end = ((bytes.len() - 4) as f64 * share) as usize;
        prop_assert!(decode(&bytes[..end], picture.size).is_err());
    }

    #[test]
    fn damaged_colours_are_read_or_not_in_a_time_that_their_pixels_bound(
        order in 0usize..3,
        places in prop::collection::vec((0usize..4000, 0u8..=255), 1..6),
    ) {
        let mut bytes = coloured!("bytes").0[order].to_vec();
        let length = bytes.len();
        places.into_iter().for_each(|(at, byte)| bytes[at % length] = byte);
        let begun = std::time::Instant::now();
        let found = decode_colours(&bytes, COLOURED);
        prop_assert!(begun.elapsed().as_millis() < 500);
        prop_assert!(found.is_err() || found.is_ok_and(|values| values.len() == 37 * 21 * 3));
    }

    #[test]
    fn damaged_bytes_are_read_or_not_in_a_time_that_their_pixels_bound(
        picture in pictures(),
        places in prop::collection::vec((0usize..4000, 0u8..=255), 1..6),
    ) {
        let mut bytes = encoded(&picture);
        let length = bytes.len();
        places.into_iter().for_each(|(at, byte)| bytes[at % length] = byte);
        let begun = std::time::Instant::now();
        let found = decode(&bytes, picture.size);
        prop_assert!(begun.elapsed().as_millis() < 500);
        prop_assert!(found.is_err() || found.is_ok_and(|values| values.len() == picture.values.len()));
    }
}
