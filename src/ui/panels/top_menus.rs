//! The menus of the top bar: measuring, layout, view, device.

use egui::containers::menu::SubMenu;
use egui::{
    Align, Align2, CornerRadius, Layout, PopupCloseBehavior, Sense, TextStyle, Ui, WidgetInfo, pos2, vec2,
};

use super::top::measure_icon;
use crate::command::{Command, Commands, Explaining, Filming, Segmenting, Viewing, entry};
use crate::language::{heard, named};
use crate::measure::Kind;
use crate::say;
use crate::session::{Arrangement, Engine, Layout as Panes, Preferences, Tool};
use crate::ui::theme::{size, tokens};
use crate::ui::widgets::{
    NumberField, Press, fact_ui, heading_ui, line_ui, menu, menu_row_ui, number_ui, paragraph_ui, press_ui,
    segments_ui,
};
use crate::ui::{Scene, icons};
use crate::volume::{Interpolation, Sharpening};

/// A command as a row of a menu; says whether it was clicked.
pub(super) fn row_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    out: &mut Commands,
    command: Command,
    icon: &str,
    on: bool,
) -> bool {
    let Some(entry) = entry(&command) else { return false };
    let key = scene.key(&command);
    let press = Press::new(icon, entry.said()).key(&key).enabled(scene.enabled(&command)).selected(on);
    let clicked = menu_row_ui(ui, press).on_hover_text(entry.said_help()).clicked();
    if clicked {
        out.push(command);
    }
    clicked
}

/// The same in a menu with fields in it, which does not close by itself.
pub(super) fn closing_row_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    out: &mut Commands,
    command: Command,
    icon: &str,
    on: bool,
) {
    if row_ui(ui, scene, out, command, icon, on) {
        ui.close();
    }
}

/// What can be measured; the button is the chosen one's.
/// - `with_words`: the bar has room for the chosen one's
pub fn measure_menu_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Commands, with_words: bool) {
    let tool = scene.session.look().tool;
    let chosen = match tool {
        Tool::Measure(kind) => Some(kind),
        _ => None,
    };
    // Whatever drags draw is to be seen in the bar.
    let icon = match (tool, chosen) {
        (Tool::Segment, _) => icons::BRUSH,
        (Tool::Erase, _) => icons::ERASER,
        _ => chosen.map_or(icons::MEASURE, measure_icon),
    };
    let words = if tool.segments() {
        named("tool", tool.label())
    } else {
        chosen.map_or(say!("menu-measure"), |kind| named("kind", kind.label()))
    };
    let taken = chosen.is_some() || tool.segments();
    let mut press = Press::new(icon, words).menu().selected(taken);
    if !taken || !with_words {
        press = press.icon_only();
    }
    let button = press_ui(ui, press).on_hover_text(say!("menu-measure-tip"));
    menu(&button).show(|ui| {
        ui.set_width(240.0);
        ui.spacing_mut().item_spacing.y = 2.0;
        for kind in Kind::ALL {
            let command = Command::Tool(Tool::Measure(kind));
            row_ui(ui, scene, out, command, measure_icon(kind), chosen == Some(kind));
        }
        ui.separator();
        for (brush, icon) in [(Tool::Segment, icons::BRUSH), (Tool::Erase, icons::ERASER)] {
            row_ui(ui, scene, out, Command::Tool(brush), icon, tool == brush);
        }
        for with_patient in [false, true] {
            let export = Command::Segmenting(Segmenting::Export { with_patient });
            row_ui(ui, scene, out, export, icons::EXPORT, false);
        }
        ui.separator();
        row_ui(ui, scene, out, Command::CopyMeasurements, icons::COPY, false);
        row_ui(ui, scene, out, Command::ExportMeasurements, icons::EXPORT, false);
    });
}

