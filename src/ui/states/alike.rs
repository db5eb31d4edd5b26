//! Known cases over the window: where the selected nodule lies among them as the network sees it, and which are
//! nearest.

use std::sync::Arc;

use egui::{
    Align2, Color32, ColorImage, CursorIcon, Id, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind,
    TextStyle, TextureOptions, Ui, Vec2, WidgetInfo, pos2, vec2,
};
use egui_plot::{MarkerShape, Plot, PlotPoint, PlotPoints, Points};

use super::sheet::sheet_ui;
use crate::cases::{CaseSet, KnownCase, Near, PICTURE_SIDE};
use crate::command::{Command, Commands, Explaining};
use crate::findings::Nodule;
use crate::inference::{Answer, Mode};
use crate::language::heard;
use crate::say;
use crate::ui::panels::{kept_texture, typed_path_ui};
use crate::ui::theme::{self, PICTURE, Tokens, size, text, tokens};
use crate::ui::widgets::{
    Press, line_ui, note_ui, paragraph_ui, press_ui, row_ground, segments_ui, small_paragraph_ui,
};
use crate::ui::{Scene, UiState, icons};

/// Widest sheet, the list in it, and a line of the list with its picture, points.
const WIDTH: f32 = 980.0;
const LIST: f32 = 330.0;
const ROW: f32 = 68.0;
const PICTURE_PT: f32 = 58.0;
/// Cases in the list.
const LISTED: usize = 8;
/// How near the pointer must be to a case on the map, points.
const REACH: f32 = 9.0;
/// Points that the wheel is turned to make everything 2.7 times as large.
const WHEEL: f32 = 400.0;
/// Beyond so many usual distances no case is like the nodule.
const FAR: f64 = 3.0;

/// Draws the sheet; Escape, the cross or a click beside it closes it.
pub fn alike_ui(ui: &Ui, scene: &Scene<'_>, state: &mut UiState, out: &mut Commands) {
    let answer = scene.session.selected().and_then(Nodule::answer);
    let Some((answer, seen)) = answer.and_then(|answer| Some((answer, answer.m3net()?))) else {
        state.sheet = None;
        return;
    };
    let title = say!("alike-title", model = answer.model.as_str());
    let closed = sheet_ui(ui, "alike", &title, WIDTH, |ui, width, room| {
        let sets = scene.session.cases_of(answer);
        let [of_program, own] = &sets;
        if of_program.is_some() && own.is_some() {
            let words = [say!("alike-of-program"), say!("alike-own")];
            if let Some(n) = segments_ui(ui, say!("alike-which"), &words, usize::from(state.own_cases)) {
                (state.own_cases, state.case_pointed) = (n == 1, None);
            }
            ui.add_space(size::HALF);
        }
        let [first, second] = if state.own_cases { [own, of_program] } else { [of_program, own] };
        match first.as_ref().or(second.as_ref()) {
            Some(set) => {
                let near = set.known.nearest(&seen.pooled, LISTED);
                let shown = Shown { scene, answer, set, near: &near, features: &seen.pooled };
                set_ui(ui, (width, room), &shown, state);
            }
            None if answer.mode == Mode::Clinical.name() => {
                paragraph_ui(ui, say!("alike-clinical"), tokens(ui).muted);
            }
            None => paragraph_ui(ui, say!("alike-none"), tokens(ui).muted),
        }
        ui.add_space(size::STEP);
        add_ui(ui, scene, answer, state, out);
    });
    if closed {
        (state.sheet, state.case_pointed) = (None, None);
    }
}

/// What the sheet shows.
struct Shown<'a> {
    scene: &'a Scene<'a>,
    answer: &'a Answer,
    set: &'a Arc<CaseSet>,
    near: &'a [Near],
    features: &'a [f32],
}

