//! Who attends to whom over the window: a matrix of tokens, and what one of them looks at in what was read.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use egui::{
    Align2, Color32, ColorImage, Id, Label, Pos2, Rect, RichText, Role, Sense, Slider, Stroke, StrokeKind,
    TextStyle, TextureOptions, Ui, UiBuilder, Vec2, WidgetInfo, pos2, vec2,
};

use super::features::{asked_once, grey, layer_ui};
use super::sheet::sheet_ui;
use crate::command::Commands;
use crate::explain::{AttentionMaps, InsideWanted, Token, attends};
use crate::findings::Nodule;
use crate::language::named;
use crate::networks::Scale;
use crate::say;
use crate::ui::panels::kept_texture;
use crate::ui::theme::{PICTURE, size, text, tokens};
use crate::ui::viewport::heat_colour;
use crate::ui::viewport::overlay::{Halo, halo_text};
use crate::ui::widgets::{bare_slider_ui, line_ui, paragraph_ui, place_slider_ui, segments_ui};
use crate::ui::{Scene, UiState};

/// Widest sheet, points.
const WIDTH: f32 = 980.0;
/// Longest side of the matrix, and of one of its cells, points.
const MATRIX: f32 = 340.0;
const CELL: f32 = 64.0;
/// For the names of rows, and of columns, points.
const NAMES: Vec2 = vec2(56.0, 20.0);
/// More tokens are no matrix that anybody can point into: what one of them looks at is in the picture.
const POINTED: usize = 32;
/// So few that their names and shares stand at the matrix.
const NAMED: usize = 4;
/// More heads than these stand on a slider.
const SIDE_BY_SIDE: usize = 6;
/// Beside a picture that stands alone, points.
const WORDS: f32 = 296.0;
/// For a line or two below matrix and picture, points.
const BELOW: f32 = 36.0;
/// What a token attends to most is told of so many.
const MOST: usize = 3;
/// Least and largest opacity of a share over the picture.
const OPACITY: [f32; 2] = [0.1, 0.6];

/// What is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AttentionChoice {
    /// The number of the layer; `None` the last one.
    pub layer: Option<usize>,
    /// The head; `None` the mean over all.
    pub head: Option<usize>,
    /// Who asks; `None`, or one that the layer does not have, for the first.
    pub asks: Option<Token>,
}

/// Draws the sheet; Escape, the cross or a click beside it closes it.
pub fn attention_ui(ui: &Ui, scene: &Scene<'_>, state: &mut UiState, out: &mut Commands) {
    let Some(answer) = scene.session.selected().and_then(Nodule::answer) else {
        state.sheet = None;
        return;
    };
    let mut choice = state.attention;
    let known = scene.session.attention_of(answer);
    // Another network may have fewer layers than the one before.
    if let (Some(known), Some(layer)) = (known, choice.layer)
        && layer >= known.layers.len()
    {
        choice = AttentionChoice::default();
    }
    let last = |maps: &AttentionMaps| maps.layers.len().saturating_sub(1);
    let maps = known.filter(|maps| maps.layer == choice.layer.unwrap_or(last(maps)));
    let wanted = InsideWanted::Attention(choice.layer);
    if maps.is_none() && attends(answer) {
        asked_once(state, answer, wanted, out);
    }
    let title = say!("attention-title", model = answer.model.as_str());
    let closed = sheet_ui(ui, "attention", &title, WIDTH, |ui, width, room| {
        if !attends(answer) {
            paragraph_ui(ui, say!("attention-single"), tokens(ui).text);
            return;
        }
        // The layers are known with the first of them.
        if let Some(known) = known
            && let Some(layer) = layer_ui(ui, &known.layers, choice.layer.unwrap_or(last(known)))
        {
            choice.layer = Some(layer);
        }
        match maps {
            Some(maps) => maps_ui(ui, (width, room - 176.0), maps, &mut choice),
            None if scene.session.lacks_inside(answer, wanted) => {
                paragraph_ui(ui, say!("features-none"), tokens(ui).muted);
            }
            None => paragraph_ui(ui, say!("features-coming"), tokens(ui).muted),
        }
    });
    state.attention = choice;
    if closed {
        state.sheet = None;
    }
}

