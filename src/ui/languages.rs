//! Everything that rooms below the window name has its words in every language.

use std::collections::BTreeMap;

use crate::clinical::FieldName;
use crate::command::{CATALOGUE, FilmOf, Group};
use crate::inference::Mode;
use crate::language::{Language, own, slug, speak};
use crate::measure::Kind;
use crate::networks::Scale;
use crate::session::{Arrangement, CornerText, Pane, Side, Tool};
use crate::volume::{Colours, Interpolation, Preset, Sharpening, VolumePreset};

/// What stands under a key in a language; nothing where it lacks it.
fn in_language(language: Language, key: &str) -> &str {
    speak(language);
    let said = own(key, "");
    speak(Language::ENGLISH);
    said
}

#[test]
fn every_command_has_words_of_its_own_in_every_language() {
    for language in Language::all().filter(|language| *language != Language::ENGLISH) {
        let code = language.code();
        let mut names = BTreeMap::new();
        for entry in CATALOGUE.iter() {
            let key = format!("command-{}", entry.id.replace('_', "-"));
            let name = in_language(language, &key).to_owned();
            assert!(!name.is_empty(), "{code} lacks {key} = … ({})", entry.words);
            let help = in_language(language, &format!("{key}.help")).to_owned();
            assert!(!help.is_empty(), "{code} lacks {key}.help ({})", entry.help);
            if let Some(other) = names.insert(name, entry.id) {
                panic!("{code} calls {other} and {} the same", entry.id);
            }
        }
    }
}

/// The names that rooms below the window give to things, by their kinds.
fn names() -> Vec<(&'static str, Vec<&'static str>)> {
    let tools = Tool::ALL.into_iter().chain([Tool::Paint, Tool::Occlude, Tool::Segment, Tool::Erase]);
    let arrangements = [Arrangement::Quarters, Arrangement::Large(Pane::Axial), Arrangement::Row];
    vec![
        ("group", Group::ALL.map(Group::label).to_vec()),
        ("tool", tools.map(Tool::label).collect()),
        ("kind", Kind::ALL.map(Kind::label).to_vec()),
        ("plane", [Pane::Axial, Pane::Coronal, Pane::Sagittal].map(Pane::label).to_vec()),
        ("side", Side::ALL.map(Side::label).to_vec()),
        ("arrangement", arrangements.map(Arrangement::label).to_vec()),
        ("corner", CornerText::ALL.map(CornerText::label).to_vec()),
        ("interpolation", Interpolation::ALL.map(Interpolation::label).to_vec()),
        ("sharpening", Sharpening::ALL.map(Sharpening::label).to_vec()),
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
    for (kind, names) in names() {
        for name in names {
            let id = format!("{kind}-{}", slug(name));
            assert_eq!(in_language(Language::ENGLISH, &id), name, "{id}");
        }
    }
}
