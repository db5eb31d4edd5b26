//! A window without a screen around a small phantom, and a person's hands.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{LazyLock, OnceLock};
use std::time::{Duration, Instant};

use egui::{Event, Modifiers, MouseWheelUnit, PointerButton, Pos2, Rect, Vec2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use triscope::app::{Core, Shell, Start, setup};
use triscope::command::{Command, Preference, Viewing};
use triscope::findings::Question;
use triscope::geometry::{Patient, Point};
use triscope::gpu;
use triscope::jobs::JobContext;
use triscope::networks::Architecture;
use triscope::session::{Engine, NetworkChoice, News, Pane, Session};
use triscope::synth::{PhantomSpec, Truth};
use triscope::view;
use triscope::workflow::synth::synth;

/// Far more than anything here needs on a busy machine.
const PATIENCE: Duration = Duration::from_secs(300);

/// Of windows in tests, in points: the smallest that the design asks for.
pub const SIZE: [f32; 2] = [1280.0, 720.0];

/// A small phantom on disk, made once; its truth.
pub struct Small {
    pub folder: PathBuf,
    pub truth: Truth,
}

/// 128 x 128 x 96 voxels of a whole chest.
pub fn small() -> &'static Small {
    static SMALL: LazyLock<(tempfile::TempDir, Small)> = LazyLock::new(|| {
        let home = tempfile::tempdir().expect("a temporary folder");
        let spec = PhantomSpec {
            seed: 7,
            nodules: 2,
            size: [128, 128, 96],
            spacing_mm: [2.8, 2.8, 3.4],
            ..PhantomSpec::DEFAULT
        };
        let folder = home.path().join("small");
        let truth = synth(&spec, &folder, &JobContext::unobserved()).expect("a phantom");
        (home, Small { folder, truth })
    });
    &SMALL.1
}

/// The window, as the program builds it, and what is around it.
pub struct Window {
    pub harness: Harness<'static, Shell>,
}

impl Window {
    /// Without pictures: fast, for what can be read from accessible names and the session.
    pub fn blind(start: Start) -> Self {
        Self::blind_of(start, SIZE)
    }

    /// Keeps its session in this folder while it runs.
    pub fn keeping(folder: &Path) -> Self {
        let mut core = Core::plain(Start::default());
        core.keep_sessions_in(folder);
        Self::around(core, Harness::builder(), SIZE)
    }

    /// Keeps preferences in this file, and keys beside it.
    pub fn remembering(file: PathBuf) -> Self {
        let mut core = Core::plain(Start::default());
        core.keep_preferences_in(file);
        Self::around(core, Harness::builder(), SIZE)
    }

    /// Of another size, in points.
    pub fn blind_of(start: Start, size: [f32; 2]) -> Self {
        Self::build(start, Harness::builder(), size)
    }

    /// With pictures, through the window's own device.
    pub fn seeing(start: Start) -> Self {
        Self::seeing_of(start, SIZE)
    }

    /// With pictures, of another size, in points.
    pub fn seeing_of(start: Start, size: [f32; 2]) -> Self {
        let wgpu = setup(gpu::backend_attempts()[0], Some("llvmpipe".to_owned())).into();
        Self::build(start, Harness::builder().wgpu_setup(wgpu).with_render_cursor(false), size)
    }

    /// As [`Window::seeing`], on a device that may only take textures of so many voxels a side: what a
    /// large volume meets on a small adapter.
    pub fn seeing_with_textures_up_to(side: u32) -> Self {
        let mut wgpu = setup(gpu::backend_attempts()[0], Some("llvmpipe".to_owned()));
        wgpu.device_descriptor = std::sync::Arc::new(move |adapter| {
            let mut descriptor = gpu::device_descriptor(adapter);
            descriptor.required_limits.max_texture_dimension_3d = side;
            descriptor
        });
        let builder = Harness::builder().wgpu_setup(wgpu.into()).with_render_cursor(false);
        Self::build(Start::default(), builder, SIZE)
    }

    fn build(start: Start, builder: egui_kittest::HarnessBuilder<Shell>, size: [f32; 2]) -> Self {
        Self::around(Core::plain(start), builder, size)
    }

