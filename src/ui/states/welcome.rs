//! First start: two large choices, a field for a path, what was open lately. And what the window
//! says while files hang over it.

use egui::{
    Align2, CornerRadius, Label, Rect, Response, RichText, Role, Sense, Stroke, StrokeKind, TextStyle, Ui,
    WidgetInfo, vec2,
};

use super::column_ui;
use crate::command::{Command, Commands};
use crate::ingest::Private;
use crate::say;
use crate::ui::panels::path_ui;
use crate::ui::theme::{size, text, tokens};
use crate::ui::widgets::{Press, menu_row_ui, paragraph_ui, press_ui};
use crate::ui::{Scene, UiState, icons};

const RECENT: usize = 5;

/// Draws the first page.
pub fn welcome_ui(ui: &mut Ui, rect: Rect, scene: &Scene<'_>, state: &mut UiState, out: &mut Commands) {
    let t = tokens(ui);
    let recent = scene.prefs.recent.len().min(RECENT);
    let again = scene.enabled(&Command::RestoreSession);
    let height = 380.0 + 32.0 * recent as f32 + if again { 40.0 } else { 0.0 };
    column_ui(ui, rect, 640.0, height, |ui| {
        ui.spacing_mut().item_spacing.y = size::STEP;
        let title =
            RichText::new(say!("welcome-title")).text_style(TextStyle::Heading).size(22.0).color(t.text);
        ui.add(Label::new(title).selectable(false));
        paragraph_ui(ui, say!("welcome-what"), t.muted);
        ui.add_space(size::STEP);
        choices_ui(ui, scene, out);
        ui.add_space(size::HALF);
        paragraph_ui(ui, say!("welcome-drop-folder"), t.muted);
        path_ui(ui, state, out);
        if again {
            let tip = scene.tip(&Command::RestoreSession);
            let press = Press::new(icons::RERUN, say!("welcome-go-on")).filled();
            if press_ui(ui, press).on_hover_text(tip).clicked() {
                out.push(Command::RestoreSession);
            }
        }
        if recent > 0 {
            ui.add_space(size::STEP);
            ui.add(
                Label::new(
                    RichText::new(say!("welcome-recent")).text_style(text::small_strong()).color(t.muted),
                )
                .selectable(false),
            );
            ui.spacing_mut().item_spacing.y = 2.0;
            for path in scene.prefs.recent.iter().take(RECENT).map(Private::reveal) {
                let whole = path.display().to_string();
                let name =
                    path.file_name().map_or_else(|| whole.clone(), |n| n.to_string_lossy().into_owned());
                if menu_row_ui(ui, Press::new(icons::RECENT, &name)).on_hover_text(whole).clicked() {
                    out.push(Command::OpenPaths(vec![path.clone()]));
                }
            }
        }
    });
}

fn choices_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Commands) {
    let gap = 12.0;
    let width = (ui.available_width() - gap) / 2.0;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = gap;
        let key = scene.key(&Command::OpenFolder);
        let folder = say!("welcome-folder-tip", key = key);
        if choice_ui(ui, width, icons::FOLDER, say!("welcome-folder"), &folder).clicked() {
            out.push(Command::OpenFolder);
        }
        let example = say!("welcome-example-tip");
        if choice_ui(ui, width, icons::EXAMPLE, say!("welcome-example"), example).clicked() {
            out.push(Command::OpenExample);
        }
    });
}

fn choice_ui(ui: &mut Ui, width: f32, icon: &str, words: &str, more: &str) -> Response {
    let t = tokens(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(width, 132.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, words));
    let lit = response.hovered() || response.has_focus();
    let (fill, edge) = if lit { (t.control, t.accent) } else { (t.card, t.line) };
    let radius = CornerRadius::same(8);
    ui.painter().rect(rect, radius, fill, Stroke::new(1.0, edge), StrokeKind::Inside);
    let at = rect.min + vec2(18.0, 18.0);
    let mut icon_font = text::icon().resolve(ui.style());
    icon_font.size = 30.0;
    ui.painter().text(at, Align2::LEFT_TOP, icon, icon_font, t.accent);
    let heading = TextStyle::Heading.resolve(ui.style());
    ui.painter().text(at + vec2(0.0, 44.0), Align2::LEFT_TOP, words, heading, t.text);
    let body = TextStyle::Body.resolve(ui.style());
    let galley = ui.painter().layout(more.to_owned(), body, t.muted, rect.width() - 36.0);
    ui.painter().galley(at + vec2(0.0, 68.0), galley, t.muted);
    response
}

/// While files hang over the window: where they may be dropped.
pub fn drop_ui(ui: &Ui, rect: Rect) {
    if ui.input(|i| i.raw.hovered_files.is_empty()) {
        return;
    }
    let t = tokens(ui);
    ui.painter().rect_filled(rect, 0.0, t.veil);
    let edge = rect.shrink(16.0);
    let path = [edge.left_top(), edge.right_top(), edge.right_bottom(), edge.left_bottom(), edge.left_top()];
    ui.painter().extend(egui::Shape::dashed_line(&path, Stroke::new(2.0, t.accent), 10.0, 6.0));
    let mut icon_font = text::icon().resolve(ui.style());
    icon_font.size = 44.0;
    ui.painter().text(
        rect.center() - vec2(0.0, 8.0),
        Align2::CENTER_BOTTOM,
        icons::DROP,
        icon_font,
        t.accent,
    );
    let font = TextStyle::Heading.resolve(ui.style());
    let at = rect.center() + vec2(0.0, 8.0);
    ui.painter().text(at, Align2::CENTER_TOP, say!("welcome-drop"), font, crate::ui::theme::DARK.text);
}
