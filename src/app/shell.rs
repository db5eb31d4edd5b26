//! One window: the order of things within a frame.

use std::cell::RefCell;
use std::rc::Rc;

use super::core::{Core, Reopen};
use super::graphics::Graphics;
use crate::command::{Command, Commands};
use crate::geometry::{Point, Viewport};
use crate::language;
use crate::measure::own_value;
use crate::session::{Hover, News, Pane};
use crate::tools::{Pointed, PointerEvent};
use crate::ui::{self, Scene};
use crate::view::{self, ResolvedView};

/// Where the pointer is, to say what lies under it after the picture has moved.
#[derive(Clone, Copy)]
struct Over {
    pane: Pane,
    at: Point<Viewport>,
    size_px: [u32; 2],
}

/// The window's contents, for eframe and for tests without a screen.
pub struct Shell {
    core: Rc<RefCell<Core>>,
    graphics: Option<Graphics>,
    over: Option<Over>,
    frames: u64,
    closing: bool,
    /// Whether the window had the keyboard in the last frame.
    focused: bool,
    /// Nobody clears with our colour: tests without a window.
    bare: bool,
}

impl Shell {
    /// Builds the window around what is already open. Without a render state (tests without
    /// pictures) viewports stay black.
    pub fn new(cc: &eframe::CreationContext<'_>, core: Rc<RefCell<Core>>) -> Self {
        let graphics = {
            let mut core = core.borrow_mut();
            core.waker.attach(&cc.egui_ctx);
            core.reopen = None;
            ui::install(&cc.egui_ctx, &core.prefs);
            // Another window has a size of text of its own.
            core.zoom_seen = None;
            super::window_place::bring_back(cc);
            if core.conference.is_some() {
                cc.egui_ctx.send_viewport_cmd(egui::ViewportCommand::Fullscreen(true));
            }
            let graphics =
                cc.wgpu_render_state.as_ref().map(|state| Graphics::adopt(state, core.waker.now()));
            core.gpu = graphics.as_ref().map(|g| g.gpu.clone());
            if let Some(graphics) = &graphics {
                let device = graphics.describe(&core.prefs.adapter);
                core.session.receive(News::Graphics(device));
            }
            graphics
        };
        Self {
            core,
            graphics,
            over: None,
            frames: 0,
            closing: false,
            focused: true,
            bare: cc.winit_window().is_none(),
        }
    }