/// How viewports lie beside each other, or which stands alone.
/// - `with_words`: the bar has room for them
pub fn layout_menu_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Commands, with_words: bool) {
    let look = scene.session.look();
    let (icon, words) = match look.layout {
        Panes::Grid => (icons::LAYOUT, named("arrangement", look.arrangement.label())),
        Panes::Single(_) => (icons::SINGLE, say!("menu-single")),
        Panes::Dates => (icons::LAYOUT, say!("menu-dates")),
        Panes::Volume => (icons::VOLUME, "3D"),
        Panes::Maps(_) => (icons::LAYOUT, say!("menu-maps")),
    };
    let press = Press::new(icon, words).menu().enabled(ui.is_enabled());
    let button = press_ui(ui, if with_words { press } else { press.icon_only() });
    let button = button.on_hover_text(say!("menu-layout-tip"));
    menu(&button).show(|ui| {
        ui.set_width(220.0);
        ui.spacing_mut().item_spacing.y = 2.0;
        let all = look.layout == Panes::Grid;
        for (command, on) in [
            (Command::ArrangeQuarters, look.arrangement == Arrangement::Quarters),
            (Command::ArrangeLarge, matches!(look.arrangement, Arrangement::Large(_))),
            (Command::ArrangeRow, look.arrangement == Arrangement::Row),
        ] {
            row_ui(ui, scene, out, command, icons::LAYOUT, all && on);
        }
        ui.separator();
        let single = matches!(look.layout, Panes::Single(_));
        row_ui(ui, scene, out, Command::ToggleMaximise, icons::SINGLE, single);
        row_ui(ui, scene, out, Command::ToggleVolume, icons::VOLUME, look.in_3d);
        row_ui(ui, scene, out, Command::MaximiseVolume, icons::VOLUME, look.layout == Panes::Volume);
        let maps = Command::Explaining(Explaining::SideBySide);
        row_ui(ui, scene, out, maps, icons::LAYOUT, matches!(look.layout, Panes::Maps(_)));
        if scene.session.prior().is_some() {
            row_ui(ui, scene, out, Command::ToggleDates, icons::LAYOUT, look.layout == Panes::Dates);
        }
    });
}

/// What is shown, and how; panels, theme, picture.
/// - `overlays`: those for which the bar has no room: command, word, whether it is on
pub fn view_menu_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    out: &mut Commands,
    overlays: &[(Command, &'static str, bool)],
) {
    let button = press_ui(ui, Press::new(icons::DISPLAY, say!("menu-view")).icon_only().menu());
    let button = button.on_hover_text(say!("menu-view-tip"));
    let look = scene.session.look();
    menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.set_width(320.0);
        ui.spacing_mut().item_spacing.y = 2.0;
        for (command, _, on) in overlays {
            closing_row_ui(ui, scene, out, command.clone(), icons::LAYOUT, *on);
        }
        if !overlays.is_empty() {
            ui.separator();
        }
        closing_row_ui(ui, scene, out, Command::Undo, icons::UNDO, false);
        closing_row_ui(ui, scene, out, Command::Redo, icons::REDO, false);
        ui.separator();
        closing_row_ui(ui, scene, out, Command::ResetViewport, icons::RESET, false);
        closing_row_ui(ui, scene, out, Command::Viewing(Viewing::OneToOne), icons::ZOOM, false);
        closing_row_ui(ui, scene, out, Command::Viewing(Viewing::TrueSize), icons::MEASURE, false);
        closing_row_ui(ui, scene, out, Command::TurnClockwise, icons::RERUN, false);
        closing_row_ui(ui, scene, out, Command::Straighten, icons::CROSSHAIR, false);
        let behind = look.viewport(look.focus).turn.behind;
        closing_row_ui(ui, scene, out, Command::FlipAcross, icons::FLIP, behind);
        closing_row_ui(ui, scene, out, Command::FlipDown, icons::FLIP, false);
        closing_row_ui(ui, scene, out, Command::TogglePlay, icons::PLAY, scene.session.playing().is_some());
        pace_ui(ui, scene, out);
        closing_row_ui(ui, scene, out, Command::CycleCornerText, icons::TEXT, false);
        closing_row_ui(ui, scene, out, Command::ToggleInvert, icons::INVERT, look.invert);
        sampling_ui(ui, scene, out);
        let stored = scene.session.series().is_some_and(|s| s.can_be_resampled() && !s.is_resampled());
        closing_row_ui(ui, scene, out, Command::ToggleStoredSlices, icons::FILES, stored);
        pictures_ui(ui, scene, out);
        ui.separator();
        closing_row_ui(ui, scene, out, Command::ToggleLeftPanel, icons::LEFT_PANEL, scene.prefs.left_panel);
        closing_row_ui(ui, scene, out, Command::ToggleRightPanel, icons::LEFT_PANEL, scene.prefs.right_panel);
        let theme = if scene.prefs.dark { icons::LIGHT } else { icons::DARK };
        closing_row_ui(ui, scene, out, Command::ToggleTheme, theme, false);
        closing_row_ui(ui, scene, out, Command::ToggleFullScreen, icons::SINGLE, false);
        closing_row_ui(ui, scene, out, Command::Viewing(Viewing::TogglePreferences), icons::DISPLAY, false);
    });
}