    fn around(core: Core, builder: egui_kittest::HarnessBuilder<Shell>, size: [f32; 2]) -> Self {
        let core = Rc::new(RefCell::new(core));
        let harness = builder
            .with_size(Vec2::from(size))
            .with_step_dt(1.0 / 60.0)
            .build_eframe(move |cc| Shell::new(cc, core));
        // Checks of maps end when the machine finds time: no picture may depend on that.
        let ctx = harness.ctx.clone();
        let unchecked = Preference::CheckMaps(false);
        harness.state().command(Command::Viewing(Viewing::Prefer(unchecked)), &ctx);
        Self { harness }
    }

    /// Opens the small phantom and waits until all of it is there.
    pub fn with_phantom(mut self) -> Self {
        self.drop_files(&[&small().folder]);
        self.until("the series is loaded", |s| s.open().is_some_and(|o| o.loaded));
        self.settle();
        self
    }

    /// What the window knows now.
    pub fn session<T>(&self, look: impl FnOnce(&Session) -> T) -> T {
        look(self.harness.state().core().session())
    }

    /// Frames until something is so.
    pub fn until(&mut self, what: &str, so: impl Fn(&Session) -> bool) {
        let start = Instant::now();
        while !self.session(&so) {
            assert!(start.elapsed() < PATIENCE, "waited in vain until {what}");
            self.harness.step();
            std::thread::sleep(Duration::from_millis(3));
        }
        self.harness.step();
    }

    /// Until the network can be asked.
    pub fn network_ready(&mut self) {
        self.until("the network is loaded", |s| matches!(s.engine(), Engine::Ready { .. }));
    }

    /// Lists m3net-r18x3 with these weights, or with the reason why it has none.
    pub fn networks(&mut self, full: Result<String, String>) {
        self.until("the networks are listed", |s| !s.networks().is_empty());
        let choice = |name, weights| {
            let architecture = Architecture::named(name).expect("listed");
            NetworkChoice { name, weights, architecture }
        };
        let list = vec![choice("m3net-compact", Ok("built-in".to_owned())), choice("m3net-r18x3", full)];
        self.harness.state().report(News::Networks(list));
        self.settle();
    }

    /// A few frames, so that what was asked for is drawn.
    pub fn settle(&mut self) {
        self.harness.run_steps(4);
    }

    /// Drops files or folders on the window.
    pub fn drop_files(&mut self, paths: &[&Path]) {
        for path in paths {
            let file: egui::DroppedFileHandle = std::sync::Arc::new(Dropped((*path).to_owned()));
            self.harness.input_mut().dropped_files.push(file);
        }
        self.harness.step();
    }

    /// Presses and releases a key.
    pub fn key(&mut self, key: egui::Key) {
        self.key_with(Modifiers::NONE, key);
    }

    pub fn key_with(&mut self, modifiers: Modifiers, key: egui::Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.settle();
    }

    /// Clicks what has this name.
    pub fn click(&mut self, label: &str) {
        // A panel may have to be scrolled first.
        self.harness.get_by_label(label).scroll_to_me();
        self.settle();
        self.click_on(self.harness.get_by_label(label).rect());
    }

    /// Clicks in the middle of what lies there.
    pub fn click_on(&mut self, rect: Rect) {
        // In one frame: a panel that an answer makes longer meanwhile would slip away under the pointer.
        let at = rect.center();
        let button = |pressed| Event::PointerButton {
            pos: at,
            button: PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        };
        self.harness.input_mut().events.extend([Event::PointerMoved(at), button(true), button(false)]);
        self.settle();
    }

    /// Types a number into the field of this name.
    pub fn type_number(&mut self, name: &str, number: &str) {
        self.click_on(self.harness.get_by_role_and_label(egui::accesskit::Role::SpinButton, name).rect());
        self.harness.event(Event::Text(number.to_owned()));
        self.settle();
        self.key(egui::Key::Enter);
    }

    /// Whether something with this in its name is on the screen.
    pub fn says(&self, part: &str) -> bool {
        self.harness.query_all_by_label_contains(part).next().is_some()
    }

    /// Where a viewport lies, in points.
    pub fn rect(&self, pane: Pane) -> Rect {
        self.harness.get_by_role_and_label(egui::accesskit::Role::Canvas, pane.label()).rect()
    }

