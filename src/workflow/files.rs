//! Files that are whole or not there: results of the terminal and the window go through here.

pub use crate::export::{WriteError, make_folder, write_whole};
