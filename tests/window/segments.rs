//! Drawing segments by hand: brush, eraser, range, undo, list, files.

use super::support::{Window, nodule, small};
use egui::{Event, Key, Modifiers, PointerButton, Pos2, vec2};
use triscope::app::Start;
use triscope::command::{Command, Segmenting};
use triscope::segments::Segment;
use triscope::session::{Pane, Session, Tool};
use triscope::structures::Shape;

fn does(window: &mut Window, command: Command) {
    let ctx = window.harness.ctx.clone();
    window.harness.state().command(command, &ctx);
    window.settle();
}

fn open() -> Window {
    let mut window = Window::blind(Start::default()).with_phantom();
    window.key_with(Modifiers::SHIFT, Key::B);
    window
}

fn segments(session: &Session) -> Vec<Segment> {
    session.findings().segments().to_vec()
}

fn voxels(session: &Session) -> u64 {
    session.findings().segments().iter().map(|s| s.voxels.figures().voxels).sum()
}

fn export(file: &std::path::Path, with_patient: bool) -> Segmenting {
    Segmenting::ExportTo { path: file.to_owned(), with_patient }
}

fn saved(window: &mut Window, part: &str) {
    let part = part.to_owned();
    window.until("it is written", move |s| s.notices().iter().any(|n| n.text.starts_with(&part)));
}

#[test]
fn a_stroke_draws_a_segment_and_is_one_step_of_undo() {
    let mut window = open();
    assert!(window.session(|s| s.look().tool == Tool::Segment) && window.says("In a range"));
    let middle = window.rect(Pane::Axial).center();
    window.drag(PointerButton::Primary, middle, middle + vec2(60.0, 20.0));
    let first = window.session(segments);
    assert_eq!((first.len(), first[0].name.as_str()), (1, "Segment 1"));
    assert!(window.says("Segment 1, ") && window.says("Longest diameter"));
    let drawn = window.session(voxels);
    window.drag(PointerButton::Primary, middle, middle + vec2(-60.0, 20.0));
    let both = window.session(voxels);
    assert!(drawn > 0 && both > drawn);

    window.key_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.session(segments), first);
    window.key_with(Modifiers::COMMAND, Key::Z);
    assert!(window.session(segments).is_empty(), "the segment came with its first stroke");
    for _ in 0..2 {
        window.key_with(Modifiers::COMMAND, Key::Y);
    }
    assert_eq!(window.session(voxels), both);
}

#[test]
fn the_eraser_takes_away_as_a_tool_and_with_ctrl() {
    let mut window = open();
    let middle = window.rect(Pane::Axial).center();
    window.drag(PointerButton::Primary, middle, middle + vec2(80.0, 0.0));
    let all = window.session(voxels);
    window.key_with(Modifiers::SHIFT, Key::E);
    window.drag(PointerButton::Primary, middle, middle + vec2(10.0, 0.0));
    let less = window.session(voxels);
    assert!(less < all && less > 0);
    window.key_with(Modifiers::SHIFT, Key::B);
    let at = middle + vec2(80.0, 0.0);
    window.move_to(at);
    let press = |pressed| Event::PointerButton {
        pos: at,
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::COMMAND,
    };
    window.harness.event(press(true));
    window.harness.step();
    window.harness.event(press(false));
    window.settle();
    assert!(window.session(voxels) < less);
    // One segment still: nothing new is begun to take away from.
    assert_eq!(window.session(segments).len(), 1);
}

#[test]
fn alt_and_the_wheel_change_the_size_and_the_shape_follows_its_key() {
    let mut window = open();
    let middle = window.rect(Pane::Axial).center();
    let radius = |window: &Window| window.session(|s| s.look().segment_brush.radius_mm);
    let before = radius(&window);
    window.wheel(middle, 2.0, Modifiers::ALT);
    assert!(radius(&window) > before);
    assert!(window.session(|s| s.look().slab().is_none()), "the slab is left alone");
    window.key(Key::OpenBracket);
    window.key(Key::OpenBracket);
    assert_eq!(radius(&window), before);

    window.key_with(Modifiers::SHIFT, Key::D);
    assert!(window.session(|s| s.look().segment_brush.flat));
    window.click_at(middle);
    let slices = window.session(|s| {
        let mut slices = Vec::new();
        s.findings().segments()[0].voxels.runs(|[_, _, k], _| slices.push(k));
        slices.dedup();
        slices.len()
    });
    assert_eq!(slices, 1, "a disc stays in its slice");
}

