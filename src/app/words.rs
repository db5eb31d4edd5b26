//! Error texts as sentences that stand alone.

/// With a capital letter at its beginning; errors are written to stand after a colon.
pub(super) fn sentence(text: impl std::fmt::Display) -> String {
    let text = text.to_string();
    let mut letters = text.chars();
    letters.next().map(|c| c.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
