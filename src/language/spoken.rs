//! The language of a thread, and what is said in it.

use std::cell::Cell;

use fluent_bundle::{FluentArgs, FluentValue};

use super::books::Language;
use super::slug::slug;

thread_local! {
    static SPOKEN: Cell<Language> = const { Cell::new(Language::ENGLISH) };
}

/// From now on this thread says everything in this language.
pub fn speak(language: Language) {
    SPOKEN.set(language);
}

/// A piece of work for another thread that says what it says in the language of this one: pictures of what is
/// on the screen.
pub fn carrying<In: ?Sized, Out>(work: impl FnOnce(&In) -> Out) -> impl FnOnce(&In) -> Out {
    let language = spoken();
    move |given: &In| {
        speak(language);
        work(given)
    }
}

/// The language of this thread.
pub fn spoken() -> Language {
    SPOKEN.get()
}

/// A sentence without variables; English where the language lacks it, its id where English does.
pub fn plain(id: &'static str) -> &'static str {
    let said = spoken().book().plain(id);
    said.or_else(|| Language::ENGLISH.book().plain(id)).unwrap_or(id)
}

/// A sentence with its variables filled; English where the language lacks it, its id where English does.
pub fn filled(id: &'static str, values: &mut [(&'static str, FluentValue<'_>)]) -> String {
    let taken = values.iter_mut().map(|(name, value)| (*name, std::mem::replace(value, FluentValue::None)));
    let values: FluentArgs<'_> = taken.collect();
    let said = spoken().book().filled(id, &values);
    said.or_else(|| Language::ENGLISH.book().filled(id, &values)).unwrap_or_else(|| id.to_owned())
}

/// The name of something, which rooms below the window name in English.
/// - `kind`: of what kind it is, such as `plane`: one English word can be two in another language
/// - `name`: its English name; said as it is where the language has no other
pub fn named<'a>(kind: &str, name: &'a str) -> &'a str {
    if spoken() == Language::ENGLISH {
        return name;
    }
    own(&format!("{kind}-{}", slug(name)), name)
}

/// A sentence whose English stands in the source and not among the files.
/// - `key`: its id, or `id.attribute`
/// - `english`: said where the language has no other
pub fn own<'a>(key: &str, english: &'a str) -> &'a str {
    spoken().book().plain(key).unwrap_or(english)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::say;

    #[test]
    fn a_thread_speaks_its_own_language() {
        let german = Language::of_code("de").expect("German");
        speak(german);
        assert_eq!(say!("sheet-close"), "Schließen");
        let other = std::thread::spawn(|| say!("sheet-close")).join().expect("it ends");
        assert_eq!(other, "Close");
        speak(Language::ENGLISH);
        assert_eq!(say!("sheet-close"), "Close");
    }

    #[test]
    fn what_a_language_lacks_is_said_all_the_same() {
        assert_eq!(plain("no-such-sentence"), "no-such-sentence");
        assert_eq!(filled("no-such-sentence", &mut [("n", FluentValue::from(3))]), "no-such-sentence");
        speak(Language::of_code("de").expect("German"));
        assert_eq!(named("plane", "Something new"), "Something new");
        speak(Language::ENGLISH);
    }

    #[test]
    fn several_hundred_sentences_take_no_time_that_a_frame_would_notice() {
        speak(Language::of_code("de").expect("German"));
        let _read = say!("sheet-close");
        let start = std::time::Instant::now();
        for n in 0..500 {
            assert!(!say!("sheet-close").is_empty());
            if n % 5 == 0 {
                assert!(!say!("report-rated", ratings = "4, 5").is_empty());
            }
        }
        let took = start.elapsed();
        speak(Language::ENGLISH);
        // A frame has 16 ms; ten times what this takes alone, as tests share their cores.
        assert!(took.as_millis() < 5, "{took:?}");
    }
}