impl Shown<'_> {
    /// Name of a case; a number where names may be a patient's.
    fn name(&self, case: usize) -> String {
        match self.set.known.cases.get(case) {
            Some(known) if !self.scene.session.is_anonymous() => known.name.clone(),
            _ => say!("alike-case", number = case + 1),
        }
    }

    fn class(&self, label: Option<bool>) -> String {
        match label {
            Some(label) => self
                .answer
                .classes
                .get(usize::from(label))
                .map_or_else(String::new, |class| heard(class).into()),
            None => say!("alike-undecided").to_owned(),
        }
    }

    /// What is known of a case, and what the network said of it.
    fn facts(&self, known: &KnownCase) -> [String; 2] {
        let rating = known.rating.map(|rating| say!("alike-rated", rating = format!("{rating:.1}")));
        let diameter = known.diameter_mm.map(|mm| format!("{mm:.0} mm"));
        let first = [Some(self.class(known.label)), rating, diameter];
        let first: Vec<String> = first.into_iter().flatten().collect();
        let said = say!("alike-said", probability = format!("{:.2}", known.probability));
        [first.join(", "), said]
    }

    /// A distance, as a multiple of the usual one; `None` where no case has another one beside it.
    fn times(&self, distance: f64) -> Option<f64> {
        let usual = self.set.map.usual();
        (usual > 0.0).then(|| distance / usual)
    }
}

fn set_ui(ui: &mut Ui, (width, room): (f32, f32), shown: &Shown<'_>, state: &mut UiState) {
    let t = tokens(ui);
    let share: f64 = shown.set.map.shares().iter().sum();
    let told = say!(
        "alike-told",
        cases = shown.set.known.len(),
        features = shown.set.known.width(),
        share = format!("{:.0}", share * 100.0)
    );
    paragraph_ui(ui, &told, t.muted);
    if let Some(times) = shown.near.first().and_then(|nearest| shown.times(nearest.distance)) {
        let value = format!("{times:.1}");
        if times > FAR {
            note_ui(ui, icons::WARNING, t.warning, &say!("alike-far", times = value));
        } else {
            paragraph_ui(ui, &say!("alike-usual", times = value), t.text);
        }
    }
    ui.add_space(size::HALF);
    let high = (room - 210.0).clamp(180.0, 520.0);
    let mut pointed = None;
    ui.horizontal_top(|ui| {
        let map = (width - LIST - size::DOUBLE).max(200.0);
        ui.vertical(|ui| {
            ui.set_width(map);
            pointed = map_ui(ui, (map, high - 24.0), shown, state.case_pointed);
            legend_ui(ui, map, shown);
        });
        ui.add_space(size::STEP);
        ui.vertical(|ui| {
            ui.set_width(LIST);
            line_ui(ui, say!("alike-nearest"), text::strong(), t.text);
            let area = ScrollArea::vertical().max_height(high - 20.0).auto_shrink([false, true]);
            area.show(ui, |ui| {
                for near in shown.near {
                    if near_ui(ui, shown, *near, state.case_pointed == Some(near.case)) {
                        pointed = Some(near.case);
                    }
                }
            });
        });
    });
    // What is under the pointer is marked in the list and on the map: in the next picture, which is drawn at once.
    if pointed != state.case_pointed {
        state.case_pointed = pointed;
        ui.request_repaint();
    }
    let known = &shown.set.known;
    let simulated = (known.simulated > 0).then(|| say!("alike-simulated", cases = known.simulated));
    let sources: Vec<String> = known.sources.iter().cloned().chain(simulated).collect();
    small_paragraph_ui(ui, &sources.join(" "), t.muted);
}

/// Shape and colour of the cases of a label.
fn marker(label: Option<bool>, t: &Tokens) -> (MarkerShape, Color32) {
    match label {
        Some(true) => (MarkerShape::Diamond, t.towards),
        Some(false) => (MarkerShape::Circle, t.away),
        None => (MarkerShape::Square, t.muted),
    }
}

