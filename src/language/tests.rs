//! Rules about the sentences: every language says the same.

use std::collections::BTreeMap;

use super::books::Language;
use super::slug::slug;
use crate::command::{CATALOGUE, Group};

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

#[test]
fn every_command_has_words_of_its_own_in_every_language() {
    for language in others() {
        let (book, code) = (language.book(), language.code());
        let mut names = BTreeMap::new();
        for entry in CATALOGUE.iter() {
            let key = format!("command-{}", entry.id.replace('_', "-"));
            let name = book.plain(&key).unwrap_or_else(|| panic!("{code} lacks {key} = … ({})", entry.words));
            let help = book.plain(&format!("{key}.help"));
            assert!(help.is_some(), "{code} lacks {key}.help ({})", entry.help);
            if let Some(other) = names.insert(name, entry.id) {
                panic!("{code} calls both {other} and {} {name}", entry.id);
            }
        }
        let said = book.ids.keys().filter(|id| id.starts_with("command-") && !id.ends_with(".help"));
        for id in said {
            let known = names.values().any(|n| format!("command-{}", n.replace('_', "-")) == *id);
            assert!(known, "{code} names {id}, which is no command");
        }
    }
}

/// The names that rooms below the window give to things, by their kinds.
fn names() -> Vec<(&'static str, Vec<&'static str>)> {
    use crate::clinical::FieldName;
    use crate::command::FilmOf;
    use crate::inference::Mode;
    use crate::measure::Kind;
    use crate::networks::Scale;
    use crate::session::{Arrangement, CornerText, Pane, Tool};
    use crate::volume::{Colours, Interpolation, Preset, VolumePreset};
    let tools = Tool::ALL.into_iter().chain([Tool::Paint, Tool::Segment, Tool::Erase]);
    let arrangements = [Arrangement::Quarters, Arrangement::Large(Pane::Axial), Arrangement::Row];
    vec![
        ("group", Group::ALL.map(Group::label).to_vec()),
        ("tool", tools.map(Tool::label).collect()),
        ("kind", Kind::ALL.map(Kind::label).to_vec()),
        ("plane", [Pane::Axial, Pane::Coronal, Pane::Sagittal].map(Pane::label).to_vec()),
        ("arrangement", arrangements.map(Arrangement::label).to_vec()),
        ("corner", CornerText::ALL.map(CornerText::label).to_vec()),
        ("interpolation", Interpolation::ALL.map(Interpolation::label).to_vec()),
        ("preset", Preset::ALL.map(Preset::label).to_vec()),
        ("colours", Colours::ALL.map(Colours::label).to_vec()),
        ("volume-preset", VolumePreset::ALL.map(VolumePreset::label).to_vec()),
        ("scale", Scale::ALL.iter().map(|scale| scale.name()).collect()),
        ("mode", [Mode::Paper, Mode::Clinical].map(Mode::name).to_vec()),
        ("film", FilmOf::ALL.map(FilmOf::label).to_vec()),
        ("field", FieldName::ALL.iter().map(|field| field.words()).collect()),
    ]
}

#[test]
fn names_are_told_by_their_english_words() {
    let english = Language::ENGLISH.book();
    for (kind, names) in names() {
        for name in names {
            let id = format!("{kind}-{}", slug(name));
            assert_eq!(english.plain(&id), Some(name), "{id}");
        }
    }
}