/// Slices in a second while they are played.
pub fn pace_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Commands) {
    let [least, most] = Preferences::PLAY_SPEEDS;
    let field = NumberField {
        name: say!("menu-pace"),
        unit: "",
        range: least..=most,
        pace: 0.2,
        decimals: 0,
        nought: "",
    };
    let t = tokens(ui);
    ui.horizontal(|ui| {
        ui.add_space(34.0);
        line_ui(ui, say!("menu-pace"), TextStyle::Body, t.text);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_space(10.0);
            let (new, _) = number_ui(ui, &field, scene.prefs.slices_per_second());
            out.extend(new.map(|pace| Command::Viewing(Viewing::PlayAt(pace))));
        });
    });
}

/// What is shown between voxels, and how much edges stand out: one of three each.
fn sampling_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Commands) {
    ui.add_space(size::HALF);
    let kinds = Interpolation::ALL;
    let chosen = kinds.iter().position(|kind| *kind == scene.prefs.interpolation).unwrap_or(1);
    let words = kinds.map(|kind| named("interpolation", kind.label()));
    if let Some(kind) = choice_ui(ui, say!("menu-interpolation"), &words, chosen).and_then(|n| kinds.get(n)) {
        out.push(Command::Viewing(Viewing::Interpolate(*kind)));
    }
    let kinds = Sharpening::ALL;
    let chosen = kinds.iter().position(|kind| *kind == scene.prefs.sharpening).unwrap_or(0);
    let words = kinds.map(|kind| named("sharpening", kind.label()));
    if let Some(kind) = choice_ui(ui, say!("menu-sharpening"), &words, chosen).and_then(|n| kinds.get(n)) {
        out.push(Command::Viewing(Viewing::Sharpen(*kind)));
    }
    ui.add_space(size::HALF);
}

/// A name, and one of some words to its right.
fn choice_ui(ui: &mut Ui, name: &str, words: &[&str], chosen: usize) -> Option<usize> {
    let t = tokens(ui);
    ui.horizontal(|ui| {
        ui.add_space(34.0);
        line_ui(ui, name, TextStyle::Body, t.text);
        ui.add_space((134.0 - ui.min_rect().width()).max(0.0));
        segments_ui(ui, name, words, chosen)
    })
    .inner
}

/// What leaves the window as a picture or a film, behind one row.
fn pictures_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Commands) {
    let words = say!("menu-pictures");
    let row = menu_row_ui(ui, Press::new(icons::PICTURE, words).key("›"));
    SubMenu::new().show(ui, &row, |ui| {
        ui.set_width(250.0);
        ui.spacing_mut().item_spacing.y = 2.0;
        closing_row_ui(ui, scene, out, Command::SavePicture, icons::PICTURE, false);
        closing_row_ui(ui, scene, out, Command::CopyPicture, icons::COPY, false);
        closing_row_ui(ui, scene, out, Command::Filming(Filming::SaveLayout), icons::LAYOUT, false);
        closing_row_ui(ui, scene, out, Command::Filming(Filming::CopyLayout), icons::COPY, false);
        closing_row_ui(ui, scene, out, Command::Filming(Filming::ToggleSheet), icons::FILM, false);
    });
}

