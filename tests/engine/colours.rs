//! Coloured pictures: the same red, green and blue as pydicom's (`tests/data/colours`), and forms that the odd
//! files do not have.

use std::collections::BTreeMap;
use std::path::Path;

use dicom_core::value::PixelFragmentSequence;
use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};
use serde_json::Value;
use sha2::{Digest, Sha256};
use triscope::ingest::{Picture, coloured_picture};
use triscope::jobs::JobContext;
use triscope::workflow::thumbnails::thumbnails;

use crate::support::{odd, scanned};

fn picture(path: &Path) -> Result<Picture, String> {
    let scan = scanned(path);
    let series = scan.series.first().ok_or("no series")?;
    assert!(series.is_coloured() && !series.usable() && !series.classifiable());
    coloured_picture(series, &JobContext::unobserved()).map_err(|error| error.to_string())
}

#[test]
fn the_odd_pictures_have_the_colours_that_pydicom_gives_them() {
    let figures: BTreeMap<String, Value> =
        serde_json::from_str(include_str!("../data/colours/colours.json")).expect("figures");
    assert!(figures.len() >= 6);
    for (name, expected) in figures {
        let Some(path) = odd(&name) else { return };
        let found = picture(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(serde_json::json!(found.size), expected["size"], "{name}");
        if let Some(sha256) = expected["sha256"].as_str() {
            let hash: String = Sha256::digest(&found.rgb).iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(hash, sha256, "{name}");
        }
        let pixels = found.rgb.len() as f64 / 3.0;
        for n in 0..3 {
            let mean = found.rgb.iter().skip(n).step_by(3).map(|v| f64::from(*v)).sum::<f64>() / pixels;
            let off = (mean - expected["mean"][n].as_f64().expect("a mean")).abs();
            // Decoders of JPEG round its cosines and its colours in their own ways.
            assert!(off < 1.0, "{name}: mean of colour {n} is off by {off}");
        }
        for place in expected["pixels"].as_array().expect("pixels") {
            let at = |n: usize| place[n].as_u64().expect("a place") as usize;
            let pixel = &found.rgb[(at(1) * found.size[0] + at(0)) * 3..][..3];
            for (n, level) in pixel.iter().enumerate() {
                let wanted = place[2][n].as_i64().expect("a level");
                assert!((i64::from(*level) - wanted).abs() <= 4, "{name} at {place}: {pixel:?}");
            }
        }
    }
}

/// A picture of 2 x 2 pixels: red, green, blue, grey.
struct Small {
    syntax: &'static str,
    photometric: &'static str,
    planar: u16,
    bits: u16,
    pixels: Vec<u8>,
    compressed: bool,
    more: Vec<(Tag, VR, Vec<u16>)>,
}

impl Small {
    fn of(photometric: &'static str, pixels: &[u8]) -> Self {
        Self {
            syntax: uids::EXPLICIT_VR_LITTLE_ENDIAN,
            photometric,
            planar: 0,
            bits: 8,
            pixels: pixels.to_vec(),
            compressed: false,
            more: Vec::new(),
        }
    }

    fn read(&self) -> Result<Vec<u8>, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let mut object = InMemDicomObject::new_empty();
        for (tag, vr, value) in [
            (tags::SOP_CLASS_UID, VR::UI, uids::SECONDARY_CAPTURE_IMAGE_STORAGE),
            (tags::MODALITY, VR::CS, "OT"),
            (tags::SERIES_INSTANCE_UID, VR::UI, "2.25.9"),
            (tags::PHOTOMETRIC_INTERPRETATION, VR::CS, self.photometric),
        ] {
            object.put_element(DataElement::new(tag, vr, PrimitiveValue::from(value)));
        }
        let samples = if self.photometric == "PALETTE COLOR" { 1 } else { 3 };
        for (tag, value) in [
            (tags::SAMPLES_PER_PIXEL, samples),
            (tags::PLANAR_CONFIGURATION, self.planar),
            (tags::ROWS, 2),
            (tags::COLUMNS, 2),
            (tags::BITS_ALLOCATED, self.bits),
            (tags::BITS_STORED, self.bits),
            (tags::HIGH_BIT, self.bits - 1),
            (tags::PIXEL_REPRESENTATION, 0u16),
        ] {
            object.put_element(DataElement::new(tag, VR::US, PrimitiveValue::from(value)));
        }
        for (tag, vr, words) in &self.more {
            object.put_element(DataElement::new(*tag, *vr, PrimitiveValue::U16(words.clone().into())));
        }
        if self.compressed {
            let fragments = PixelFragmentSequence::new(Vec::new(), vec![self.pixels.clone()]);
            object.put_element(DataElement::new(tags::PIXEL_DATA, VR::OB, fragments));
        } else {
            let bytes = PrimitiveValue::U8(self.pixels.clone().into());
            object.put_element(DataElement::new(tags::PIXEL_DATA, VR::OB, bytes));
        }
        let meta = FileMetaTableBuilder::new()
            .transfer_syntax(self.syntax)
            .media_storage_sop_class_uid(uids::SECONDARY_CAPTURE_IMAGE_STORAGE)
            .media_storage_sop_instance_uid("2.25.9.1")
            .build()
            .expect("complete");
        let file = folder.path().join("picture");
        object.with_exact_meta(meta).write_to_file(&file).expect("written");
        picture(&file).map(|picture| picture.rgb)
    }
}

