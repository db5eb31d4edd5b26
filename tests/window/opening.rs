//! Opening, several series, what cannot be opened, closing.

use std::fs;
use std::io::Write;
use std::path::Path;

use super::support::{Window, small};
use egui::{Key, PointerButton, vec2};
use egui_kittest::kittest::Queryable;
use flate2::Compression;
use flate2::write::GzEncoder;
use triscope::app::Start;
use triscope::command::Command;
use triscope::session::{CornerText, Pane, Session, Stage, Tool};
use triscope::volume::Preset;

#[test]
fn the_first_window_offers_a_folder_and_the_example() {
    let mut window = Window::blind(Start::default());
    window.settle();
    assert!(window.says("Open a folder") && window.says("Open the example"));
    assert!(window.says("Not a medical device"));
}

#[test]
fn a_dropped_folder_opens_and_is_told_to_a_screen_reader() {
    let window = Window::blind(Start::default()).with_phantom();
    assert_eq!(window.spoken(Pane::Axial).split(',').next(), Some("Axial slice 49 of 96"));
    assert!(window.says("96 slices"));
}

#[test]
fn a_path_on_the_command_line_opens() {
    let start = Start { paths: vec![small().folder.clone()], ..Start::default() };
    let mut window = Window::blind(start);
    window.until("it is open", |s| s.stage() == Stage::Open);
}

#[test]
fn a_folder_without_images_says_so_and_the_program_goes_on() {
    let empty = tempfile::tempdir().expect("a temporary folder");
    fs::write(empty.path().join("notes.dcm"), "these are only words").expect("written");
    let mut window = Window::blind(Start::default());
    window.drop_files(&[empty.path()]);
    window.until("it has failed", |s| matches!(s.stage(), Stage::Failed(_)));
    window.settle();
    assert!(window.says("This could not be opened"));
    let mut window = window.with_phantom();
    window.settle();
    assert!(!window.says("This could not be opened"));
}

#[test]
fn a_folder_that_is_not_there_leaves_the_open_series_on_the_screen() {
    let mut window = Window::blind(Start::default()).with_phantom();
    window.drop_files(&[&small().folder.join("nothing-here")]);
    window.until("it is said", |s| !s.notices().is_empty());
    assert!(window.session(|s| s.stage() == Stage::Open && s.open().is_some_and(|o| o.loaded)));
}

#[test]
fn a_coloured_page_is_shown_in_its_colours_and_says_what_it_is_not() {
    let page = Path::new("../shared/data/odd/colour/TestPattern_RGB.dcm");
    if !page.exists() {
        return eprintln!("skipped: {} is not here", page.display());
    }
    let mut window = Window::blind(Start::default());
    window.drop_files(&[page]);
    window.until("its picture is there", |s| {
        matches!(s.stage(), Stage::Unusable(0)) && s.case().thumbnail(0).is_some_and(|p| p.coloured)
    });
    window.settle();
    assert!(window.says("This is a coloured picture") && !window.says("three planes"));
    assert!(window.says("it holds colours and no Hounsfield units"));
    assert!(window.says("1 picture") && !window.says("1 slice"));
}

#[test]
fn several_pages_are_turned_over_by_wheel_keys_and_buttons() {
    let folder = Path::new("../shared/data/odd/colour");
    if !folder.exists() {
        return eprintln!("skipped: {} is not here", folder.display());
    }
    let mut window = Window::blind(Start::default());
    window.drop_files(&[folder]);
    window.until("its picture is there", |s| {
        matches!(s.stage(), Stage::Unusable(0)) && s.case().thumbnail(0).is_some_and(|p| p.coloured)
    });
    window.settle();
    assert_eq!(window.session(|s| s.case().pages().total()), 3);
    assert!(window.says("These are coloured pictures") && window.says("Picture 2 of 3, as it is stored"));
    let page = |window: &mut Window, wanted: usize| {
        window.until("the page is there", |s| {
            s.case().pages().shown().is_some_and(|(page, picture)| *page == wanted && picture.is_ok())
        });
        window.settle();
        assert!(window.says(&format!("Picture {} of 3, as it is stored", wanted + 1)));
        window.session(|s| match s.case().pages().shown() {
            Some((_, Ok(picture))) => picture.levels.to_vec(),
            _ => Vec::new(),
        })
    };
    window.key(Key::ArrowDown);
    let last = page(&mut window, 2);
    window.key(Key::Home);
    let first = page(&mut window, 0);
    assert_ne!(first, last, "another picture");
    window.key(Key::ArrowUp);
    assert_eq!(window.session(|s| s.case().pages().wanted()), 0, "before the first there is none");
    window.click("Next picture");
    page(&mut window, 1);
    let over =
        window.harness.get_by_role_and_label(egui::accesskit::Role::Image, "Picture 2 of 3").rect().center();
    window.wheel(over, -1.0, egui::Modifiers::NONE);
    assert_eq!(page(&mut window, 2), last);
}

