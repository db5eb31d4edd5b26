//! What others drew and a PET over the series, by pointer and keyboard.

use std::path::Path;

use super::overlay_files::{Pet, Region, Segmentation, text, write_regions};
use super::support::{Window, nodule, small};
use dicom_core::VR;
use dicom_dictionary_std::tags;
use egui::accesskit::Role;
use egui::{Key, PointerButton};
use egui_kittest::kittest::Queryable;
use image::RgbaImage;
use triscope::app::Start;
use triscope::command::Command;
use triscope::ingest::{self, Series};
use triscope::jobs::JobContext;
use triscope::session::{Edit, Layout, Pane, Session};
use triscope::volume::{Preset, Window as GreyWindow};

/// Pixels of a segment, and of the PET, mm.
const PIXEL: f64 = 1.0;
const PET_PIXEL: f64 = 10.0;

fn phantom() -> Series {
    let scan = ingest::scan(&[small().folder.clone()], &JobContext::unobserved()).expect("the phantom");
    scan.series.into_iter().next().expect("its series")
}

/// A ball of 12 mm around the nodule as a segment in green, and a square around it in red.
fn draw(folder: &Path) {
    let series = phantom();
    let at = nodule();
    let n = 31usize;
    let half = (n - 1) as f64 / 2.0 * PIXEL;
    let [x, y, z] = [at.x - half, at.y - half, at.z - half];
    let frame = |k: usize| {
        let inside = |p: usize| {
            let from = [p % n, p / n, k].map(|v| v as f64 * PIXEL - half);
            u8::from(from.iter().map(|v| v * v).sum::<f64>() <= 144.0)
        };
        (1u16, [x, y, z + k as f64 * PIXEL], (0..n * n).map(inside).collect())
    };
    Segmentation {
        kind: "BINARY",
        refers_to: Some(series.uid.clone().leak()),
        frame_of_reference: None,
        segments: vec![(1, "Nodule of a test"), (2, "Nothing")],
        size: [n as u16; 2],
        spacing: [PIXEL; 2],
        orientation: [1.0, 0.0, 0.0, 0.0, 1.0, 0.0],
        between: Some(PIXEL),
        packed: None,
        frames: (0..n).map(frame).collect(),
    }
    .write(&folder.join("seg"));
    let contour = |k: i32| {
        let z = at.z + 3.0 * f64::from(k);
        let corners = [[-20.0, -20.0], [20.0, -20.0], [20.0, 20.0], [-20.0, 20.0]];
        ("CLOSED_PLANAR", corners.iter().flat_map(|[dx, dy]| [at.x + dx, at.y + dy, z]).collect())
    };
    let frame = series.frame_of_reference_uid.clone().unwrap_or_default().leak();
    let region = Region {
        name: "Field",
        frame_of_reference: frame,
        colour: Some("255\\0\\0"),
        contours: (-5..=5).map(contour).collect(),
    };
    write_regions(&folder.join("rt"), &series.uid, frame, &[region]);
}

/// A PET of the whole chest with an SUV of 9 in the nodule and 1.2 around.
fn lay(folder: &Path, frame_of_reference: &str) {
    let series = phantom();
    let grid = series.grid.expect("a volume");
    let first = grid.patient_from_voxel().origin();
    let at = nodule();
    let hot = [at.x - first.x, at.y - first.y, at.z - first.z].map(|mm| (mm / PET_PIXEL).round() as i64);
    let value = |index: [usize; 3]| {
        let far = index.iter().zip(hot).map(|(i, h)| (*i as i64 - h).abs()).max().unwrap_or(9);
        if far == 0 { 9000 } else { 1200 }
    };
    let pet = Pet {
        frame_of_reference,
        size: [36, 36, 33],
        spacing: [PET_PIXEL; 2],
        origin: first.to_array(),
        slopes: &["0.001"],
        value: &value,
    };
    pet.write(folder, |_| {
        vec![text(tags::UNITS, VR::CS, "GML"), text(tags::DECAY_CORRECTION, VR::CS, "ADMIN")]
    });
}

