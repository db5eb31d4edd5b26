//! The languages and their sentences.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use fluent_syntax::ast;
use unic_langid::LanguageIdentifier;

/// The files of one folder of `assets/languages`, one for a subject.
macro_rules! folder {
    ($code:literal) => {
        [
            include_str!(concat!("../../assets/languages/", $code, "/commands.ftl")),
            include_str!(concat!("../../assets/languages/", $code, "/methods.ftl")),
            include_str!(concat!("../../assets/languages/", $code, "/names.ftl")),
            include_str!(concat!("../../assets/languages/", $code, "/panels.ftl")),
            include_str!(concat!("../../assets/languages/", $code, "/sentences.ftl")),
            include_str!(concat!("../../assets/languages/", $code, "/sheets.ftl")),
            include_str!(concat!("../../assets/languages/", $code, "/viewport.ftl")),
            include_str!(concat!("../../assets/languages/", $code, "/window.ftl")),
        ]
    };
}

/// One language: code (ISO 639-1), its name in itself, its files.
struct Folder {
    code: &'static str,
    name: &'static str,
    files: [&'static str; 8],
}

/// Every language of the window; the first one is what the others fall back to.
static FOLDERS: [Folder; 2] = [
    Folder { code: "en", name: "English", files: folder!("en") },
    Folder { code: "de", name: "Deutsch", files: folder!("de") },
];

/// What can stand in the place of a variable: words and whole numbers. Decimals are given as words.
pub trait Fill {
    /// The value for one sentence.
    fn fill(&self) -> FluentValue<'_>;
}

impl Fill for str {
    fn fill(&self) -> FluentValue<'_> {
        FluentValue::from(self)
    }
}

impl Fill for String {
    fn fill(&self) -> FluentValue<'_> {
        FluentValue::from(self.as_str())
    }
}

impl Fill for Cow<'_, str> {
    fn fill(&self) -> FluentValue<'_> {
        FluentValue::from(self.as_ref())
    }
}

impl<T: Fill + ?Sized> Fill for &T {
    fn fill(&self) -> FluentValue<'_> {
        (**self).fill()
    }
}

macro_rules! whole {
    ($($number:ty),*) => { $(
        impl Fill for $number {
            fn fill(&self) -> FluentValue<'_> {
                FluentValue::from(*self)
            }
        }
    )* };
}

whole!(u8, u16, u32, u64, usize, i16, i32, i64);

/// A language that the window speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Language(usize);

impl Language {
    /// What rooms below the window speak, and where sentences come from that another language lacks.
    pub const ENGLISH: Language = Language(0);

    /// Every language.
    pub fn all() -> impl Iterator<Item = Language> {
        (0..FOLDERS.len()).map(Language)
    }

    /// The language of a code such as `de`.
    pub fn of_code(code: &str) -> Option<Language> {
        FOLDERS.iter().position(|folder| folder.code == code).map(Language)
    }

    /// Its code, after ISO 639-1.
    pub fn code(self) -> &'static str {
        self.folder().code
    }

    /// Its name, in itself.
    pub fn name(self) -> &'static str {
        self.folder().name
    }

    fn folder(self) -> &'static Folder {
        FOLDERS.get(self.0).unwrap_or(&FOLDERS[0])
    }

    /// Its sentences, read when they are asked for first.
    pub(super) fn book(self) -> &'static Book {
        static BOOKS: [OnceLock<Book>; FOLDERS.len()] = [const { OnceLock::new() }; FOLDERS.len()];
        BOOKS.get(self.0).unwrap_or(&BOOKS[0]).get_or_init(|| Book::read(self.folder()))
    }
}

