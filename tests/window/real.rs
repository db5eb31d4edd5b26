//! The program itself in a real window under Xvfb, driven by a mouse and keys, as on a desk.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::support::{Window, nodule, small};
use egui::{Key, Pos2};
use image::RgbImage;
use triscope::app::Start;
use triscope::session::Pane;

/// The size at which the program opens its window, and of the screen.
const SIZE: [f32; 2] = [1440.0, 900.0];
const PATIENCE: Duration = Duration::from_secs(30);
/// Colour of the micro box, and how far a blended line may be from it.
const MICRO: [i32; 3] = [0x4C, 0xB4, 0xFF];
const BLEND: i32 = 40;

/// A screen of our own, and the program on it.
struct Desk {
    xvfb: Child,
    program: Child,
    display: String,
    home: tempfile::TempDir,
}

impl Drop for Desk {
    fn drop(&mut self) {
        for child in [&mut self.program, &mut self.xvfb] {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn there(tool: &str) -> bool {
    let known = Command::new(tool).arg("-help").stdout(Stdio::null()).stderr(Stdio::null()).status();
    known.is_ok()
}

impl Desk {
    /// `None`, with the reason printed, where the tools for it are not installed.
    fn open(folder: &Path) -> Option<Self> {
        for tool in ["Xvfb", "xdotool", "import"] {
            if !there(tool) {
                eprintln!("skipped: {tool} is not installed");
                return None;
            }
        }
        let mut xvfb = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1440x900x24", "-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb starts");
        let mut line = String::new();
        let out = xvfb.stdout.take().expect("its output");
        BufReader::new(out).read_line(&mut line).expect("the number of the display");
        let display = format!(":{}", line.trim());
        let home = tempfile::tempdir().expect("a temporary folder");
        let program = Command::new(env!("CARGO_BIN_EXE_triscope"))
            .arg(folder)
            .current_dir(home.path())
            .env("DISPLAY", &display)
            .env_remove("WAYLAND_DISPLAY")
            .env("HOME", home.path())
            .env("XDG_CONFIG_HOME", home.path().join("config"))
            // No desktop portal: pictures go to the working folder.
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        Some(Self { xvfb, program, display, home })
    }

    fn xdotool(&self, arguments: &[&str]) -> String {
        let done = Command::new("xdotool").args(arguments).env("DISPLAY", &self.display).output();
        String::from_utf8_lossy(&done.expect("xdotool runs").stdout).trim().to_owned()
    }

    /// Waits for the window and gives it the keyboard, which a window manager would do.
    fn window(&self) {
        let found = self.wait("the window opens", || {
            let id = self.xdotool(&["search", "--onlyvisible", "--name", "^Triscope$"]);
            id.lines().next().map(str::to_owned)
        });
        self.xdotool(&["windowfocus", "--sync", &found]);
    }

    fn screen(&self) -> RgbImage {
        let png = Command::new("import")
            .args(["-window", "root", "png:-"])
            .env("DISPLAY", &self.display)
            .output()
            .expect("import runs");
        image::load_from_memory(&png.stdout).expect("a picture of the screen").to_rgb8()
    }

    fn wait<T>(&self, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            if let Some(found) = look() {
                return found;
            }
            assert!(start.elapsed() < PATIENCE, "waited in vain until {what}");
            std::thread::sleep(Duration::from_millis(60));
        }
    }

    fn key(&self, key: &str) {
        self.xdotool(&["key", key]);
    }

    fn move_to(&self, at: Pos2) {
        // The first move may only enter the window; the second is one that is told.
        for x in [at.x + 1.0, at.x] {
            self.xdotool(&["mousemove", &format!("{x:.0}"), &format!("{:.0}", at.y)]);
        }
        std::thread::sleep(Duration::from_millis(150));
    }

    fn click(&self, at: Pos2) {
        self.move_to(at);
        self.xdotool(&["click", "1"]);
    }

    /// The program's own picture of the focused viewport, by its key.
    fn picture(&self, name: &str) -> RgbImage {
        let file: PathBuf = self.home.path().join(name);
        self.key("ctrl+shift+s");
        self.wait("the picture is written", || image::open(&file).ok()).to_rgb8()
    }
}

/// How many pixels differ visibly within a rectangle (all of them for `None`).
fn differing(a: &RgbImage, b: &RgbImage, inside: Option<egui::Rect>) -> usize {
    assert_eq!(a.dimensions(), b.dimensions());
    a.enumerate_pixels()
        .filter(|(x, y, _)| inside.is_none_or(|r| r.contains(egui::pos2(*x as f32, *y as f32))))
        .filter(|(x, y, p)| p.0.iter().zip(b.get_pixel(*x, *y).0).any(|(a, b)| a.abs_diff(b) > 24))
        .count()
}

fn micro_pixels(picture: &RgbImage) -> usize {
    let near = |p: &image::Rgb<u8>| p.0.iter().zip(MICRO).all(|(&a, b)| (i32::from(a) - b).abs() < BLEND);
    picture.pixels().filter(|p| near(p)).count()
}

/// Pixels with a colour of the heatmap (reds to yellows), which CT and boxes do not have.
fn warm_pixels(picture: &RgbImage) -> usize {
    picture.pixels().filter(|p| p[0] > 120 && i32::from(p[0]) - i32::from(p[2]) > 50 && p[1] < p[0]).count()
}

/// Where viewports and the nodule are, from a window of the same size without a screen.
struct Places {
    axial: egui::Rect,
    coronal_nodule: Pos2,
    axial_nodule: Pos2,
}

fn places() -> Places {
    let mut twin = Window::blind_of(Start::default(), SIZE).with_phantom();
    let coronal_nodule = twin.place_of(Pane::Coronal, nodule());
    twin.key(Key::C);
    twin.click_at(coronal_nodule);
    twin.settle();
    Places {
        axial: twin.rect(Pane::Axial),
        coronal_nodule,
        axial_nodule: twin.place_of(Pane::Axial, nodule()),
    }
}

#[test]
fn a_real_window_opens_a_folder_scrolls_asks_and_saves_the_picture() {
    let Some(mut desk) = Desk::open(&small().folder) else { return };
    let places = places();
    desk.window();
    // The series is there when the axial viewport is neither black nor flat.
    let before = desk.wait("the series is on the screen", || {
        let screen = desk.screen();
        let black = RgbImage::new(screen.width(), screen.height());
        (differing(&screen, &black, Some(places.axial)) > 40_000).then_some(screen)
    });

    // Scrolling changes the picture in the viewport.
    desk.move_to(places.axial.center());
    for _ in 0..5 {
        desk.xdotool(&["click", "5"]);
    }
    desk.wait("the slice has changed", || {
        (differing(&before, &desk.screen(), Some(places.axial)) > 2_000).then_some(())
    });

    // The crosshair brings the planes to the nodule; N asks there.
    desk.key("c");
    desk.click(places.coronal_nodule);
    desk.move_to(places.axial_nodule);
    desk.click(places.axial_nodule);
    let plain = desk.picture("triscope-axial.png");
    // The lines of the crosshair are warm too.
    let lines = warm_pixels(&plain);
    desk.key("n");
    let mut tries = 1;
    let asked = desk.wait("boxes and heatmap are in the picture", || {
        // The heatmap's key counts only once there is an answer.
        tries += 1;
        let picture = desk.picture(&format!("triscope-axial-{tries}.png"));
        let (boxed, warm) = (micro_pixels(&picture), warm_pixels(&picture).saturating_sub(lines));
        if boxed > 100 && warm < 500 {
            desk.key("g");
        }
        (boxed > 100 && warm > 500).then_some(picture)
    });
    assert_eq!(micro_pixels(&plain), 0, "no box before the question");
    assert!(differing(&plain, &asked, None) > 1_000);
    // The panel at the right speaks of the answer now.
    let panel = egui::Rect::from_min_max(egui::pos2(1130.0, 60.0), egui::pos2(1430.0, 860.0));
    desk.wait("the panel shows the answer", || {
        let screen = desk.screen();
        (differing(&before, &screen, Some(panel)) > 5_000).then_some(())
    });

    // Closing the window ends the program, with success.
    desk.key("ctrl+q");
    let start = Instant::now();
    let status = loop {
        if let Some(status) = desk.program.try_wait().expect("asked") {
            break status;
        }
        assert!(start.elapsed() < Duration::from_secs(10), "the program hangs when its window is closed");
        std::thread::sleep(Duration::from_millis(50));
    };
    assert!(status.success(), "{status}");
}

#[test]
fn without_a_display_there_is_one_sentence_and_exit_code_1() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let done = Command::new(env!("CARGO_BIN_EXE_triscope"))
        .env("HOME", home.path())
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET")
        .output()
        .expect("the program runs");
    let said = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(1), "{said}");
    assert!(said.contains("no display can be opened"), "{said}");
}