/// The head, the matrix, and beside it what was read.
fn maps_ui(ui: &mut Ui, (width, room): (f32, f32), maps: &Arc<AttentionMaps>, choice: &mut AttentionChoice) {
    let t = tokens(ui);
    head_ui(ui, maps.heads, &mut choice.head);
    asks_ui(ui, maps, &mut choice.asks);
    paragraph_ui(ui, say!("attention-told"), t.muted);
    ui.add_space(size::HALF);
    let pointed_into = maps.asks.len().max(maps.asked.len()) <= POINTED;
    let matrix = Cells::of(maps, vec2(MATRIX.min(width * 0.4), room));
    let beside = if pointed_into { matrix.whole().x.max(MATRIX * 0.7) + size::DOUBLE } else { 0.0 };
    let below = if pointed_into { BELOW } else { 0.0 };
    // Where the words stand beside it.
    let words = if pointed_into { 0.0 } else { WORDS };
    let picture = scaled(maps, vec2(width - beside - words, room - below));
    let beneath = if pointed_into { matrix.whole().y + 1.5 * BELOW } else { 0.0 };
    let high = beneath.max(picture.y + below);
    let (all, _) = ui.allocate_exact_size(vec2(width, high), Sense::hover());
    let column = |left: f32, width: f32| {
        Rect::from_min_size(all.min + vec2(left, 0.0), vec2(width.max(0.0), all.height()))
    };
    let mut pointed = None;
    if pointed_into {
        let place = UiBuilder::new().max_rect(column(0.0, beside - size::DOUBLE));
        ui.scope_builder(place, |ui| pointed = matrix_ui(ui, maps, matrix, choice));
    }
    let asks = pointed.map_or(asking(maps, choice.asks), |[asks, _]| asks);
    let row = maps.row(choice.head, asks);
    let place = UiBuilder::new().max_rect(column(beside, width - beside));
    let mut asked = pointed.map(|[_, asked]| asked);
    ui.scope_builder(place, |ui| {
        asked = picture_ui(ui, (maps, picture), (asks, asked), &row, choice);
        if pointed_into {
            words_ui(ui, maps, (asks, asked), &row);
        }
    });
    if !pointed_into {
        let left = picture.x + size::DOUBLE;
        let place = UiBuilder::new().max_rect(column(left, width - left));
        ui.scope_builder(place, |ui| {
            words_ui(ui, maps, (asks, asked), &row);
            ui.add_space(size::STEP);
            paragraph_ui(ui, say!("attention-point"), t.muted);
        });
    }
}

/// The number of the token that asks.
fn asking(maps: &AttentionMaps, asks: Option<Token>) -> usize {
    asks.and_then(|asks| maps.asks.iter().position(|token| *token == asks)).unwrap_or(0)
}

/// Who asks, for the keyboard and for tokens that lie nowhere.
fn asks_ui(ui: &mut Ui, maps: &AttentionMaps, asks: &mut Option<Token>) {
    let count = maps.asks.len();
    let now = asking(maps, *asks);
    if count < 2 {
        return;
    }
    let t = tokens(ui);
    let who = maps.asks.get(now).map(|token| name(*token)).unwrap_or_default();
    line_ui(ui, &say!("attention-asks-who", who = who), TextStyle::Body, t.text);
    if let Some(next) = place_slider_ui(ui, say!("attention-asks"), now, count) {
        *asks = maps.asks.get(next).copied();
    }
    ui.add_space(size::HALF);
}

