//! Viewports: the slice by our renderer, everything over it by egui's painter.
//!
//! [`Shown`] is one viewport ready to be drawn; the window composes it from the session, `picture`
//! from a request, and both draw it with [`overlay::paint`].

mod callback;
mod canvas;
mod compose;
mod depth;
mod heat;
mod keys;
mod outlines;
mod pair;
pub mod overlay;
mod pointer;
mod prior;
mod scores;
mod shown;
mod volume;

pub use callback::{SlicePlace, ray_shape, slice_shape};
pub use canvas::{canvas_ui, on_pixels};
pub use compose::{boxes, caution, compose, facts_of, heatmap, is_running, layer_of};
pub use depth::{Behind, WireCache};
pub use heat::heat_colour;
pub use outlines::{OutlineCache, OutlineMark, outlines, outlines_of, prior_outlines};
pub use pair::{OfTwo, Side, look, of_pair, pair_ui, shared_scale, two_maps};
pub use pointer::scrolled;
pub use prior::{compose_prior, prior_ui};
pub use scores::{SCORES_WIDTH, scored_pane, scores_ui};
pub use shown::{
    CandidateBox, DrawnPane, Facts, Mark, MeasurementMark, PaneKind, ProbabilityDot, Second, Shown,
    ShownLayer,
};
pub use volume::{cut_words, met_in_volume, volume_picture, volume_ui};