fn open(mut window: Window, folder: &Path) -> Window {
    window.drop_files(&[&small().folder, folder]);
    window.until("the series is loaded", |s| s.open().is_some_and(|o| o.loaded));
    window.until("what others drew is read", |s| s.drawn_files().all(|file| file.set.is_some()));
    window.settle();
    window
}

fn go(window: &mut Window) {
    let ctx = window.harness.ctx.clone();
    window.harness.state().command(Command::Edit(Edit::Cursor(nodule())), &ctx);
    window.settle();
}

fn picture(window: &mut Window) -> RgbaImage {
    window.harness.render().expect("a picture")
}

/// Pixels of a viewport that are like a colour.
fn like(window: &mut Window, pane: Pane, colour: [i32; 3]) -> Vec<[f32; 2]> {
    let rect = window.rect(pane).shrink(24.0);
    let picture = picture(window);
    let close = |p: &image::Rgba<u8>| p.0.iter().zip(colour).all(|(a, b)| (i32::from(*a) - b).abs() < 50);
    let all = picture.enumerate_pixels().filter(|(.., p)| close(p)).map(|(x, y, _)| [x as f32, y as f32]);
    all.filter(|[x, y]| rect.contains(egui::pos2(*x, *y))).collect()
}

const GREEN: [i32; 3] = [0, 255, 0];
const RED: [i32; 3] = [255, 0, 0];

#[test]
fn outlines_lie_around_what_was_drawn_in_every_plane_and_go_by_key_and_by_click() {
    let folder = tempfile::tempdir().expect("a folder");
    draw(folder.path());
    let mut window = open(Window::seeing(Start::default()), folder.path());
    assert!(window.says("Nodule of a test") && window.says("Field") && window.says("Contours: Plan"));
    go(&mut window);
    for pane in Pane::ALL {
        let middle = window.place_of(pane, nodule());
        let edge = window.place_of(pane, nodule() + window.session(|s| right_of(s, pane)) * 12.0);
        let radius = (edge.x - middle.x).abs();
        let ring = like(&mut window, pane, GREEN);
        assert!(ring.len() > 20, "{pane:?}: {}", ring.len());
        for [x, y] in ring {
            let far = ((x - middle.x).powi(2) + (y - middle.y).powi(2)).sqrt();
            // Half a voxel of the segment, and half the width of the line.
            assert!((far - radius).abs() < 3.5, "{pane:?}: {far} {radius}");
        }
        assert!(like(&mut window, pane, RED).len() > 20, "{pane:?}");
    }
    window.click("Show Nodule of a test");
    assert!(like(&mut window, Pane::Axial, GREEN).is_empty());
    assert!(like(&mut window, Pane::Axial, RED).len() > 20, "the other one stays");
    window.key_with(egui::Modifiers::COMMAND, Key::Z);
    assert!(!like(&mut window, Pane::Axial, GREEN).is_empty(), "one step of undo");
    window.key(Key::O);
    assert!(
        like(&mut window, Pane::Axial, GREEN).is_empty() && like(&mut window, Pane::Coronal, RED).is_empty()
    );
    window.click("Show Nodule of a test");
    assert!(!like(&mut window, Pane::Axial, GREEN).is_empty(), "who shows one sees it");
}

fn right_of(session: &Session, pane: Pane) -> triscope::geometry::Vector<triscope::geometry::Patient> {
    let look = session.look();
    triscope::view::resolve(session.grid().expect("open"), look.viewport(pane), look.cursor, [64, 64])
        .basis
        .right
}