#[test]
fn a_lone_slice_cannot_be_viewed_in_planes_and_the_reason_is_shown() {
    let alone = tempfile::tempdir().expect("a temporary folder");
    let first = fs::read_dir(&small().folder)
        .expect("listed")
        .filter_map(Result::ok)
        .map(|e| e.path())
        .find(|p| p.extension().is_some_and(|e| e == "dcm"))
        .expect("a slice");
    fs::copy(&first, alone.path().join("slice")).expect("copied");
    let mut window = Window::blind(Start::default());
    window.drop_files(&[alone.path()]);
    window.until("it is refused", |s| matches!(s.stage(), Stage::Unusable(0)));
    window.settle();
    assert!(window.says("This series cannot be shown in three planes"));
    // Its picture and the reason stay on the screen together.
    window.until("its picture is there", |s| s.case().thumbnail(0).is_some());
    window.settle();
    assert!(window.says("The picture as it is stored") && window.says("only one slice"));
}

/// A volume of 8 x 8 x 8 voxels that are stored as they are; `bytes` of them are there.
fn volume_file(path: &Path, bytes: usize) {
    let header = "NRRD0004\ntype: short\ndimension: 3\nspace: left-posterior-superior\nsizes: 8 8 8\n\
         space directions: (1,0,0) (0,1,0) (0,0,1)\nendian: little\nencoding: raw\nspace origin: (0,0,0)\n\n";
    fs::write(path, [header.as_bytes(), &vec![0; bytes]].concat()).expect("written");
}

#[test]
fn a_volume_file_that_cannot_be_read_has_the_badge_of_an_unusable_series() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (whole, cut) = (folder.path().join("a.nrrd"), folder.path().join("b.nrrd"));
    volume_file(&whole, 1024);
    volume_file(&cut, 500);
    let mut window = Window::blind(Start::default());
    window.drop_files(&[&whole, &cut]);
    window.until("the first is loaded", |s| s.open().is_some_and(|o| o.loaded));
    // Its small picture is tried, which tells.
    window.until("it is known", |s| s.scan().series.iter().filter(|s| s.usable()).count() == 1);
    window.settle();
    assert!(window.says("Cannot be read"), "in the list");
    let cut_off = window.session(|s| s.scan().series.iter().position(|s| !s.usable())).expect("one");
    let ctx = window.harness.ctx.clone();
    window.harness.state().command(Command::ShowSeries(cut_off), &ctx);
    window.until("it is refused", |s| matches!(s.stage(), Stage::Unusable(_)));
    window.settle();
    assert!(window.says("This series cannot be shown in three planes") && window.says("was cut off"));
}

#[test]
fn a_volume_file_that_does_not_fit_its_checksum_leaves_the_screen() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (plain, packed) = (folder.path().join("a.nrrd"), folder.path().join("a.nrrd.gz"));
    volume_file(&plain, 1024);
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(&fs::read(&plain).expect("read")).expect("packed");
    let mut bytes = packer.finish().expect("packed");
    // Behind everything that is shown: the checksum itself.
    let at = bytes.len() - 6;
    bytes[at] ^= 1;
    fs::write(&packed, bytes).expect("written");
    let mut window = Window::blind(Start::default());
    window.drop_files(&[&packed]);
    window.until("it is refused", |s| matches!(s.stage(), Stage::Unusable(0)));
    window.settle();
    assert!(window.session(|s| s.volume().is_none()));
    assert!(window.says("Cannot be read") && window.says("does not fit its checksum"));
}