/// The map.
/// - returns: the case under the pointer
fn map_ui(
    ui: &mut Ui,
    (width, height): (f32, f32),
    shown: &Shown<'_>,
    pointed: Option<usize>,
) -> Option<usize> {
    let t = tokens(ui);
    let (known, map) = (&shown.set.known, &shown.set.map);
    let points = |places: Vec<[f64; 2]>, (shape, colour): (MarkerShape, Color32), radius: f32| {
        Points::new("", PlotPoints::new(places)).shape(shape).color(colour).radius(radius).allow_hover(false)
    };
    let of_label = |label: Option<bool>| -> Vec<[f64; 2]> {
        let all = known.cases.iter().zip(map.places());
        all.filter(|(case, _)| case.label == label).map(|(_, place)| *place).collect()
    };
    let here = map.place(shown.features);
    let others: Vec<(usize, [f64; 2])> = shown
        .scene
        .session
        .others_seen(shown.answer)
        .filter_map(|(number, nodule)| Some((number, map.place(&nodule.answer()?.m3net()?.pooled)?)))
        .collect();
    // Each set has a plane of its own, and its own zoom.
    let plot = Plot::new(("alike", Arc::as_ptr(shown.set) as usize))
        .width(width)
        .height(height)
        .data_aspect(1.0)
        .show_axes(false)
        .show_crosshair(false)
        .allow_boxed_zoom(false)
        .allow_scroll(false)
        .label_formatter(|_| None)
        .grid_color(t.line);
    let turned = ui.input(|input| input.smooth_scroll_delta().y);
    let drawn = plot.show(ui, |plot| {
        if turned != 0.0 && plot.response().hovered() {
            plot.zoom_bounds_around_hovered(Vec2::splat((turned / WHEEL).exp()));
        }
        for label in [None, Some(false), Some(true)] {
            plot.points(points(of_label(label), marker(label, t), 3.5));
        }
        let ring = |case: &usize| map.places().get(*case).copied();
        let near = shown.near.iter().filter_map(|near| ring(&near.case)).collect();
        plot.points(points(near, (MarkerShape::Circle, t.text), 6.0).filled(false));
        plot.points(
            points(pointed.iter().filter_map(ring).collect(), (MarkerShape::Circle, t.accent), 8.5)
                .filled(false),
        );
        plot.points(points(
            others.iter().map(|(_, place)| *place).collect(),
            (MarkerShape::Plus, t.text),
            6.0,
        ));
        // Among many it must be found at once.
        let here: Vec<[f64; 2]> = here.into_iter().collect();
        plot.points(points(here.clone(), (MarkerShape::Circle, t.accent), 12.0).filled(false));
        plot.points(points(here, (MarkerShape::Cross, t.accent), 9.0));
    });
    let response = drawn.response;
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, say!("alike-map", cases = known.len())));
    for (number, place) in &others {
        let at = drawn.transform.position_from_point(&PlotPoint::from(*place));
        let small = TextStyle::Small.resolve(ui.style());
        if response.rect.contains(at) {
            ui.painter().text(at + vec2(7.0, -7.0), Align2::LEFT_BOTTOM, number.to_string(), small, t.text);
        }
    }
    let pointer = response.hover_pos()?;
    let away =
        |place: &[f64; 2]| drawn.transform.position_from_point(&PlotPoint::from(*place)).distance(pointer);
    let nearest = map.places().iter().enumerate().map(|(case, place)| (case, away(place)));
    let (case, far) = nearest.min_by(|a, b| a.1.total_cmp(&b.1))?;
    let known = known.cases.get(case).filter(|_| far <= REACH)?;
    response.on_hover_cursor(CursorIcon::PointingHand).on_hover_ui_at_pointer(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(2.0 * PICTURE_PT, 2.0 * PICTURE_PT), Sense::hover());
        picture(ui, rect, shown.set, case);
        line_ui(ui, &shown.name(case), text::strong(), t.text);
        for words in shown.facts(known) {
            line_ui(ui, &words, TextStyle::Small, t.text);
        }
    });
    Some(case)
}

/// What the marks on the map mean.
fn legend_ui(ui: &mut Ui, width: f32, shown: &Shown<'_>) {
    let t = tokens(ui);
    ui.horizontal_wrapped(|ui| {
        ui.set_max_width(width);
        let class = |label| (shown.class(Some(label)), marker(Some(label), t));
        let undecided = (say!("alike-undecided").to_owned(), marker(None, t));
        let here = (say!("alike-here").to_owned(), (MarkerShape::Cross, t.accent));
        let others = (say!("alike-others").to_owned(), (MarkerShape::Plus, t.text));
        for (words, (shape, colour)) in [class(true), class(false), undecided, here, others] {
            let (rect, _) = ui.allocate_exact_size(vec2(12.0, 16.0), Sense::hover());
            let (at, painter) = (rect.center(), ui.painter());
            let line = Stroke::new(1.75, colour);
            match shape {
                MarkerShape::Circle => _ = painter.circle_filled(at, 4.0, colour),
                MarkerShape::Square => {
                    painter.rect_filled(Rect::from_center_size(at, vec2(6.5, 6.5)), 0.0, colour);
                }
                MarkerShape::Diamond => {
                    let corners = [(0.0, -5.0), (5.0, 0.0), (0.0, 5.0), (-5.0, 0.0)];
                    let corners = corners.map(|(x, y)| at + vec2(x, y)).to_vec();
                    painter.add(egui::Shape::convex_polygon(corners, colour, Stroke::NONE));
                }
                MarkerShape::Plus => {
                    painter.line_segment([at - vec2(5.0, 0.0), at + vec2(5.0, 0.0)], line);
                    painter.line_segment([at - vec2(0.0, 5.0), at + vec2(0.0, 5.0)], line);
                }
                _ => {
                    painter.line_segment([at - vec2(4.5, 4.5), at + vec2(4.5, 4.5)], line);
                    painter.line_segment([at - vec2(4.5, -4.5), at + vec2(4.5, -4.5)], line);
                }
            }
            line_ui(ui, &words, TextStyle::Small, t.muted);
        }
    });
}