/// Brings the planes to the largest nodule.
fn to_nodule(window: &mut Window) -> Pos2 {
    let coronal = window.place_of(Pane::Coronal, nodule());
    window.key(Key::C);
    window.click_at(coronal);
    let axial = window.place_of(Pane::Axial, nodule());
    window.click_at(axial);
    window.key_with(Modifiers::SHIFT, Key::B);
    window.place_of(Pane::Axial, nodule())
}

#[test]
fn a_range_of_the_tissue_under_the_pointer_keeps_the_brush_in_the_nodule() {
    let mut window = open();
    let at = to_nodule(&mut window);
    window.move_to(at);
    window.key_with(Modifiers::SHIFT, Key::T);
    let (limited, [low, high]) = window.session(|s| {
        let brush = s.look().segment_brush;
        (brush.limited, brush.range)
    });
    assert!(limited && low > -700.0, "soft tissue: {low} to {high}");
    for _ in 0..5 {
        window.wheel(at, 1.0, Modifiers::ALT);
    }
    window.drag(PointerButton::Primary, at, at + vec2(1.0, 0.0));
    window.session(|s| {
        let figures = s.findings().segments()[0].voxels.figures();
        assert!(figures.voxels > 0 && figures.min >= low && figures.max <= high, "{figures:?}");
    });
    window.click("Values: All values");
    assert!(!window.session(|s| s.look().segment_brush.limited));
}

#[test]
fn segments_are_listed_named_hidden_and_removed() {
    let mut window = open();
    let middle = window.rect(Pane::Axial).center();
    window.click_at(middle);
    window.key_with(Modifiers::SHIFT, Key::N);
    window.click_at(middle + vec2(50.0, 40.0));
    let two = window.session(segments);
    assert_eq!(two.len(), 2);
    assert_ne!(two[0].colour, two[1].colour);
    window.click("Show Segment 1");
    assert!(!window.session(segments)[0].shown);
    // Nobody draws unseen: drawing in it shows it.
    does(&mut window, Command::Segmenting(Segmenting::GoTo(two[0].id)));
    window.click_at(middle + vec2(20.0, 0.0));
    assert!(window.session(segments)[0].shown);
    window.click("Remove segment");
    assert_eq!(window.session(segments).len(), 1);
    window.key_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.session(segments).len(), 2);
    window.key_with(Modifiers::SHIFT, Key::O);
    assert!(!window.session(|s| s.look().segments.on));
}

#[test]
fn segments_are_kept_with_the_session_and_come_back_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("reading.triscope");
    let mut window = open();
    let middle = window.rect(Pane::Axial).center();
    window.drag(PointerButton::Primary, middle, middle + vec2(70.0, 30.0));
    window.key_with(Modifiers::SHIFT, Key::N);
    window.drag(PointerButton::Primary, middle + vec2(0.0, -60.0), middle + vec2(30.0, -60.0));
    let before = window.session(segments);
    does(&mut window, Command::SaveSessionTo(file.clone()));
    saved(&mut window, "Session saved");
    let text = std::fs::read_to_string(&file).expect("written");
    assert!(text.len() < 100_000 && text.contains("\"runs\""), "{} bytes", text.len());

    let mut window = Window::blind(Start::default());
    window.drop_files(&[&file]);
    window.until("it is read", |s| s.notices().iter().any(|n| n.text.contains("session is read")));
    window.drop_files(&[&small().folder]);
    window.until("it is back", |s| s.findings().segments().len() == 2);
    let after = window.session(segments);
    for (a, b) in after.iter().zip(&before) {
        assert_eq!((&a.name, a.colour, a.shown, &a.voxels), (&b.name, b.colour, b.shown, &b.voxels));
    }
}

/// Reads both segmentations as others do: without errors, the same voxels, and of the first nothing of the patient.
const READ: &str = r#"
import sys
import pydicom, highdicom
nobody, filed = [highdicom.seg.segread(path) for path in sys.argv[1:3]]
first = pydicom.dcmread(sys.argv[3], stop_before_pixels=True)
assert nobody.PatientIdentityRemoved == "YES" and nobody.PatientName == "" and nobody.PatientID == ""
assert filed.PatientID == first.PatientID and filed.StudyInstanceUID == first.StudyInstanceUID
assert filed.FrameOfReferenceUID == first.FrameOfReferenceUID
text = str(nobody)
for uid in (first.StudyInstanceUID, first.SeriesInstanceUID, first.SOPInstanceUID, first.FrameOfReferenceUID):
    assert uid not in text, uid
    assert uid in str(filed) or uid == first.SOPInstanceUID, uid
