//! MONOCHROME1: values stay what they are, pictures are turned round (DICOM PS3.3 C.7.6.3.1.2).

use std::path::Path;

use dicom_core::VR;
use dicom_dictionary_std::tags;
use triscope::export::write_png;
use triscope::geometry::Plane;
use triscope::gpu::headless;
use triscope::ingest::scan;
use triscope::jobs::JobContext;
use triscope::session::{CornerText, ViewportState};
use triscope::ui::picture::{PictureRequest, picture};
use triscope::ui::viewport::facts_of;
use triscope::volume::{Colours, Polarity, Preset, Sampling, Unit, Window};
use triscope::workflow::open::{Opened, open};
use triscope::workflow::thumbnails::thumbnails;

use crate::slice_files::{Slice, folder};

/// Slices of one modality in one polarity; stored value = 1000 + 100 k + pixel.
fn slices(modality: &str, photometric: &str) -> tempfile::TempDir {
    let slice = |k| {
        let mut slice = Slice::axial(k);
        slice.more.push((tags::MODALITY, VR::CS, modality.to_owned()));
        slice.more.push((tags::PHOTOMETRIC_INTERPRETATION, VR::CS, photometric.to_owned()));
        slice
    };
    folder(&(0..6).map(slice).collect::<Vec<_>>())
}

fn opened(folder: &Path) -> Opened {
    open(&[folder.to_owned()], None, &JobContext::unobserved(), |_| {}).expect("opens")
}

/// The middle slice as the program exports it, without text, through a PNG file; red of each pixel.
fn exported(opened: &Opened, invert: bool) -> Vec<u8> {
    let gpu = headless(None).expect("a graphics adapter (software Vulkan is enough)");
    let volume = &opened.volume;
    let request = PictureRequest {
        cursor: volume.grid().centre(),
        volume: volume.clone(),
        viewport: ViewportState::fitted(Plane::Axial),
        window: Preset::Full.window(volume.range()),
        invert,
        sampling: Sampling::default(),
        colours: Colours::default(),
        boxes: Vec::new(),
        outlines: Vec::new(),
        layer: None,
        heatmap: None,
        map_name: None,
        cautioned: false,
        untrained: false,
        probabilities: Vec::new(),
        marks: Vec::new(),
        measurements: Vec::new(),
        others: None,
        home: None,
        crosshair: false,
        text: CornerText::NoPatient,
        facts: facts_of(opened.series(), &opened.defects),
        annotations: false,
        size_px: [120, 100],
        pixels_per_point: 1.0,
    };
    let drawn = picture(&gpu, &request).expect("drawn");
    let file = tempfile::Builder::new().suffix(".png").tempfile().expect("a file");
    write_png(file.path(), &drawn.rgba, drawn.size_px).expect("written");
    image::open(file.path()).expect("a picture").to_rgb8().pixels().map(|p| p[0]).collect()
}

/// How many pixels lie inside the slice; each is as bright in one picture as it is dark in the other.
fn turned_round(plain: &[u8], turned: &[u8]) -> usize {
    // What lies outside the volume is black in both.
    let inside = plain.iter().zip(turned).filter(|(a, b)| **a > 1 || **b > 1);
    // Both are rounded to a level and may be dithered by one.
    let counted = inside.inspect(|(a, b)| {
        assert!((i32::from(**a) + i32::from(**b) - 255).abs() <= 3, "{a} {b}");
    });
    counted.count()
}

#[test]
fn monochrome1_leaves_values_alone_and_turns_the_exported_picture_round() {
    for (modality, unit) in [("CT", Unit::Hu), ("MR", Unit::Stored)] {
        let [plain, turned] = ["MONOCHROME2", "MONOCHROME1"].map(|p| opened(slices(modality, p).path()));
        assert_eq!(turned.volume.unit(), &unit);
        assert_eq!(
            [&plain, &turned].map(|o| o.volume.polarity()),
            [Polarity::HighIsBright, Polarity::LowIsBright]
        );
        let [nx, ny, nz] = plain.volume.grid().size();
        assert_eq!([nx, ny, nz], [8, 6, 6]);
        for n in 0..nx * ny * nz {
            let at = [n % nx, n / nx % ny, n / (nx * ny)];
            let stored = (1000 + 100 * at[2] + at[0] + 8 * at[1]) as f32;
            assert_eq!(turned.volume.value(at), Some(stored - 1024.0), "{modality} {at:?}");
            assert_eq!(plain.volume.value(at), turned.volume.value(at));
        }
        let (bright, dark) = (exported(&plain, false), exported(&turned, false));
        // 8 x 0.8 mm by 6 x 0.7 mm in 120 x 100 pixels: two thirds of them.
        assert!(turned_round(&bright, &dark) > 7000);
        // The user may turn it round once more: then it is the plain one.
        assert_eq!(exported(&turned, true), bright);
    }
}

#[test]
fn a_radiograph_in_monochrome1_is_shown_inverted_in_the_list_and_keeps_its_reason() {
    let mut radiograph = Slice::axial(0);
    radiograph.position = None;
    radiograph.orientation = None;
    radiograph.rescale = None;
    radiograph.more.push((tags::MODALITY, VR::CS, "CR".to_owned()));
    radiograph.more.push((tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "MONOCHROME1".to_owned()));
    radiograph.more.push((tags::WINDOW_WIDTH, VR::DS, "100".to_owned()));
    radiograph.more.push((tags::WINDOW_CENTER, VR::DS, "1023.5".to_owned()));
    let folder = folder(&[radiograph]);
    let ctx = JobContext::unobserved();
    let found = scan(&[folder.path().to_owned()], &ctx).expect("scanned");
    assert!(!found.series[0].usable() && !found.series[0].classifiable());
    assert!(found.series[0].obstacle().is_some_and(|why| why.contains("Image Position")));
    let mut pictures = Vec::new();
    thumbnails(&found, &[0], &ctx, |index, picture| pictures.push((index, picture))).expect("not cancelled");
    let [(0, Some(picture))] = pictures.as_slice() else { panic!("{pictures:?}") };
    // Pixels of 0.8 x 0.7 mm become square ones of 0.7 mm: the slice is wider than its 8 columns.
    assert_eq!(picture.size_px, [9, 6]);
    let window = Window::new(100.0, 1023.5);
    let first = 255 - (window.grey(1000.0) * 255.0).round() as u8;
    let last = 255 - (window.grey(1047.0) * 255.0).round() as u8;
    assert!(first > last);
    assert_eq!([picture.levels[0], picture.levels[53]], [first, last]);
}
