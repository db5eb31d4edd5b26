//! Two maps of one nodule as a picture that leaves the program: both views in their own shape, and under them what must
//! be known of the maps, since nobody who gets the picture has the panel beside it.

use egui::{Align2, FontFamily, FontId, Painter, Rect, pos2, vec2};

use super::panels::guard_notes;
use super::picture::{Picture, PictureError, Pictures};
use super::theme::{PICTURE, strong_family};
use super::viewport::{Shown, SlicePlace, caution, overlay, slice_shape};
use super::words;
use crate::findings::Nodule;
use crate::inference::Answer;
use crate::language::{heard, named};
use crate::networks::weights::UNTRAINED;
use crate::say;
use crate::session::{Pane, Session};

/// Between the two views, and around what stands under them, pixels.
const GAP_PX: u32 = 8;
/// More than the words under them take, pixels.
const MOST_WORDS_PX: u32 = 1200;
/// Of a line under them, points.
const LINE_HEIGHT: f32 = 19.0;
const TEXT: f32 = 13.5;

/// What is drawn.
#[derive(Clone, Debug)]
pub struct PairPicture {
    pane: Pane,
    shown: [Shown; 2],
    told: Vec<String>,
    warnings: Vec<String>,
}

impl PairPicture {
    /// - `shown`: both views, of one size, as they may leave the program
    pub fn of(session: &Session, pane: Pane, shown: [Shown; 2]) -> Self {
        let nodule = session.selected();
        let answer = nodule.and_then(Nodule::answer);
        let other = session.compared().and_then(|two| two.models);
        let beside = other.and_then(|[_, model]| nodule?.opinion(model)?.answer());
        let captioned = answer.map(|answer| caption(answer, beside.map(AsRef::as_ref), &shown));
        let (told, warnings) = captioned.unwrap_or_default();
        Self { pane, shown, told, warnings }
    }

    /// Sentences that stand under the views, warnings last.
    pub fn sentences(&self) -> impl Iterator<Item = &str> {
        self.told.iter().chain(&self.warnings).map(String::as_str)
    }

    /// Draws both views beside each other and the sentences under them.
    /// - errors: an impossible size, or a device that fails
    pub fn draw(&self, pictures: &mut Pictures) -> Result<Picture, PictureError> {
        let [first, second] = &self.shown;
        let [width, height] = first.view.size_px;
        let most_px = [2 * width + GAP_PX, height + MOST_WORDS_PX];
        pictures.draw_page(&first.volume, most_px, 1.0, |painter, page, reduced| {
            painter.rect_filled(page, 0.0, PICTURE.ground);
            let size = vec2(width as f32, height as f32);
            for (n, (shown, place)) in
                [(first, SlicePlace::Current(self.pane)), (second, SlicePlace::Second(self.pane))]
                    .into_iter()
                    .enumerate()
            {
                let left = n as f32 * (width + GAP_PX) as f32;
                let rect = Rect::from_min_size(page.min + vec2(left, 0.0), size);
                let shown = Shown { reduced, ..shown.clone() };
                painter.add(slice_shape(rect, place, shown.frame()));
                overlay::paint(painter, rect, &shown);
            }
            let under = page.with_min_y(page.top() + size.y).shrink2(vec2(GAP_PX as f32, 0.0));
            self.write(painter, under)
        })
    }

    /// - returns: where it ends
    fn write(&self, painter: &Painter, room: Rect) -> f32 {
        if self.told.is_empty() && self.warnings.is_empty() {
            return room.top();
        }
        let told = self.told.iter().map(|words| (words, FontFamily::Proportional, PICTURE.text));
        let warnings = self.warnings.iter().map(|words| (words, strong_family(), PICTURE.warning));
        let mut at = room.top() + GAP_PX as f32;
        for (words, family, ink) in told.chain(warnings) {
            let galley = painter.layout(words.clone(), FontId::new(TEXT, family), ink, room.width());
            let rect = Align2::LEFT_TOP.anchor_size(pos2(room.left(), at), galley.size());
            at = rect.bottom().max(at + LINE_HEIGHT);
            painter.galley(rect.min, galley, ink);
        }
        at + GAP_PX as f32
    }
}

/// The network of a map.
fn network(answer: &Answer) -> String {
    let count = if answer.ensemble > 1 { format!(" × {}", answer.ensemble) } else { String::new() };
    let short: String = answer.weights_sha256.chars().take(8).collect();
    say!(
        "pair-picture-network",
        network =
            say!("answer-model", model = answer.model, count = count, mode = named("mode", &answer.mode)),
        weights = format!("{} {short}", answer.weights)
    )
}

/// What speaks against reading an answer's maps.
fn doubts(answer: &Answer) -> Vec<String> {
    let mut doubts: Vec<String> =
        guard_notes(&answer.guard).iter().map(|note| words::full_sentence(note)).collect();
    if !answer.trained {
        doubts.push(words::full_sentence(&heard(UNTRAINED)));
    }
    doubts
}

/// Whose maps these are, of what; and what speaks against reading them.
/// - `beside`: of the second map's network, where that is another one
fn caption(answer: &Answer, beside: Option<&Answer>, shown: &[Shown; 2]) -> (Vec<String>, Vec<String>) {
    let names = shown.each_ref().map(|shown| shown.map_name.clone().unwrap_or_default());
    let [this, that] = names;
    let maps = format!("{}.", say!("compare-left-right", this = this, that = that));
    let point = say!("pair-picture-point", place = words::patient_position(answer.at));
    let mut told = vec![network(answer)];
    told.extend(beside.map(network));
    told.extend([maps, point]);
    if beside.is_some() {
        told.push(say!("compare-two-networks").to_owned());
    }
    if answer.ensemble > 1 {
        told.push(say!("explanation-first-network", count = words::count(answer.ensemble)));
    }
    if let Some(caution) = &answer.caution {
        told.push(words::full_sentence(&heard(caution)));
    }
    let mut warnings = doubts(answer);
    let of_beside = beside.map(|beside| {
        let told = doubts(beside).into_iter();
        told.map(|doubt| words::of_network(&beside.model, &doubt)).collect::<Vec<_>>()
    });
    warnings.extend(of_beside.into_iter().flatten());
    let maps = shown.iter().filter_map(|shown| shown.heatmap.as_ref());
    let cautions = maps.filter_map(|look| caution(&look.saliency));
    let cautions = cautions.map(|caution| words::full_sentence(&heard(caution)));
    warnings.extend(cautions);
    (told, warnings)
}