/// Which head.
fn head_ui(ui: &mut Ui, heads: usize, head: &mut Option<usize>) {
    *head = head.filter(|head| *head < heads);
    let now = head.map_or(0, |head| head + 1);
    if heads < 2 {
        return;
    }
    if heads <= SIDE_BY_SIDE {
        let names: Vec<String> = (1..=heads).map(|head| say!("attention-head", head = head)).collect();
        let words: Vec<&str> =
            [say!("attention-mean")].into_iter().chain(names.iter().map(String::as_str)).collect();
        if let Some(chosen) = segments_ui(ui, say!("attention-heads"), &words, now) {
            *head = chosen.checked_sub(1);
        }
    } else {
        let mut shown = now;
        let slider = bare_slider_ui(ui, |ui| ui.add(Slider::new(&mut shown, 0..=heads).show_value(false)));
        slider.widget_info(|| WidgetInfo::slider(true, now as f64, say!("attention-heads")));
        if slider.changed() {
            *head = shown.checked_sub(1);
        }
        let words = match *head {
            Some(head) => say!("attention-head-of", head = head + 1, count = heads),
            None => say!("attention-mean-of", count = heads),
        };
        line_ui(ui, &words, TextStyle::Body, tokens(ui).text);
    }
    ui.add_space(size::HALF);
}

/// How large the matrix is.
#[derive(Clone, Copy)]
struct Cells {
    /// Rows, columns.
    count: [usize; 2],
    /// For the names of rows, to the left, and of columns, above; points.
    names: Vec2,
    /// Side of a cell, points.
    each: f32,
}

impl Cells {
    fn of(maps: &AttentionMaps, room: Vec2) -> Self {
        let count = [maps.asks.len(), maps.asked.len()];
        let names = if is_named(maps) { NAMES } else { Vec2::ZERO };
        let [high, wide] = count.map(|n| n.max(1) as f32);
        let room = room - names;
        Self { count, names, each: (room.x / wide).min(room.y / high).min(CELL) }
    }

    fn whole(&self) -> Vec2 {
        let [rows, columns] = self.count.map(|n| n as f32 * self.each);
        self.names + vec2(columns, rows)
    }
}

/// Whether names and shares have room at the tokens themselves.
fn is_named(maps: &AttentionMaps) -> bool {
    maps.asks.len().max(maps.asked.len()) <= NAMED
}

/// The picture's size, as large as fits.
fn scaled(maps: &AttentionMaps, room: Vec2) -> Vec2 {
    let [_, wide, high] = maps.read.shape.map(|n| n.max(1) as f32);
    vec2(wide, high) * (room.x / wide).min(room.y / high).max(0.1)
}

/// Rows ask, columns are asked.
/// - returns: row and column under the pointer
fn matrix_ui(
    ui: &mut Ui,
    maps: &Arc<AttentionMaps>,
    cells: Cells,
    choice: &mut AttentionChoice,
) -> Option<[usize; 2]> {
    let t = tokens(ui);
    let Cells { count: [rows, columns], names, .. } = cells;
    let few = is_named(maps);
    let (all, _) = ui.allocate_exact_size(cells.whole(), Sense::hover());
    let rect = Rect::from_min_max(all.min + names, all.max);
    // The slider above is the keyboard's way.
    let response = ui.interact(rect, ui.scope_id().with("matrix"), Sense::CLICK);
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, say!("attention-matrix")));
    let shares: Vec<f32> = (0..rows).flat_map(|asks| maps.row(choice.head, asks)).collect();
    let largest = shares.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
    let texture = kept(ui, "matrix", maps, (choice.head, 0), || {
        let pixels = shares.iter().map(|share| heat_colour(share / largest, false)).collect();
        ColorImage::new([columns, rows], pixels)
    });
    ui.painter().image(texture, rect, WHOLE, Color32::WHITE);
    let grid = Grid { rect, count: [columns, rows] };
    let cell = |row: usize, column: usize| grid.tile([column, row]);
    let font = TextStyle::Small.resolve(ui.style());
    if few {
        let painter = ui.painter();
        for (row, token) in maps.asks.iter().enumerate() {
            let at = pos2(rect.left() - size::STEP, cell(row, 0).center().y);
            painter.text(at, Align2::RIGHT_CENTER, name(*token), font.clone(), t.text);
        }
        for (column, token) in maps.asked.iter().enumerate() {
            let at = pos2(cell(0, column).center().x, rect.top() - size::HALF);
            painter.text(at, Align2::CENTER_BOTTOM, name(*token), font.clone(), t.text);
        }
        for (n, share) in shares.iter().enumerate() {
            let place = cell(n / columns.max(1), n % columns.max(1));
            // Dark on light cells and light on dark ones, by their share of the brightest.
            let ink = if share / largest > 0.6 { PICTURE.ground } else { PICTURE.text };
            painter.text(place.center(), Align2::CENTER_CENTER, percent(*share), font.clone(), ink);
        }
    }
    let pointed = response.hover_pos().and_then(|at| grid.at(at)).map(|[column, row]| [row, column]);
    if let Some([row, column]) = pointed {
        let stroke = Stroke::new(1.5, PICTURE.text);
        ui.painter().rect_stroke(cell(row, column), 0.0, stroke, StrokeKind::Outside);
        if response.clicked() {
            choice.asks = maps.asks.get(row).copied();
        }
    }
    // The row that the picture shows.
    let row = pointed.map_or(asking(maps, choice.asks), |[row, _]| row);
    let line = cell(row, 0).union(cell(row, columns.saturating_sub(1)));
    ui.painter().rect_stroke(line, 0.0, Stroke::new(1.5, PICTURE.focus), StrokeKind::Outside);
    ui.add_space(size::HALF);
    paragraph_ui(ui, say!("attention-how"), t.muted);
    pointed
}

