//! One gesture each: an event over a viewport and its resolved view in, commands out.
//!
//! `ui` says what the pointer did ([`Pointed`]), [`Hands`] decides which tool that is for, the
//! tools answer with commands. No toolkit, no GPU: every gesture is tested as arithmetic.

mod crop;
mod crosshair;
mod hands;
mod measure;
mod nodule;
mod orbit;
mod paint;
mod pan;
mod pointer;
mod prior;
mod scroll;
mod segment;
mod slab;
mod turn_planes;
mod window_level;
mod zoom;

pub use hands::Hands;
pub use nodule::GRAB_RADIUS_PX;
pub use orbit::VolumeHands;
pub use pointer::{Button, Modifiers, Pointed, PointerEvent};
pub use prior::{PriorHands, click_marks_prior};
pub use scroll::Wheel;
pub use slab::thicker;
pub use turn_planes::straightened;