for seg in (nobody, filed):
    assert seg.number_of_segments == 2 and [s.SegmentLabel for s in seg.SegmentSequence] == ["Segment 1", "Segment 2"]
    assert seg.segmentation_type == highdicom.seg.SegmentationTypeValues.BINARY
assert (nobody.pixel_array == filed.pixel_array).all() and nobody.pixel_array.sum() == int(sys.argv[4])
sources = [f.DerivationImageSequence[0].SourceImageSequence[0] for f in nobody.PerFrameFunctionalGroupsSequence]
known = {i.ReferencedSOPInstanceUID for i in nobody.ReferencedSeriesSequence[0].ReferencedInstanceSequence}
assert all(s.ReferencedSOPInstanceUID in known for s in sources) and len(known) == 96
print("read")
"#;

#[test]
fn a_segmentation_has_the_patient_only_where_that_was_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = open();
    let middle = window.rect(Pane::Axial).center();
    window.drag(PointerButton::Primary, middle, middle + vec2(70.0, 30.0));
    window.key_with(Modifiers::SHIFT, Key::N);
    window.drag(PointerButton::Primary, middle + vec2(0.0, -60.0), middle + vec2(30.0, -60.0));
    let drawn = window.session(voxels);
    let [nobody, again, filed] =
        ["nobody", "again", "filed"].map(|name| folder.path().join(name).with_extension("dcm"));
    for (file, with_patient) in [(&nobody, false), (&again, false), (&filed, true)] {
        does(&mut window, Command::Segmenting(export(file, with_patient)));
        let part = format!("Segments saved: {}", file.display());
        saved(&mut window, &part);
    }
    let bytes = |file: &std::path::Path| std::fs::read(file).expect("read");
    assert!(bytes(&nobody) == bytes(&again), "the same segments give the same bytes");
    does(&mut window, Command::Segmenting(export(&folder.path().join("filed.nii.gz"), true)));
    window.until("it is refused", |s| s.notices().iter().any(|n| n.text.contains("must end in .dcm")));
    let first = std::fs::read_dir(&small().folder).expect("listed").flatten().map(|entry| entry.path());
    let first = first.filter(|path| path.is_file()).min().expect("a file");

    for file in [&nobody, &filed] {
        match std::process::Command::new("dciodvfy").arg(file).output() {
            Err(_) => eprintln!("passed over: dciodvfy (the package dicom3tools) is not here"),
            Ok(said) => {
                let said = String::from_utf8_lossy(&said.stderr).into_owned();
                assert!(said.contains("Segmentation"), "{said}");
                assert!(!said.lines().any(|line| line.starts_with("Error")), "{said}");
            }
        }
    }
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let ready = std::process::Command::new(&python).args(["-c", "import highdicom, pydicom"]).output();
    if !ready.is_ok_and(|ran| ran.status.success()) {
        return eprintln!("passed over: {python} with highdicom is not here (PYTHON names another one)");
    }
    let ran = std::process::Command::new(&python)
        .args(["-c", READ])
        .args([&nobody, &filed, &first])
        .arg(drawn.to_string())
        .output()
        .expect("it runs");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}

#[test]
fn what_a_file_of_segments_cannot_hold_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    // A copy, whose files go away while it is read.
    let copy = folder.path().join("ct");
    std::fs::create_dir(&copy).expect("made");
    for entry in std::fs::read_dir(&small().folder).expect("listed").flatten() {
        std::fs::copy(entry.path(), copy.join(entry.file_name())).expect("copied");
    }
    let mut window = Window::blind(Start::default());
    window.drop_files(&[&copy]);
    window.until("the series is loaded", |s| s.open().is_some_and(|o| o.loaded));
    window.settle();
    window.key_with(Modifiers::SHIFT, Key::B);
    let middle = window.rect(Pane::Axial).center();
    window.drag(PointerButton::Primary, middle, middle + vec2(70.0, 30.0));
    window.key_with(Modifiers::SHIFT, Key::N);
    window.drag(PointerButton::Primary, middle + vec2(30.0, 0.0), middle + vec2(30.0, 40.0));
    let shared = window.session(|s| {
        let [a, b] = s.findings().segments() else { panic!("two") };
        let mut shared = 0;
        a.voxels.runs(|[i, j, k], length| {
            shared += (i..i + length).filter(|&i| b.voxels.holds([i, j, k].map(|n| n as i64))).count();
        });
        shared
    });
    assert!(shared > 0);
    does(&mut window, Command::Segmenting(export(&folder.path().join("labels.nii.gz"), false)));
    let part = format!("{shared} voxels of several segments have the label of the last");
    window.until("it is said", move |s| s.notices().iter().any(|n| n.text.contains(&part)));
    std::fs::remove_dir_all(&copy).expect("gone");
    does(&mut window, Command::Segmenting(export(&folder.path().join("filed.dcm"), true)));
    window.until("it is refused", |s| s.notices().iter().any(|n| n.text.contains("cannot be filed")));
    does(&mut window, Command::Segmenting(export(&folder.path().join("nobody.dcm"), false)));
    window.until("it is said", |s| s.notices().iter().any(|n| n.text.contains("names no image")));
    assert!(folder.path().join("nobody.dcm").is_file() && !folder.path().join("filed.dcm").exists());
}

