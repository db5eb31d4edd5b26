//! What a person does in the window: find by label, click, type, look.

mod answers;
mod opening;
mod real;
mod support;
mod states;
mod viewing;
