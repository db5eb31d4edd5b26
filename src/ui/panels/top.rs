//! The top bar: open, tools, window, slab, layout, overlays; device, mark and help at the right.

use egui::{
    Align, Frame, Id, Label, Layout, Margin, Panel, RichText, Sense, Stroke, TextStyle, Ui, UiBuilder, vec2,
};

use super::open_menu::open_menu_ui;
use super::slab_menu::slab_menu_ui;
use super::top_menus::{device_menu_ui, layout_menu_ui, measure_menu_ui, view_menu_ui};
use super::window_menu::window_menu_ui;
use crate::command::{Command, Commands};
use crate::language::named;
use crate::measure::Kind;
use crate::say;
use crate::session::{Stage, Tool};
use crate::ui::theme::{size, text, tokens};
use crate::ui::widgets::{Press, press_ui};
use crate::ui::{Scene, UiState, icons};

/// From here on the mark stands on one line.
const ONE_LINE_FROM: f32 = 1700.0;
/// Below this the name of the program and the keys give way.
const NAME_FROM: f32 = 1340.0;
/// What the right part of the bar takes until it was drawn once.
const RIGHT_PART: f32 = 320.0;

/// Draws the bar.
pub fn top_ui(ui: &mut Ui, scene: &Scene<'_>, state: &mut UiState, out: &mut Commands) {
    let frame = Frame::new().inner_margin(Margin::symmetric(12, 0));
    Panel::top("top").exact_size(size::TOP_BAR).frame(frame).resizable(false).show(ui, |ui| {
        let width = ui.available_width();
        ui.spacing_mut().item_spacing.x = size::HALF;
        // The left part comes first, so that Tab goes through the bar as one reads it; what the right
        // part needs is known from the frame before.
        let id = Id::unique("right part of the top bar");
        let needed: f32 = ui.data(|d| d.get_temp(id)).unwrap_or(RIGHT_PART);
        let (left, right) = ui.max_rect().split_left_right_at_x(ui.max_rect().right() - needed);
        let row = |rect| UiBuilder::new().max_rect(rect).layout(Layout::left_to_right(Align::Center));
        ui.scope_builder(row(left.with_max_x(left.right() - size::STEP)), |ui| {
            left_ui(ui, scene, state, out, width);
        });
        let used = ui.scope_builder(row(right), |ui| right_ui(ui, scene, out, width)).response.rect.width();
        if (used - needed).abs() > 0.5 {
            ui.data_mut(|d| d.insert_temp(id, used));
            ui.request_repaint();
        }
    });
}

fn left_ui(ui: &mut Ui, scene: &Scene<'_>, state: &mut UiState, out: &mut Commands, width: f32) {
    let t = tokens(ui);
    // Tools have their words where all of the bar fits with them, else only the chosen one has.
    let id = Id::unique("top bar");
    let bare: f32 = ui.data(|d| d.get_temp(id)).unwrap_or(f32::INFINITY);
    let tool_words = tool_words_width(ui, scene.session.look().tool);
    let all_words = bare + tool_words <= ui.available_width();
    let look = scene.session.look();
    if width >= NAME_FROM {
        ui.add(
            Label::new(RichText::new("Triscope").text_style(text::strong()).color(t.text)).selectable(false),
        );
        ui.add_space(size::STEP);
    }
    open_menu_ui(ui, scene, state, out);
    line_ui(ui);
    for tool in Tool::ALL {
        let command = Command::Tool(tool);
        let selected = look.tool == tool;
        let mut press = Press::new(tool_icon(tool), named("tool", tool.label())).selected(selected);
        if !all_words && !selected {
            press = press.icon_only();
        }
        if press_ui(ui, press).on_hover_text(scene.tip(&command)).clicked() {
            out.push(command);
        }
    }
    measure_menu_ui(ui, scene, out);
    line_ui(ui);
    let open = scene.session.stage() == Stage::Open;
    ui.add_enabled_ui(open, |ui| {
        window_menu_ui(ui, scene, state, out);
        slab_menu_ui(ui, scene, out, width >= NAME_FROM);
        layout_menu_ui(ui, scene, out);
    });
    let keys = width >= NAME_FROM;
    for (command, words, on) in [
        (Command::ToggleHeatmap, say!("top-heatmap"), look.heatmap.on),
        (Command::ToggleBoxes, say!("top-boxes"), look.boxes),
    ] {
        let key = if keys { scene.key(&command) } else { String::new() };
        let enabled = scene.enabled(&command);
        let press = Press::new("", words).key(&key).selected(on && open).enabled(enabled);
        if press_ui(ui, press).on_hover_text(scene.tip(&command)).clicked() {
            out.push(command);
        }
    }
    view_menu_ui(ui, scene, out);
    if scene.session.report().is_some() {
        let command = Command::ToggleReport;
        let shown = scene.session.stage() == Stage::Report;
        let press = Press::new(icons::CHART, say!("top-report")).icon_only().selected(shown);
        if press_ui(ui, press).on_hover_text(scene.tip(&command)).clicked() {
            out.push(command);
        }
    }
    let used = ui.min_rect().width() - if all_words { tool_words } else { 0.0 };
    if (used - bare).abs() > 0.5 {
        ui.data_mut(|d| d.insert_temp(id, used));
        ui.request_repaint();
    }
}

