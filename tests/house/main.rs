//! Rules about the source itself.

mod graph;
mod platform;
mod rooms;
mod shaders;
mod sizes;
mod source;
mod words;
