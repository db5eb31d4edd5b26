//! The top bar: open, tools, window, slab, layout, overlays; device, mark and help at the right.

use egui::{Align, Frame, Id, Label, Layout, Margin, Panel, RichText, Sense, Stroke, Ui, UiBuilder, vec2};

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

/// What the bar gives up where it is narrow: each step and all before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Tight {
    /// Nothing.
    Roomy,
    /// Words of the tools that are not chosen.
    Tools,
    /// The name of the program and the keys.
    Keys,
    /// Words of the chosen tool, of slab and layout; the field of the slab.
    Menus,
    /// Heatmap and boxes, which stand in the view menu then.
    Overlays,
    /// Words of what opens, and the name of the device.
    Names,
}

impl Tight {
    const ALL: [Self; 6] = [Self::Roomy, Self::Tools, Self::Keys, Self::Menus, Self::Overlays, Self::Names];
}

/// How wide the left part is with each step, so far as it was drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Widths {
    step: usize,
    known: [Option<f32>; Tight::ALL.len()],
    /// Of the right part with the name of the device.
    named: Option<f32>,
}

impl Widths {
    /// What was drawn, and the first step that fits then; one that was never drawn is tried. What stands in the
    /// bar changes with its words: as much as this step grew, the others are taken to have grown.
    /// - `drawn`: the left part as it is
    /// - `used`: the right part as it is
    /// - `all`: what both have together
    fn next(mut self, drawn: f32, used: f32, all: f32) -> Self {
        const NAMES: usize = Tight::Names as usize;
        if self.step < NAMES {
            self.named = Some(used);
        }
        let before = self.known.get(self.step).copied().flatten();
        let grown = before.map_or(0.0, |before| drawn - before);
        self.known.iter_mut().flatten().for_each(|width| *width += grown);
        if let Some(known) = self.known.get_mut(self.step) {
            *known = Some(drawn);
        }
        // The last step makes the right part narrower: room that the steps before it do not have.
        let with_name = self.named.unwrap_or(used);
        let fits = |width: &Option<f32>| width.is_none_or(|width| width + with_name <= all + 0.5);
        self.step = self.known.iter().take(NAMES).position(fits).unwrap_or(NAMES);
        self
    }
}

/// Draws the bar.
pub fn top_ui(ui: &mut Ui, scene: &Scene<'_>, state: &mut UiState, out: &mut Commands) {
    let frame = Frame::new().inner_margin(Margin::symmetric(12, 0));
    Panel::top("top").exact_size(size::TOP_BAR).frame(frame).resizable(false).show(ui, |ui| {
        let width = ui.available_width();
        ui.spacing_mut().item_spacing.x = size::HALF;
        let id = Id::unique("top bar");
        let before: Widths = ui.data(|d| d.get_temp(id)).unwrap_or_default();
        let tight = Tight::ALL.get(before.step).copied().unwrap_or(Tight::Names);
        // The left part comes first, so that Tab goes through the bar as one reads it; what the right
        // part needs is known from the frame before.
        let right_id = Id::unique("right part of the top bar");
        let needed: f32 = ui.data(|d| d.get_temp(right_id)).unwrap_or(RIGHT_PART);
        let (left, right) = ui.max_rect().split_left_right_at_x(ui.max_rect().right() - needed);
        let left = left.with_max_x(left.right() - size::STEP);
        let row = |rect| UiBuilder::new().max_rect(rect).layout(Layout::left_to_right(Align::Center));
        let drawn = ui.scope_builder(row(left), |ui| {
            left_ui(ui, scene, state, out, (width, tight));
            ui.min_rect().width()
        });
        let used =
            ui.scope_builder(row(right), |ui| right_ui(ui, scene, out, (width, tight))).response.rect.width();
        // A field in which somebody types may grow, and must not go.
        let typing = ui.ctx().text_edit_focused();
        let widths = if typing { before } else { before.next(drawn.inner, used, left.width() + needed) };
        if widths != before || (used - needed).abs() > 0.5 {
            ui.data_mut(|d| d.insert_temp(right_id, used));
            ui.data_mut(|d| d.insert_temp(id, widths));
            ui.request_discard("top bar");
            ui.request_repaint();
        }
    });
}