/// The device in use: what draws, what computes, what else there is.
/// - `with_name`: the bar has room for it
pub fn device_menu_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Commands, with_name: bool) {
    let graphics = scene.session.graphics();
    let name = graphics.current.as_ref().map_or(say!("menu-no-graphics"), |a| a.name.as_str());
    let software = graphics.current.as_ref().is_none_or(|a| a.software);
    let button = chip_ui(ui, &short_name(name), software, with_name);
    let button = button.on_hover_text(say!("menu-devices"));
    menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.set_width(320.0);
        let t = tokens(ui);
        heading_ui(ui, say!("menu-drawing"));
        if software {
            paragraph_ui(ui, say!("menu-software"), t.warning);
        }
        for adapter in &graphics.adapters {
            let on = graphics.current.as_ref() == Some(adapter);
            let icon = if adapter.software { icons::PROCESSOR } else { icons::DEVICE };
            let label = format!("{} ({})", short_name(&adapter.name), adapter.backend);
            if menu_row_ui(ui, Press::new(icon, &label).selected(on)).on_hover_text(&adapter.name).clicked() {
                out.push(Command::ChooseAdapter(adapter.name.clone()));
            }
        }
        let here = |wanted: &&String| graphics.current.as_ref().is_some_and(|a| a.name.contains(*wanted));
        if let Some(wanted) = graphics.wanted.as_ref().filter(|wanted| !here(wanted)) {
            paragraph_ui(ui, &say!("menu-cannot-use", wanted = wanted), t.warning);
        }
        ui.add_space(size::HALF);
        heading_ui(ui, say!("menu-network"));
        match scene.session.engine() {
            Engine::Idle => paragraph_ui(ui, say!("menu-not-asked"), t.muted),
            Engine::Starting => paragraph_ui(ui, say!("menu-starting"), t.muted),
            Engine::Ready { device } => {
                fact_ui(ui, say!("menu-network"), scene.session.look().network);
                fact_ui(ui, say!("menu-runs-on"), &device.name);
                fact_ui(ui, say!("menu-through"), &device.backend);
            }
            Engine::Failed(sentence) => paragraph_ui(ui, &heard(sentence), t.error),
        }
    });
}

/// `llvmpipe (LLVM 15.0.6, 256 bits)` says no more than `llvmpipe`.
fn short_name(name: &str) -> String {
    name.split(" (").next().unwrap_or(name).trim().to_owned()
}

fn chip_ui(ui: &mut Ui, name: &str, software: bool, with_name: bool) -> egui::Response {
    let t = tokens(ui);
    let font = TextStyle::Body.resolve(ui.style());
    let shown = if with_name { name } else { "" };
    let mut job = egui::text::LayoutJob::simple_singleline(shown.to_owned(), font, t.text);
    job.wrap = egui::text::TextWrapping::truncate_at_width(150.0);
    let galley = ui.painter().layout_job(job);
    let (rect, response) = ui.allocate_exact_size(
        vec2(galley.size().x + if with_name { 34.0 } else { 28.0 }, 26.0),
        Sense::click(),
    );
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, say!("menu-device", name = name)));
    let fill = if response.hovered() { t.control_hover } else { t.card };
    let edge = if response.has_focus() { t.accent } else { t.line };
    ui.painter().rect(
        rect.shrink(0.5),
        CornerRadius::same(13),
        fill,
        egui::Stroke::new(1.0, edge),
        egui::StrokeKind::Inside,
    );
    let dot = if software { t.warning } else { t.good };
    ui.painter().circle_filled(pos2(rect.left() + 14.0, rect.center().y), 4.0, dot);
    let at = Align2::LEFT_CENTER.anchor_size(pos2(rect.left() + 23.0, rect.center().y), galley.size());
    ui.painter().galley(at.min, galley, t.text);
    response
}
