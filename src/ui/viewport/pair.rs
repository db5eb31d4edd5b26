//! Two maps of one nodule: side by side in two views of one plane, or one after the other in place.

use std::sync::Arc;

use egui::{Rect, Ui};

use super::canvas::view_ui;
use super::shown::Shown;
use crate::command::Commands;
use crate::explain::Saliency;
use crate::findings::Opinion;
use crate::render::{HeatmapLook, SharedScale};
use crate::say;
use crate::session::{Heatmap, Pane, Session};
use crate::tools::Pointed;
use crate::ui::{Scene, UiState, words};

/// What a view without a map is called.
pub(super) fn ct_alone() -> &'static str {
    say!("pair-ct-alone")
}

/// A map of two, and its name on the picture.
#[derive(Clone, Debug)]
pub struct OfTwo {
    /// How it is drawn; `None` where there is none, or none is to be seen.
    pub look: Option<HeatmapLook>,
    /// What it shows.
    pub name: String,
}

/// Which of two maps a view shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The one that is looked at.
    First,
    /// The one that it is compared with.
    Second,
}

/// The map that is looked at and the one that it is compared with, on one scale of colours: in one unit the
/// largest value of both, else each one's own; diverging for both where one has a sign.
/// - `lent`: another method's map where none was chosen to compare with
pub fn two_maps(session: &Session, lent: bool) -> [OfTwo; 2] {
    let heat = session.look().heatmap;
    let another = || session.map_and(session.other_maps().next()?.0);
    let compared = session.compared().or_else(|| if lent { another() } else { None });
    let Some(compared) = compared.filter(|_| heat.on) else {
        let map = session.selected().and_then(|nodule| nodule.shown_saliency(heat.map));
        let alone = || OfTwo { look: None, name: ct_alone().to_owned() };
        let first = map
            .filter(|_| heat.on)
            .map(|map| OfTwo { look: Some(look(heat, map, None)), name: words::method_and_scale(map) });
        return [first.unwrap_or_else(alone), alone()];
    };
    let ([first, second], [this, that]) = (compared.maps, words::compared(&compared));
    let shared = Some(shared_scale(first, second));
    [(first, this), (second, that)].map(|(map, name)| OfTwo { look: Some(look(heat, map, shared)), name })
}

/// One of the two views: its map, the name of it, and the colours with their numbers once for both.
/// - `lent`: as in [`two_maps`]
pub fn of_pair(session: &Session, side: Side, lent: bool, shown: &mut Shown) {
    let [first, second] = two_maps(session, lent);
    let OfTwo { look, name } = if side == Side::First { first } else { second };
    (shown.heatmap, shown.map_name) = (look, Some(name));
    // What the other network read is another part of the CT.
    let beside = session.compared().and_then(|two| two.models).filter(|_| side == Side::Second);
    if let Some([_, model]) = beside.filter(|_| session.look().boxes) {
        let answer = session.selected().and_then(|nodule| nodule.opinion(model)).and_then(Opinion::answer);
        shown.boxes = answer.map(|answer| answer.regions_here()).unwrap_or_default();
    }
    // A map beside the CT alone keeps its own bar.
    shown.colour_bar = side == Side::Second || session.compared_maps().is_none();
}

/// How a map is drawn.
/// - `shared`: the scale of both, where there are two
pub fn look(heat: Heatmap, map: &Arc<Saliency>, shared: Option<SharedScale>) -> HeatmapLook {
    let Heatmap { opacity, threshold, contour, .. } = heat;
    HeatmapLook { saliency: Arc::clone(map), opacity, threshold, contour, shared }
}

/// One scale of colours for two maps.
pub fn shared_scale(a: &Saliency, b: &Saliency) -> SharedScale {
    let one_unit = a.unit == b.unit;
    SharedScale {
        largest: one_unit.then(|| a.largest_magnitude().max(b.largest_magnitude())),
        signed: a.signed || b.signed,
    }
}

/// Draws the plane of `pane` twice beside each other, equally large, with one cursor, zoom and window.
pub fn pair_ui(
    ui: &Ui,
    rect: Rect,
    pane: Pane,
    scene: &Scene<'_>,
    state: &mut UiState,
    out: &mut Commands,
    pointed: &mut Vec<Pointed>,
) {
    const GAP: f32 = 4.0;
    let scale = ui.pixels_per_point();
    // Whole pixels, the same number in both: one view must not be a pixel wider than the other.
    let width = ((rect.width() - GAP) / 2.0 * scale).floor() / scale;
    let left = Rect::from_min_size(rect.min, egui::vec2(width, rect.height()));
    let right = left.translate(egui::vec2(rect.width() - width, 0.0));
    let between = Rect::from_min_max(left.right_top(), right.left_bottom());
    ui.painter().rect_filled(between, 0.0, crate::ui::theme::tokens(ui).window);
    for (side, rect) in [(Side::First, left), (Side::Second, right)] {
        view_ui(ui, rect, (pane, Some(side)), scene, state, out, pointed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::VoxelBox;

    #[test]
    fn maps_of_one_unit_share_the_larger_end_and_others_their_sign_alone() {
        let map = |unit: &'static str, signed: bool, value: f32| Saliency {
            method: "grad_cam",
            scale: None,
            bounds: VoxelBox { min: [0; 3], size: [1; 3] },
            values: vec![value].into(),
            native_shape: None,
            unit,
            signed,
            told: Vec::new(),
        };
        let both = shared_scale(&map("logit", false, 2.0), &map("logit", true, -3.0));
        assert_eq!(both, SharedScale { largest: Some(3.0), signed: true });
        let apart = shared_scale(&map("logit", false, 2.0), &map("share", false, 0.5));
        assert_eq!(apart, SharedScale { largest: None, signed: false });
        // What the one bar of both says at its end.
        let end = |map: Saliency, shared| {
            let saliency = Arc::new(map);
            let look =
                HeatmapLook { saliency, opacity: 1.0, threshold: 0.0, contour: false, shared: Some(shared) };
            (look.end_of_scale(), look.unit())
        };
        assert_eq!(end(map("logit", true, -1.0), both), (3.0, "logit"));
        assert_eq!(end(map("share", false, 0.5), apart), (1.0, "of each one's largest"));
    }
}