/// What was read, under what the token that asks looks at; a click lets another token ask.
/// - `asks`, `asked`: by the matrix
/// - returns: who is asked under the pointer, here or in the matrix
fn picture_ui(
    ui: &mut Ui,
    (maps, large): (&Arc<AttentionMaps>, Vec2),
    (asks, asked): (usize, Option<usize>),
    row: &[f32],
    choice: &mut AttentionChoice,
) -> Option<usize> {
    let (rect, response) = ui.allocate_exact_size(large, Sense::CLICK);
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, say!("attention-picture")));
    let ground =
        kept(ui, "read", maps, (None, 0), || grey(maps.read.plane(0), maps.read.shape, maps.read.range));
    ui.painter().image(ground, rect, WHOLE, Color32::WHITE);
    // A cell that is a whole crop is to be seen, and has its share in words.
    let named = is_named(maps);
    if !named {
        let looked = kept(ui, "looked", maps, (choice.head, asks), || over(maps, row));
        ui.painter().image(looked, rect, WHOLE, Color32::WHITE);
    }
    let grid = Grid { rect, count: maps.cells };
    let place = |token: Token| maps.cell(token).map(|cell| grid.tile(cell));
    let pointed = response.hover_pos().and_then(|at| grid.at(at));
    let among =
        |all: &[Token]| pointed.and_then(|cell| all.iter().position(|token| maps.cell(*token) == Some(cell)));
    if response.clicked()
        && let Some(token) = among(&maps.asks)
    {
        choice.asks = maps.asks.get(token).copied();
    }
    let asked = asked.or_else(|| among(&maps.asked));
    if named {
        let tokens = Scale::ALL.map(Token::Scale);
        for (token, tile) in tokens.into_iter().filter_map(|token| Some((token, place(token)?))) {
            let share = maps.asked.iter().position(|asked| *asked == token).and_then(|n| row.get(n));
            let words = share.map_or(name(token), |share| format!("{} {}", name(token), percent(*share)));
            let at = tile.min + vec2(6.0, 4.0);
            halo_text(ui.painter(), at, Align2::LEFT_TOP, &words, &Halo::strong(), tile.width() - 12.0);
        }
    }
    // Who asks first: where both are one the other's line stays to be seen.
    let outlined = [
        (maps.asks.get(asks), PICTURE.focus, 0.0),
        (asked.and_then(|asked| maps.asked.get(asked)), PICTURE.warning, 2.0),
    ];
    for (token, colour, inset) in outlined {
        if let Some(tile) = token.and_then(|token| place(*token)) {
            let stroke = Stroke::new(2.0, colour);
            ui.painter().rect_stroke(tile.shrink(inset), 0.0, stroke, StrokeKind::Inside);
        }
    }
    asked
}

