//! Everything that a person can ask for, as values.
//!
//! [`CATALOGUE`] is the only list of actions: menus, the `?` sheet, the key file, the manual's
//! table and the accessible names come from it. Panels push [`Command`]s; `app` alone carries
//! them out.

mod catalogue;
mod conditions;
mod entry;
mod explaining;
mod filming;
mod key_file;
mod keymap;
mod keys;
mod measuring;
mod rebinding;
mod segmenting;
mod volume;
mod viewing;
mod words;

pub use catalogue::{CATALOGUE, entry};
pub use entry::{Entry, Group};
pub use explaining::Explaining;
pub use filming::{FilmChoice, FilmOf, Filming};
pub use key_file::{KeyChange, changed_key_file};
pub use keymap::{KeyFileError, Keymap};
pub use keys::{Key, KeyParseError, Shortcut};
pub use rebinding::{Keeper, Rebinding, Wish};
pub use segmenting::Segmenting;
pub use viewing::{Preference, Viewing};
pub use words::{Command, Commands};
