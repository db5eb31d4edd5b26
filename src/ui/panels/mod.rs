//! Bars and side panels: one file each. They read the scene, draw, and push commands.

mod answer;
mod beside;
mod contribution;
mod crop_image;
mod crops;
mod explanation;
mod fields;
mod findings;
mod histogram;
mod left;
mod measurements;
mod network;
mod open_menu;
mod prior;
mod right;
mod seen;
mod series;
mod slab_menu;
mod slice_scan;
mod status;
mod thumbnails;
mod top;
mod top_menus;
mod volume_menu;
mod window_menu;

pub use crops::strip_ui;
pub use left::left_ui;
pub use open_menu::{path_ui, typed_path_ui};
pub use right::right_ui;
pub use status::status_ui;
pub use thumbnails::thumbnail_ui;
pub use top::top_ui;
pub use volume_menu::volume_menu_ui;