/// Who asks, and whom it asks most or the share of the one under the pointer.
fn words_ui(ui: &mut Ui, maps: &AttentionMaps, (asks, asked): (usize, Option<usize>), row: &[f32]) {
    let t = tokens(ui);
    ui.add_space(size::HALF);
    let asks_name = maps.asks.get(asks).map(|token| name(*token)).unwrap_or_default();
    let share = |n: usize| percent(row.get(n).copied().unwrap_or(0.0));
    let words = match asked.and_then(|asked| Some((asked, *maps.asked.get(asked)?))) {
        Some((n, token)) => {
            say!("attention-cell", asks = &*asks_name, asked = name(token), share = share(n))
        }
        None => {
            let mut order: Vec<usize> = (0..row.len()).collect();
            order.sort_by(|a, b| row[*b].total_cmp(&row[*a]));
            let most = order.iter().take(MOST).filter_map(|n| Some((*n, *maps.asked.get(*n)?)));
            let most: Vec<String> =
                most.map(|(n, token)| format!("{} ({})", name(token), share(n))).collect();
            say!("attention-most", asks = &*asks_name, most = most.join(", "))
        }
    };
    ui.add(Label::new(RichText::new(words).text_style(text::strong()).color(t.text)).wrap());
}

const WHOLE: Rect = Rect { min: pos2(0.0, 0.0), max: pos2(1.0, 1.0) };

fn percent(share: f32) -> String {
    format!("{:.1} %", share * 100.0)
}

fn name(token: Token) -> String {
    match token {
        Token::Class => say!("attention-class").to_owned(),
        Token::Register(n) => say!("attention-register", number = n + 1),
        Token::Scale(scale) => named("region", scale.name()).to_owned(),
        Token::Slice(n) => say!("seen-slice", slice = n + 1),
        Token::Patch([row, column]) => say!("attention-patch", row = row + 1, column = column + 1),
    }
}

/// Cells of one size on the screen.
struct Grid {
    rect: Rect,
    /// Columns, rows.
    count: [usize; 2],
}

impl Grid {
    fn tile(&self, [column, row]: [usize; 2]) -> Rect {
        let [columns, rows] = self.count.map(|n| n.max(1) as f32);
        let each = self.rect.size() / vec2(columns, rows);
        Rect::from_min_size(self.rect.min + vec2(column as f32, row as f32) * each, each)
    }

    /// Column and row under a place.
    fn at(&self, at: Pos2) -> Option<[usize; 2]> {
        let share = (at - self.rect.min) / self.rect.size();
        let n = |share: f32, count: usize| {
            let n = (share * count as f32).floor();
            (0.0..count as f32).contains(&n).then_some(n as usize)
        };
        Some([n(share.x, self.count[0])?, n(share.y, self.count[1])?])
    }
}

/// A pixel for every cell, clear where no token that is asked lies, the more opaque the larger its share.
fn over(maps: &AttentionMaps, row: &[f32]) -> ColorImage {
    let [columns, rows] = maps.cells;
    let mut image = ColorImage::filled([columns, rows], Color32::TRANSPARENT);
    let placed = maps.asked.iter().zip(row).filter_map(|(token, share)| Some((maps.cell(*token)?, *share)));
    let placed: Vec<([usize; 2], f32)> = placed.collect();
    let largest = placed.iter().map(|(_, share)| *share).fold(f32::MIN_POSITIVE, f32::max);
    for ([column, row], share) in placed {
        let share = share / largest;
        let [least, most] = OPACITY;
        if column < columns && row < rows {
            image[(column, row)] = heat_colour(share, false).gamma_multiply(least + (most - least) * share);
        }
    }
    image
}

/// A picture of these maps. What is kept beside it is what was read: shares of a published network are a hundred
/// megabytes.
/// - `which`: head and token that it shows
fn kept(
    ui: &Ui,
    name: &'static str,
    maps: &Arc<AttentionMaps>,
    which: (Option<usize>, usize),
    image: impl FnOnce() -> ColorImage,
) -> egui::TextureId {
    let mut key = DefaultHasher::new();
    // Each has a picture of its own, whose place in memory nothing else has while it is kept.
    (Arc::as_ptr(&maps.read.values).cast::<f32>() as usize, maps.layer, which).hash(&mut key);
    let id = Id::unique(("attention", name));
    kept_texture(ui.ctx(), id, key.finish(), Arc::clone(&maps.read.values), TextureOptions::NEAREST, image)
        .id()
}