#[test]
fn a_click_on_a_name_brings_all_planes_there_and_what_is_missing_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    draw(folder.path());
    let mut window = open(Window::blind(Start::default()), folder.path());
    let far = window.session(|s| s.look().cursor.distance(nodule()));
    window.click("Go to Nodule of a test");
    let near = window.session(|s| s.look().cursor.distance(nodule()));
    assert!(near < 2.0 && far > 10.0, "{near} {far}");
    let empty = window.session(|s| {
        let sets: Vec<_> = s.drawn_files().filter_map(|f| f.set?.as_ref().ok().cloned()).collect();
        sets.iter().flat_map(|set| set.structures.clone()).find(|s| s.name == "Nothing").expect("listed")
    });
    assert!(empty.shape.is_none() && empty.remarks[0].contains("Nothing is marked"));
    // The keyboard reaches what the pointer does.
    window.harness.get_by_label("Show Field").focus();
    window.key(Key::Space);
    assert!(window.session(|s| !s.look().structures.hidden.is_empty()));
}

#[test]
fn what_belongs_to_no_series_here_is_listed_and_not_drawn() {
    let folder = tempfile::tempdir().expect("a folder");
    write_regions(&folder.path().join("rt"), "2.25.1", "2.25.2", &[]);
    let mut window = Window::blind(Start::default());
    window.drop_files(&[&small().folder, folder.path()]);
    window.until("the series is loaded", |s| s.open().is_some_and(|o| o.loaded));
    window.settle();
    assert!(window.says("Contours: Plan"));
    assert_eq!(window.session(|s| s.drawn_files().count()), 0);
    assert!(window.harness.query_by_label("Structures").is_none());
}

#[test]
fn a_pet_lies_over_the_series_in_suv_by_key_and_its_value_stands_under_the_pointer() {
    let folder = tempfile::tempdir().expect("a folder");
    let frame = phantom().frame_of_reference_uid.expect("the phantom has one");
    lay(folder.path(), &frame);
    let mut window = open(Window::seeing(Start::default()), folder.path());
    go(&mut window);
    assert!(window.session(|s| s.pet().is_none()), "nothing is loaded before it is asked for");
    window.key(Key::Q);
    window.until("the PET is there", |s| s.pet().is_some());
    window.settle();
    let at = window.place_of(Pane::Axial, nodule());
    window.move_to(at);
    window.settle();
    assert!(window.says("PET 9.00 SUV"), "the value of its voxel");
    assert!(window.says("SUV by body weight"));
    // Around the nodule red on grey; without it no colour.
    let coloured = |window: &mut Window| {
        let picture = picture(window);
        let [x, y] = [at.x as u32 + 6, at.y as u32 + 6];
        let [r, _, b, _] = picture.get_pixel(x, y).0;
        i32::from(r) - i32::from(b)
    };
    assert!(coloured(&mut window) > 40, "{}", coloured(&mut window));
    window.key(Key::Q);
    assert!(coloured(&mut window) < 20, "hidden");
    window.key(Key::Q);
    window.click("Close");
    assert!(window.session(|s| s.pet().is_none()));
    assert!(coloured(&mut window) < 20);
}

#[test]
fn a_pet_of_another_frame_of_reference_is_laid_on_request_and_doubted() {
    let folder = tempfile::tempdir().expect("a folder");
    lay(folder.path(), "2.25.999");
    let mut window = open(Window::blind(Start::default()), folder.path());
    assert!(window.says("another frame of reference"));
    window.click("Lay over the series");
    window.until("the PET is there", |s| s.pet().is_some());
    window.settle();
    assert!(window.session(|s| s.pet().is_some_and(|pet| !pet.same_frame)));
    let before = window.session(|s| s.look().pet);
    let slider = window.harness.get_by_role_and_label(egui::accesskit::Role::Slider, "Opacity");
    let rail = slider.rect();
    window.click_at(egui::pos2(rail.left() + 0.9 * rail.width(), rail.center().y));
    window.settle();
    let after = window.session(|s| s.look().pet);
    assert!(after.opacity > before.opacity + 0.2 && after.range == before.range, "{after:?}");
    window.key_with(egui::Modifiers::COMMAND, Key::Z);
    assert_eq!(window.session(|s| s.look().pet), before, "one step of undo");
    // Another series is another patient space for all that is known.
    let ctx = window.harness.ctx.clone();
    window
        .harness
        .state()
        .command(triscope::command::Command::Edit(Edit::Layout(Layout::Single(Pane::Axial))), &ctx);
    window.settle();
    assert!(window.session(|s| s.pet().is_some()));
}