    /// What a screen reader says of a viewport.
    pub fn spoken(&self, pane: Pane) -> String {
        let node = self.harness.get_by_role_and_label(egui::accesskit::Role::Canvas, pane.label());
        node.accesskit_node().value().unwrap_or_default()
    }

    /// Where a point of the patient is drawn, in points.
    pub fn place_of(&self, pane: Pane, at: Point<Patient>) -> Pos2 {
        let rect = self.rect(pane);
        self.session(|s| {
            let size = [rect.width().round() as u32, rect.height().round() as u32];
            let look = s.look();
            let view = view::resolve(s.grid().expect("open"), look.viewport(pane), look.cursor, size);
            let p = &view.viewport_from_patient * at;
            rect.min + vec2(p.x as f32, p.y as f32)
        })
    }

    pub fn move_to(&mut self, at: Pos2) {
        self.harness.event(Event::PointerMoved(at));
        self.harness.step();
    }

    pub fn button(&mut self, at: Pos2, button: PointerButton, pressed: bool) {
        self.harness.event(Event::PointerButton { pos: at, button, pressed, modifiers: Modifiers::NONE });
        self.harness.step();
    }

    pub fn click_at(&mut self, at: Pos2) {
        self.move_to(at);
        self.button(at, PointerButton::Primary, true);
        self.button(at, PointerButton::Primary, false);
    }

    pub fn drag(&mut self, button: PointerButton, from: Pos2, to: Pos2) {
        self.move_to(from);
        self.button(from, button, true);
        for part in [0.3, 0.6, 1.0] {
            self.move_to(from + (to - from) * part);
        }
        self.button(to, button, false);
        self.settle();
    }

    /// Turns the wheel; positive away from the user.
    pub fn wheel(&mut self, at: Pos2, notches: f32, modifiers: Modifiers) {
        self.move_to(at);
        self.harness.event_modifiers(
            Event::MouseWheel {
                unit: MouseWheelUnit::Line,
                delta: Vec2::new(0.0, notches),
                phase: egui::TouchPhase::Move,
                source: egui::MouseWheelSource::Wheel,
                modifiers,
            },
            modifiers,
        );
        self.settle();
    }
}

#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }
    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|e| e.to_string())
    }
}

/// Centre of the largest nodule of the small phantom.
pub fn nodule() -> Point<Patient> {
    static AT: OnceLock<Point<Patient>> = OnceLock::new();
    *AT.get_or_init(|| Point::from_array(small().truth.nodules[0].centre_lps_mm))
}

/// The selected nodule has its answer, of every network of an ensemble, and its maps.
pub fn explained(session: &Session) -> bool {
    matches!(
        session.selected().map(|n| &n.question),
        Some(Question::Answered { saliency, answer }) if !saliency.is_empty() && answer.is_whole()
    )
}

/// Brings the planes to the largest nodule and clicks in it with the nodule tool.
pub fn ask(window: &mut Window) {
    window.click("Nodule");
    let coronal = window.place_of(Pane::Coronal, nodule());
    window.click("Crosshair");
    window.click_at(coronal);
    window.settle();
    window.click("Nodule");
    let axial = window.place_of(Pane::Axial, nodule());
    window.click_at(axial);
    window.until("the answer is explained", explained);
    window.settle();
}

/// Runs a test again, in a process of its own that finds weights installed.
/// - `test`: its whole name
/// - `install`: writes them into the folder in which they are looked for
/// - returns: true in that process, where the test is to go on
pub fn with_weights(test: &str, install: impl FnOnce(&Path)) -> bool {
    const INSIDE: &str = "TRISCOPE_TEST_INSIDE";
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    let home = tempfile::tempdir().expect("a folder");
    install(&home.path().join("triscope/models"));
    let ended = std::process::Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", test, "--nocapture"])
        .env("XDG_DATA_HOME", home.path())
        .env(INSIDE, "1")
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&ended.stdout).into_owned();
    assert!(ended.status.success(), "{said}\n{}", String::from_utf8_lossy(&ended.stderr));
    assert!(said.contains("1 passed"), "it ran: {said}");
    false
}