/// A line of the list.
/// - returns: whether the pointer is over it
fn near_ui(ui: &mut Ui, shown: &Shown<'_>, near: Near, pointed: bool) -> bool {
    let Some(known) = shown.set.known.cases.get(near.case) else { return false };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let name = shown.name(near.case);
    let [facts, said] = shown.facts(known);
    let distance =
        shown.times(near.distance).map(|times| say!("alike-distance", times = format!("{times:.1}")));
    let said = std::iter::once(said).chain(distance).collect::<Vec<_>>().join(", ");
    let all = format!("{name}, {facts}, {said}");
    response.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, &all));
    if !ui.is_rect_visible(rect) {
        return false;
    }
    let [ink, weak] = row_ground(ui, rect, &response, pointed);
    let high = (ROW - PICTURE_PT) / 2.0;
    let place = Rect::from_min_size(rect.min + vec2(high, high), vec2(PICTURE_PT, PICTURE_PT));
    picture(ui, place, shown.set, near.case);
    let left = place.right() + size::STEP;
    let write = |y: f32, words: String, style: TextStyle, colour: Color32| {
        let mut job = egui::text::LayoutJob::simple_singleline(words, style.resolve(ui.style()), colour);
        job.wrap = egui::text::TextWrapping::truncate_at_width(rect.right() - left - size::HALF);
        ui.painter().galley(pos2(left, rect.top() + y), ui.painter().layout_job(job), colour);
    };
    write(6.0, name, TextStyle::Body, ink);
    write(24.0, facts, TextStyle::Small, ink);
    write(42.0, said, TextStyle::Small, weak);
    response.hovered()
}

/// The picture of a case, in the window for lungs.
fn picture(ui: &Ui, rect: Rect, set: &Arc<CaseSet>, case: usize) {
    let pixels = set.known.picture(case);
    if pixels.len() != PICTURE_SIDE * PICTURE_SIDE {
        return;
    }
    let key = pixels.as_ptr() as usize as u64;
    let id = Id::unique(("case", case));
    let texture = kept_texture(ui, id, key, Arc::clone(set), TextureOptions::LINEAR, || {
        ColorImage::new([PICTURE_SIDE; 2], pixels.iter().map(|value| theme::grey(*value)).collect())
    });
    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    ui.painter().rect_filled(rect, 0.0, PICTURE.ground);
    ui.painter().image(texture.id(), rect, whole, Color32::WHITE);
    ui.painter().rect_stroke(rect, 0.0, Stroke::new(1.0, tokens(ui).line), StrokeKind::Inside);
}

/// Own cases, in place of those before.
fn add_ui(ui: &mut Ui, scene: &Scene<'_>, answer: &Answer, state: &mut UiState, out: &mut Commands) {
    let t = tokens(ui);
    let press = Press::new(icons::OPEN, say!("alike-add")).filled();
    if press_ui(ui, press).on_hover_text(say!("alike-add-tip")).clicked() {
        out.push(Command::Explaining(Explaining::AddCases));
    }
    if let Some(path) = typed_path_ui(ui, &mut state.cases_path, say!("alike-path"), say!("alike-read")) {
        out.push(Command::Explaining(Explaining::AddCasesFrom(path)));
    }
    let own = scene.session.own_cases();
    if own.is_some_and(|own| own.known.weights_sha256 != answer.weights_sha256) {
        note_ui(ui, icons::WARNING, t.warning, say!("alike-other-weights"));
    }
}
