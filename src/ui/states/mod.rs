//! States that are not reading: first start, opening, nothing usable, failure, notices, the sheets of
//! keys and of the model card. Each says in words what is and what would help.

mod alike;
mod attention;
mod features;
mod film;
mod help;
mod key_binding;
mod locked;
mod model_card;
mod networks;
mod notices;
mod opening;
mod pages;
mod palette;
mod preferences;
mod sheet;
mod trouble;
mod two_nodules;
mod welcome;

pub use alike::alike_ui;
pub use attention::{AttentionChoice, attention_ui};
pub use features::{FeatureChoice, features_ui};
pub use film::film_ui;
pub use help::help_ui;
pub use key_binding::{KeyBinding, WantedKey, key_binding_ui};
pub use locked::{TypedPassword, locked_ui};
pub use model_card::model_card_ui;
pub use networks::networks_ui;
pub use notices::{notices_rect, notices_ui, reduced_ui, shown_notices};
pub use opening::opening_ui;
pub use palette::{Palette, palette_ui};
pub use preferences::preferences_ui;
pub use trouble::{failed_ui, unusable_ui};
pub use two_nodules::{TwoChoice, two_nodules_ui};
pub use welcome::{drop_ui, welcome_ui};

use egui::{Align, Id, Layout, Rect, Ui, UiBuilder, pos2, vec2};

/// A column in the middle of `rect`.
fn column_ui<R>(ui: &mut Ui, rect: Rect, width: f32, height: f32, add: impl FnOnce(&mut Ui) -> R) -> R {
    let size = vec2(width.min(rect.width() - 32.0), height.min(rect.height() - 16.0));
    // What was drawn last says how high it really is: it stands in the middle from the second frame on.
    let id = Id::unique(("column", size.x.to_bits(), size.y.to_bits()));
    let high: f32 = ui.data(|d| d.get_temp(id)).unwrap_or(size.y).min(size.y);
    let top = (rect.center().y - high / 2.0).round();
    let place = Rect::from_min_size(pos2(rect.center().x - size.x / 2.0, top), size);
    let builder = UiBuilder::new().max_rect(place).layout(Layout::top_down(Align::Min));
    let drawn = ui.scope_builder(builder, add);
    let now = drawn.response.rect.height();
    if (now - high).abs() > 1.0 {
        ui.data_mut(|d| d.insert_temp(id, now));
        ui.request_repaint();
    }
    drawn.inner
}
