//! The interface: drawing only. Reads the session, pushes commands, says what the pointer did.
//!
//! Called by `app` once per frame. The slice renderer lies in egui's callback resources (put there
//! by `app`, which also uploads slices before each frame); viewports only prepare and paint.

mod centre;
pub mod figure;
pub mod icons;
#[cfg(test)]
mod languages;
pub mod pair_picture;
mod panels;
pub mod picture;
mod report;
mod scene;
mod states;
pub mod theme;
pub mod viewport;
mod widgets;
mod window;
mod methods;
pub mod words;

pub use scene::{BeforePair, CropSlice, Scene, Sheet, UiState};
pub use states::{KeyBinding, WantedKey, notices_rect, shown_notices};
pub use window::{install, window_ui};
