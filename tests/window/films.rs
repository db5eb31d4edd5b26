//! Films of slices and of turns, saved from the window.

use super::support::Window;
use egui::{Key, Modifiers};
use triscope::app::Start;
use triscope::command::{Command, FilmChoice, FilmOf, Filming};
use triscope::session::Pane;

fn does(window: &mut Window, command: Command) {
    let ctx = window.harness.ctx.clone();
    window.harness.state().command(command, &ctx);
    window.settle();
}

fn saved(window: &mut Window) {
    window.until("it is written", |s| s.notices().iter().any(|n| n.text.starts_with("Film saved")));
}

/// Frames of a GIF, and the bytes of the first.
fn frames(path: &std::path::Path) -> (usize, Vec<u8>) {
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::RGBA);
    let mut read = options.read_info(std::fs::File::open(path).expect("there")).expect("a GIF");
    let first = read.read_next_frame().expect("read").expect("a frame").buffer.to_vec();
    let mut count = 1;
    while read.read_next_frame().expect("read").is_some() {
        count += 1;
    }
    (count, first)
}

#[test]
fn a_film_of_slices_has_a_frame_for_each_and_follows_what_was_chosen() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = Window::seeing(Start::default()).with_phantom();
    window.key_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::F);
    assert!(window.says("Every slice of the axial viewport"));
    window.click("Film of: Around the nodule");
    assert!(window.says("25 mm"));
    window.key(Key::Escape);
    let path = folder.path().join("all.gif");
    let choice = FilmChoice { side_px: 96, overlays: false, ..FilmChoice::default() };
    does(&mut window, Command::Filming(Filming::SaveTo(choice, path.clone())));
    saved(&mut window);
    let (count, first) = frames(&path);
    assert_eq!((count, first.len()), (96, 96 * 96 * 4));
    // Before the frames the cursor was somewhere else, and is there still.
    assert!(!window.session(|s| s.can_undo()), "the document is as it was");

    let near = folder.path().join("near.gif");
    let choice = FilmChoice { of: FilmOf::NearSlices, ..choice };
    does(&mut window, Command::Filming(Filming::SaveTo(choice, near.clone())));
    window.until("both are written", |_| near.exists());
    // 25 mm to either side in steps of 3.4 mm.
    let (count, _) = frames(&near);
    assert!((14..=15).contains(&count), "{count}");
}

#[test]
fn a_film_that_is_stopped_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = Window::seeing(Start::default()).with_phantom();
    let path = folder.path().join("turn.gif");
    let choice = FilmChoice { of: FilmOf::Turn, side_px: 384, overlays: true };
    does(&mut window, Command::Filming(Filming::SaveTo(choice, path)));
    window.key(Key::Escape);
    window.until("it is stopped", |s| s.notices().iter().any(|n| n.text == "Nothing was saved"));
    assert_eq!(std::fs::read_dir(folder.path()).expect("read").count(), 0);
}

#[test]
fn a_picture_of_the_layout_has_every_viewport_where_it_lies() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = Window::seeing(Start::default()).with_phantom();
    let path = folder.path().join("layout.png");
    does(&mut window, Command::Filming(Filming::SaveLayoutTo(path.clone())));
    window.until("it is written", |s| s.notices().iter().any(|n| n.text.starts_with("Picture saved")));
    let picture = image::open(&path).expect("a picture").into_rgba8();
    let panes = Pane::ALL.map(|pane| window.rect(pane));
    let corner = panes[0].min;
    let end = panes.iter().fold(corner, |end, pane| end.max(pane.max));
    assert_eq!(picture.dimensions(), ((end.x - corner.x).round() as u32, (end.y - corner.y).round() as u32));
    // The frame of each plane along its upper edge, in its own colour.
    let colour = |rect: egui::Rect| {
        let at = rect.center_top() - corner;
        picture.get_pixel(at.x as u32 + 20, at.y.round() as u32).0
    };
    let [axial, coronal, sagittal] = panes.map(colour);
    assert!(axial != coronal && coronal != sagittal && axial != [0, 0, 0, 255], "{axial:?} {coronal:?}");
}
