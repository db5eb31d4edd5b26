//! Rules about the sentences: every language says the same.

use std::collections::BTreeMap;

use super::books::Language;

fn others() -> impl Iterator<Item = Language> {
    Language::all().filter(|language| *language != Language::ENGLISH)
}

#[test]
fn every_file_can_be_read_and_says_nothing_twice() {
    for language in Language::all() {
        let faults = &language.book().faults;
        assert!(faults.is_empty(), "{}: {}", language.code(), faults.join("\n"));
    }
}

#[test]
fn every_language_has_the_same_sentences_with_the_same_variables() {
    let own = |language: Language| -> BTreeMap<&String, _> {
        // The English of commands stands where each is declared.
        language.book().ids.iter().filter(|(id, _)| !id.starts_with("command-")).collect()
    };
    let english = own(Language::ENGLISH);
    for language in others() {
        let code = language.code();
        let theirs = own(language);
        let lacking: Vec<_> = english.keys().filter(|id| !theirs.contains_key(*id)).collect();
        assert!(lacking.is_empty(), "{code} lacks {lacking:?}");
        for (id, variables) in theirs {
            let known = english.get(id).unwrap_or_else(|| panic!("{code} has {id}, English has not"));
            assert_eq!(*known, variables, "variables of {id} in {code}");
        }
    }
}