#[test]
fn every_series_gets_its_picture_behind_the_one_on_the_screen() {
    let home = tempfile::tempdir().expect("a temporary folder");
    super::states::two_series(home.path());
    let mut window = Window::blind(Start::default());
    window.drop_files(&[home.path()]);
    window.until("the open series is loaded", |s| s.open().is_some_and(|o| o.loaded));
    window.until("both have pictures", |s| (0..2).all(|index| s.case().thumbnail(index).is_some()));
    let sizes = window.session(|s| [0, 1].map(|n| s.case().thumbnail(n).expect("there").size_px));
    assert_eq!(sizes, [[128, 128], [64, 64]]);
    // Pictures are no work that the status bar would show, and they go with their case.
    assert!(window.session(|s| s.work().is_empty()));
    window.key_with(egui::Modifiers::COMMAND, egui::Key::W);
    assert!(window.session(|s| s.case().thumbnail(0).is_none()));
}

#[test]
fn closing_the_case_leads_back_to_the_start() {
    let mut window = Window::blind(Start::default()).with_phantom();
    window.key_with(egui::Modifiers::COMMAND, egui::Key::W);
    assert_eq!(window.session(|s| s.stage()), Stage::Welcome);
}

#[test]
fn loading_can_be_cancelled_and_says_what_is_there() {
    let mut window = Window::blind(Start::default());
    window.drop_files(&[&small().folder]);
    // Cancelled as early as can be: before, while or after slices arrive, nothing may hang.
    window.key(Key::Escape);
    window.until("nothing runs", |s| s.work().is_empty());
    let stage = window.session(|s| s.stage());
    assert!(matches!(stage, Stage::Welcome | Stage::Open), "{stage:?}");
    window.with_phantom();
}

#[test]
fn a_tilted_stack_is_marked_as_resampled_and_shown_as_stored_on_request() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/odd/gantry-tilt/dicom2nifti-001");
    let folder = std::path::Path::new(folder);
    if !folder.is_dir() {
        eprintln!("skipped: there is no {}", folder.display());
        return;
    }
    let mut window = Window::blind(Start::default());
    let loaded = |s: &Session, resampled| {
        s.open().is_some_and(|open| open.loaded) && s.series().is_some_and(|s| s.is_resampled() == resampled)
    };
    window.drop_files(&[folder]);
    window.until("it is straight", |s| loaded(s, true));
    window.settle();
    assert!(window.says("Gantry tilt, resampled"));
    let ctx = window.harness.ctx.clone();
    window.harness.state().command(Command::ToggleStoredSlices, &ctx);
    window.until("its slices are there", |s| loaded(s, false));
    window.settle();
    assert!(window.says("Gantry tilt") && !window.says("resampled"));
    window.harness.state().command(Command::ToggleStoredSlices, &ctx);
    window.until("it is straight again", |s| loaded(s, true));
}

#[test]
fn before_people_nobody_is_named_and_the_window_begins_anew_when_it_is_left() {
    let paths = vec![small().folder.clone()];
    let conference = Some(std::time::Duration::from_secs(6));
    let mut window = Window::blind(Start { paths, conference, ..Start::default() });
    window.until("the series is loaded", |s| s.open().is_some_and(|o| o.loaded));
    window.settle();
    assert_eq!(window.session(|s| s.look().corner_text), CornerText::NoPatient);
    // From the last row one reads it in the smallest window, too.
    assert!(window.harness.ctx.zoom_factor() >= 1.2);
    for wanted in [CornerText::None, CornerText::NoPatient] {
        window.key(Key::T);
        assert_eq!(window.session(|s| s.look().corner_text), wanted);
    }
    window.key(Key::Num3);
    window.key(Key::L);
    let middle = window.rect(Pane::Axial).center();
    window.drag(PointerButton::Primary, middle, middle + vec2(50.0, 10.0));
    assert_eq!(window.session(|s| s.findings().measurements().len()), 1);
    window.until("it begins anew", |s| s.findings().measurements().is_empty());
    window.until("the series is loaded again", |s| s.open().is_some_and(|o| o.loaded));
    window.session(|s| {
        let look = s.look();
        assert_eq!((look.preset, look.tool), (Some(Preset::Lung), Tool::Window));
        assert_eq!(look.corner_text, CornerText::NoPatient);
        assert!(!s.can_undo());
    });
    assert!(window.harness.state().core().prefs().recent.is_empty());
}
