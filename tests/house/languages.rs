//! What the window says stands in `assets/languages`, and nothing stands there that nobody says.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{code, files, line_of, root, short, text};

/// Files of `src/ui` whose words are no words of the window, and why.
const ENGLISH: [(&str, &str); 3] = [
    ("src/ui/figure.rs", "a figure for print is a file, and files are English"),
    ("src/ui/picture.rs", "errors of pictures that are written; the terminal says them, too"),
    ("src/ui/languages.rs", "tests"),
];

/// Literals of `src/ui` that look like words and are none, and why.
const NO_WORDS: [(&str, &str); 28] = [
    ("Grad-CAM", "names of methods are the same in every language"),
    ("Grad-CAM++", "name of a method"),
    ("Layer-CAM", "name of a method"),
    ("Score-CAM", "name of a method"),
    ("Gradient", "name of a method"),
    ("Gradient \\u{00d7} input", "name of a method"),
    ("SmoothGrad", "name of a method"),
    ("Integrated gradients", "name of a method"),
    ("Guided backpropagation", "name of a method"),
    ("Occlusion", "name of a method"),
    ("KernelSHAP", "name of a method"),
    ("Native", "name of a method"),
    ("Attention rollout", "name of a method"),
    ("Attention relevance", "name of a method"),
    ("Change of gate", "name of a method"),
    ("Triscope", "name of the program"),
    ("Segment", "what a segment is called in the document"),
    (" in a slice", "what a quantity is called in the document"),
    ("window handle", "id of a widget"),
    ("right part of the top bar", "id of a widget"),
    ("top bar", "id of a widget"),
    ("password of an archive", "id of a widget"),
    ("model card", "id of a widget"),
    ("palette field", "id of a widget"),
    ("prior viewport", "id of a widget"),
    ("slice scores", "id of a widget"),
    ("key binding", "id of a widget"),
    ("key binding field", "id of a widget"),
];

/// Parts of sentences that no literal holds, as they are put together of several where they are said.
const PUT_TOGETHER: [&str; 3] =
    ["whose pixels have another spacing left out", "doubled slices", "resampled by their true places to"];

/// String literals of Rust text: line, what stands before it, and what is in it. Tests are left out.
fn literals(source: &str) -> Vec<(usize, String, String)> {
    let source = code(source, true);
    let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let mut found = Vec::new();
    let bytes = source.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            // A character that is a quotation mark.
            b'\'' if bytes.get(at + 1) == Some(&b'"') => at += 3,
            b'\'' if bytes.get(at + 1) == Some(&b'\\') => at += 3,
            b'"' => {
                let start = at + 1;
                at = start;
                while at < bytes.len() && bytes[at] != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                let before: String = source[..start - 1].trim_end().chars().rev().take(24).collect();
                let before: String = before.chars().rev().collect();
                found.push((line_of(source, start), before, source[start..at].to_owned()));
                at += 1;
            }
            _ => at += 1,
        }
    }
    found
}

/// Ids of a language's messages with their English or other words; of a selector every line.
fn messages(language: &str) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for file in files(&root().join("assets/languages").join(language), "ftl") {
        let mut last = String::new();
        for line in text(&file).lines() {
            let is_id = line.starts_with(|c: char| c.is_ascii_lowercase());
            if let Some((id, words)) = line.split_once(" = ").filter(|_| is_id) {
                last = id.to_owned();
                assert!(all.insert(last.clone(), words.to_owned()).is_none(), "{language} says {id} twice");
            } else if line.starts_with(' ')
                && let Some(words) = all.get_mut(&last)
            {
                words.push_str(line.trim());
            }
        }
    }
    all
}

/// Kinds of names that `named` is asked for, in whatever room.
fn kinds() -> BTreeSet<String> {
    let mut kinds = BTreeSet::new();
    for file in files(&root().join("src"), "rs") {
        let all = literals(&text(&file));
        kinds.extend(
            all.into_iter().filter(|(_, before, _)| before.ends_with("named(")).map(|(.., kind)| kind),
        );
    }
    kinds
}