/// A piece of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Words.
    Words(&'static str),
    /// Where the value of a variable stands.
    Variable(&'static str),
}

/// The sentences of one language.
pub(super) struct Book {
    bundle: FluentBundle<&'static FluentResource>,
    /// Those without variables, ready; an attribute as `id.name`.
    plain: HashMap<&'static str, &'static str>,
    /// Those with variables, in pieces; the ones with selectors left out.
    pieces: Vec<(&'static str, Vec<Piece>)>,
    /// Every id, attributes as `id.name`, with the variables of each.
    #[cfg(test)]
    pub ids: std::collections::BTreeMap<String, std::collections::BTreeSet<String>>,
    /// What was wrong in the files.
    #[cfg(test)]
    pub faults: Vec<String>,
}

impl Book {
    fn read(folder: &'static Folder) -> Self {
        let language: LanguageIdentifier = folder.code.parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![language]);
        // Marks of direction around values are for languages that run both ways, and no font has them.
        bundle.set_use_isolating(false);
        let mut plain = HashMap::new();
        let mut pieces = Vec::new();
        #[cfg(test)]
        let mut ids = std::collections::BTreeMap::new();
        #[cfg(test)]
        let mut faults = Vec::new();
        for file in folder.files {
            let resource = match FluentResource::try_new(file.to_owned()) {
                Ok(resource) => resource,
                // What can be read of it is used; that nothing else is in it, a test sees to.
                Err((resource, _errors)) => {
                    #[cfg(test)]
                    faults.extend(_errors.iter().map(|e| format!("{}: {e}", folder.code)));
                    resource
                }
            };
            // Read once in the life of the program, so that sentences without variables cost nothing.
            let resource: &'static FluentResource = Box::leak(Box::new(resource));
            for (key, pattern) in resource.entries().flat_map(patterns) {
                let key: &'static str = Box::leak(key.into_boxed_str());
                #[cfg(test)]
                ids.insert(key.to_owned(), variables(pattern));
                let Some(parts) = in_pieces(pattern) else { continue };
                if parts.iter().any(|p| matches!(p, Piece::Variable(_))) {
                    pieces.push((key, parts));
                } else {
                    plain.insert(key, words(&parts));
                }
            }
            if let Err(_errors) = bundle.add_resource(resource) {
                #[cfg(test)]
                faults.extend(_errors.iter().map(|e| format!("{}: {e}", folder.code)));
            }
        }
        Self {
            bundle,
            plain,
            pieces,
            #[cfg(test)]
            ids,
            #[cfg(test)]
            faults,
        }
    }

    /// A sentence without variables.
    pub fn plain(&self, id: &str) -> Option<&'static str> {
        self.plain.get(id).copied()
    }

    /// A sentence with its variables filled.
    pub fn filled(&self, id: &str, values: &FluentArgs<'_>) -> Option<String> {
        let pattern = self.bundle.get_message(id)?.value()?;
        let mut errors = Vec::new();
        let said = self.bundle.format_pattern(pattern, Some(values), &mut errors);
        errors.is_empty().then(|| said.into_owned())
    }

    /// Sentences of rooms below the window without variables: id and words.
    pub fn plain_sentences(&self, prefix: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.plain.iter().filter(move |(id, _)| id.starts_with(prefix)).map(|(id, words)| (*id, *words))
    }

    /// Those with variables: id and pieces.
    pub fn filled_sentences(&self, prefix: &str) -> impl Iterator<Item = (&'static str, &[Piece])> {
        self.pieces.iter().filter(move |(id, _)| id.starts_with(prefix)).map(|(id, p)| (*id, p.as_slice()))
    }
}

/// The patterns of an entry by their keys: the id, or `id.attribute`.
fn patterns<'a>(entry: &'a ast::Entry<&'static str>) -> Vec<(String, &'a ast::Pattern<&'static str>)> {
    let ast::Entry::Message(message) = entry else { return Vec::new() };
    let id = message.id.name;
    let value = message.value.iter().map(|pattern| (id.to_owned(), pattern));
    let attributes = message.attributes.iter().map(|a| (format!("{id}.{}", a.id.name), &a.value));
    value.chain(attributes).collect()
}

/// The pattern in pieces; `None` where it selects, or asks for another sentence.
fn in_pieces(pattern: &ast::Pattern<&'static str>) -> Option<Vec<Piece>> {
    pattern
        .elements
        .iter()
        .map(|element| match element {
            ast::PatternElement::TextElement { value } => Some(Piece::Words(value)),
            ast::PatternElement::Placeable { expression: ast::Expression::Inline(inline) } => match inline {
                ast::InlineExpression::VariableReference { id } => Some(Piece::Variable(id.name)),
                ast::InlineExpression::StringLiteral { value } => Some(Piece::Words(value)),
                _ => None,
            },
            ast::PatternElement::Placeable { .. } => None,
        })
        .collect()
}

/// Words alone, as one; kept for the life of the program.
fn words(parts: &[Piece]) -> &'static str {
    let one = |part: &Piece| match part {
        Piece::Words(words) | Piece::Variable(words) => *words,
    };
    match parts {
        [part] => one(part),
        parts => Box::leak(parts.iter().map(one).collect::<String>().into_boxed_str()),
    }
}

/// Every variable that a pattern names.
#[cfg(test)]
fn variables(pattern: &ast::Pattern<&'static str>) -> std::collections::BTreeSet<String> {
    fn of_inline(inline: &ast::InlineExpression<&'static str>, found: &mut Vec<String>) {
        match inline {
            ast::InlineExpression::VariableReference { id } => found.push(id.name.to_owned()),
            ast::InlineExpression::Placeable { expression } => of_expression(expression, found),
            _ => {}
        }
    }
    fn of_expression(expression: &ast::Expression<&'static str>, found: &mut Vec<String>) {
        match expression {
            ast::Expression::Inline(inline) => of_inline(inline, found),
            ast::Expression::Select { selector, variants } => {
                of_inline(selector, found);
                found.extend(variants.iter().flat_map(|v| variables(&v.value)));
            }
        }
    }
    let mut found = Vec::new();
    for element in &pattern.elements {
        if let ast::PatternElement::Placeable { expression } = element {
            of_expression(expression, &mut found);
        }
    }
    found.into_iter().collect()
}