/// What the words of all tools but the chosen one add to the bar.
fn tool_words_width(ui: &Ui, chosen: Tool) -> f32 {
    let font = TextStyle::Body.resolve(ui.style());
    let word = |tool: Tool| {
        ui.painter().layout_no_wrap(named("tool", tool.label()).to_owned(), font.clone(), tokens(ui).text)
    };
    // Beside the word: the gap to its icon, and the wider sides of a button with words.
    Tool::ALL.into_iter().filter(|t| *t != chosen).map(|t| word(t).size().x + 13.0).sum()
}

fn right_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Commands, width: f32) {
    let t = tokens(ui);
    // On one line where there is room, on two where there is not; never gone.
    let words = if width >= ONE_LINE_FROM { say!("top-research") } else { say!("top-research-lines") };
    let mark = RichText::new(words).text_style(egui::TextStyle::Small).color(t.muted).line_height(Some(15.0));
    ui.add(Label::new(mark).selectable(false).halign(Align::RIGHT).extend());
    ui.add_space(size::HALF);
    device_menu_ui(ui, scene, out);
    let help = Command::ToggleHelp;
    if press_ui(ui, Press::new(icons::HELP, say!("top-keys")).icon_only())
        .on_hover_text(scene.tip(&help))
        .clicked()
    {
        out.push(help);
    }
}

fn line_ui(ui: &mut Ui) {
    let t = tokens(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(13.0, 20.0), Sense::hover());
    ui.painter().vline(rect.center().x, rect.y_range(), Stroke::new(1.0, t.line));
}

/// What stands for a kind of measurement.
pub fn measure_icon(kind: Kind) -> &'static str {
    match kind {
        Kind::Length => icons::LENGTH,
        Kind::Bidirectional => icons::BIDIRECTIONAL,
        Kind::Angle => icons::ANGLE,
        Kind::Cobb => icons::COBB,
        Kind::Ellipse => icons::ELLIPSE,
        Kind::Rectangle => icons::RECTANGLE,
        Kind::Polygon => icons::POLYGON,
        Kind::Probe => icons::PROBE,
        Kind::Arrow => icons::ARROW,
    }
}

fn tool_icon(tool: Tool) -> &'static str {
    match tool {
        Tool::Window => icons::WINDOW,
        Tool::Pan => icons::PAN,
        Tool::Zoom => icons::ZOOM,
        Tool::Crosshair => icons::CROSSHAIR,
        Tool::Nodule => icons::NODULE,
        Tool::Measure(kind) => measure_icon(kind),
        Tool::Paint | Tool::Segment => icons::BRUSH,
        Tool::Erase => icons::ERASER,
    }
}