#[test]
fn a_pet_alone_and_beside_the_ct_is_in_suv() {
    let folder = tempfile::tempdir().expect("a folder");
    let frame = phantom().frame_of_reference_uid.expect("the phantom has one");
    lay(folder.path(), &frame);
    let mut window = Window::blind(Start::default());
    window.drop_files(&[folder.path()]);
    window.until("the PET is loaded", |s| s.open().is_some_and(|o| o.loaded));
    go(&mut window);
    let suv = |s: &Session| s.volume().map(|volume| volume.unit().name().to_owned());
    assert_eq!(window.session(suv).as_deref(), Some("SUV"));
    let look = |window: &Window| window.session(|s| (s.look().window, s.look().preset));
    assert_eq!(look(&window), (GreyWindow::new(6.0, 3.0), Some(Preset::Uptake6)));
    // What stands under the pointer, and what a probe says.
    let at = window.place_of(Pane::Axial, nodule());
    window.move_to(at);
    window.settle();
    assert!(window.says("9 SUV"));
    window.key(Key::H);
    window.click_at(at);
    window.settle();
    let said = window.session(|s| s.findings().measurements().last().map(|m| m.reading.lines()));
    assert_eq!(said, Some(vec!["9.00 SUV".to_owned()]));
    // Windows of uptake are offered, and those of a CT are not, by key neither.
    window.click("SUV 0 to 6");
    assert!(!window.says("Mediastinum"));
    window.click("SUV 0 to 10");
    assert_eq!(look(&window), (GreyWindow::new(10.0, 5.0), Some(Preset::Uptake10)));
    window.key(Key::Num1);
    assert_eq!(look(&window).1, Some(Preset::Uptake10));
    // Beside the CT it is the same, and the CT has its own window again.
    window.drop_files(&[&small().folder, folder.path()]);
    window
        .until("the CT is loaded", |s| suv(s).as_deref() == Some("HU") && s.open().is_some_and(|o| o.loaded));
    window.settle();
    assert_eq!(look(&window).1, Some(Preset::Lung));
    let index = window.session(|s| s.scan().series.iter().position(Series::is_pet)).expect("a PET");
    let ctx = window.harness.ctx.clone();
    window.harness.state().command(Command::PriorSeries(index), &ctx);
    window.until("it is beside the CT", |s| s.prior().is_some());
    let beside = window.session(|s| s.prior().map(|prior| prior.volume.unit().name().to_owned()));
    assert_eq!(beside.as_deref(), Some("SUV"));
    // It is no prior, and nobody warns that it is none.
    window.until("it is all there", |s| s.prior().is_some_and(|p| p.loaded));
    window.settle();
    assert!(window.says("PT beside") && window.says("Close the series beside"));
    assert!(!window.says("no earlier one") && !window.says("in the prior"));
    // Its values have a window of their own: a drag there leaves the CT's, and can be taken back.
    let windows = |window: &Window| window.session(|s| (s.look().window, s.prior_window()));
    let before = windows(&window);
    assert_eq!(before.1, Some(GreyWindow::new(6.0, 3.0)));
    window.key(Key::W);
    let rect = window.harness.get_by_role_and_label(Role::Canvas, "PT beside").rect();
    window.drag(PointerButton::Primary, rect.center(), rect.center() + egui::vec2(60.0, 0.0));
    let (ct, pet) = windows(&window);
    assert_eq!(ct, before.0);
    assert!(pet.is_some_and(|pet| pet.width() > 6.5 && pet.centre() == 3.0), "{pet:?}");
    window.key_with(egui::Modifiers::COMMAND, Key::Z);
    assert_eq!(windows(&window), before);
}