const RGB: [u8; 12] = [255, 0, 0, 0, 255, 0, 0, 0, 255, 90, 90, 90];
const PLANES: [u8; 12] = [255, 0, 0, 90, 0, 255, 0, 90, 0, 0, 255, 90];

#[test]
fn pixels_and_planes_of_8_and_of_16_bits_are_the_same_picture() {
    assert_eq!(Small::of("RGB", &RGB).read(), Ok(RGB.to_vec()));
    assert_eq!(Small { planar: 1, ..Small::of("RGB", &PLANES) }.read(), Ok(RGB.to_vec()));
    let wide: Vec<u8> = RGB.iter().flat_map(|level| [7, *level]).collect();
    assert_eq!(Small { bits: 16, ..Small::of("RGB", &wide) }.read(), Ok(RGB.to_vec()));
}

#[test]
fn luminance_with_colours_for_each_pixel_and_for_two_becomes_red_green_and_blue() {
    let full = [76, 85, 255, 150, 44, 21, 29, 255, 107, 90, 128, 128];
    let expected = vec![254, 0, 0, 0, 255, 1, 0, 0, 254, 90, 90, 90];
    assert_eq!(Small::of("YBR_FULL", &full).read(), Ok(expected));
    let halved = [76, 150, 128, 128, 29, 90, 128, 128];
    let grey = [76, 150, 29, 90].into_iter().flat_map(|y| [y; 3]).collect();
    assert_eq!(Small::of("YBR_FULL_422", &halved).read(), Ok(grey));
}

#[test]
fn runs_of_three_colours_are_unpacked() {
    // Three segments of four bytes as they are, each behind its length less one; the header holds the count and 15
    // places.
    let mut bytes = vec![0u8; 64];
    bytes[0] = 3;
    for n in 0..3usize {
        let start = bytes.len() as u32;
        bytes[4 + 4 * n..8 + 4 * n].copy_from_slice(&start.to_le_bytes());
        bytes.push(3);
        bytes.extend(&PLANES[4 * n..4 * n + 4]);
        bytes.push(128);
    }
    let packed = Small { syntax: uids::RLE_LOSSLESS, compressed: true, ..Small::of("RGB", &bytes) };
    assert_eq!(packed.read(), Ok(RGB.to_vec()));
}

fn with_palette(entries: usize, pixels: &[u8]) -> Small {
    let descriptor = |tag| (tag, VR::US, vec![entries as u16, 0, 16]);
    let table =
        |tag, level: fn(u16) -> u16| (tag, VR::OW, (0..entries as u16).map(|n| level(n) << 8).collect());
    Small {
        more: vec![
            descriptor(tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR),
            descriptor(tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR),
            descriptor(tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR),
            table(tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DATA, |n| n),
            table(tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DATA, |n| 2 * n),
            table(tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DATA, |n| 3 * n),
        ],
        ..Small::of("PALETTE COLOR", pixels)
    }
}

#[test]
fn stored_numbers_become_the_colours_of_their_palette_and_hold_at_its_end() {
    let found = with_palette(50, &[0, 1, 49, 200]).read();
    assert_eq!(found, Ok(vec![0, 0, 0, 1, 2, 3, 49, 98, 147, 49, 98, 147]));
    let error = Small { more: Vec::new(), ..with_palette(50, &[0; 4]) }.read().expect_err("no tables");
    assert!(error.contains("no colour tables"), "{error}");
}

#[test]
fn what_is_cut_off_or_of_unknown_colours_says_so() {
    let error = Small::of("RGB", &RGB[..7]).read().expect_err("too short");
    assert!(error.contains("end too early"), "{error}");
    let error = Small::of("HSV", &RGB).read().expect_err("no such colours");
    assert!(error.contains("HSV"), "{error}");
}

#[test]
fn a_coloured_series_has_a_coloured_picture_in_the_list() {
    let Some(path) = odd("colour/TestPattern_RGB.dcm") else { return };
    let scan = scanned(&path);
    let mut found = None;
    thumbnails(&scan, &[0], &JobContext::unobserved(), |_, picture| found = picture).expect("done");
    let found = found.expect("a picture");
    assert_eq!((found.size_px, found.coloured, found.levels.len()), ([640, 400], true, 640 * 400 * 3));
}