#[test]
fn every_sentence_that_is_said_is_known_and_every_one_that_is_known_is_said() {
    let english = messages("en");
    assert!(english.len() > 900, "the sentences were read: {}", english.len());
    let mut said = BTreeSet::new();
    let mut wrong = Vec::new();
    for file in files(&root().join("src"), "rs") {
        for (line, before, id) in literals(&text(&file)) {
            if before.ends_with("say!(") {
                if !english.contains_key(&id) {
                    wrong.push(format!("{}:{line} says {id}, which no file has", short(&file)));
                }
                said.insert(id);
            }
        }
    }
    let kinds = kinds();
    let is_name = |id: &str| {
        kinds.iter().any(|kind| id.strip_prefix(kind.as_str()).is_some_and(|rest| rest.starts_with('-')))
    };
    for id in english.keys().filter(|id| !said.contains(*id) && !id.starts_with("heard-") && !is_name(id)) {
        wrong.push(format!("nobody says {id}"));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_sentence_stands_in_the_interface_itself() {
    let words = |literal: &str| {
        let pieces: String =
            literal.split('{').map(|p| p.split_once('}').map_or(p, |(_, rest)| rest)).collect();
        let long = |w: &str| w.len() > 1 && w.chars().all(|c| c.is_ascii_alphabetic());
        let several = pieces.split(' ').collect::<Vec<_>>().windows(2).any(|two| two.iter().all(|w| long(w)));
        let first = pieces.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
        let begins = first.len() > 2
            && first.starts_with(|c: char| c.is_ascii_uppercase())
            && first.chars().skip(1).all(|c| c.is_ascii_lowercase());
        several || begins
    };
    let mut wrong = Vec::new();
    for file in files(&root().join("src/ui"), "rs") {
        let name = short(&file);
        if ENGLISH.iter().any(|(known, _)| *known == name) {
            continue;
        }
        for (line, before, literal) in literals(&text(&file)) {
            let known = NO_WORDS.iter().any(|(known, _)| *known == literal);
            let asked = ["say!(", "named(", "reason ="].iter().any(|end| before.ends_with(end));
            if !known && !asked && words(&literal) {
                wrong.push(format!("{name}:{line}: {literal:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "belongs into assets/languages:\n{}", wrong.join("\n"));
}

#[test]
fn the_window_takes_words_of_commands_in_its_language() {
    for folder in ["src/ui", "src/app"] {
        for file in files(&root().join(folder), "rs").iter().filter(|f| !short(f).ends_with("languages.rs")) {
            let source = code(&text(file), false);
            for english in ["entry.words", "entry.help", "e.words", "e.help"] {
                assert!(
                    !source.contains(english),
                    "{}: `{english}` is English; `said()` is not",
                    short(file)
                );
            }
        }
    }
}

#[test]
fn sentences_of_other_rooms_are_still_said_so() {
    let all: String = files(&root().join("src"), "rs")
        .iter()
        .flat_map(|file| literals(&text(file)))
        .map(|(.., literal)| {
            // A literal over several lines is one.
            let mut lines = literal.split("\\\n");
            let first = lines.next().unwrap_or_default().to_owned();
            lines.fold(first, |whole, line| whole + line.trim_start()).replace("\\\"", "\"") + "\n"
        })
        .collect();
    let mut wrong = Vec::new();
    for (id, words) in messages("en").iter().filter(|(id, _)| id.starts_with("heard-")) {
        for piece in words.split('{').map(|p| p.split_once('}').map_or(p, |(_, rest)| rest).trim()) {
            let bare = piece.trim_matches([' ', '(', ')', ':', ';', ',', '.']);
            let known = all.contains(piece) || all.contains(bare) || PUT_TOGETHER.contains(&bare);
            if bare.len() >= 10 && !known {
                wrong.push(format!("{id}: nobody says {piece:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
