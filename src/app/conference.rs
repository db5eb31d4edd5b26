//! A window before a room of people: large type, nothing of a patient, and begun anew when nobody has touched
//! it for a while.

use std::time::{Duration, Instant};

use super::core::Core;
use crate::command::Command;
use crate::session::{CornerText, News, Stage};
use crate::ui::UiState;

/// How much larger everything but the pictures is: at least, in the smallest window, and at most.
const LARGER: [f32; 2] = [1.2, 1.5];
/// The width from which on things grow with the window, points.
const NEEDED: f32 = 1280.0;

/// The window before people.
pub(super) struct Conference {
    /// Begun anew after so long without a hand.
    idle: Duration,
    /// When a hand was last there; `None`: not since it began anew.
    touched: Option<Instant>,
}

impl Conference {
    pub(super) fn new(idle: Duration) -> Self {
        Self { idle, touched: None }
    }
}

impl Core {
    /// Nothing that names a patient is on the screen, and nothing is remembered of who came by.
    pub(super) fn begin_conference(&mut self, idle: Duration) {
        self.conference = Some(Conference::new(idle));
        self.session.receive(News::Anew { anonymous: true });
    }

    /// What the corners say: before people nothing of the patient.
    pub(super) fn text_before_people(&self, wanted: CornerText) -> CornerText {
        match wanted {
            CornerText::Full if self.conference.is_some() => CornerText::NoPatient,
            other => other,
        }
    }

    /// Begins anew where nobody has touched the window for long enough.
    pub(super) fn watch_conference(&mut self, ctx: &egui::Context) {
        let Some(conference) = &mut self.conference else { return };
        let usual = ctx.content_rect().width() * ctx.zoom_factor();
        let [least, most] = LARGER;
        let larger = (usual / NEEDED * least).clamp(least, most);
        if (larger - ctx.zoom_factor()).abs() > 0.01 {
            ctx.set_zoom_factor(larger);
        }
        let hand = ctx.input(|i| {
            i.events.iter().any(|event| {
                !matches!(event, egui::Event::WindowFocused(_) | egui::Event::AccessKitActionRequest(_))
            })
        });
        if hand {
            conference.touched = Some(Instant::now());
        }
        let Some(touched) = conference.touched else { return };
        let rest = conference.idle.saturating_sub(touched.elapsed());
        if rest.is_zero() {
            conference.touched = None;
            self.begin_anew(ctx);
        } else {
            ctx.request_repaint_after(rest);
        }
    }

    /// What was open at the start, as it was at the start.
    fn begin_anew(&mut self, ctx: &egui::Context) {
        if self.session.stage() == Stage::Report {
            self.carry_out(Command::CloseCase, ctx);
        }
        self.carry_out(Command::CancelAll, ctx);
        self.carry_out(Command::CloseCase, ctx);
        self.reading_cases = None;
        self.session.receive(News::Anew { anonymous: true });
        self.ui = UiState::default();
        self.open_first(ctx);
    }
}