    /// The document and everything around it, to look at.
    pub fn core(&self) -> std::cell::Ref<'_, Core> {
        self.core.borrow()
    }

    /// Asks for something as a panel would; it is carried out in the next frame.
    pub fn command(&self, command: Command, ctx: &egui::Context) {
        self.core.borrow_mut().carry_out(command, ctx);
    }

    /// Hands a report in, as a job would: for pictures of states that pass too quickly.
    pub fn report(&self, news: News) {
        self.core.borrow_mut().session.receive(news);
    }

    fn frame(&mut self, ui: &mut egui::Ui) {
        let ctx = ui.ctx().clone();
        let core = Rc::clone(&self.core);
        let mut core = core.borrow_mut();
        let core = &mut *core;
        language::speak(core.language());
        if !std::mem::replace(&mut core.started, true) {
            core.open_first(&ctx);
        }
        if ctx.current_pass_index() == 0 {
            core.watch_conference(&ctx);
            core.look_at_screen(&ctx);
            core.watch_text_size(&ctx);
            core.watch_window(&ctx);
        }
        self.frames = self.frames.saturating_add(1);
        if self.frames == 1 {
            ctx.request_repaint();
        } else if core.session.work().is_empty() {
            // Reading weights takes the processor from the first frame and from loading: afterwards.
            core.start_network();
        }

        // Who comes back to the window may have imported weights meanwhile.
        let focused = ctx.input(|i| i.focused);
        let before = std::mem::replace(&mut self.focused, focused);
        if focused && !before {
            core.asker.look_for_weights(&core.waker);
        }

        // Reports of jobs.
        if let Some(volume) = core.session.volume()
            && (self.graphics.is_none() || core.session.gpu().slices > 0)
        {
            core.inbox.first_is_shown(volume);
        }
        core.inbox.poll(&mut core.session, &core.waker);
        core.thumbnails.poll(&mut core.session, &core.waker);
        core.counting.poll(&mut core.session, &core.waker);
        core.reports.poll(&mut core.session, &core.waker);
        if let Some(nodule) = core.inbox.take_nodule() {
            core.show_nodule(nodule);
        }
        core.poll_priors();
        core.lay_beside();
        core.overlays.poll(&mut core.session, &core.waker);
        core.poll_shelf();
        core.poll_cases();
        let held = core.ui.prior_hands.busy();
        core.asker.poll(&mut core.session, &core.waker, held, core.prefs.check_maps);
        core.resume(&ctx);
        core.poll_sessions(&ctx);
        core.poll_copied(&ctx);
        core.poll_pages();
        if ctx.current_pass_index() == 0 {
            core.play(&ctx);
            core.blink(&ctx);
            core.fade_notices(&ctx);
        }
        core.poll_dialogs();
        core.poll_saving();
        core.poll_prefs();
        core.poll_keys();
        core.poll_binding();
        if let Some(graphics) = &mut self.graphics
            && graphics.frame(&mut core.session)
        {
            ctx.request_repaint();
        }

        // Keys and dropped files come before drawing, so that this frame shows what they did.
        let mut out = Commands::new();
        super::keyboard::keys(&ctx, &core.session, &core.keymap, &mut core.ui, &mut out);
        let dropped = ctx.input(|i| i.raw.dropped_files.iter().map(|f| f.path().to_owned()).collect());
        self.drive(core, &mut out, &ctx);
        let mut changed = self.carry_out(core, &mut out, &ctx);
        core.open(dropped);
        if changed {
            self.look_again(core);
        }

        // Drawing; what the pointer and the panels asked for.
        if self.bare {
            ui.painter().rect_filled(ui.max_rect(), 0.0, ui.visuals().panel_fill);
        }
        let scene = Scene { session: &core.session, keymap: &core.keymap, prefs: &core.prefs };
        let pointed = ui::window_ui(ui, &scene, &mut core.ui, &mut out);
        changed = false;
        for event in &pointed {
            self.hover(core, event);
            core.hands.handle(&core.session, event, &mut out);
            // One after the other: the next event starts from what this one did.
            changed |= self.carry_out(core, &mut out, &ctx);
        }
        changed |= self.carry_out(core, &mut out, &ctx);
        if changed {
            self.look_again(core);
            // Drawn once more before it is shown: otherwise every change came a frame late.
            if ctx.current_pass_index() == 0 {
                ctx.request_discard("the pointer or a panel changed the document");
            } else {
                ctx.request_repaint();
            }
        }
        if core.reopen.is_some() {
            self.closing = true;
            ctx.send_viewport_cmd(egui::ViewportCommand::Close);
        }
    }

    /// A timing run asks for commands in every frame, but not twice in one.
    fn drive(&mut self, core: &mut Core, out: &mut Commands, ctx: &egui::Context) {
        if ctx.current_pass_index() > 0 {
            return;
        }
        let Some(driver) = core.driver.as_mut() else { return };
        match driver.frame(&core.session) {
            Some(commands) => {
                commands.into_iter().for_each(|c| out.push(c));
                if driver.waits() {
                    // What loads asks for frames itself, as without a driver.
                    ctx.request_repaint_after(std::time::Duration::from_secs(1));
                } else {
                    ctx.request_repaint();
                }
            }
            None => {
                self.closing = true;
                ctx.send_viewport_cmd(egui::ViewportCommand::Close);
            }
        }
    }

    /// Carries the queue out; true where anything but the focus may have changed.
    fn carry_out(&self, core: &mut Core, out: &mut Commands, ctx: &egui::Context) -> bool {
        let mut changed = false;
        for command in out.take() {
            changed |= match &command {
                Command::Focus(pane) => *pane != core.session.look().focus,
                Command::BeginGesture => false,
                Command::EndGesture => {
                    // What rests while a hand draws is drawn now.
                    ctx.request_repaint();
                    false
                }
                _ => true,
            };
            core.carry_out(command, ctx);
        }
        changed
    }

    /// Remembers where the pointer is, and says what lies under it.
    fn hover(&mut self, core: &mut Core, pointed: &Pointed) {
        let Pointed { pane, view, event } = pointed;
        let at = match *event {
            PointerEvent::Leave => None,
            PointerEvent::Move { at, .. }
            | PointerEvent::Press { at, .. }
            | PointerEvent::Drag { at, .. }
            | PointerEvent::Release { at }
            | PointerEvent::DoubleClick { at }
            | PointerEvent::Wheel { at, .. } => Some(at),
        };
        self.over = at.map(|at| Over { pane: *pane, at, size_px: view.size_px });
        let hover = at.and_then(|at| under(core, *pane, view, at));
        core.session.receive(News::Hover(hover));
    }

    /// The picture has moved under a resting pointer.
    fn look_again(&self, core: &mut Core) {
        let Some(Over { pane, at, size_px }) = self.over else { return };
        let look = core.session.look();
        let hover = core.session.grid().and_then(|grid| {
            let view = view::resolve(grid, look.viewport(pane), look.cursor, size_px);
            under(core, pane, &view, at)
        });
        core.session.receive(News::Hover(hover));
    }
}

