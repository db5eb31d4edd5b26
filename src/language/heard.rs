//! Sentences of rooms below the window, told by their English words.
//!
//! An error, a warning or a step of a job is said in English where it happens: the terminal, the log
//! and files say it so. The window looks for the English sentence among those of `sentences.ftl` whose
//! ids begin with `heard-`, takes the values out of it and says the same in the language of its reader.
//! What it does not find it says as it was said.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::LazyLock;

use fluent_bundle::{FluentArgs, FluentValue};

use super::books::{Language, Piece};
use super::spoken::spoken;

/// What ids of these sentences begin with.
const HEARD: &str = "heard-";
/// How many sentences are kept ready; more than a window shows.
const KEPT: usize = 512;
/// A sentence in a sentence in a sentence.
const DEPTH: usize = 4;

/// English sentences without variables, to their ids.
static PLAIN: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    Language::ENGLISH.book().plain_sentences(HEARD).map(|(id, words)| (words, id)).collect()
});

/// English sentences with variables: the more of their own words they have, the earlier.
static FILLED: LazyLock<Vec<(&'static str, &'static [Piece])>> = LazyLock::new(|| {
    let mut all: Vec<_> = Language::ENGLISH.book().filled_sentences(HEARD).collect();
    all.sort_by_key(|(id, pieces)| (std::cmp::Reverse(own_words(pieces)), *id));
    all
});

thread_local! {
    static READY: RefCell<(Language, HashMap<String, Rc<str>>)> =
        RefCell::new((Language::ENGLISH, HashMap::new()));
}

/// An English sentence of a room below the window, in the language of this thread.
pub fn heard(english: &str) -> Cow<'_, str> {
    let language = spoken();
    if language == Language::ENGLISH || english.is_empty() {
        return Cow::Borrowed(english);
    }
    READY.with_borrow_mut(|(of, ready)| {
        if *of != language || ready.len() >= KEPT {
            (*of, *ready) = (language, HashMap::new());
        }
        if let Some(said) = ready.get(english) {
            return Cow::Owned(said.to_string());
        }
        let said = in_language(language, english, DEPTH).unwrap_or_else(|| english.to_owned());
        ready.insert(english.to_owned(), Rc::from(said.as_str()));
        Cow::Owned(said)
    })
}

/// The sentence in this language, if it is known: as a whole, without its full stop, or part by part.
fn in_language(language: Language, english: &str, depth: usize) -> Option<String> {
    if depth == 0 {
        return None;
    }
    if let Some(said) = known(language, english, depth) {
        return Some(said);
    }
    if let Some(said) = english.strip_suffix('.').and_then(|bare| in_language(language, bare, depth - 1)) {
        return Some(if said.ends_with(['.', '!', '?']) { said } else { format!("{said}.") });
    }
    // What begins a sentence here is said in the middle of one there.
    let mut letters = english.chars();
    if let Some(first) = letters.next().filter(|first| first.is_uppercase()) {
        let small = first.to_lowercase().chain(letters).collect::<String>();
        if let Some(said) = known(language, &small, depth) {
            let mut letters = said.chars();
            return letters.next().map(|first| first.to_uppercase().chain(letters).collect());
        }
    }
    // Two sentences, or a place and what is wrong there, of which at least one is known.
    for between in ["\n", ". ", "; ", ": "] {
        if let Some((first, rest)) = english.split_once(between) {
            let parts = (in_language(language, first, depth - 1), in_language(language, rest, depth - 1));
            if parts.0.is_some() || parts.1.is_some() {
                let first = parts.0.as_deref().unwrap_or(first);
                return Some(format!("{first}{between}{}", parts.1.as_deref().unwrap_or(rest)));
            }
        }
    }
    None
}

/// The sentence as a whole.
fn known(language: Language, english: &str, depth: usize) -> Option<String> {
    let book = language.book();
    if let Some(id) = PLAIN.get(english) {
        return book.plain(id).map(str::to_owned);
    }
    FILLED.iter().find_map(|(id, pieces)| {
        let values = taken_out(pieces, english)?;
        let values: FluentArgs<'_> = values
            .into_iter()
            .map(|(name, value)| {
                let said = in_language(language, value, depth - 1);
                (name, said.map_or_else(|| FluentValue::from(value), FluentValue::from))
            })
            .collect();
        book.filled(id, &values)
    })
}

/// How many characters of a sentence are its own.
fn own_words(pieces: &[Piece]) -> usize {
    pieces.iter().map(|p| if let Piece::Words(words) = p { words.len() } else { 0 }).sum()
}

/// Whether a variable can stand for these words: `$n` and `$n-…` for numbers alone, no variable for nothing.
fn can_be(name: &str, value: &str) -> bool {
    let number = || value.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'-');
    !value.is_empty() && ((name != "n" && !name.starts_with("n-")) || number())
}

/// The values of the variables, if the English is this sentence.
fn taken_out<'a>(pieces: &[Piece], english: &'a str) -> Option<Vec<(&'static str, &'a str)>> {
    match pieces {
        [] => english.is_empty().then(Vec::new),
        [Piece::Words(words), rest @ ..] => taken_out(rest, english.strip_prefix(words)?),
        [Piece::Variable(name)] => can_be(name, english).then(|| vec![(*name, english)]),
        [Piece::Variable(name), rest @ ..] => {
            let [Piece::Words(next), ..] = rest else { return None };
            english.match_indices(next).find_map(|(at, _)| {
                let (value, after) = english.split_at_checked(at)?;
                if !can_be(name, value) {
                    return None;
                }
                let mut values = taken_out(rest, after)?;
                values.insert(0, (*name, value));
                Some(values)
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::spoken::speak;
    use super::*;

    #[test]
    fn values_are_found_between_the_words_of_a_sentence() {
        let pieces =
            [Piece::Variable("file"), Piece::Words(": no "), Piece::Variable("what"), Piece::Words(" here")];
        let found = taken_out(&pieces, "a: no b.dcm: no picture here");
        assert_eq!(found, Some(vec![("file", "a"), ("what", "b.dcm: no picture")]));
        assert_eq!(taken_out(&pieces, ": no picture here"), None, "a value is never empty");
        assert_eq!(taken_out(&pieces, "a: no picture"), None);
        let counted = [Piece::Variable("n"), Piece::Words(" slices")];
        assert_eq!(taken_out(&counted, "12 slices"), Some(vec![("n", "12")]));
        assert_eq!(taken_out(&counted, "some slices"), None, "a number is one");
    }

    #[test]
    fn sentences_of_other_rooms_are_said_with_their_values() {
        speak(Language::of_code("de").expect("German"));
        let said = |english: &str| heard(english).into_owned();
        assert_eq!(
            said(
                "3 slices are missing in one place (slices 7-9): left blank, so that all others keep their true position"
            ),
            "3 Schichten fehlen an einer Stelle (Schichten 7-9): leer gelassen, sodass alle anderen ihre wahre Position behalten"
        );
        assert_eq!(
            said("The gantry was tilted by 12.5 degrees: the volume is sheared as it was scanned"),
            "Die Gantry war um 12.5 Grad gekippt: das Volumen ist geschert, wie es aufgenommen wurde"
        );
        assert_eq!(said("Picture saved: /tmp/a.png"), "Bild gespeichert: /tmp/a.png");
        assert_eq!(said("it is bone."), "es ist Knochen.", "a full stop is its own");
        assert_eq!(said("Nothing of this is known"), "Nothing of this is known");
        speak(Language::ENGLISH);
        assert_eq!(said("it is bone"), "it is bone");
    }
}