fn left_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    state: &mut UiState,
    out: &mut Commands,
    (width, tight): (f32, Tight),
) {
    let t = tokens(ui);
    let look = scene.session.look();
    let keys = width >= NAME_FROM && tight < Tight::Keys;
    if keys {
        ui.add(
            Label::new(RichText::new("Triscope").text_style(text::strong()).color(t.text)).selectable(false),
        );
        ui.add_space(size::STEP);
    }
    open_menu_ui(ui, scene, state, out, tight < Tight::Names);
    line_ui(ui);
    for tool in Tool::ALL {
        let command = Command::Tool(tool);
        let selected = look.tool == tool;
        let mut press = Press::new(tool_icon(tool), named("tool", tool.label())).selected(selected);
        if (tight >= Tight::Tools && !selected) || tight >= Tight::Menus {
            press = press.icon_only();
        }
        if press_ui(ui, press).on_hover_text(scene.tip(&command)).clicked() {
            out.push(command);
        }
    }
    measure_menu_ui(ui, scene, out, tight < Tight::Menus);
    line_ui(ui);
    let open = scene.session.stage() == Stage::Open;
    ui.add_enabled_ui(open, |ui| {
        window_menu_ui(ui, scene, state, out);
        slab_menu_ui(ui, scene, out, (tight < Tight::Menus, width >= NAME_FROM && tight < Tight::Menus));
        layout_menu_ui(ui, scene, out, tight < Tight::Menus);
    });
    for (command, words, on) in overlays(scene) {
        if tight >= Tight::Overlays {
            break;
        }
        let key = if keys { scene.key(&command) } else { String::new() };
        let enabled = scene.enabled(&command);
        let press = Press::new("", words).key(&key).selected(on && open).enabled(enabled);
        if press_ui(ui, press).on_hover_text(scene.tip(&command)).clicked() {
            out.push(command);
        }
    }
    let hidden = if tight >= Tight::Overlays { overlays(scene).to_vec() } else { Vec::new() };
    view_menu_ui(ui, scene, out, &hidden);
    if scene.session.report().is_some() {
        let command = Command::ToggleReport;
        let shown = scene.session.stage() == Stage::Report;
        let press = Press::new(icons::CHART, say!("top-report")).icon_only().selected(shown);
        if press_ui(ui, press).on_hover_text(scene.tip(&command)).clicked() {
            out.push(command);
        }
    }
}

/// What lies over the pictures: command, word, whether it is on.
fn overlays(scene: &Scene<'_>) -> [(Command, &'static str, bool); 2] {
    let look = scene.session.look();
    [
        (Command::ToggleHeatmap, say!("top-heatmap"), look.heatmap.on),
        (Command::ToggleBoxes, say!("top-boxes"), look.boxes),
    ]
}

fn right_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Commands, (width, tight): (f32, Tight)) {
    let t = tokens(ui);
    // On one line where there is room, on two where there is not; never gone.
    let words = if width >= ONE_LINE_FROM { say!("top-research") } else { say!("top-research-lines") };
    let mark = RichText::new(words).text_style(egui::TextStyle::Small).color(t.muted).line_height(Some(15.0));
    ui.add(Label::new(mark).selectable(false).halign(Align::RIGHT).extend());
    ui.add_space(size::HALF);
    device_menu_ui(ui, scene, out, tight < Tight::Names);
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
        Kind::Note => icons::TEXT,
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
        Tool::Occlude => icons::SINGLE,
        Tool::Erase => icons::ERASER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_gives_up_no_more_than_it_must_and_settles() {
        // Widths of the six steps of the left part; the right one has 200, or 140 without the device's name.
        let settle = |mut widths: Widths, left: [f32; 6], all: f32| {
            let mut steps = Vec::new();
            for _ in 0..12 {
                let right = if widths.step == Tight::Names as usize { 140.0 } else { 200.0 };
                widths = widths.next(left[widths.step], right, all);
                steps.push(widths.step);
            }
            assert!(steps[8..].windows(2).all(|two| two[0] == two[1]), "it stays: {steps:?}");
            widths
        };
        let left = [900.0, 700.0, 480.0, 400.0, 300.0, 280.0];
        let narrow = settle(Widths::default(), left, 700.0);
        assert_eq!(narrow.step, 2);
        assert_eq!(settle(narrow, left, 1200.0).step, 0, "and takes it back where there is room");
        // A slab makes every step 60 wider; without it the words come back.
        let slab = settle(narrow, left.map(|w| w + 60.0), 700.0);
        assert_eq!(slab.step, 3);
        assert_eq!(settle(slab, left, 700.0).step, 2);
        // Without the name the step before the last would fit, and with it not.
        assert_eq!(settle(narrow, left, 450.0).step, 5);
        assert_eq!(settle(narrow, left, 100.0).step, 5, "the narrowest there is");
    }
}