/// What lies under a position of a viewport.
fn under(core: &Core, pane: Pane, view: &ResolvedView, at: Point<Viewport>) -> Option<Hover> {
    let volume = core.session.volume()?;
    let at = view::extreme_depth(volume, view, at);
    let voxel = volume.grid().voxel_at(volume.grid().voxel_from_patient() * at);
    let value = voxel.and_then(|v| own_value(volume, v)).map(|v| v as f32);
    let pet = core.session.pet().and_then(|pet| {
        let grid = pet.volume.grid();
        pet.volume.value(grid.voxel_at(grid.voxel_from_patient() * at)?)
    });
    Some(Hover { pane, at, voxel, value, pet })
}

impl eframe::App for Shell {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        // A lost device must not be drawn with: the window is closed and opened again.
        if !self.closing && self.graphics.as_ref().is_some_and(Graphics::lost) {
            let mut core = self.core.borrow_mut();
            core.reopen = Some(Reopen::Lost);
            core.warn("The graphics device was lost and has been opened again. Nothing of yours was lost");
            self.closing = true;
        }
        if self.closing {
            ui.ctx().send_viewport_cmd(egui::ViewportCommand::Close);
            return;
        }
        self.frame(ui);
    }

    /// Panels have no ground of their own: clearing costs nothing, filling a third of a frame's time
    /// on a software adapter.
    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }
}

#[cfg(test)]
mod tests {
    use super::super::core::Start;
    use super::*;
    use egui_kittest::Harness;

    fn window(core: &Rc<RefCell<Core>>) -> Harness<'static, Shell> {
        let core = Rc::clone(core);
        let setup = super::super::setup(crate::gpu::backend_attempts()[0], None);
        Harness::builder().wgpu_setup(setup.into()).build_eframe(move |cc| Shell::new(cc, core))
    }

    #[test]
    fn a_lost_device_closes_the_window_and_the_next_one_goes_on_with_the_same_session() {
        let core = Rc::new(RefCell::new(Core::plain(Start::default())));
        let mut first = window(&core);
        first.run_steps(3);
        core.borrow_mut().session.apply(crate::session::Edit::Invert(true));
        first.state().graphics.as_ref().expect("a device").gpu.device.destroy();
        first.run_steps(2);
        assert_eq!(core.borrow().reopen, Some(Reopen::Lost));
        let closes = first.output().viewport_output.values().flat_map(|v| &v.commands);
        assert!(closes.into_iter().any(|c| *c == egui::ViewportCommand::Close));
        drop(first);
        let mut second = window(&core);
        second.run_steps(3);
        assert_eq!(core.borrow().reopen, None);
        assert!(core.borrow().session().look().invert, "the session is the same");
        assert!(
            core.borrow().session().notices().iter().any(|n| n.text.contains("graphics device was lost"))
        );
        assert!(second.render().is_ok(), "the new device draws");
    }
}
