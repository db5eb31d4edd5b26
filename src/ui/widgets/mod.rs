//! Small parts that panels share. Each has an accessible name and can be reached by keyboard.

mod button;
mod card;
mod meter;
mod number;
mod row;
mod segments;
mod text;

pub use button::{Press, menu, menu_row_ui, menu_width, press_ui};
pub use card::{card_ui, ends_ui, fact_ui, heading_ui, note_ui, splits, splits_of};
pub use meter::{bare_slider_ui, meter_ui, place_slider_ui, slider_row_ui};
pub use number::{NumberField, number_ui};
pub use row::row_ground;
pub use segments::segments_ui;
pub use text::{line_ui, paragraph_ui, small_paragraph_ui, text_field};
