//! What the window says, in the language that its reader chose.
//!
//! Sentences stand in `assets/languages/CODE/*.ftl` (Project Fluent, <https://projectfluent.org>) and
//! are compiled in. [`say!`](crate::say) gives one by its id. Rooms below the window speak English
//! alone, as the terminal, logs and files do: [`heard`] tells what they say by its English words, and
//! [`named`] the names that they give to things.
//!
//! The language belongs to a thread, and is English until [`speak`] was called: the window's thread
//! alone does, so that whatever is computed, written or logged elsewhere stays English.

mod books;
mod heard;
mod slug;
mod spoken;
mod system;
#[cfg(test)]
mod tests;

pub use books::{Fill, Language};
pub use heard::heard;
pub use slug::slug;
pub use spoken::{carrying, filled, named, own, plain, speak, spoken};
pub use system::of_system;

/// A sentence of the window by its id, in the language of the thread.
///
/// Without values it is a `&'static str`; with values, which are words or whole numbers, a `String`.
/// Decimals are given as words: who measures knows how many of them mean something.
/// `say!("report-rated", ratings = "4, 5")` is `rated 4, 5`.
#[macro_export]
macro_rules! say {
    ($id:literal) => {
        $crate::language::plain($id)
    };
    ($id:literal, $($name:ident = $value:expr),+ $(,)?) => {
        $crate::language::filled($id, &mut [$((stringify!($name), $crate::language::Fill::fill(&$value))),+])
    };
}
