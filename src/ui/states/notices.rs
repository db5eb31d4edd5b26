//! Sentences that wait to be read, over the lower edge of the pictures; never in the way of a hand.

use egui::{Align, Align2, Area, CornerRadius, Frame, Id, Layout, Margin, Order, Rect, Stroke, Ui, vec2};

use crate::command::{Command, Commands};
use crate::language::heard;
use crate::say;
use crate::session::{Notice, Session, Severity};
use crate::ui::theme::{size, tokens};
use crate::ui::widgets::{Press, note_ui, press_ui};
use crate::ui::{Scene, icons};

/// At most this many at once; older ones wait.
const SHOWN: usize = 3;

/// Those that are on the screen, the oldest first.
pub fn shown_notices(session: &Session) -> &[Notice] {
    let notices = session.notices();
    notices.get(notices.len().saturating_sub(SHOWN)..).unwrap_or(notices)
}

/// Where they lie; `None` before any was shown.
pub fn notices_rect(ctx: &egui::Context) -> Option<Rect> {
    ctx.memory(|memory| memory.area_rect(Id::unique("notices")))
}

/// Draws the newest notices.
pub fn notices_ui(ui: &Ui, rect: Rect, scene: &Scene<'_>, out: &mut Commands) {
    let t = tokens(ui);
    let notices = shown_notices(scene.session);
    if notices.is_empty() {
        return;
    }
    let width = (rect.width() - 48.0).clamp(120.0, 520.0);
    let lift = ui.content_rect().bottom() - rect.bottom();
    let aside = rect.center().x - ui.content_rect().center().x;
    Area::new(Id::unique("notices"))
        .order(Order::Foreground)
        .anchor(Align2::CENTER_BOTTOM, vec2(aside, -lift - size::DOUBLE))
        .show(ui, |ui| {
            ui.set_width(width);
            for notice in notices {
                let (icon, colour) = match notice.severity {
                    Severity::Info => (icons::INFO, t.text),
                    Severity::Warning => (icons::WARNING, t.warning),
                    Severity::Error => (icons::ERROR, t.error),
                };
                Frame::new()
                    .fill(t.card)
                    .stroke(Stroke::new(1.0, t.line))
                    .corner_radius(CornerRadius::same(size::CARD_RADIUS))
                    .inner_margin(Margin::symmetric(12, 8))
                    .show(ui, |ui| {
                        ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
                            let press = Press::new(icons::CLOSE, say!("notices-dismiss")).icon_only();
                            if press_ui(ui, press).on_hover_text(say!("notices-take-away")).clicked() {
                                out.push(Command::Dismiss(notice.id));
                            }
                            ui.with_layout(Layout::top_down(Align::Min), |ui| {
                                note_ui(ui, icon, colour, &heard(&notice.text));
                            });
                        });
                    });
                ui.add_space(size::HALF);
            }
        });
}

/// The volume does not fit whole: said in every viewport's corner, and here once why.
pub fn reduced_ui(ui: &Ui, rect: Rect, scene: &Scene<'_>) {
    let gpu = scene.session.gpu();
    if gpu.total == 0 || gpu.reduced != 0 {
        return;
    }
    let t = tokens(ui);
    ui.painter().text(
        rect.center(),
        Align2::CENTER_CENTER,
        say!("notices-does-not-fit"),
        egui::TextStyle::Body.resolve(ui.style()),
        t.warning,
    );
}