#[test]
fn what_is_exported_for_dicom_is_read_again_as_it_was_drawn() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = open();
    let middle = window.rect(Pane::Axial).center();
    window.drag(PointerButton::Primary, middle, middle + vec2(70.0, 30.0));
    window.key_with(Modifiers::SHIFT, Key::N);
    window.drag(PointerButton::Primary, middle + vec2(0.0, -60.0), middle + vec2(30.0, -60.0));
    let drawn = window.session(segments);
    let file = folder.path().join("drawn.dcm");
    does(&mut window, Command::Segmenting(export(&file, true)));
    saved(&mut window, "Segments saved");
    if let Some(kept) = std::env::var_os("TRISCOPE_KEEP_SEG") {
        std::fs::copy(&file, kept).expect("copied");
    }

    let mut window = Window::blind(Start::default());
    window.drop_files(&[&small().folder, &file]);
    window.until("it is read", |s| s.drawn_files().any(|file| matches!(file.set, Some(Ok(_)))));
    window.session(|s| {
        let file = s.drawn_files().next().expect("there");
        assert_eq!(file.link, triscope::ingest::Link::Series);
        let Some(Ok(set)) = file.set else { panic!("read") };
        assert!(set.remarks.is_empty(), "{:?}", set.remarks);
        assert_eq!(set.structures.len(), drawn.len());
        let grid = s.grid().expect("open");
        for (read, drawn) in set.structures.iter().zip(&drawn) {
            assert_eq!((&read.name, read.number), (&drawn.name, i64::from(drawn.id.0) + 1));
            // A byte of rounding of the colour.
            assert!(read.colour.iter().zip(drawn.colour).all(|(a, b)| a.abs_diff(b) <= 1));
            let Some(Shape::Mask(mask)) = &read.shape else { panic!("voxels") };
            assert_eq!(mask.voxels() as u64, drawn.voxels.figures().voxels);
            // Every voxel lies where it was drawn: its place is one that the segment holds.
            let middle = read.middle().expect("there");
            let voxel = grid.voxel_at(grid.voxel_from_patient() * middle).expect("inside");
            assert!(drawn.voxels.holds(voxel.map(|n| n as i64)));
        }
    });
}

#[test]
fn a_label_map_is_read_again_and_other_names_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = open();
    let middle = window.rect(Pane::Axial).center();
    window.click_at(middle);
    window.key_with(Modifiers::SHIFT, Key::N);
    window.click_at(middle + vec2(0.0, -60.0));
    let drawn = window.session(segments);
    let file = folder.path().join("drawn.nii.gz");
    does(&mut window, Command::Segmenting(export(&folder.path().join("drawn.txt"), false)));
    window.until("it is refused", |s| s.notices().iter().any(|n| n.text.contains(".nii.gz, .nii or .dcm")));
    does(&mut window, Command::Segmenting(export(&file, false)));
    saved(&mut window, "Segments saved");
    let grid = window.session(|s| *s.grid().expect("open"));

    let mut window = Window::blind(Start::default());
    window.drop_files(&[&file]);
    window.until("it is open", |s| s.open().is_some_and(|open| open.loaded));
    window.session(|s| {
        let volume = s.volume().expect("open");
        let [nx, ny, nz] = volume.grid().size();
        for k in 0..nz {
            for j in 0..ny {
                for i in 0..nx {
                    // Files may come back with other axes: by place.
                    let p = volume.grid().patient_from_voxel()
                        * triscope::geometry::Point::new(i as f64, j as f64, k as f64);
                    let at = grid.voxel_at(grid.voxel_from_patient() * p).expect("the same voxels");
                    let label = volume.value([i, j, k]).expect("there") as usize;
                    let holds = |n: usize| drawn[n].voxels.holds(at.map(|n| n as i64));
                    let expected = if holds(1) { 2 } else { usize::from(holds(0)) };
                    assert_eq!(label, expected, "{at:?}");
                }
            }
        }
    });
}
